"""The relay over Redis or Valkey: publish and subscribe alone, nothing is kept there.

Two connections, one for each direction. They are redis-py's, for addresses, TLS and passwords; its PubSub is not used,
because that reconnects unseen, and then nobody would know that something may have been missed.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

logger: Final = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 3.0
PING_SECONDS: Final = 5.0
SHORTEST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 2.0
MAX_WAITING: Final = 10_000
MAX_AT_ONCE: Final = 500

_LOST: Final = (RedisError, OSError, TimeoutError)


class RedisRelay:
    """Implements :class:`drafting.sync.relay.Relay`. ``url``: redis://, rediss:// or unix://."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for a URL that is none."""
        self.is_up = False
        self._pool = ConnectionPool.from_url(
            url, protocol=2, socket_connect_timeout=CONNECT_SECONDS, retry=Retry(NoBackoff(), 0)
        )
        self._heard: dict[bytes, tuple[Callable[[bytes], None], Callable[[], None]]] = {}
        self._changes: list[tuple[str, bytes]] = []
        self._has_changes = asyncio.Event()
        self._outgoing: list[tuple[str, bytes]] = []
        self._has_outgoing = asyncio.Event()

    def publish(self, channel: str, message: bytes) -> None:
        if self.is_up and len(self._outgoing) < MAX_WAITING:
            self._outgoing.append((channel, message))
            self._has_outgoing.set()

    def subscribe(self, channel: str, hear: Callable[[bytes], None], opened: Callable[[], None]) -> None:
        self._heard[channel.encode()] = hear, opened
        self._change("SUBSCRIBE", channel)

    def unsubscribe(self, channel: str) -> None:
        self._heard.pop(channel.encode(), None)
        self._change("UNSUBSCRIBE", channel)

    def _change(self, command: str, channel: str) -> None:
        if self.is_up:
            self._changes.append((command, channel.encode()))
            self._has_changes.set()

    async def work(self) -> None:
        """Endless: connect, talk until the connection is lost, and again."""
        pause = SHORTEST_PAUSE
        while True:
            was_up = False
            try:
                await self._converse()
            except* _LOST as lost:
                was_up = self.is_up
                if was_up or pause == SHORTEST_PAUSE:
                    logger.warning("the relay is away: %s", lost.exceptions[0])
            finally:
                self.is_up = False
            pause = SHORTEST_PAUSE if was_up else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause * random.uniform(0.5, 1))

    async def _converse(self) -> None:
        listening, speaking = self._connection(), self._connection()
        try:
            await listening.connect()
            await speaking.connect()
            self._changes = [("SUBSCRIBE", channel) for channel in self._heard]
            self._outgoing.clear()
            self._has_changes.set()
            self.is_up = True
            logger.info("the relay is there")
            async with asyncio.TaskGroup() as talk:
                talk.create_task(self._listen(listening))
                talk.create_task(self._ask(listening))
                talk.create_task(self._speak(speaking))
        finally:
            await listening.disconnect(nowait=True)
            await speaking.disconnect(nowait=True)

    def _connection(self) -> Any:
        return self._pool.connection_class(**self._pool.connection_kwargs)

    async def drain(self) -> None:
        """Come back when all is said, or cannot be."""
        while self.is_up and self._outgoing:  # noqa: ASYNC110 - once, when a node closes
            await asyncio.sleep(SHORTEST_PAUSE / 10)

    async def _listen(self, connection: Any) -> None:
        """Something comes at least for each ping."""
        while True:
            kind, channel, content = _three(await _answer(connection))
            known = self._heard.get(channel)
            if known is None:
                continue
            hear, opened = known
            if kind == b"message":
                hear(content)
            elif kind == b"subscribe":
                opened()

    async def _ask(self, connection: Any) -> None:
        while True:
            try:
                await asyncio.wait_for(self._has_changes.wait(), PING_SECONDS)
            except TimeoutError:
                await connection.send_command("PING", check_health=False)
                continue
            self._has_changes.clear()
            changes, self._changes = self._changes, []
            for command, channels in _in_runs(changes):
                await connection.send_command(command, *channels, check_health=False)

    async def _speak(self, connection: Any) -> None:
        while True:
            await self._has_outgoing.wait()
            said, self._outgoing = self._outgoing[:MAX_AT_ONCE], self._outgoing[MAX_AT_ONCE:]
            if not self._outgoing:
                self._has_outgoing.clear()
            commands = [("PUBLISH", channel, message) for channel, message in said]
            await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
            for _ in said:
                await _answer(connection)


async def reach(url: str) -> None:
    """Raises OSError where nothing at that address lets us publish and subscribe."""
    relay = RedisRelay(url)
    heard = asyncio.Event()
    relay.subscribe("drafting:check", lambda _: heard.set(), lambda: relay.publish("drafting:check", b""))
    talking = asyncio.create_task(relay.work())
    try:
        await asyncio.wait_for(heard.wait(), CONNECT_SECONDS)
    except TimeoutError as error:
        raise OSError("no answer") from error
    finally:
        talking.cancel()
        await asyncio.wait([talking])


async def _answer(connection: Any) -> object:
    answer: object = await connection.read_response(timeout=2 * PING_SECONDS)
    if answer is None:
        raise TimeoutError("no answer")
    return answer


def _three(response: object) -> tuple[bytes, bytes, bytes]:
    """Kind, channel and content of what a subscriber is told; a pong has no channel."""
    match response:
        case [bytes() as kind, bytes() as channel, bytes() as content]:
            return kind, channel, content
        case [bytes() as kind, bytes() as channel, int()]:
            return kind, channel, b""
    return b"", b"", b""


def _in_runs(changes: list[tuple[str, bytes]]) -> Iterator[tuple[str, list[bytes]]]:
    """Neighbouring changes of one kind as one command, in their order."""
    run: list[bytes] = []
    for place, (command, channel) in enumerate(changes):
        run.append(channel)
        if place + 1 == len(changes) or changes[place + 1][0] != command:
            yield command, run
            run = []
