"""Updates on their way: a few letters at a time into the outbox, so that whoever leaves meanwhile gets none.

A batch of letters and the place in the ledger up to which they go are kept in one transaction. A restart goes on from
there, several nodes exclude each other, and nobody gets an update twice.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from drafting.actions.core import Actor, commit, list_declarations, load_declaration
from drafting.actions.letter_ports import Letter
from drafting.actions.letters import title_for
from drafting.actions.mailing_ports import Addressed, Mailing
from drafting.actions.ports import Ports
from drafting.actions.signature_ports import LinkRole, SignatureChange, SignatureMoved
from drafting.actions.signing.links import SIGNATORY, read_signature
from drafting.actions.signing.updates import Said, find_update, read_texts
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.signatures import Signature
from drafting.domain.updates import UpdateState, nearest

BATCH: Final = 50
MOST_WAITING: Final = 200
"""No more letters of an update lie in the outbox at a time."""
MAX_TRIES: Final = 20
SYSTEM: Final = Actor("system", "system")


async def begin_mailings(ports: Ports) -> int:
    """Begin what was vouched for and not begun before a crash; how many. Looks at every declaration."""
    begun = 0
    for declaration in await list_declarations(ports):
        for update in declaration.updates.values():
            if update.state is UpdateState.SENDING and await ports.mailings.find(update.id) is None:
                await ports.mailings.begin(update.id, declaration.slug, update.edition, ports.clock.now())
                begun += 1
    return begun


async def mail_updates(ports: Ports) -> int:
    """Hand over what the outbox has room for; how many letters. Called again and again it sends every update."""
    return sum([await _go_on(ports, mailing) for mailing in await ports.mailings.open()])


async def _go_on(ports: Ports, mailing: Mailing) -> int:
    declaration = await load_declaration(ports, mailing.declaration)
    source, texts = await read_texts(ports, find_update(declaration, mailing.id).content)
    handed, waiting = 0, mailing.waiting
    while waiting + handed < MOST_WAITING:
        found = await ports.mailings.recipients(mailing, BATCH)
        if not found:
            await _end(ports, mailing)
            break
        letters = [_addressed(ports, declaration, mailing, signature, source, texts) for signature in found]
        if not await ports.mailings.hand_over(mailing, found[-1].index or 0, letters, ports.clock.now()):
            break  # another node is at it
        handed += len(letters)
        known = await ports.mailings.find(mailing.id)
        assert known is not None
        mailing = known
    return handed


async def _end(ports: Ports, mailing: Mailing) -> None:
    """Say in the ledger, once, that it has gone to everybody, and to how many."""

    def decide(declaration: Declaration) -> Sequence[Event]:
        if find_update(declaration, mailing.id).state is not UpdateState.SENDING:
            return []
        data = {"id": mailing.id, "n": mailing.edition, "letters": mailing.handed}
        return [Event(Kind.UPDATE_SEND, data, SYSTEM.account, SYSTEM.channel)]

    await commit(ports, mailing.declaration, decide)
    await ports.mailings.end(mailing, ports.clock.now())


def _addressed(
    ports: Ports,
    declaration: Declaration,
    mailing: Mailing,
    signature: Signature,
    source: str,
    texts: Mapping[str, Said],
) -> Addressed:
    secret = secrets.token_urlsafe(32)
    return Addressed(
        signature.id, secret, update_letter(ports, declaration, mailing.id, signature, source, texts, secret)
    )


def update_letter(
    ports: Ports,
    declaration: Declaration,
    id: str,
    signature: Signature,
    source: str,
    texts: Mapping[str, Said],
    secret: str,
) -> Letter:
    """The words in the reader's language, or the nearest one; what surrounds them in the language of the words."""
    wanted = [tag for tag in (signature.details.get("text", ""), signature.locale) if tag]
    locale = nearest(wanted, texts, source)
    spoken = ports.sentences.wording("updates", locale)[1]
    leave = f"{ports.origin}/{spoken}/sign/leave/{secret}"
    subject, body = ports.sentences.letter(
        "update",
        locale,
        subject=texts[locale].subject,
        body=texts[locale].body,
        declaration=title_for(declaration, locale),
        n=signature.edition,
        link=f"{ports.origin}/d/{declaration.slug}/{signature.edition}/{locale}/",
        leave=leave,
    )
    return Letter(signature.address, subject, body, locale, id, leave)


async def leave_updates(ports: Ports, secret: str) -> Signature:
    """No more updates to whoever this link was sent; asking twice changes nothing. The signature stays.

    Raises ``link_used`` for unknown links, ``not_allowed`` for a second contact's.
    """
    for _ in range(MAX_TRIES):
        signature, role = await read_signature(ports, secret)
        if role is LinkRole.SECOND:
            raise Refusal(Code.NOT_ALLOWED, action="leave_updates")
        if not signature.updates:
            return signature
        at = ports.clock.now()
        try:
            return await ports.signatures.change(_leaving(signature), at)
        except SignatureMoved:
            continue
    raise Refusal(Code.CANNOT_SAVE)


def _leaving(signature: Signature) -> SignatureChange:
    data = {"edition": signature.edition, "id": signature.id}
    events = [Event(Kind.SIGNATURE_LEAVE, data, SIGNATORY)] if signature.index is not None else []
    return SignatureChange(signature, replace(signature, updates=""), events)
