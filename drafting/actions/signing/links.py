"""What the link of a letter lets its bearer do: confirm, look, take along, withdraw, erase."""

import base64
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from drafting.actions.core import load_declaration
from drafting.actions.ports import Ports
from drafting.actions.signature_ports import AddressHasSigned, LinkRole, SignatureChange, SignatureLink, SignatureMoved
from drafting.actions.signing.asking import LINK_DAYS, bound, write_letter
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.signatures import Counts, Shown, SignatoryKind, Signature, SignatureState, stream_of

MAX_TRIES: Final = 20
SIGNATORY: Final = "signatory"
LOGO: Final = "logo"
"""What an organisation's details hold where it has a logo: ``digest``, ``width`` and ``height``."""
LOGO_REFUSED: Final = "logo_refused"
"""What they hold once somebody has taken it down: no other one is shown."""

Decide = Callable[[Signature, LinkRole], SignatureChange | None]


async def read_signature(ports: Ports, secret: str) -> tuple[Signature, LinkRole]:
    """The signature that a letter's link leads to. Raises ``link_used`` where there is none, or none any more."""
    found = await ports.signatures.find(secret)
    if found is None:
        raise Refusal(Code.LINK_USED)
    return found


def is_spendable(signature: Signature, role: LinkRole, at: datetime) -> bool:
    """Whether the link can still confirm something."""
    if role is LinkRole.LEAVE or signature.state is not SignatureState.PENDING or at >= signature.expires:
        return False
    return (signature.contact_confirmed if role is LinkRole.OWN else signature.second_confirmed) is None


async def confirm_signature(ports: Ports, secret: str) -> Signature:
    """Spend a letter's link: of any number at once exactly one does. An organisation counts once both contacts have.

    Raises ``link_used`` where the link was spent, is past its time, or its address has signed by another letter.
    """
    at = ports.clock.now()
    found = await read_signature(ports, secret)
    letter_to = await _second_letter(ports, *found)

    def decide(signature: Signature, role: LinkRole) -> SignatureChange:
        if not is_spendable(signature, role, at):
            raise Refusal(Code.LINK_USED)
        return _confirmation(signature, role, at, letter_to)

    try:
        return await change_by_link(ports, secret, decide, found)
    except AddressHasSigned as error:
        raise Refusal(Code.LINK_USED, reason="signed") from error


async def _second_letter(ports: Ports, signature: Signature, role: LinkRole) -> Sequence[SignatureLink]:
    """What the second contact gets when the first one confirms."""
    if role is not LinkRole.OWN or not signature.second_address:
        return ()
    declaration = await load_declaration(ports, signature.declaration)
    secret = secrets.token_urlsafe(32)
    letter = write_letter(
        ports, declaration, signature, "signature_second", secret, to=signature.second_address, days=LINK_DAYS
    )
    return [SignatureLink(secret, LinkRole.SECOND, letter)]


def _confirmation(
    signature: Signature, role: LinkRole, at: datetime, links: Sequence[SignatureLink]
) -> SignatureChange:
    if role is LinkRole.OWN:
        after = replace(signature, contact_confirmed=at, changed=at, bounced=None)
    else:
        after = replace(signature, second_confirmed=at, changed=at)
    if is_complete(after):
        return counted(signature, after, at)
    return SignatureChange(signature, replace(after, expires=at + timedelta(days=LINK_DAYS)), (), links)


def is_complete(signature: Signature) -> bool:
    """Whether everybody has confirmed who has to. An organisation's own proof does for its second contact."""
    if signature.contact_confirmed is None:
        return False
    if signature.kind is SignatoryKind.PERSON:
        return True
    return signature.second_confirmed is not None or bool(signature.details.get("proof"))


def counted(
    before: Signature, after: Signature, at: datetime, actor: str = SIGNATORY, channel: str = "web"
) -> SignatureChange:
    """The change by which a pending or quarantined signature begins to count."""
    after = bound(after)
    data = {
        "edition": before.edition,
        "kind": before.kind.value,
        "id": before.id,
        "commitment": after.commitment,
        "locale": before.locale,
        "publish": before.publish,
        "updates": before.updates,
        "source": before.source.value,
        **({"verified": after.verified.value} if after.verified else {}),
    }
    after = replace(after, state=SignatureState.CONFIRMED, confirmed=at, changed=at)
    return SignatureChange(before, after, [Event(Kind.SIGNATURE_CONFIRM, data, actor, channel)])


