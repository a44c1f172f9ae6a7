"""A roll: names that somebody typed in from paper, or that a partner sent as a list, until two networks vouch for them.

Whoever brings a roll in says how it is read; it is checked row by row; a person hands it in for one network, and a
person of another network approves it, as two do for an edition. Only then does any row count. Two of different networks
can also take back what was counted; then none of its rows counts any more.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from drafting.domain.editions import APPROVALS_NEEDED, Approval
from drafting.domain.signatures import SignatoryKind, Source

TAKING: Final = "taking"
"""What a refusal is of where a list that counts is taken back."""
MOST_TOLD: Final = 2_000
"""So many lines of each kind are told by number; beyond that they are only counted."""


class RollState(StrEnum):
    """``new``: not read yet. ``checked``: every row was looked at. ``waiting``: handed in. ``counted``: done.
    ``asked_back``: it counts, and one network wants it taken back. ``leaving``: row after row counts no more.
    """

    NEW = "new"
    CHECKING = "checking"
    CHECKED = "checked"
    WAITING = "waiting"
    COUNTING = "counting"
    COUNTED = "counted"
    DROPPED = "dropped"
    ASKED_BACK = "asked_back"
    LEAVING = "leaving"
    TAKEN_BACK = "taken_back"


OPEN_STATES: Final = frozenset({RollState.CHECKING, RollState.COUNTING, RollState.LEAVING})
"""In which there is work to do."""
WAITING_STATES: Final = frozenset({RollState.WAITING, RollState.ASKED_BACK})
"""In which there is once a second network has said its word, which the ledger knows."""
ENDED_STATES: Final = frozenset({RollState.COUNTED, RollState.DROPPED, RollState.TAKEN_BACK})
"""In which nothing of it waits, so that the words that people wrote about it can go in time."""
KEPT_STATES: Final = frozenset({RollState.NEW, RollState.CHECKING, RollState.CHECKED, RollState.WAITING})
"""In which nothing of it counts yet, and it can be dropped."""


class Doubt(StrEnum):
    """Why a list that counts is taken back. The ledger is told this alone: a note may name people, and goes in time."""

    MADE_UP = "made_up"
    NOT_THEIRS = "not_theirs"
    TWICE = "twice"
    MISREAD = "misread"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rows:
    """What has become of the rows that were counted. ``published``: of those that count, the ones that are listed;
    ``held``: out of the count by moderation; ``gone``: taken back by whoever signed, or with the list."""

    counting: int = 0
    published: int = 0
    held: int = 0
    gone: int = 0

    @property
    def leaving(self) -> int:
        """How many would be taken back with the list."""
        return self.counting + self.held


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read. ``columns``: what each column holds, empty where it is left out."""

    encoding: str
    delimiter: str
    has_header: bool
    columns: tuple[str, ...]
    locale: str
    source: str = Source.PAPER.value
    kind: str = SignatoryKind.PERSON.value

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "Reading":
        return cls(**{**value, "columns": tuple(value["columns"])})

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "columns": list(self.columns)}


class Outcome(StrEnum):
    """What becomes of a row. ``namesake`` and ``unclear`` are told beside: such a row counts all the same."""

    FITS = "fits"
    FAULT = "fault"
    TWICE = "twice"
    SIGNED = "signed"
    LEFT = "left"
    NAMESAKE = "namesake"
    UNCLEAR = "unclear"


