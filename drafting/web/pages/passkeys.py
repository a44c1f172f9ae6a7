"""Passkeys on the account page, and agreeing to a position with one."""

from starlette.responses import Response

from drafting.actions.consent import assertions
from drafting.actions.membership import passkeys as acts
from drafting.domain.errors import Code, Refusal
from drafting.stores.secrets.signing_keys import is_signed
from drafting.web.errors import STATUS, sentence
from drafting.web.pages import account, own_keys
from drafting.web.visits import Visit

MENDABLE = (Code.BAD_INPUT, Code.TAKEN)


async def add(visit: Visit) -> Response:
    """A form that the script has filled in with what the device made."""
    form = await visit.form()
    try:
        await acts.add_passkey(
            visit.ports,
            visit.actor,
            name=form.text("passkey_name"),
            client=form.text("client"),
            attestation=form.text("attestation"),
        )
    except Refusal as refusal:
        if refusal.code not in MENDABLE:
            raise
        field = "passkey_name" if refusal.data.get("field") == "name" else "passkey"
        form.errors[field] = sentence(visit.words, refusal)
        return await account.page(visit, form, STATUS[refusal.code])
    return visit.go("account")


async def end(visit: Visit) -> Response:
    await acts.end_passkey(visit.ports, visit.actor, passkey=visit.part("id"))
    return visit.go("account")


async def agree(visit: Visit) -> Response:
    """A form that the script has filled in with what the device answered."""
    declaration, position = await own_keys.position_of(visit)
    form = await visit.form()
    answer = assertions.Answer(
        form.text("credential"), form.text("authenticator"), form.text("client"), form.text("signature")
    )
    try:
        await assertions.assert_position(
            visit.ports,
            visit.actor,
            slug=declaration.slug,
            section=position.section,
            position=position.id,
            answer=answer,
            check=is_signed,
        )
    except Refusal as refusal:
        if refusal.code not in MENDABLE:
            raise
        form = form.with_errors({"passkey": sentence(visit.words, refusal)})
        return await own_keys.page(visit, form, STATUS[refusal.code])
    return visit.go("workshop", declaration.slug, position.section, "positions", position.id, "sign")
