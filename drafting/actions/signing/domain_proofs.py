"""An organisation proves by its own domain that it signs, where no second person of it confirms.

It names a domain once its address is confirmed, gets a line, and puts it into its DNS or onto its website. The line is
looked for when its bearer asks, and every hour as long as the signature waits.
"""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from drafting.actions.core import load_declaration
from drafting.actions.names import SIGNATURE
from drafting.actions.organisation_ports import Busy, Finding, Sites
from drafting.actions.ports import Ports
from drafting.actions.signature_ports import AddressHasSigned, LinkRole, SignatureChange, SignatureLink, SignatureMoved
from drafting.actions.signing.asking import write_letter
from drafting.actions.signing.links import change_by_link, counted, read_signature
from drafting.domain.errors import Code, Refusal
from drafting.domain.organisations import TOKEN_BYTES, Verified, canonical_domain, proof_line
from drafting.domain.signatures import SignatoryKind, Signature

PROOF_DAYS: Final = 14
"""How long an organisation has, from the confirmation of its address: whoever looks after its DNS may be away."""
AGAIN_AFTER: Final = timedelta(seconds=10)
LOOKS_EVERY: Final = timedelta(hours=1)
PROVING: Final = "proving"
"""What the details hold until the domain is proven: ``token``, ``looks``, ``at`` and ``found``, by place."""
PROOF: Final = "proof"
"""What they hold from then on: dns or web."""


async def choose_domain(ports: Ports, secret: str, domain: str) -> Signature:
    """Name the domain that will prove the organisation, or another one; the line to publish is a new one for each.

    Raises ``link_used`` for unknown links, ``not_allowed`` where nothing is to be proven (any more), ``bad_input``.
    """
    name = canonical_domain(domain)
    if not name:
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field="domain", reason="domain")
    token = secrets.token_hex(TOKEN_BYTES)
    at = ports.clock.now()

    def decide(signature: Signature, role: LinkRole) -> SignatureChange | None:
        _expect_unproven(ports, signature, role, at)
        if signature.domain == name:
            return None
        expires = max(signature.expires, (signature.contact_confirmed or at) + timedelta(days=PROOF_DAYS))
        details = {**signature.details, PROVING: {"token": token, "looks": 0, "at": "", "found": {}}}
        after = replace(signature, domain=name, details=details, expires=expires, changed=at)
        return SignatureChange(signature, after)

    return await change_by_link(ports, secret, decide)


async def prove_domain(ports: Ports, secret: str) -> Signature:
    """Look for the line now. The signature counts from then on, or says in its details what was found instead.

    Raises what :func:`choose_domain` raises, ``too_many`` where it was looked for a moment ago or many others wait, and
    ``link_used`` where the address has signed by another letter.
    """
    at = ports.clock.now()
    signature, role = await read_signature(ports, secret)
    sites = _expect_unproven(ports, signature, role, at)
    line = line_of(signature)
    if not line:
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field="domain", reason="domain")
    if (last := _looked(signature)) and at - last < AGAIN_AFTER:
        raise Refusal(Code.TOO_MANY)
    try:
        found = await sites.look(signature.domain, line)
    except Busy as error:
        raise Refusal(Code.TOO_MANY) from error

    def decide(now: Signature, _: LinkRole) -> SignatureChange | None:
        return noted(now, found, at) if line_of(now) == line else None

    try:
        return await change_by_link(ports, secret, decide)
    except AddressHasSigned as error:
        raise Refusal(Code.LINK_USED, reason="signed") from error


async def look_for_proofs(ports: Ports) -> int:
    """Look at the domains of all that wait for it; how many organisations count from now on. Each gets a letter."""
    if ports.sites is None:
        return 0
    at = ports.clock.now()
    waiting = await ports.signatures.unproven(at - LOOKS_EVERY, at)
    return sum(await asyncio.gather(*(_look_again(ports, ports.sites, signature) for signature in waiting)))


async def _look_again(ports: Ports, sites: Sites, signature: Signature) -> bool:
    try:
        found = await sites.look(signature.domain, line_of(signature))
    except Busy:
        return False
    at = ports.clock.now()
    change = noted(signature, found, at)
    if change.events:
        change = replace(change, links=[await _news(ports, signature)])
    with suppress(SignatureMoved):  # Its bearer was first.
        try:
            await ports.signatures.change(change, at)
            return bool(change.events)
        except AddressHasSigned:  # By another letter. This one waits until its time is over, and not at the front.
            await ports.signatures.change(SignatureChange(signature, replace(signature, changed=at)), at)
    return False


async def _news(ports: Ports, signature: Signature) -> SignatureLink:
    declaration = await load_declaration(ports, signature.declaration)
    secret = secrets.token_urlsafe(32)
    return SignatureLink(secret, LinkRole.OWN, write_letter(ports, declaration, signature, "signature_proven", secret))


def noted(signature: Signature, found: Mapping[Verified, Finding], at: datetime) -> SignatureChange:
    """The change that follows from a look: the signature counts, or knows what was found."""
    place = next((place for place, finding in found.items() if finding is Finding.FOUND), None)
    if place:
        kept = {name: value for name, value in signature.details.items() if name != PROVING}
        after = replace(signature, details={**kept, PROOF: place.value}, changed=at)
        return counted(signature, after, at)
    proving = {
        **signature.details[PROVING],
        "looks": signature.details[PROVING]["looks"] + 1,
        "at": at.isoformat(),
        "found": {place.value: finding.value for place, finding in found.items()},
    }
    return SignatureChange(signature, replace(signature, details={**signature.details, PROVING: proving}, changed=at))


def line_of(signature: Signature) -> str:
    """The line that its domain has to show; empty where none was named, or nothing is left to prove."""
    proving: Mapping[str, Any] = signature.details.get(PROVING, {})
    return proof_line(proving["token"]) if signature.domain and proving else ""


def _looked(signature: Signature) -> datetime | None:
    last = signature.details[PROVING]["at"]
    return datetime.fromisoformat(last) if last else None


def can_prove(ports: Ports, signature: Signature, at: datetime) -> bool:
    """Whether the organisation may prove itself by its domain now."""
    waits = signature.kind is SignatoryKind.ORGANISATION and signature.awaits_second
    return ports.sites is not None and waits and at < signature.expires


def _expect_unproven(ports: Ports, signature: Signature, role: LinkRole, at: datetime) -> Sites:
    if ports.sites is None or role is not LinkRole.OWN or not can_prove(ports, signature, at):
        raise Refusal(Code.NOT_ALLOWED, action="prove_domain")
    return ports.sites
