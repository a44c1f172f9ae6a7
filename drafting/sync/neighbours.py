"""The other nodes, over a relay: what was kept is announced, and the log is looked into now and then all the same."""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from drafting.actions.ports import CannotSave
from drafting.actions.writing_ports import Update, UpdateLog
from drafting.sync.presence import NOBODY
from drafting.sync.relay import NODES, Alive, Kept, Leaving, News, Points, Relay, Said, Seal, Who
from drafting.sync.room import Room
from drafting.sync.wire import FrameError

logger: Final = logging.getLogger(__name__)

MAX_LOOK: Final = 1_000


@dataclass(frozen=True, slots=True)
class Rhythm:
    """In seconds. ``look``: between two looks into the log, ``blind``: while the relay is down. ``alive``: between two
    signs of life; ``silent``: after how long without any a node is given up. ``faded``: after how long without news of
    somebody on another node that one is (stock clients renew theirs every 15 seconds)."""

    look: float = 2.0
    blind: float = 0.5
    alive: float = 2.0
    silent: float = 7.0
    faded: float = 45.0


RHYTHM: Final = Rhythm()


class Neighbours:
    """Implements :class:`drafting.sync.alone.Others`. ``secret``: the same on every node of an installation."""

    def __init__(self, relay: Relay, log: UpdateLog, secret: str, rhythm: Rhythm = RHYTHM) -> None:
        self.node = secrets.token_hex(8)
        self.rhythm = rhythm
        self._relay = relay
        self._log = log
        self._seal = Seal(secret)
        self._rooms: dict[str, Room] = {}
        self._due: set[str] = set()
        self._bell = asyncio.Event()
        self._last_sign: dict[str, float] = {}
        relay.subscribe(self._seal.channel(NODES), partial(self._hear, NODES), lambda: None)

    @property
    def is_up(self) -> bool:
        return self._relay.is_up

    # ---- from the rooms

    def enter(self, room: Room) -> None:
        name = room.name
        self._rooms[name] = room
        self._relay.subscribe(self._seal.channel(name), partial(self._hear, name), partial(self._opened, name))

    def leave(self, room: Room) -> None:
        if self._rooms.get(room.name) is room:
            del self._rooms[room.name]
            self._relay.unsubscribe(self._seal.channel(room.name))

    def kept(self, room: Room, updates: Sequence[Update]) -> None:
        first = room.sequence - len(updates) + 1
        news = [News(first + place, update.account, update.data) for place, update in enumerate(updates)]
        self._say(room.name, Kept(room.sequence, news))

    def point(self, room: Room, states: bytes) -> None:
        if states != NOBODY:
            self._say(room.name, Points(states))

    async def refresh(self, room: Room) -> None:
        await self._look([room.name])

    # ---- from the relay

    def _opened(self, name: str) -> None:
        """From now on its messages come; what was said before has to be found out."""
        self._due.add(name)
        self._bell.set()
        self._say(name, Who())

    def _hear(self, name: str, message: bytes) -> None:
        try:
            node, said = self._seal.open(name, message)
            if node != self.node:
                self._take(name, node, said)
        except FrameError as error:
            logger.warning("the relay brought what no node of this installation says: %s", error)

    def _take(self, name: str, node: str, said: Said) -> None:
        now = asyncio.get_running_loop().time()
        if isinstance(said, Leaving):
            self._give_up({node}, now)
            return
        self._last_sign[node] = now
        room = self._rooms.get(name)
        if room is None:
            return
        if isinstance(said, Kept):
            self._take_kept(room, said)
        elif isinstance(said, Points):
            room.hear_points(node, said.states)
        elif isinstance(said, Who) and (states := room.own_points()) is not None:
            self._say(name, Points(states))

    def _take_kept(self, room: Room, kept: Kept) -> None:
        if kept.news:
            room.hear(kept.last, kept.news)
        else:
            self._due.add(room.name)
            self._bell.set()

    def _say(self, name: str, said: Said) -> None:
        self._relay.publish(self._seal.channel(name), self._seal.close(name, self.node, said))

    # ---- by the clock

    async def work(self) -> None:
        """Endless. Looks into the log for all open texts at once, says that it is there, gives silent nodes up."""
        loop = asyncio.get_running_loop()
        look_at = alive_at = loop.time()
        while True:
            now = loop.time()
            if now >= alive_at:
                alive_at = now + self.rhythm.alive
                self._say(NODES, Alive())
                self._give_up({node for node, at in self._last_sign.items() if at < now - self.rhythm.silent}, now)
            due, self._due = self._due, set()
            if now >= look_at:
                due = set(self._rooms)
                look_at = now + self.rhythm.look
            self._bell.clear()
            await self._look_at_all(sorted(due))
            if not self._relay.is_up:
                look_at = min(look_at, loop.time() + self.rhythm.blind)
            await self._rest(min(look_at, alive_at) - loop.time())

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._bell.wait(), max(seconds, 0))
        except TimeoutError:
            return

    async def _look_at_all(self, names: Sequence[str]) -> None:
        try:
            for start in range(0, len(names), MAX_LOOK):
                await self._look(names[start : start + MAX_LOOK])
        except CannotSave as error:
            logger.warning("cannot look into the log now: %s", error)

    async def _look(self, names: Sequence[str]) -> None:
        for name, standing in (await self._log.look(names)).items():
            if (room := self._rooms.get(name)) is not None:
                room.stand(standing)

    def _give_up(self, silent: set[str], now: float) -> None:
        for node in silent:
            self._last_sign.pop(node, None)
        for room in self._rooms.values():
            room.forget_points(silent, now - self.rhythm.faded)

    def close(self) -> None:
        """Nobody is on this node any more."""
        self._say(NODES, Leaving())
