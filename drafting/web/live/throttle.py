"""How fast one client may send."""

import asyncio
from typing import Final

SHORTEST_PAUSE: Final = 0.02
# A message weighs one, and as much again for so many bytes: reading it takes time by its length.
BYTES: Final = 256


class Throttle:
    """Counts messages, and says now and then how long to rest so that ``rate`` a second is kept."""

    __slots__ = ("_clock", "_count", "_rate", "_since", "_step")

    def __init__(self, rate: int) -> None:
        self._clock = asyncio.get_running_loop().time
        self._rate = rate
        self._step = max(1, rate // 5)
        self._count = 0
        self._since = self._clock()

    def tick(self) -> bool:
        """One message more; whether it is time to :meth:`rest`."""
        self._count += 1
        return self._count >= self._step

    def rest(self) -> float:
        """Seconds to wait now; the next count begins behind them."""
        left = max(0.0, self._since + self._count / self._rate - self._clock())
        self._count = 0
        self._since = self._clock() + left
        return left


class Share:
    """How fast all sockets of one account may send together: ``rate`` messages a second, with a second's in reserve."""

    __slots__ = ("_clock", "_due", "_each")

    def __init__(self, rate: int) -> None:
        self._clock = asyncio.get_running_loop().time
        self._each = 1 / rate
        self._due = 0.0

    def take(self, size: int = 0) -> float:
        """A message of ``size`` bytes more; seconds to wait before it is looked at, nothing worth a pause being
        nothing."""
        now = self._clock()
        self._due = max(self._due, now - 1) + self._each * (1 + size // BYTES)
        wait = self._due - now
        return wait if wait > SHORTEST_PAUSE else 0.0
