"""What a room has heard of other nodes' edits: it takes them in before its next turn, from the news or from the log."""

import logging
from collections.abc import Sequence, Set
from typing import TYPE_CHECKING, Final

from drafting.actions.ports import CannotSave
from drafting.sync import wire
from drafting.sync.check import Refused, writers
from drafting.sync.relay import News
from drafting.sync.replica import Broken
from drafting.sync.wire import FrameError

if TYPE_CHECKING:
    from drafting.sync.room import Room

logger: Final = logging.getLogger(__name__)

MAX_NEWS: Final = 2_000


class Hearsay:
    """Of one room. News may be lost, doubled or late, so only their numbers are believed, and gaps read in the log."""

    def __init__(self, room: "Room") -> None:
        self._room = room
        self._news: list[News] = []
        self._last = 0

    @property
    def is_ahead(self) -> bool:
        """The log holds more than the room."""
        return self._last > self._room.sequence

    def note(self, last: int, news: Sequence[News]) -> None:
        """The log goes up to ``last``; ``news``: some of it, in order."""
        self._last = max(self._last, last)
        if len(self._news) < MAX_NEWS:
            self._news += news

    async def catch_up(self) -> None:
        """A log that can't be read now only delays: the others look into it again and again."""
        room = self._room
        heard, last = sorted(self._news), self._last
        self._news, self._last = [], 0
        news: list[News] = []
        for one in heard:
            if one.sequence == room.sequence + len(news) + 1:
                news.append(one)
        if last > room.sequence + len(news):
            try:
                news = await self.read()
            except CannotSave as error:
                logger.warning("text %s can't be brought up to date now: %s", room.name, error)
        if not self.take_in(news):
            await room.reload()

    async def read(self) -> list[News]:
        """What the log holds beyond what is in the room."""
        room = self._room
        return [News(u.sequence, u.account, u.data) for u in await room.log.read(room.name, room.sequence)]

    def take_in(self, news: Sequence[News], apart_from: Set[int] = frozenset()) -> bool:
        """Apply and show what the log holds already. False where that can't be, or where it says anything under one of
        these client ids: then only loading the text helps."""
        room, replica = self._room, self._room.replica
        doubtful = False
        try:
            for one in news:
                if apart_from and not apart_from.isdisjoint(writers(one.data)):
                    return False
                checked = replica.check(one.data)
                if checked.missing:
                    return False
                room.own(checked.written, one.account)
                replica.known.take(checked)
                doubtful = doubtful or checked.tangled
            frame = replica.apply([one.data for one in news], doubtful) if news else None
        except (FrameError, Refused, Broken) as error:
            logger.error("text %s has to be loaded for what others wrote: %s", room.name, error)
            return False
        if news:
            room.sequence = news[-1].sequence
        if frame is not None:
            room.tell_all([wire.update(frame)])
        return True
