"""Two machines serve one installation: what is written on one is on the other, whatever fails in between."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.journeys.api import Caller, patience
from tests.nodes.conftest import TEXT, Nodes
from tests.nodes.writer import Writer, together
from tests.processes import Process
from tests.services import Postgres


async def write_many(writer: Writer, mark: str, count: int) -> None:
    for number in range(count):
        await writer.write(f"{mark}{number};")


async def test_what_two_write_on_two_nodes_converges(nodes: Nodes) -> None:
    async with Writer(nodes.a, nodes.token, TEXT) as ada, Writer(nodes.b, nodes.token, TEXT) as ben:
        await together(write_many(ada, "a", 40), write_many(ben, "b", 40))
        for writer in (ada, ben):
            await writer.until(lambda: all(f"{mark}{n};" in ada.words for mark in "ab" for n in range(40)))
            await writer.until(lambda: ada.words == ben.words)
            await writer.until(lambda: writer.saved == 41)  # noqa: B023 - awaited at once
            assert (writer.refused, writer.closed) == (0, [])
