"""How often a room turns: at once while the server has little to write, in ever larger batches the more it has.

What costs is one frame for every reader of every turn. Few turns are thrift, many are swiftness; which of them counts
depends on how many frames would be written if nothing waited (docs/decisions/sync.md has what was measured).
"""

import math
import time
from typing import Final

# Where so many frames a second would be written, a room rests as long as its turn took. It grows with the fourth
# power, so that half of it is not held up at all, and twice as many wait for a batch of some milliseconds.
MANY_FRAMES: Final = 60_000
GROWTH: Final = 4
# Seconds.
LONGEST: Final = 0.02
SHORTEST: Final = 0.0005
REMEMBERED: Final = 0.5


class Traffic:
    """How much came in lately, over all rooms of a process: what is longer ago counts ever less."""

    __slots__ = ("_at", "_frames")

    def __init__(self) -> None:
        self._frames = 0.0
        self._at = time.perf_counter()

    def note(self, frames: int) -> None:
        """Something has come that so many will read."""
        now = time.perf_counter()
        self._frames = self._frames * math.exp((self._at - now) / REMEMBERED) + frames
        self._at = now

    @property
    def frames_a_second(self) -> float:
        return self._frames * math.exp((self._at - time.perf_counter()) / REMEMBERED) / REMEMBERED


class Pace:
    """Measures the turns of one room, in seconds of a monotonic clock."""

    __slots__ = ("_began", "_busy", "_ended", "_traffic")

    def __init__(self, traffic: Traffic | None = None) -> None:
        self._traffic = traffic or Traffic()
        self._began = self._busy = 0.0
        self._ended = -LONGEST

    def note(self, frames: int) -> None:
        """Something has come that so many will read."""
        self._traffic.note(frames)

    def begin(self) -> None:
        self._began = time.perf_counter()
        self._busy = 0.0

    def pause(self) -> None:
        """What follows is waiting, until :meth:`resume`."""
        self._busy += time.perf_counter() - self._began

    def resume(self) -> None:
        self._began = time.perf_counter()

    def end(self) -> None:
        self._ended = time.perf_counter()
        self._busy += self._ended - self._began

    @property
    def rest(self) -> float:
        """How long to wait before the next turn; 0 where it is not worth the while."""
        crowding = (self._traffic.frames_a_second / MANY_FRAMES) ** GROWTH
        left = self._ended + min(LONGEST, crowding * self._busy) - time.perf_counter()
        return left if left > SHORTEST else 0.0
