"""A client of the shared socket that writes, and knows how many of its updates it was told are saved."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from pycrdt import Doc
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from drafting.sync import markup, wire
from drafting.sync.wire import Kind, Reader

PATIENCE = 40
PAUSE = 0.1


class Place(Protocol):
    """Where a server listens."""

    port: int


class Writer:
    """``async with Writer(server, token, name) as writer``; comes again by itself, to ``writer.server``."""

    address = "127.0.0.1"

    def __init__(self, server: Place, token: str, name: str) -> None:
        self.server = server
        self.doc: Doc[Any] = Doc()
        self.roots = markup.roots(self.doc)
        self.saved = self.refused = self.offered = 0
        self.closed: list[int] = []
        self.present: dict[int, str] = {}
        self._token = token
        self._prefix = wire.string(name)
        self._clock = 0
        self._socket: ClientConnection | None = None
        self._outgoing: list[bytes] = []
        self._is_applying = False
        self._subscription = self.doc.observe(lambda event: self._made(event.update))
        self._changed = asyncio.Condition()
        self._is_synced = False

    async def __aenter__(self) -> "Writer":
        self._task = asyncio.create_task(self._stay())
        await self.until(lambda: self._is_synced)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    @property
    def words(self) -> str:
        return "\n".join(block.words for block in markup.read(self.roots.diff, self.roots.properties))

    async def write(self, words: str) -> None:
        self.roots.body.insert(len(self.roots.body), words, {})
        await self._flush()

    async def point(self, name: str) -> None:
        self._clock += 1
        state = wire.string(json.dumps({"at": name}))
        await self._send(wire.awareness(b"\x01" + wire.uint(self.doc.client_id) + wire.uint(self._clock) + state))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for it, or fail and say what was seen."""
        try:
            async with asyncio.timeout(PATIENCE), self._changed:
                await self._changed.wait_for(condition)
        except TimeoutError:
            raise AssertionError(
                f"never came to pass; {self.words!r} {self.saved=} {self.closed=} {self.present}"
            ) from None

    # ---- the socket

    def _made(self, update: bytes) -> None:
        if not self._is_applying:
            self._outgoing.append(update)

    async def _stay(self) -> None:
        while True:
            await self._come()
            # Back to the node after a moment, as a client does; what is awaited is its success.
            await asyncio.sleep(PAUSE)

    async def _come(self) -> None:
        """One visit, until the socket is closed."""
        try:
            url = f"ws://{self.address}:{self.server.port}/sync"
            async with connect(url, max_size=None) as socket:
                await self._talk(socket)
        except ConnectionClosed as closed:
            await self._note(self.closed.append, closed.rcvd.code if closed.rcvd else 1006)
        except (OSError, WebSocketException):
            pass
        self._socket, self._is_synced = None, False

    async def _talk(self, socket: ClientConnection) -> None:
        await socket.send(self._prefix + b"\x02\x00" + wire.string(self._token) + wire.string("4.8.0"))
        self._outgoing.clear()
        self._socket = socket
        await self._send(wire.ask(self.doc.get_state()))
        async for message in socket:
            assert isinstance(message, bytes)
            reader = Reader(message)
            reader.blob()
            await self._take(Kind(reader.uint()), reader)

    async def _take(self, kind: Kind, reader: Reader) -> None:
        if kind == Kind.SYNC:
            step, payload = reader.uint(), reader.blob()
            if step == 0:
                await self._note(self._apply, b"\x00\x00")
                self._outgoing.clear()
                await self._send(wire.answer(self.doc.get_update(payload)))
                self._is_synced = True
            await self._note(self._apply, payload if step else b"\x00\x00")
        elif kind == Kind.SYNC_STATUS:
            await self._note(self._status, reader.uint())
        elif kind == Kind.AWARENESS:
            await self._note(self._points, Reader(reader.blob()))

    async def _note(self, take: Callable[[Any], None], what: Any) -> None:
        take(what)
        async with self._changed:
            self._changed.notify_all()

    def _apply(self, update: bytes) -> None:
        self._is_applying = True
        self.doc.apply_update(update)
        self._is_applying = False

    def _status(self, saved: int) -> None:
        if saved:
            self.saved += 1
        else:
            self.refused += 1

    def _points(self, states: Reader) -> None:
        for _ in range(states.uint()):
            client, _, state = states.uint(), states.uint(), json.loads(states.string())
            if state is None:
                self.present.pop(client, None)
            else:
                self.present[client] = state.get("at", "")

    async def _flush(self) -> None:
        outgoing, self._outgoing = self._outgoing, []
        for update in outgoing:
            await self._send(wire.update(update))

    async def _send(self, body: bytes) -> None:
        if self._socket is not None:
            try:
                await self._socket.send(self._prefix + body)
            except ConnectionClosed:
                self._socket = None


async def together(*work: Coroutine[Any, Any, None]) -> None:
    await asyncio.gather(*work)
