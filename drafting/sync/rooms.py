"""All live texts of this process: opened once, closed when idle, and how the actions read and write them."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from drafting.actions.ports import CannotSave, Clock
from drafting.actions.writing_ports import Author, Edit, LogMoved, Update, UpdateLog, WrittenBlock
from drafting.domain import prose
from drafting.domain.errors import Code, Refusal
from drafting.sync.alone import ALONE, Others
from drafting.sync.authorship import Authorship
from drafting.sync.changes import new_client
from drafting.sync.check import Known, Refused, check
from drafting.sync.notes import UNWATCHED, Notes, Trace
from drafting.sync.pace import Traffic
from drafting.sync.participants import CloseCode
from drafting.sync.replica import Broken, Replica
from drafting.sync.room import CHECKPOINT_WHEN_QUIET, TIMES, Room, Times
from drafting.sync.rounds import Alarm, call_later
from drafting.sync.wire import FrameError

logger: Final = logging.getLogger(__name__)

BACK_A_SECOND: Final = 100
SHORTEST_SPREAD: Final = 2
LONGEST_SPREAD: Final = 30


def restart_seconds(participants: int) -> int:
    """Over which so many should come back: few within moments, many one after the other."""
    return min(LONGEST_SPREAD, SHORTEST_SPREAD + participants // BACK_A_SECOND)


class Rooms:
    """Implements :class:`drafting.actions.writing_ports.Workshops`. Belongs to one event loop."""

    def __init__(
        self, log: UpdateLog, clock: Clock, times: Times = TIMES, others: Others = ALONE, notes: Notes = UNWATCHED
    ) -> None:
        self.notes = notes
        self.rechecks = 0
        """Whoever was asked about before the last of them may not be whom or what it was."""
        self._log = log
        self._authorship = Authorship(log)
        self._others = others
        self._clock = clock
        self._times = times
        self._traffic = Traffic()
        self._rooms: dict[str, Room] = {}
        self._opening: dict[str, asyncio.Task[Room]] = {}
        self._closing: dict[str, Alarm] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def open(self, name: str) -> Room:
        """The room of a text, loaded; whoever asks at the same time gets the same one.

        Join it before anything else is awaited. Raises ``not_found`` and :class:`CannotSave`.
        """
        room = self._rooms.get(name)
        if room is not None:
            return room
        if self._is_closed or self.notes.is_closed(name):
            raise CannotSave
        opening = self._opening.get(name)
        if opening is None:
            opening = self._opening[name] = asyncio.create_task(self._load(name))
        return await asyncio.shield(opening)

    async def _load(self, name: str) -> Room:
        room = Room(name, self._log, self._clock, self._on_rest, self._times, self._others, self.notes, self._traffic)
        try:
            await room.load()
        except Broken as error:
            logger.critical("text %s can't be loaded: %s", name, error)
            raise CannotSave from error
        finally:
            del self._opening[name]
        self._rooms[name] = room
        self._others.enter(room)
        self._on_rest(room)
        return room

    def _on_rest(self, room: Room) -> None:
        if room.is_abandoned:
            self._forget(room)
            return
        if (timer := self._closing.pop(room.name, None)) is not None:
            timer.cancel()
        self._closing[room.name] = call_later(self._times.idle, partial(self._close_if_idle, room))

    def _close_if_idle(self, room: Room) -> None:
        self._closing.pop(room.name, None)
        if room.is_idle and self._rooms.get(room.name) is room:
            task = asyncio.create_task(self._unload(room))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _unload(self, room: Room) -> None:
        if room.sequence - room.checkpoint >= CHECKPOINT_WHEN_QUIET:
            await room.keep_checkpoint()
        if room.is_idle:
            self._forget(room)

    def _forget(self, room: Room) -> None:
        room.stop()
        if self._rooms.get(room.name) is room:
            del self._rooms[room.name]
            self._others.leave(room)
        if (timer := self._closing.pop(room.name, None)) is not None:
            timer.cancel()

    async def close(self) -> None:
        """Send everybody away with 1012, finish every turn, let go of every text.

        The reason ends with the seconds over which clients should come back, since they all go at once.
        """
        self._is_closed = True
        rooms = list(self._rooms.values())
        spread = restart_seconds(sum(len(room.participants) for room in rooms))
        for room in rooms:
            room.close_all(CloseCode.RESTART, f"restart {spread}")
        for room in list(self._rooms.values()):
            await room.settle()
            await self._unload(room)
            self._forget(room)
        if self._tasks:
            await asyncio.wait(self._tasks)

    # ---- what the actions do

    async def create(self, name: str, text: prose.Text, author: Author) -> None:
        if await self._log.load(name) is not None:
            raise Refusal(Code.TAKEN, text=name)
        client = new_client()
        try:
            update = Replica().draft_text(client, text) or b""
            check(update, Known())
        except (Broken, FrameError, Refused) as error:
            raise Refusal(Code.TEXT_REFUSED, text=name, reason=str(error)) from error
        at = self._clock.now()
        seed = Update(name, update, author.account, author.network, at, (client,))
        try:
            await self._log.append([seed], 0)
        except LogMoved as error:
            raise Refusal(Code.TAKEN, text=name) from error

    def open_declarations(self) -> set[str]:
        """The declarations of which a text is in memory."""
        return {name.partition(".")[0] for name in self._rooms}

    async def read(self, name: str) -> prose.Text:
        room = await self.open(name)
        await self._others.refresh(room)
        return await room.read()

    async def write(self, name: str, text: prose.Text, author: Author, seen: str | None = None) -> prose.Text:
        room = await self.open(name)
        await self._others.refresh(room)
        return await room.write(text, author, seen)

    async def history(self, name: str, after: int = 0, until: int | None = None) -> Sequence[Edit]:
        updates = await self._log.read(name, after, until)
        if not updates and not await self._log.look([name]):
            raise Refusal(Code.NOT_FOUND, text=name)
        return [Edit(update.sequence, update.at, update.account, update.network) for update in updates]

    async def count(self, name: str) -> int:
        standing = (await self._log.look([name])).get(name)
        if standing is None:
            raise Refusal(Code.NOT_FOUND, text=name)
        return standing.sequence

    async def authorship(self, name: str, sequence: int | None = None) -> Sequence[WrittenBlock]:
        return await self._authorship.read(name, sequence)

    async def read_at(self, name: str, sequence: int) -> prose.Text:
        updates = await self._log.read(name, until=sequence)
        if not updates:
            raise Refusal(Code.NOT_FOUND, text=name, sequence=sequence)
        try:
            return Replica((update.data for update in updates), Trace(self.notes, name)).text
        except Broken as error:
            raise CannotSave from error

    async def retire(self, name: str) -> None:
        room = await self.open(name)
        await self._log.retire(name)
        room.retire()
        self._others.kept(room, ())

    async def recheck(self, declaration: str) -> None:
        """Ask anew about everybody in the declaration's texts, all at once."""
        await self._recheck([room for name, room in self._rooms.items() if name.startswith(declaration + ".")], None)

    async def recheck_account(self, account: str) -> None:
        """The same for one account wherever it is: its session ended, say."""
        await self._recheck(self._rooms.values(), account)

    def send_away(self, account: str) -> None:
        """Whoever it is that has ended a worker, perhaps on another node."""
        for room in self._rooms.values():
            for participant in list(room.participants):
                if participant.guest.account == account:
                    participant.close(CloseCode.REFUSED, "shut out")

    async def _recheck(self, rooms: Iterable[Room], account: str | None) -> None:
        self.rechecks += 1
        participants = [
            participant
            for room in rooms
            for participant in room.participants
            if account is None or participant.guest.account == account
        ]
        await asyncio.gather(*(participant.recheck() for participant in participants))
