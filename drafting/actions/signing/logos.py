"""The logo of an organisation that signs: sent by whoever has its link, drawn anew, shown beside its name."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from drafting.actions.organisation_ports import Picture
from drafting.actions.ports import Ports
from drafting.actions.signature_ports import LinkRole, SignatureChange
from drafting.actions.signing.links import LOGO, LOGO_REFUSED, SIGNATORY, change_by_link, read_signature
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.signatures import SignatoryKind, Signature, SignatureState

MOST_CHANGES: Final = 20
"""How often one signature may change its logo: each time is an entry in the ledger, which stays."""
CHANGES: Final = "logo_changes"
STATES: Final = frozenset({SignatureState.PENDING, SignatureState.CONFIRMED, SignatureState.QUARANTINED})


async def put_logo(ports: Ports, secret: str, data: bytes) -> Signature:
    """Show this picture (PNG, JPEG or WebP) beside the organisation's name from now on.

    Raises ``link_used`` for unknown links, ``not_allowed`` for people and before the address is confirmed, ``too_many``
    after :data:`MOST_CHANGES`, and what :meth:`Pictures.make_small` raises.
    """
    await require_logo(ports, secret)
    assert ports.pictures is not None
    picture = await ports.pictures.make_small(data)
    return await change_by_link(ports, secret, lambda s, role: _changed(ports, s, role, picture))


async def require_logo(ports: Ports, secret: str) -> None:
    """Raises as :func:`put_logo` where no picture would be taken, whatever it shows."""
    signature, role = await read_signature(ports, secret)
    _expect_organisation(signature, role)
    _expect_few(signature)


async def remove_logo(ports: Ports, secret: str) -> Signature:
    """Show none any more. Raises as :func:`put_logo`."""
    return await change_by_link(ports, secret, lambda s, role: _changed(ports, s, role, None))


def can_have_logo(signature: Signature) -> bool:
    """Whether somebody may send one: an organisation that has confirmed its address, and whose former one stayed up."""
    is_refused = bool(signature.details.get(LOGO_REFUSED))
    is_organisation = signature.kind is SignatoryKind.ORGANISATION and not is_refused
    return is_organisation and signature.contact_confirmed is not None and signature.state in STATES


def file_of(signature: Signature) -> str:
    """The name of its file in the public list; empty where it has none."""
    logo: Mapping[str, Any] = signature.details.get(LOGO, {})
    return f"{signature.id}-{logo['digest']}.png" if logo else ""


def _changed(ports: Ports, signature: Signature, role: LinkRole, picture: Picture | None) -> SignatureChange | None:
    _expect_organisation(signature, role)
    if picture:  # Removing is never refused, and there is nothing to remove twice.
        _expect_few(signature)
    details = {name: value for name, value in signature.details.items() if name != LOGO}
    if picture is None and LOGO not in signature.details:
        return None
    details[CHANGES] = details.get(CHANGES, 0) + 1
    if picture:
        digest = hashlib.sha256(picture.data).hexdigest()[:16]
        details[LOGO] = {"digest": digest, "width": picture.width, "height": picture.height}
    # The ledger says that something changed and not what: pictures can be told from their digests.
    data = {"edition": signature.edition, "id": signature.id}
    events = [Event(Kind.SIGNATURE_DESCRIBE, data, SIGNATORY)] if signature.index is not None else []
    after = replace(signature, details=details, changed=ports.clock.now())
    return SignatureChange(signature, after, events, logo=picture.data if picture else b"")


def _expect_organisation(signature: Signature, role: LinkRole) -> None:
    if role is not LinkRole.OWN or not can_have_logo(signature):
        raise Refusal(Code.NOT_ALLOWED, action="put_logo")


def _expect_few(signature: Signature) -> None:
    if signature.details.get(CHANGES, 0) >= MOST_CHANGES:
        raise Refusal(Code.TOO_MANY, limit=MOST_CHANGES)
