"""The manifest that networks agree to, and the frozen editions and releases that come of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from drafting.domain.prose import digest_of

MANIFEST_PREFIX: Final = b"drafting manifest 1\n"
CONTENT_PREFIX: Final = b"drafting edition 1\n"
APPROVALS_NEEDED: Final = 2
UNDER_WAY: Final = timedelta(days=21)
"""How long after the end of signing the last one that was asked for before can still count: seven days for the letter,
and fourteen more in which an organisation proves its domain."""


class EditionStatus(StrEnum):
    FROZEN = "frozen"
    RELEASED = "released"
    VOID = "void"


class Signing(StrEnum):
    """Whether an edition can be signed. SETTLING: no more, but what was asked for before can still be confirmed."""

    OPEN = "open"
    ENDING = "ending"
    SETTLING = "settling"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Counted:
    """The signatures after the end of signing, or after the last letters. ``index``: how far their ledger was then."""

    since: datetime
    at: datetime
    index: int
    people: int
    organisations: int


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's word, for one network, that the frozen edition may be released."""

    account: str
    network: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Erratum:
    """What a later release of the same edition corrects, in words for readers."""

    locale: str
    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Release:
    """An edition made public, or made public again with corrections or further languages."""

    n: int
    at: datetime
    locales: tuple[str, ...]
    content: str
    files: tuple[Mapping[str, Any], ...] = ()
    errata: tuple[Erratum, ...] = ()


@dataclass(slots=True)
class Edition:
    """A frozen declaration. ``content`` is the digest of everything it needs, by value, kept by the ledger.

    ``index`` is the freeze's place in the ledger: what was tabled before it is in the edition.
    ``asked``: the contents of further releases that were asked for. ``closes``: when signing ends or has ended.
    """

    n: int
    manifest_digest: str
    content: str
    frozen_at: datetime
    frozen_by: str
    window_ends: datetime
    status: EditionStatus = EditionStatus.FROZEN
    approvals: list[Approval] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    voided_by: str = ""
    asked: list[str] = field(default_factory=list)
    index: int = 0
    closes: datetime | None = None
    counted: Counted | None = None

    def signing(self, at: datetime) -> Signing:
        if self.closes is None:
            return Signing.OPEN
        if at < self.closes:
            return Signing.ENDING
        return Signing.SETTLING if at < self.closes + UNDER_WAY else Signing.ENDED

    def can_be_signed(self, at: datetime) -> bool:
        return self.closes is None or at < self.closes

    @property
    def settles(self) -> datetime | None:
        """When the last letter has ended that was sent before the end of signing."""
        return self.closes and self.closes + UNDER_WAY


def manifest_digest(
    slug: str,
    sections: Sequence[tuple[str, str]],
    networks: Sequence[tuple[str, str]],
    statements: Sequence[tuple[str, str, str]],
) -> str:
    """The whole that is signed: (section, revision digest) in order, (slug, name) of networks, and statements.

    A statement is (section, network, digest of its words); reservations and minority statements belong to the whole.
    """
    return digest_of(
        MANIFEST_PREFIX,
        {
            "declaration": slug,
            "sections": [{"id": id, "revision": revision} for id, revision in sections],
            "networks": [{"slug": s, "name": name} for s, name in sorted(networks)],
            "statements": [{"section": s, "network": n, "digest": d} for s, n, d in sorted(statements)],
        },
    )
