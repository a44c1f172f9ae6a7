"""How many signed where, told so that nobody is found by it: not in a table, and not in the difference of two.

A place that fewer than :data:`LEAST` people named is not told apart, and of the others the number is rounded down to
tens: the whole less what is told leaves a number that may as well be rounding. A number changes only once ten people or
more came or left there since it last did, and a table is followed by another only once ten people or more came or left
anywhere (:class:`Movers`). So whoever compares two tables learns of no fewer than ten people.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from drafting.domain.events import Entry, Kind

LEAST: Final = 10
MOST_PLACES: Final = 50
_COUNTS_AFTER: Final[Mapping[Kind, bool]] = {
    Kind.SIGNATURE_CONFIRM: True,
    Kind.SIGNATURE_RESTORE: True,
    Kind.SIGNATURE_WITHDRAW: False,
    Kind.SIGNATURE_INVALIDATE: False,
    Kind.SIGNATURE_QUARANTINE: False,
}


@dataclass(frozen=True, slots=True)
class Place:
    """``count``: about so many, a multiple of ten. ``name``: as people write it, or a country's code."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Cell:
    """``counted``: how many there were when ``told`` was last changed; it is never told itself."""

    told: int
    counted: int


Cells = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Geography:
    """What was told last, when the ledger of signatures had come to ``index``."""

    index: int = 0
    countries: Cells = field(default_factory=dict)
    places: Cells = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            name: {key: [cell.told, cell.counted] for key, cell in cells.items()}
            for name, cells in (("countries", self.countries), ("places", self.places))
        }

    @classmethod
    def of_json(cls, index: int, value: Mapping[str, Any]) -> "Geography":
        countries, places = (
            {key: Cell(*cell) for key, cell in value.get(name, {}).items()} for name in ("countries", "places")
        )
        return cls(index, countries, places)


class Movers:
    """Whose signatures under an edition began or ceased to count, as entry after entry is looked at. Who came and left
    again in between is none: otherwise one person could stand for ten."""

    def __init__(self, edition: int) -> None:
        self._edition = edition
        self._moved: dict[str, bool] = {}

    def note(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            counts, data = _COUNTS_AFTER.get(entry.event.kind), entry.event.data
            if counts is None or data.get("edition") != self._edition:
                continue
            if self._moved.get(data["id"], counts) == counts:
                self._moved[data["id"]] = counts
            else:
                del self._moved[data["id"]]

    def __len__(self) -> int:
        return len(self._moved)


def retold(before: Cells, now: Mapping[str, int]) -> dict[str, Cell]:
    """The next cells: those that moved by ten or more since they were last changed get a new number.

    A place that was never told leaves no trace here, however many there are.
    """
    cells = {}
    for name in {**before, **now}:
        known, count = before.get(name), now.get(name, 0)
        last = known.counted if known else 0
        if abs(count - last) >= LEAST:
            cells[name] = Cell(count // LEAST * LEAST, count)
        elif known:
            cells[name] = known
    return cells


def told(cells: Cells) -> list[Place]:
    """What is published, the largest first."""
    found = [Place(name, cell.told) for name, cell in cells.items() if cell.told >= LEAST]
    return sorted(found, key=lambda place: (-place.count, place.name))[:MOST_PLACES]


def together(counts: Mapping[str, int], known: Iterable[str] = ()) -> dict[str, int]:
    """Free words with all their spellings taken together, under the one that most used; ``known``: spellings that were
    told before, which stay. So one person's own way of writing is never what is shown."""
    sums: Counter[str] = Counter()
    spellings: dict[str, Counter[str]] = {}
    for written, count in counts.items():
        key = _folded(written)
        if key:
            sums[key] += count
            spellings.setdefault(key, Counter())[written.strip()] += count
    former = {_folded(name): name for name in known}
    return {former.get(key) or _usual(spellings[key]): count for key, count in sums.items()}


def _folded(written: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(written.split())).casefold()


def _usual(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda spelling: (-spellings[spelling], spelling))
