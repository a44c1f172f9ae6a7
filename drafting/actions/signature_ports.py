"""What the actions need to keep who signed, as a protocol, with what goes in and out of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from drafting.actions.letter_ports import Letter
from drafting.domain.events import Entry, Event
from drafting.domain.geography import Geography
from drafting.domain.signatures import Counts, SignatoryKind, Signature, SignatureState, Source


class SignatureMoved(Exception):
    """Somebody changed this signature first; look at it and decide again."""


class AddressHasSigned(Exception):
    """The address holds another signature under this edition, and one is all it can hold."""


class LinkRole(StrEnum):
    """Whose link it is: the signatory's own, that of an organisation's second contact, or one that lets its bearer
    leave the updates and do nothing else."""

    OWN = "own"
    SECOND = "second"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class SignatureLink:
    """A secret that stands in a letter; only a hash of it is kept, with the letter that carries it."""

    secret: str
    role: LinkRole
    letter: Letter


@dataclass(frozen=True, slots=True)
class SignatureRequest:
    """Somebody asks to sign. Two letters with the same link, of which one is sent: ``letter`` where the address has not
    signed this edition yet, ``known`` where it has. ``contents``: the consents' wordings by digest."""

    signature: Signature
    secret: str
    letter: Letter
    known: Letter
    contents: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignatureChange:
    """From what was seen to what shall be, with its events (for the declaration's stream of signatures) and letters.

    An ``after`` without a salt is erased: the store then drops its links, its waiting letters, its logo and what finds
    it. ``logo``: PNG to keep from now on; empty: the one that was kept is dropped; None: it stays.
    """

    before: Signature
    after: Signature
    events: Sequence[Event] = ()
    links: Sequence[SignatureLink] = ()
    logo: bytes | None = None


class Signatures(Protocol):
    """Who signed which edition, and the counts. Whatever is asked for at the same time shares a transaction."""

    async def request(self, asked: SignatureRequest, at: datetime) -> None:
        """Keep a pending signature, its link and its letter; durable when this returns.

        Where the address has signed this edition, only ``known`` is sent; where it was asked for too often today,
        nothing is. Raises :class:`CannotSave`.
        """

    async def add(self, changes: Sequence[SignatureChange], at: datetime) -> Sequence[Signature | None]:
        """Keep new signatures (``before`` is ``after``) as they are with their events, in one transaction; for lists
        and paper. Those whose address holds one already are left out, and None stands in their place."""

    async def change(self, change: SignatureChange, at: datetime) -> Signature:
        """As kept, with its ``index`` where an event of it confirms. Raises :class:`SignatureMoved`,
        :class:`AddressHasSigned`, :class:`CannotSave`."""

    async def find(self, secret: str) -> tuple[Signature, LinkRole] | None:
        """The signature that a letter's link leads to, and whose link it is."""

    async def get(self, id: str) -> Signature:
        """Raises ``not_found``."""

    async def indexes(self, ids: Collection[str]) -> Mapping[str, int]:
        """Where in the ledger those of these that are kept were confirmed; 0 for those that never were."""

    async def counts(self, declaration: str, edition: int) -> Counts:
        """As of now, from a row that every change keeps right."""

    async def listed(
        self,
        declaration: str,
        edition: int,
        after: int = 0,
        limit: int = 100,
        *,
        newest_first: bool = False,
        kind: SignatoryKind | None = None,
    ) -> Sequence[Signature]:
        """Confirmed ones that show a name or initials, by their place in the ledger. ``after``: the last place seen;
        0 begins at the first one, or at the newest. ``kind``: of this kind alone."""

    async def in_state(
        self,
        declaration: str,
        edition: int,
        state: SignatureState,
        limit: int,
        *,
        since: datetime | None = None,
        but: Collection[Source] = (),
    ) -> Sequence[Signature]:
        """Those in this state, the newest first; ``since``: changed after that moment alone; ``but``: not those that
        came in so."""

    async def bounced(self, declaration: str, edition: int, limit: int) -> tuple[int, Sequence[Signature]]:
        """How many there are to whose address no letter can be delivered, and the newest of them."""

    async def places(self, declaration: str, edition: int) -> Mapping[str, int]:
        """How many of those who count and agreed to be published named each place, as they wrote it."""

    async def countries(self, declaration: str, edition: int) -> Mapping[str, int]:
        """The same for countries, by their codes."""

    async def geography(self, declaration: str, edition: int) -> Geography:
        """What was told last of where people signed; an empty one where nothing was."""

    async def keep_geography(self, declaration: str, edition: int, before: Geography, after: Geography) -> Geography:
        """Keep what is told from now on, unless another node told something since ``before``; what is told then."""

    async def entries(self, declaration: str, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """The ledger's entries of a declaration's signatures with a greater index, oldest first."""

    async def unreminded(self, before: datetime, at: datetime, limit: int = 100) -> Sequence[Signature]:
        """Pending ones, asked for before that moment, not yet past their time and not reminded yet; oldest first."""

    async def unproven(self, before: datetime, at: datetime, limit: int = 50) -> Sequence[Signature]:
        """Pending organisations that named a domain, not yet past their time, unchanged since that moment; those that
        have waited longest come first."""

    async def logo(self, id: str) -> bytes | None:
        """The logo of a signature, PNG; None where it has none."""

    async def forget_prefixes(self, before: datetime) -> int:
        """Forget from which network those came that were asked for before that moment; how many."""

    async def sweep(self, before: datetime) -> int:
        """Drop pending ones whose time ended before that moment, with their links; how many."""
