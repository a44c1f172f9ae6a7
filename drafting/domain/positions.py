"""Revisions, positions, and the rules that say where a section stands. People act on immutable words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from drafting.domain.prose import digest_of

REVISION_PREFIX: Final = b"drafting revision 1\n"


class PositionKind(StrEnum):
    CONSENT = "consent"
    RESERVATION = "reservation"
    STAND_ASIDE = "stand_aside"
    OBJECTION = "objection"
    CONSULTING = "consulting"
    WITHDRAWAL = "withdrawal"


YES: Final = frozenset({PositionKind.CONSENT, PositionKind.RESERVATION})


class CellStatus(StrEnum):
    """A network's standing on a section, computed."""

    NONE = "none"
    CONSULTING = "consulting"
    AD_REFERENDUM = "ad_referendum"
    CONSENTS = "consents"
    RESERVES = "reserves"
    STANDS_ASIDE = "stands_aside"
    OBJECTS = "objects"
    STALE = "stale"
    WITHDRAWN = "withdrawn"
    DISPUTED = "disputed"


COUNTS: Final = frozenset({CellStatus.CONSENTS, CellStatus.RESERVES, CellStatus.AD_REFERENDUM})
ANSWERED: Final = COUNTS | {CellStatus.STANDS_ASIDE, CellStatus.OBJECTS, CellStatus.WITHDRAWN}


class SectionStatus(StrEnum):
    DRAFTING = "drafting"
    TABLED = "tabled"
    AGREED = "agreed"
    FROZEN = "frozen"
    PUBLISHED = "published"
    CONTESTED = "contested"
    BRACKETED = "bracketed"
    RETIRED = "retired"


class Change(StrEnum):
    """What a tabling says of itself."""

    SUBSTANTIVE = "substantive"
    EDITORIAL = "editorial"


@dataclass(frozen=True, slots=True)
class TabledBlock:
    """A block of a tabled text: its identity, for translations, and the digest of its words."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Revision:
    """Immutable tabled words: the digest of each authentic text, whose bytes the ledger keeps.

    ``bodies``: digest of the text with its identities, per locale; ``blocks``: those of the source text.
    ``index`` is its place in the ledger.
    """

    section: str
    n: int
    digest: str
    texts: Mapping[str, str]
    bodies: Mapping[str, str]
    blocks: tuple[TabledBlock, ...]
    title: str
    change: Change
    why: str
    tabled_by: str
    network: str | None
    at: datetime
    generation: int = 1
    index: int = 0


def revision_digest(section: str, texts: Mapping[str, str]) -> str:
    """The digest that positions are bound to: the section and its authentic texts, nothing else."""
    return digest_of(REVISION_PREFIX, {"section": section, "texts": dict(texts)})


@dataclass(frozen=True, slots=True)
class Statement:
    """The words of a reservation, an objection or a minority, in one language; the original always appears."""

    locale: str
    text: str
    approved: bool = True


@dataclass(frozen=True, slots=True)
class Position:
    """An act: taken, superseded by a later one, never changed. ``index`` is its place in the ledger."""

    id: str
    index: int
    at: datetime
    network: str
    mandate: str
    account: str
    kind: PositionKind
    section: str
    target_digest: str
    read_locale: str
    read_digest: str
    authority: str = "mandated"
    statement: Statement | None = None
    harms: str = ""
    remedy: str = ""
    until: datetime | None = None
    channel: str = "web"
    recorded_by: str | None = None
    supersedes: str | None = None


@dataclass(frozen=True, slots=True)
class ManifestSignature:
    """A network agrees to the whole: order, revisions, reservations, names."""

    network: str
    account: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Cell:
    """One crossing of the matrix. ``explicit_digest``: the revision the network last said yes to, itself."""

    network: str
    section: str
    status: CellStatus
    explicit_digest: str | None = None
    position: Position | None = None
    due: datetime | None = None
    older_words: bool = False


def standing(
    network: str, section: str, acts: Sequence[Position], tabled: str | None, at: datetime, due: datetime | None = None
) -> Cell:
    """A network's standing from its acts on a section, oldest first, against the digest that is tabled now.

    A yes lapses when the words change; a no persists until the network itself supersedes it.
    """
    mine = [act for act in acts if act.network == network and act.at <= at]
    explicit = next((act.target_digest for act in reversed(mine) if act.kind in YES), None)
    if not mine:
        return Cell(network, section, CellStatus.NONE, due=due)
    last = mine[-1]
    return Cell(
        network,
        section,
        _status_of(last, tabled, at),
        explicit,
        last,
        last.until if last.kind is PositionKind.CONSULTING or last.authority == "ad_referendum" else due,
        older_words=last.target_digest != tabled,
    )


def _status_of(act: Position, tabled: str | None, at: datetime) -> CellStatus:
    lapsed = act.until is not None and at >= act.until
    match act.kind:
        case PositionKind.OBJECTION:
            return CellStatus.OBJECTS
        case PositionKind.STAND_ASIDE:
            return CellStatus.STANDS_ASIDE
        case PositionKind.WITHDRAWAL:
            return CellStatus.WITHDRAWN
        case PositionKind.CONSULTING:
            return CellStatus.NONE if lapsed else CellStatus.CONSULTING
    if act.target_digest != tabled:
        return CellStatus.STALE
    if act.authority == "ad_referendum":
        return CellStatus.NONE if lapsed else CellStatus.AD_REFERENDUM
    return CellStatus.RESERVES if act.kind is PositionKind.RESERVATION else CellStatus.CONSENTS


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a section's words may be frozen, and if not why: ``code`` and the networks it concerns."""

    code: str | None
    networks: tuple[str, ...] = ()

    @property
    def is_agreed(self) -> bool:
        return self.code is None


def decide(cells: Iterable[Cell], needed: int, deadline: datetime | None, at: datetime) -> Verdict:
    """The decision rule: enough networks consent, none objects, and all have answered or the time to answer is over.

    Silence never consents. ``code``: not_tabled, objection, too_few_consents, still_answering.
    """
    if deadline is None:
        return Verdict("not_tabled")
    cells = list(cells)
    objecting = tuple(c.network for c in cells if c.status is CellStatus.OBJECTS)
    if objecting:
        return Verdict("objection", objecting)
    open_ones = tuple(c.network for c in cells if c.status not in ANSWERED)
    if sum(c.status in COUNTS for c in cells) < needed:
        return Verdict("too_few_consents", tuple(c.network for c in cells if c.status not in COUNTS))
    if open_ones and at < deadline:
        return Verdict("still_answering", open_ones)
    return Verdict(None)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Networks × sections at a moment; ``cells`` by (section, network)."""

    at: datetime
    networks: tuple[str, ...]
    sections: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell] = field(default_factory=dict)

    def row(self, section: str) -> list[Cell]:
        return [self.cells[section, network] for network in self.networks]

    def column(self, network: str) -> list[Cell]:
        return [self.cells[section, network] for section in self.sections]

    def tally(self) -> dict[str, int]:
        """How many cells have each status; statuses that none has are left out."""
        out: dict[str, int] = {}
        for cell in self.cells.values():
            out[cell.status.value] = out.get(cell.status.value, 0) + 1
        return out
