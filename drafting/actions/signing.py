"""Signing a released edition: ask, confirm by the link of a letter, look at it, withdraw, erase."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drafting.actions.ports import Ports
from drafting.domain.signatures import Counts, Shown, Signature, SignatoryKind, Source


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed who wants to sign; unchecked."""

    kind: SignatoryKind
    name: str
    address: str
    locale: str
    affiliation: str = ""
    role: str = ""
    place: str = ""
    shown: Shown = Shown.NAME
    publish: bool = False
    updates: bool = False
    second_contact: str = ""
    prefix: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


async def sign(ports: Ports, *, slug: str, n: int, asked: Asked, source: Source = Source.WEB) -> None:
    """Keep a pending signature and mail its link; the same for known and unknown addresses."""
    raise NotImplementedError


async def read_signature(ports: Ports, secret: str) -> Signature:
    """The signature that a letter's link leads to. Raises ``link_used`` where there is none (any more)."""
    raise NotImplementedError


async def confirm_signature(ports: Ports, secret: str) -> Signature:
    """Spend a letter's link. Raises ``link_used``."""
    raise NotImplementedError


async def withdraw_signature(ports: Ports, secret: str, *, erase: bool = False) -> Signature:
    """Take a signature back; ``erase`` also drops what was said. Raises ``link_used``."""
    raise NotImplementedError


async def count_signatures(ports: Ports, slug: str, n: int) -> Counts:
    """Of one edition."""
    raise NotImplementedError
