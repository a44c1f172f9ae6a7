"""Positions signed with a key of the delegate's own: the file, the command, the signature that comes back; and keys."""

from typing import Final

from starlette.responses import Response

from drafting.actions.consent import assertions, offline
from drafting.actions.core import authorise
from drafting.actions.membership import own_keys as acts
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.own_keys import OwnKey
from drafting.domain.policy import Action, Subject
from drafting.domain.positions import Position
from drafting.stores.secrets.signing_keys import is_signed
from drafting.web.api.uploads import read_upload
from drafting.web.errors import STATUS, sentence
from drafting.web.outline import outline
from drafting.web.pages import account
from drafting.web.visits import Form, Visit

MOST_BYTES: Final = 65_536
"""Of the form: a signature has some hundred."""


async def show(visit: Visit) -> Response:
    return await page(visit, Form())


def file_name(declaration: Declaration, position: Position) -> str:
    """Of the statement; ``ssh-keygen`` puts .sig behind it."""
    return f"{declaration.slug}-{position.section}-{position.network}.json"


async def position_of(visit: Visit) -> tuple[Declaration, Position]:
    """The position of the path, for a delegate of its network. Raises what taking it raises."""
    declaration = await visit.declaration()
    position = offline.find_position(declaration, visit.part("section"), visit.part("position"))
    authorise(declaration, visit.actor, Action.TAKE_POSITION, Subject(network=position.network), visit.at)
    return declaration, position


async def page(visit: Visit, form: Form, status: int = 200) -> Response:
    declaration, position = await position_of(visit)
    statement = await offline.read_statement(visit.ports, declaration.slug, position.section, position.id)
    signed = declaration.offline_keys.get(position.id, "")
    keys = [key for key in await acts.list_keys(visit.ports, visit.actor.account) if key.is_live]
    agreed = declaration.passkeys.get(position.id, "")
    return visit.page(
        "workshop/own_key.html",
        status,
        declaration=declaration,
        part=next(p for p in await outline(visit, declaration) if p.id == position.section),
        position=position,
        revision=next(
            (r for r in declaration.sections[position.section].revisions if r.digest == position.target_digest), None
        ),
        file=file_name(declaration, position),
        statement=statement.decode(),
        signed=signed,
        signer=await _signer(visit, declaration.offline_signers.get(position.id, ""), signed),
        keys=keys,
        agreed=agreed,
        holder=await _holder(visit, declaration.passkey_holders.get(position.id, ""), agreed),
        question=await assertions.read_question(
            visit.ports, visit.actor, slug=declaration.slug, section=position.section, position=position.id
        ),
        form=form,
    )


async def _signer(visit: Visit, account: str, fingerprint: str) -> str:
    """The name of whoever signed, if this key is one of theirs here; others may have added it and tell nothing."""
    if all(key.fingerprint != fingerprint for key in await acts.list_keys(visit.ports, account)):
        return ""
    return (await visit.ports.accounts.names([account])).get(account, "")


async def _holder(visit: Visit, account: str, fingerprint: str) -> str:
    """The name of whose device agreed."""
    return (await visit.ports.accounts.names([account])).get(account, "") if fingerprint else ""


async def statement(visit: Visit) -> Response:
    """The file to sign."""
    declaration, position = await position_of(visit)
    data = await offline.read_statement(visit.ports, declaration.slug, position.section, position.id)
    headers = {
        "content-disposition": f'attachment; filename="{file_name(declaration, position)}"',
        "cache-control": "no-store",
    }
    return Response(data, 200, headers, "application/json")


async def sign(visit: Visit) -> Response:
    """A form with the signature as a file, or pasted."""
    declaration, position = await position_of(visit)
    form = Form()
    try:
        file = await read_upload(visit.request, "file", MOST_BYTES)
        form = Form({name: [value] for name, value in file.fields.items()})
        signature = file.data.decode("ascii", "replace") if file.data.strip() else form.text("signature")
        await offline.sign_position(
            visit.ports,
            visit.actor,
            slug=declaration.slug,
            section=position.section,
            position=position.id,
            signature=signature,
            check=is_signed,
        )
    except Refusal as refusal:
        if refusal.code not in (Code.BAD_INPUT, Code.TAKEN, Code.TOO_LARGE):
            raise
        form.errors["signature"] = sentence(visit.words, refusal)
        return await page(visit, form, STATUS[refusal.code])
    return visit.go("workshop", declaration.slug, position.section, "positions", position.id, "sign")


# ---- keys on the account page


async def list_own(visit: Visit) -> list[OwnKey]:
    return await acts.list_keys(visit.ports, visit.actor.account)


async def add(visit: Visit) -> Response:
    form = await visit.form()
    try:
        await acts.add_key(visit.ports, visit.actor, public=form.text("public"))
    except Refusal as refusal:
        if refusal.code not in (Code.BAD_INPUT, Code.TAKEN):
            raise
        form.errors["public"] = sentence(visit.words, refusal)
        if refusal.data.get("reason") == "private_key":
            form = Form.with_errors(form.errors)
        return await account.page(visit, form, STATUS[refusal.code])
    return visit.go("account")


async def end(visit: Visit) -> Response:
    await acts.end_key(visit.ports, visit.actor, key=visit.part("id"))
    return visit.go("account")
