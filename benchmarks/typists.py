"""Clients that type, in one process: when a keystroke arrived where, and what that cost the server's process."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any, NamedTuple

from pycrdt import Doc, Text
from websockets.asyncio.client import ClientConnection, connect

from drafting.sync import wire
from drafting.sync.wire import Kind, Reader


class Measured(NamedTuple):
    """``p50`` and ``p99`` in ms from a keystroke to each of the others, ``cpu`` in µs of the server for each delivery,
    ``room`` in kB of memory for each text with its clients."""

    p50: float
    p99: float
    cpu: float
    room: float


def spent(pids: list[int]) -> float:
    """Seconds of processor that processes have used so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident(pids: list[int]) -> int:
    """Their memory, in kB."""
    return (
        sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids) * os.sysconf("SC_PAGE_SIZE") >> 10
    )


class Typist:
    """One client in one text."""

    def __init__(self, text: str, arrived: list[float]) -> None:
        self._prefix = wire.string(text)
        self._arrived = arrived
        self._doc: Doc[Any] = Doc()
        self._body = self._doc.get("body", type=Text)
        self._made: list[bytes] = []
        self._subscription = self._doc.observe(lambda event: self._made.append(event.update))
        self._is_synced = asyncio.Event()
        self._seen: dict[int, int] = {}
        self.others: list[Typist] = []
        self.sent: list[float] = []

    async def come(self, url: str, token: str) -> None:
        self._socket: ClientConnection = await connect(url, max_size=None, compression=None)
        await self._socket.send(self._prefix + b"\x02\x00" + wire.string(token) + wire.string("4.8.0"))
        await self._socket.send(self._prefix + wire.ask(self._doc.get_state()))
        self._listening = asyncio.create_task(self._listen())
        await self._is_synced.wait()

    async def type(self) -> None:
        """One keystroke."""
        self._made.clear()
        self._body.insert(len(self._body), "a", {})
        self.sent.append(time.perf_counter())
        await self._socket.send(self._prefix + wire.update(self._made[0]))

    async def _listen(self) -> None:
        async for message in self._socket:
            now = time.perf_counter()
            reader = Reader(message if isinstance(message, bytes) else message.encode())
            reader.blob()
            if reader.uint() == Kind.SYNC and reader.uint():
                update = reader.blob()
                self._doc.apply_update(update)
                self._is_synced.set()
                self._look(now)

    def _look(self, now: float) -> None:
        """Which keystrokes of the others have come since the last look: each is one unit under its writer's id."""
        known = _clocks(self._doc)
        for other in self.others:
            client = other._doc.client_id
            self._arrived += [now - at for at in other.sent[self._seen.get(client, 0) : known.get(client, 0)]]
        self._seen = known

    async def go(self) -> None:
        self._listening.cancel()
        await self._socket.close()


def _clocks(doc: Doc[Any]) -> dict[int, int]:
    """Units of each client, from a state vector."""
    reader = Reader(doc.get_state())
    return {reader.uint(): reader.uint() for _ in range(reader.uint())}


async def measure(url: str, token: str, texts: list[str], each: int, keys: int, pids: list[int]) -> Measured:
    """``each`` clients in every text type ``keys`` keystrokes, four a second, none at the same time as another."""
    arrived: list[float] = []
    before = resident(pids)
    groups = [[Typist(text, arrived) for _ in range(each)] for text in texts]
    typists = [typist for group in groups for typist in group]
    for group in groups:
        for typist in group:
            typist.others = [other for other in group if other is not typist]
            await typist.come(url, token)
    began = spent(pids)
    for _ in range(keys):
        due = time.perf_counter()
        for typist in typists:
            due += 0.25 / len(typists)
            await typist.type()
            await asyncio.sleep(max(0, due - time.perf_counter()))
    await asyncio.sleep(1)
    cost = spent(pids) - began
    room = (resident(pids) - before) / len(texts)
    for typist in typists:
        await typist.go()
    arrived.sort()
    deliveries = max(1, len(arrived))
    return Measured(
        arrived[deliveries // 2] * 1000, arrived[deliveries * 99 // 100] * 1000, cost * 1e6 / deliveries, room
    )