@dataclass(slots=True)
class Report:
    """What was found, by lines of the file and without a word of it.

    ``numbers``: how many rows of each outcome, and among those that fit ``addresses``, ``published`` and ``updates``.
    ``lines``: outcome → (line, what, of which other line), where ``what`` names the column and the reason of a fault.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    lines: dict[str, list[tuple[int, str, int]]] = field(default_factory=dict)

    def note(self, outcome: str, line: int = 0, what: str = "", other: int = 0) -> None:
        self.numbers[outcome] = self.numbers.get(outcome, 0) + 1
        told = self.lines.setdefault(outcome, []) if line else []
        if line and len(told) < MOST_TOLD:
            told.append((line, what, other))

    def count(self, outcome: str) -> int:
        return self.numbers.get(outcome, 0)

    @property
    def left_out(self) -> int:
        return sum(self.count(each) for each in (Outcome.FAULT, Outcome.TWICE, Outcome.SIGNED, Outcome.LEFT))

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "Report":
        lines = {name: [(r[0], r[1], r[2]) for r in rows] for name, rows in value.get("lines", {}).items()}
        return cls(dict(value.get("numbers", {})), lines)

    def to_json(self) -> dict[str, Any]:
        return {"numbers": self.numbers, "lines": {name: [list(r) for r in rows] for name, rows in self.lines.items()}}


_COUNTED_STATES: Final = frozenset({RollState.COUNTED, RollState.ASKED_BACK, RollState.LEAVING, RollState.TAKEN_BACK})


@dataclass(frozen=True, slots=True)
class Roll:
    """``name``: that of the file. ``total``: its rows, once known; ``done``: how many were gone through by now.

    ``due``: when somebody may (again) take up the work on it. ``salt`` goes into the digest and the ids of its
    signatures, and goes with them. ``counted``: what became of the rows when they were counted. ``reason``: the note of
    whoever declined it or wants it taken back. Name and note go some time after the list has ended.
    """

    id: str
    declaration: str
    edition: int
    state: RollState
    name: str
    account: str
    created: datetime
    changed: datetime
    due: datetime
    salt: bytes
    reading: Reading | None = None
    digest: str = ""
    total: int = 0
    done: int = 0
    report: Report = field(default_factory=Report)
    counted: Report = field(default_factory=Report)
    reason: str = ""
    turn: int = 0

    @property
    def is_erased(self) -> bool:
        """Whether it was taken back and nothing of its rows is kept any more."""
        return not self.salt

    @property
    def has_counted(self) -> bool:
        """Whether its rows count, or did before it was taken back."""
        return self.state in _COUNTED_STATES

    @property
    def lines(self) -> list[tuple[str, int, str, int]]:
        """(outcome, line, what, other) of the lines that are told apart, in their order: what became of them where they
        were counted, else what the check found. What counts all the same is always from the check."""
        told = dict(self.report.lines)
        if self.has_counted:
            beside = {name: found for name, found in told.items() if name in (Outcome.NAMESAKE, Outcome.UNCLEAR)}
            told = {**beside, **self.counted.lines}
        rows = [(name, *each) for name, found in told.items() for each in found]
        return sorted(rows, key=lambda row: (row[1], row[0]))

    def signature_id(self, line: int) -> str:
        """The id of the signature in a line: the same whenever it is brought in, and nobody can guess it."""
        return hashlib.sha256(self.salt + f"{self.id}:{line}".encode()).hexdigest()[:16]


def roll_digest(salt: bytes, data: bytes, reading: Reading, report: Report) -> str:
    """What is handed in and approved: the file, how it is read, what was found. Without the salt it tells nothing."""
    how = json.dumps([reading.to_json(), report.numbers], sort_keys=True, ensure_ascii=False).encode()
    return "sha256:" + hashlib.sha256(salt + hashlib.sha256(how).digest() + data).hexdigest()


@dataclass(slots=True)
class HandedIn:
    """A roll as the ledger knows it. The first approval is the word of whoever handed it in.

    ``wordings``: the digests of what the sheets say next to the boxes, by consent. ``doubters``: the words of those who
    want it taken back, and ``doubt`` why, one of :class:`Doubt`.
    """

    id: str
    edition: int
    digest: str
    approvals: list[Approval]
    wordings: Mapping[str, str] = field(default_factory=dict)
    is_dropped: bool = False
    is_counted: bool = False
    doubters: list[Approval] = field(default_factory=list)
    doubt: str = ""

    @property
    def is_approved(self) -> bool:
        return len(self.approvals) >= APPROVALS_NEEDED and not self.is_dropped

    @property
    def is_taken_back(self) -> bool:
        return len(self.doubters) >= APPROVALS_NEEDED


def is_decided(roll: Roll, known: HandedIn) -> bool:
    """Whether a second network has said its word about a roll that waits for one."""
    if roll.state is RollState.ASKED_BACK:
        return known.is_taken_back
    return roll.state is RollState.WAITING and known.is_approved
