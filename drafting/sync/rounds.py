"""Timers that may be a quarter of a second late: all that are due in the same quarter share one of the event loop's.

One of the event loop's own keeps half a kilobyte, and every socket and every room has some that hardly ever go off.
"""

import asyncio
from collections.abc import Callable
from math import ceil
from typing import Final
from weakref import WeakKeyDictionary

STEP: Final = 0.25
"""Seconds."""


class Alarm:
    """What :func:`call_later` gives."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[[], object]) -> None:
        self._call: Callable[[], object] | None = call

    def cancel(self) -> None:
        self._call = None

    def ring(self) -> None:
        if self._call is not None:
            self._call()


_ROUNDS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, list[Alarm]]]] = WeakKeyDictionary()


def call_later(seconds: float, call: Callable[[], object]) -> Alarm:
    """Like the running event loop's, but at the end of the quarter of a second in which it is due."""
    loop = asyncio.get_running_loop()
    rounds = _ROUNDS.setdefault(loop, {})
    number = ceil((loop.time() + seconds) / STEP)
    if number not in rounds:
        rounds[number] = []
        loop.call_at(number * STEP, _go_round, loop, rounds, number)
    alarm = Alarm(call)
    rounds[number].append(alarm)
    return alarm


def _go_round(loop: asyncio.AbstractEventLoop, rounds: dict[int, list[Alarm]], number: int) -> None:
    for alarm in rounds.pop(number):
        loop.call_soon(alarm.ring)  # Each by itself: what fails keeps no other from going off.
