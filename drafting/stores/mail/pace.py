"""How fast letters leave: a bucket of tokens that says when the next one may, and what to tell those who wait."""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from drafting.actions.letter_ports import Outlook

MINUTE: Final = timedelta(minutes=1)
BURST_SECONDS: Final = 5
"""A bucket that was not asked for a while holds as many letters as leave in so many seconds."""
WINDOW: Final = timedelta(minutes=2)
MOST_NOTED: Final = 20_000


class Bucket:
    """Tokens that come back evenly, ``a_minute`` of them; None is no limit."""

    def __init__(self, a_minute: int | None = None) -> None:
        self.a_minute = a_minute
        self._most = max(1.0, (a_minute or 0) * BURST_SECONDS / 60)
        self._tokens = self._most
        self._at: datetime | None = None

    def take(self, wanted: int, at: datetime) -> int:
        """How many of the wanted there are now; they are gone then."""
        if self.a_minute is None:
            return wanted
        self._fill(self.a_minute, at)
        taken = min(wanted, int(self._tokens))
        self._tokens -= taken
        return taken

    def give_back(self, number: int) -> None:
        """Tokens that were taken for nothing."""
        self._tokens = min(self._most, self._tokens + number)

    def seconds(self, at: datetime) -> float:
        """Until there is one."""
        if self.a_minute is None:
            return 0.0
        self._fill(self.a_minute, at)
        return max(0.0, (1 - self._tokens) * 60 / self.a_minute)

    def _fill(self, a_minute: int, at: datetime) -> None:
        if self._at is not None and at > self._at:
            self._tokens = min(self._most, self._tokens + (at - self._at) / MINUTE * a_minute)
        self._at = at


class Pace:
    """What is known of how letters leave: the most a minute, what left lately, and since when nothing could."""

    def __init__(self, most: int | None = None) -> None:
        """``most``: letters a minute; None where nothing limits them."""
        self.most = most
        self.held_up: datetime | None = None
        self._busy: datetime | None = None
        self._left: deque[datetime] = deque(maxlen=MOST_NOTED)

    def begin(self, at: datetime) -> None:
        """There is something to carry."""
        self._busy = self._busy or at

    def end(self) -> None:
        """Nothing is left to carry."""
        self._busy = None
        self._left.clear()

    def note(self, at: datetime) -> None:
        """A letter has left."""
        self._left.append(at)
        self.held_up = None

    def a_minute(self, at: datetime) -> float | None:
        """Letters a minute: measured where work has gone on for a minute, else what the settings allow."""
        if self._busy is None or at - self._busy < MINUTE:
            return self.most
        since = max(self._busy, at - WINDOW)
        measured = sum(left > since for left in self._left) / ((at - since) / MINUTE)
        return measured if self.most is None else min(measured, self.most)

    def outlook(self, waiting: int, at: datetime) -> Outlook:
        """What a new letter has to expect behind so many."""
        rate = self.a_minute(at)
        if self.held_up is not None:
            return Outlook(waiting, None)
        if rate is None:
            return Outlook(waiting, 0)
        return Outlook(waiting, int(waiting / rate) if rate > 0 else None if waiting else 0)
