"""A client that speaks the wire itself, so that it can say anything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pycrdt import Doc
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from drafting.sync import markup, wire
from drafting.sync.wire import Kind, Reader

PATIENCE = 30


class Client:
    """One text on a socket of the Hocuspocus protocol; it holds the text as a stock client would."""

    def __init__(self, socket: ClientConnection, name: str) -> None:
        self.socket = socket
        self.prefix = wire.string(name)
        self.doc: Doc[Any] = Doc()
        self.roots = markup.roots(self.doc)

    @property
    def whole(self) -> bytes:
        return self.doc.get_update()

    async def send(self, body: bytes) -> None:
        await self.socket.send(self.prefix + body)

    async def sign_in(self, token: str) -> None:
        await self.send(b"\x02\x00" + wire.string(token) + wire.string("4.8.0"))
        await self.send(wire.ask(self.doc.get_state()))
        while (await self._hear_frame()).data[len(self.prefix) :][:2] != b"\x00\x01":
            continue

    async def _hear_frame(self) -> Reader:
        """The next frame, from behind its name; words in it are taken in."""
        async with asyncio.timeout(PATIENCE):
            reader = Reader(await self.socket.recv(decode=False))
        reader.blob()
        at = reader.at
        if reader.uint() == Kind.SYNC and reader.uint() in (1, 2):
            self.doc.apply_update(reader.blob())
        reader.at = at
        return reader

    async def hear(self, kind: Kind) -> Reader:
        """The next message of this kind, from behind it."""
        while True:
            reader = await self._hear_frame()
            if reader.uint() == kind:
                return reader

    def edit(self, words: str) -> bytes:
        """Type at the end of one's own copy; the update."""
        state = self.doc.get_state()
        self.roots.body.insert(len(self.roots.body), words, {})
        return self.doc.get_update(state)

    async def type(self, words: str) -> bool:
        """Type at the end; whether it was saved."""
        await self.send(wire.update(self.edit(words)))
        return (await self.hear(Kind.SYNC_STATUS)).uint() == 1

    async def until(self, words: str) -> None:
        """Until the text has these words."""
        while words not in str(self.roots.body):
            await self._hear_frame()

    async def code(self) -> int:
        """The code it is closed with."""
        try:
            while True:
                await self._hear_frame()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


@asynccontextmanager
async def joined(url: str, name: str, token: str) -> AsyncIterator[Client]:
    """Connect as any client would: again and again until somebody answers."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                socket = await connect(url.replace("http", "ws", 1) + "/sync", max_size=None)
                break
            except (OSError, InvalidHandshake, EOFError):
                await asyncio.sleep(0.05)
    async with socket:
        client = Client(socket, name)
        await client.sign_in(token)
        yield client


async def refusal(url: str, name: str, token: str) -> int:
    """The code that somebody is turned away with."""
    try:
        async with joined(url, name, token) as client:
            return await client.code()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006
