"""How many signed where, told so that nobody is found by it.

A place that fewer than :data:`LEAST` people named is not told apart. Of the others the number is rounded down to tens:
taking them from the whole, or today's table from yesterday's, then leaves a number that may as well be rounding.
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LEAST: Final = 10
MOST_PLACES: Final = 50


@dataclass(frozen=True, slots=True)
class Place:
    """``count``: at least so many, a multiple of ten."""

    name: str
    count: int


def places(counts: Mapping[str, int]) -> list[Place]:
    """What may be told, the largest first; ``counts``: each place as people wrote it. Spellings are taken together."""
    together: Counter[str] = Counter()
    spellings: dict[str, Counter[str]] = {}
    for written, count in counts.items():
        key = _folded(written)
        if key:
            together[key] += count
            spellings.setdefault(key, Counter())[written.strip()] += count
    told = [Place(_usual(spellings[key]), count // LEAST * LEAST) for key, count in together.items() if count >= LEAST]
    return sorted(told, key=lambda place: (-place.count, place.name))[:MOST_PLACES]


def _folded(written: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(written.split())).casefold()


def _usual(spellings: Counter[str]) -> str:
    """The spelling that most used, so that one person's own way of writing is never what is shown."""
    return min(spellings, key=lambda spelling: (-spellings[spelling], spelling))
