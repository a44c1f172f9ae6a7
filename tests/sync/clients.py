"""Clients for the tests of rooms: a Yjs document, and what it was told."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pycrdt import Doc

from drafting.sync import markup, wire
from drafting.sync.participants import CloseCode, Guest, Level, Participant, Rights
from drafting.sync.room import Room
from drafting.sync.wire import Reader

T = TypeVar("T")
PATIENCE = 10


async def soon(condition: Callable[[], T]) -> T:
    """Let everybody else go on until it holds."""
    async with asyncio.timeout(PATIENCE):
        while not (value := condition()):  # noqa: ASYNC110 - a turn of the loop each, until the room is through
            await asyncio.sleep(0)
    return value


class Client:
    """In one room, with a Y.Doc of its own. What it makes goes out with :meth:`send`."""

    def __init__(
        self, room: Room, client: int, account: str = "ada", level: Level = Level.WRITE, **changes: Any
    ) -> None:
        self.room = room
        self.doc: Doc[Any] = Doc(client_id=client)
        self.text = markup.roots(self.doc)
        self.made: list[bytes] = []
        self._subscription = self.doc.observe(lambda event: self.made.append(event.update))
        self.statuses: list[bool] = []
        self.questions: list[bytes] = []
        self.points: list[bytes] = []
        self.updates = 0
        self.closed: CloseCode | None = None
        self.reason = ""
        rights = Rights(level, "net-" + account)
        self.participant = Participant(
            Guest(account, account.title()), rights, self, self.recheck, is_acknowledged=True, **changes
        )

    async def recheck(self) -> None: ...

    # ---- as an outbox

    def send_all(self, frames: Sequence[bytes]) -> None:
        for frame in frames:
            self.send(frame)

    def send(self, frame: bytes) -> None:
        reader = Reader(frame[len(self.participant.prefix) :])
        kind = reader.uint()
        if kind == wire.Kind.SYNC_STATUS:
            self.statuses.append(bool(reader.uint()))
        elif kind == wire.Kind.AWARENESS:
            self.points.append(reader.blob())
        elif kind == wire.Kind.SYNC:
            self._sync(reader.uint(), reader.blob())

    def _sync(self, step: int, payload: bytes) -> None:
        if step == 0:
            self.questions.append(payload)
            return
        self.updates += 1
        kept = len(self.made)
        self.doc.apply_update(payload)
        del self.made[kept:]

    def close(self, code: CloseCode, reason: str = "") -> None:
        if self.closed is None:
            self.closed, self.reason = code, reason

    # ---- as somebody who writes

    async def join(self) -> "Client":
        self.room.join(self.participant)
        self.room.ask(self.participant, self.doc.get_state())
        await soon(lambda: self.questions)
        self.answer()
        await soon(lambda: self.statuses)
        return self

    def answer(self) -> None:
        """Sync step 2."""
        self.offer(self.doc.get_update(self.questions[-1]), is_answer=True)

    def type(self, words: str, at: int | None = None) -> None:
        self.text.body.insert(len(self.text.body) if at is None else at, words, {})

    def send_made(self) -> None:
        made, self.made = self.made, []
        for update in made:
            self.offer(update)

    def offer(self, update: bytes, is_answer: bool = False) -> None:
        self.room.offer(self.participant, update, is_answer)

    @property
    def words(self) -> str:
        return "\n".join(block.words for block in markup.read(self.text.diff, self.text.properties))
