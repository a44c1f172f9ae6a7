"""What the actions of organisations need from outside: a look at somebody's domain, and a picture made harmless."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drafting.domain.organisations import Verified


class Finding(StrEnum):
    """What a look at one place has shown.

    ``absent``: nothing lies there; ``other``: something does, without the line that was looked for; ``moved``: the page
    sends on elsewhere; ``certificate``: the encrypted connection proves no such domain; ``unreachable``: no answer in
    time or none that makes sense, or an address that is not public, which is not told apart from outside.
    """

    FOUND = "found"
    ABSENT = "absent"
    OTHER = "other"
    MOVED = "moved"
    CERTIFICATE = "certificate"
    UNREACHABLE = "unreachable"


class Busy(Exception):
    """So many looks wait already that another one would not be answered in time."""


class Sites(Protocol):
    """The DNS and the websites of others."""

    async def look(self, domain: str, line: str) -> Mapping[Verified, Finding]:
        """Whether a domain's TXT record or its page holds this line, of both places at once, within seconds.

        Raises :class:`Busy`. Nothing else is asked of the domain, and none of what is found there is kept.
        """


@dataclass(frozen=True, slots=True)
class Picture:
    """A small PNG without anything in it but its pixels."""

    data: bytes
    width: int
    height: int


class Pictures(Protocol):
    async def make_small(self, data: bytes) -> Picture:
        """A picture (PNG, JPEG or WebP) drawn anew. Raises ``bad_input`` with ``field`` logo and ``reason``: empty,
        kind (with ``looks_like``: html, svg or other), too_large (``longest``, in bytes), pixels (``most``), broken."""
