"""Who may open a live text, and within which bounds."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from drafting.sync import wire
from drafting.sync.participants import Guest, Rights
from drafting.web.live.returning import Returns
from drafting.web.live.throttle import Share


class Admission(Protocol):
    """Who may come in; the composition root knows sessions, tokens and mandates."""

    async def person(self, *, cookie: str | None, token: str | None) -> Guest | None:
        """Whose session cookie or bearer token it is; exactly one of them is given."""

    async def rights(self, account: str, text: str) -> Rights:
        """What the account may do in a text of that name; ``Level.NONE`` where there is none."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one socket. ``frame``: bytes of a message. ``sign_in``: seconds until somebody is known.

    ``waiting`` and ``waiting_bytes``: messages kept while a text is being opened. ``rate``: messages a second.
    ``keep_alive``: seconds between signs of life, less than the 30 after which stock providers give up. ``known``:
    seconds after which it is asked again who somebody is, since sessions also end on other nodes and by the clock.
    """

    frame: int = wire.MAX_FRAME
    sign_in: float = 8.0
    texts: int = 500
    waiting: int = 200
    waiting_bytes: int = 2 << 20
    rate: int = 500
    keep_alive: float = 20.0
    known: float = 60.0


LIMITS: Final = Limits()


class Crowd:
    """How many sockets each account has open, and those of which nobody knows yet whose they are, oldest first.

    Those are told to go where there is no room: whoever signs in does so at once, and a flood keeps nobody out.
    """

    def __init__(
        self, most_each: int | None = None, rate_each: int | None = None, returns: Returns | None = None
    ) -> None:
        self.returns = returns or Returns(1, 1, longest=0)
        self._most_each = most_each
        self._rate_each = rate_each
        self._shares: dict[str, Share] = {}
        self._each: Counter[str] = Counter()
        self._strangers: dict[object, Callable[[], None]] = {}

    def come(self, socket: object, send_away: Callable[[], None]) -> None:
        """A socket of nobody knows whom."""
        self._strangers[socket] = send_away

    def go(self, socket: object) -> None:
        """It is gone, or known."""
        self._strangers.pop(socket, None)

    def make_room(self) -> bool:
        """Send away who has been unknown for longest; whether there was one."""
        if not self._strangers:
            return False
        self._strangers.pop(next(iter(self._strangers)))()
        return True

    def admit(self, account: str) -> bool:
        """One socket more for the account; False where it has as many as it may."""
        if self._most_each is not None and self._each[account] >= self._most_each:
            return False
        self._each[account] += 1
        return True

    def dismiss(self, account: str) -> None:
        self._each[account] -= 1
        if not self._each[account]:
            del self._each[account]
            self._shares.pop(account, None)

    def share(self, account: str) -> Share | None:
        """What its sockets may send together; None where that is not bounded."""
        if self._rate_each is None:
            return None
        return self._shares.get(account) or self._shares.setdefault(account, Share(self._rate_each))