async def withdraw_signature(ports: Ports, secret: str, *, erase: bool = False) -> Signature:
    """Take one's signature back; asking twice changes nothing. ``erase`` also drops every word and the address: only an
    opaque id remains, to which the ledger's entries refer.

    Raises ``link_used`` for unknown links, also after an erasure; ``not_allowed`` for a second contact's link.
    """
    at = ports.clock.now()

    def decide(signature: Signature, role: LinkRole) -> SignatureChange | None:
        if role is not LinkRole.OWN:
            raise Refusal(Code.NOT_ALLOWED, action="withdraw_signature")
        if signature.state is SignatureState.WITHDRAWN and not erase:
            return None
        return withdrawal(signature, at, erase=erase)

    return await change_by_link(ports, secret, decide)


def withdrawal(signature: Signature, at: datetime, *, erase: bool, actor: str = SIGNATORY) -> SignatureChange:
    """The change that takes a signature back, and erases it where that is asked."""
    data = {"edition": signature.edition, "id": signature.id}
    events = []
    if signature.index is not None and signature.state is not SignatureState.WITHDRAWN:
        events.append(Event(Kind.SIGNATURE_WITHDRAW, data, actor))
    kept = {name: value for name, value in signature.details.items() if name != LOGO}
    after = replace(signature, state=SignatureState.WITHDRAWN, changed=at, details=kept)
    if erase:
        events.append(Event(Kind.SIGNATURE_ERASE, data, actor))
        after = erased(after)
    return SignatureChange(signature, after, events, logo=b"" if LOGO in signature.details else None)


def erased(signature: Signature) -> Signature:
    """Without anything that somebody said, and without the salt: what is left tells nothing of anybody."""
    return replace(
        signature,
        name="",
        address="",
        second_address="",
        affiliation="",
        role="",
        place="",
        shown=Shown.COUNT,
        publish="",
        updates="",
        salt=b"",
        prefix="",
        reason="",
        details={},
        country="",
        bounced=None,
        domain="",
    )


async def change_by_link(
    ports: Ports, secret: str, decide: Decide, found: tuple[Signature, LinkRole] | None = None
) -> Signature:
    """Decide on the signature as it is, and again when somebody was first. Raises what ``decide`` raises.

    ``found``: what the link led to a moment ago.
    """
    for _ in range(MAX_TRIES):
        signature, role = found or await read_signature(ports, secret)
        found = None
        change = decide(signature, role)
        if change is None:
            return signature
        try:
            return await ports.signatures.change(change, ports.clock.now())
        except SignatureMoved:
            continue
    raise Refusal(Code.CANNOT_SAVE)


async def export_signature(ports: Ports, secret: str) -> Mapping[str, Any]:
    """Everything that is kept of a signatory, for themselves, with what it takes to check it against the ledger."""
    signature, role = await read_signature(ports, secret)
    if role is not LinkRole.OWN:
        raise Refusal(Code.NOT_ALLOWED, action="export_signature")
    times = ("requested", "contact_confirmed", "second_confirmed", "confirmed", "changed", "reminded", "bounced")
    moments = {name: getattr(signature, name) for name in times}
    wordings = [(await ports.ledger.content(d)).decode() for d in (signature.publish, signature.updates) if d]
    return {
        "id": signature.id,
        "state": signature.state.value,
        "said": signature.said(),
        "address": signature.address,
        "second_contact": signature.second_address,
        "locale": signature.locale,
        "consents": {"publish": signature.publish, "updates": signature.updates},
        "wordings": wordings,
        "times": {name: moment.isoformat() for name, moment in moments.items() if moment},
        "source": signature.source.value,
        "list": signature.roll,
        "network_prefix": signature.prefix,
        "domain": signature.domain,
        "logo": base64.b64encode(await ports.signatures.logo(signature.id) or b"").decode(),
        "details": dict(signature.details),
        "salt": signature.salt.hex(),
        "commitment": signature.commitment,
        "ledger": {"stream": stream_of(signature.declaration), "index": signature.index},
        "how_to_check": "SHA-256 over the bytes of salt, followed by the RFC 8785 form of said, is commitment",
    }


async def count_signatures(ports: Ports, slug: str, n: int) -> Counts:
    """Of one edition, as of now."""
    return await ports.signatures.counts(slug, n)
