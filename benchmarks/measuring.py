"""Several things measured by turns, so that whatever else the machine does falls on all of them alike."""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter
from typing import NamedTuple

ROUNDS = 3


class Row(NamedTuple):
    """What was measured; the median and the extremes of the rounds, in `unit`."""

    what: str
    median: float
    least: float
    most: float
    unit: str

    def __str__(self) -> str:
        return f"{self.what:<58}{self.median:10.1f}{self.least:10.1f}{self.most:10.1f} {self.unit}"


def by_turns(works: Mapping[str, Callable[[], object]], times: int, unit: str) -> list[Row]:
    """Does every work once a round, each of which repeats something `times` times; rows of µs or ms for one."""
    scale = {"µs": 1e6, "ms": 1e3}[unit] / times
    taken: dict[str, list[float]] = {what: [] for what in works}
    for _ in range(ROUNDS):
        for what, work in works.items():
            began = perf_counter()
            work()
            taken[what].append((perf_counter() - began) * scale)
    return [Row(what, median(each), min(each), max(each), unit) for what, each in taken.items()]
