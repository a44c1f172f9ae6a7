"""News of what was recorded, told to open pages as server-sent events, and to those who have work by it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from starlette.responses import Response, StreamingResponse

from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Entry, Kind
from drafting.web.visits import Visit

MOST_LISTENERS: Final = 1000
ALIVE_SECONDS: Final = 25.0


class Listener:
    """An open page. Only the newest index counts, so that a slow one never has a queue."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.index = 0
        self.news = asyncio.Event()


class Notices:
    """The port that actions announce to, after the commit. ``wakes``: whom to wake for work that an entry makes."""

    def __init__(self, wakes: Mapping[Kind, Callable[[], None]] | None = None) -> None:
        self._wakes = wakes or {}
        self._listeners: dict[str, set[Listener]] = {}

    def announce(self, entries: Sequence[Entry]) -> None:
        """Tell every open page of the declaration but those of the person who did it: theirs shows it already."""
        self.tell(entries)
        for entry in entries:
            if wake := self._wakes.get(entry.event.kind):
                wake()

    def tell(self, entries: Sequence[Entry]) -> None:
        """The pages alone: what another process appended, or once more what was told already."""
        for entry in entries:
            for listener in self._listeners.get(entry.stream, ()):
                if listener.account != entry.event.actor and listener.index < entry.index:
                    listener.index = entry.index
                    listener.news.set()

    @property
    def streams(self) -> set[str]:
        """The declarations of which a page is open."""
        return set(self._listeners)

    @property
    def count(self) -> int:
        return sum(map(len, self._listeners.values()))

    @contextmanager
    def listening(self, stream: str, account: str) -> Iterator[Listener]:
        """A listener for as long as the page is open. Raises ``too_many``."""
        if self.count >= MOST_LISTENERS:
            raise Refusal(Code.TOO_MANY, limit=MOST_LISTENERS)
        listener = Listener(account)
        self._listeners.setdefault(stream, set()).add(listener)
        try:
            yield listener
        finally:
            self._listeners[stream].discard(listener)
            if not self._listeners[stream]:
                del self._listeners[stream]


async def events(visit: Visit) -> Response:
    """``text/event-stream``: the ledger's index whenever somebody else did something; a comment now and then.

    ``?after=N``: the index that the page shows; what others did since is told at once.
    """
    declaration = await visit.declaration()
    notices = visit.ports.notices
    if not isinstance(notices, Notices):
        return Response(status_code=204)
    asked = visit.query("after")
    after = int(asked) if asked.isdigit() else declaration.index
    missed = await visit.ports.ledger.read(declaration.slug, after) if after < declaration.index else ()
    news = [entry.index for entry in missed if entry.event.actor != visit.actor.account]
    stream = _told(notices, declaration.slug, visit.actor.account, news[-1] if news else 0)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _told(notices: Notices, slug: str, account: str, missed: int = 0) -> AsyncIterator[str]:
    """``missed``: what was recorded between the page and this connection, told at once."""
    with notices.listening(slug, account) as listener:
        yield f"id: {missed}\ndata: {missed}\n\n" if missed else ": listening\n\n"
        while True:
            try:
                await asyncio.wait_for(listener.news.wait(), ALIVE_SECONDS)
            except TimeoutError:
                yield ": alive\n\n"
                continue
            listener.news.clear()
            yield f"id: {listener.index}\ndata: {listener.index}\n\n"
