"""How soon somebody may come again.

Each account has a reserve of comings that refills with time; being cut off for flooding costs much of it at once. Where
it is used up, whoever comes waits outside, and is told so before a database is asked: a token or a cookie that was good
once is remembered by its keyed hash. Who has none that is known counts for a network address. Each process counts for
itself.
"""

import math
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from hashlib import blake2b
from typing import Final, TypeAlias, TypeVar

from drafting.web.papers import Papers

RESERVE_SECONDS: Final = 60.0
"""As often as one may come in so long, one may come at once."""
CUT_OFF_SECONDS: Final = 10.0
MOST_KNOWN: Final = 50_000

Clock: TypeAlias = Callable[[], float]
Key = TypeVar("Key")
Value = TypeVar("Value")


class Returns:
    """``each``: how often an account may come in a minute; ``everybody``: all of whom nothing is known but that they
    share a network address. ``longest``: seconds after which anybody may try again. All answers are seconds until
    somebody may come; 0: now."""

    def __init__(self, each: int, everybody: int, longest: float, clock: Clock = time.monotonic) -> None:
        self._key = os.urandom(32)
        self._whose: OrderedDict[bytes, str] = OrderedDict()
        self._accounts = _Reserves(each, longest, clock)
        self._addresses = _Reserves(everybody, longest, clock)

    def knock(self, papers: Papers) -> float:
        """Where a connection begins. Of whom nothing else is known, this is counted."""
        account = self._account(papers)
        if account is not None:
            return self._accounts.left(account)
        return self._addresses.come(papers.address) if papers.address else 0.0

    def pause(self, papers: Papers) -> float:
        """Where somebody signs in, before it is looked up who it is."""
        account = self._account(papers)
        return self._accounts.left(account) if account is not None else 0.0

    def come(self, papers: Papers, account: str) -> float:
        """Somebody turned out to be this account. If it may come, that is counted."""
        if digest := self._digest(papers):
            _keep(self._whose, digest, account)
        return self._accounts.come(account)

    def cut_off(self, papers: Papers, accounts: Collection[str]) -> None:
        """A socket was closed for what came from it: held against whoever spoke on it, or else against its address."""
        for account in accounts:
            self._accounts.charge(account, CUT_OFF_SECONDS)
        if not accounts and papers.address:
            self._addresses.charge(papers.address, CUT_OFF_SECONDS)

    def party(self, papers: Papers) -> tuple[str, bool] | None:
        """By what somebody can be told from others, and whether that is one account; None: not at all."""
        if (account := self._account(papers)) is not None:
            return account, True
        if papers.address:
            return papers.address, False
        digest = self._digest(papers)
        return (digest.hex(), True) if digest else None

    def _account(self, papers: Papers) -> str | None:
        return self._whose.get(self._digest(papers))

    def _digest(self, papers: Papers) -> bytes:
        """Empty for no papers. Nobody can tell from it what the papers are."""
        said = papers.token or papers.cookie
        return blake2b(said.encode(errors="replace"), key=self._key, digest_size=16).digest() if said else b""


class _Reserves:
    """Of each name: when its reserve is whole again, less the reserve; what lies ahead is a pause."""

    def __init__(self, rate: int, longest: float, clock: Clock) -> None:
        self._cost = RESERVE_SECONDS / rate
        self._longest = longest
        self._clock = clock
        self._due: OrderedDict[str, float] = OrderedDict()

    def left(self, name: str) -> float:
        return max(0.0, self._due.get(name, -math.inf) - self._clock())

    def come(self, name: str) -> float:
        left = self.left(name)
        if not left:
            self.charge(name, self._cost)
        return left

    def charge(self, name: str, seconds: float) -> None:
        now = self._clock()
        due = max(self._due.get(name, -math.inf), now - RESERVE_SECONDS) + seconds
        _keep(self._due, name, min(due, now + self._longest))


def _keep(known: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    """As the newest; what was touched longest ago is forgotten where there is too much."""
    known[key] = value
    known.move_to_end(key)
    if len(known) > MOST_KNOWN:
        known.popitem(last=False)
