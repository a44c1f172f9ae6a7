"""How often a room turns: at once while it is quiet, in ever larger batches the more it has to do."""

import time
from typing import Final

# After a turn a room leaves the processor to others for this many times what the turn took, at most so many seconds.
REST: Final = 3.0
LONGEST: Final = 0.02
SHORTEST: Final = 0.0005


class Pace:
    """Measures the turns of one room, in seconds of a monotonic clock."""

    __slots__ = ("_began", "_busy", "_ended")

    def __init__(self) -> None:
        self._began = self._busy = 0.0
        self._ended = -LONGEST

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
        left = self._ended + min(LONGEST, REST * self._busy) - time.perf_counter()
        return left if left > SHORTEST else 0.0
