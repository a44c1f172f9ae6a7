"""A line that is slow and loses packets, as what runs over TCP sees it: late, and now and then much later, in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import NamedTuple

DELAY = 0.15
"""Seconds in each direction."""
LOST = 0.05
AGAIN = 0.45
"""Seconds until what was lost is sent again: a little more than the way there and back."""


class Line(NamedTuple):
    """Listens on 127.0.0.1."""

    port: int


@asynccontextmanager
async def poor_line(to: int, random: Random) -> AsyncIterator[Line]:
    """To a port of this machine."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        arrival = 0.0
        while data := await reader.read(1400):
            late = DELAY + (AGAIN if random.random() < LOST else 0)
            arrival = max(arrival, loop.time() + late)
            loop.call_at(arrival, writer.write, data)
        loop.call_at(max(arrival, loop.time() + DELAY), writer.close)

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))

    async with await asyncio.start_server(connect, "127.0.0.1", 0) as server:
        yield Line(server.sockets[0].getsockname()[1])
