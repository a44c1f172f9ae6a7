"""Two machines serve one installation: what is written on one is on the other, whatever fails in between."""

import asyncio

import httpx

from tests.journeys.api import Caller, patience
from tests.nodes.conftest import TEXT, Nodes, declaration
from tests.nodes.writer import Writer
from tests.processes import Process
from tests.services import Postgres, Server


def has(writer: Writer, mark: str, count: int) -> bool:
    return all(f"{mark}{number};" in writer.words for number in range(count))


async def write_many(writer: Writer, mark: str, count: int) -> None:
    for number in range(count):
        await writer.write(f"{mark}{number};")


async def answers(node: Server, status: int) -> None:
    """Until its health is that."""
    async with httpx.AsyncClient() as http:
        for _ in patience(seconds=40):
            if (await http.get(f"{node.url}/healthz", timeout=40)).status_code == status:
                return
    raise AssertionError(f"{node.url} never answered {status}")


async def test_what_two_write_on_two_nodes_converges(nodes: Nodes) -> None:
    async with Writer(nodes.a, nodes.token, TEXT) as ada, Writer(nodes.b, nodes.token, TEXT) as ben:
        await asyncio.gather(write_many(ada, "a", 40), write_many(ben, "b", 40))
        for writer in (ada, ben):
            await writer.until(lambda writer=writer: has(writer, "a", 40) and has(writer, "b", 40))
            await writer.until(lambda writer=writer: writer.saved == 41)
            assert (writer.refused, writer.closed) == (0, [])
        assert ada.words == ben.words


async def test_who_is_where_crosses(nodes: Nodes) -> None:
    async with Writer(nodes.b, nodes.token, TEXT) as ben:
        await ben.point("ben")
        async with Writer(nodes.a, nodes.token, TEXT) as ada:
            await ada.point("ada")
            await ben.until(lambda: sorted(ben.present.values()) == ["ada", "ben"])
            await ada.until(lambda: sorted(ada.present.values()) == ["ada", "ben"])
        await ben.until(lambda: sorted(ben.present.values()) == ["ben"])


async def test_a_text_is_created_once(nodes: Nodes) -> None:
    def create(caller: Caller) -> int:
        return caller.send("POST", "/declarations", json=declaration("twice")).status_code

    made = await asyncio.gather(asyncio.to_thread(create, nodes.caller), asyncio.to_thread(create, nodes.elsewhere))
    assert sorted(made) == [201, 409]
    read = [caller.get("/declarations/twice/sections/front/texts/en") for caller in (nodes.caller, nodes.elsewhere)]
    assert read[0] == read[1]
    history = nodes.caller.get("/declarations/twice/sections/front/texts/en/history")
    assert len(history["items"]) == 1


async def test_a_text_is_read_on_one_node_as_it_was_written_on_the_other(nodes: Nodes) -> None:
    path = "/declarations/well/sections/front/texts/en"
    for number, (writes, reads) in enumerate([(nodes.caller, nodes.elsewhere), (nodes.elsewhere, nodes.caller)] * 3):
        seen = writes.get(path)["digest"]
        written = writes.put(path, {"markdown": f"# Well\n\nWords {number}."}, **{"if-match": f'"{seen}"'})
        assert reads.get(path)["digest"] == written["digest"]


async def test_a_node_that_is_killed_takes_nothing_acknowledged_along(nodes: Nodes) -> None:
    async with Writer(nodes.b, nodes.token, TEXT) as ben, Writer(nodes.a, nodes.token, TEXT) as ada:
        await ada.point("ada")
        await ben.until(lambda: "ada" in ben.present.values())
        writing = asyncio.create_task(write_many(ada, "k", 200))
        await ada.until(lambda: ada.saved > 20)
        await asyncio.to_thread(nodes.a.kill)
        await ada.until(lambda: ada.closed)
        acknowledged = ada.saved - 1
        await writing
        async with Writer(nodes.b, nodes.token, TEXT) as eve:
            # What was kept and not yet announced is found where the other node looks into the log.
            await eve.until(lambda: has(eve, "k", acknowledged))
        await ben.until(lambda: has(ben, "k", acknowledged))
        await ben.until(lambda: not ben.present)
        ada.server = nodes.b
        await ben.until(lambda: has(ben, "k", 200))
        await asyncio.to_thread(nodes.a.start)


async def test_a_relay_that_is_down_delays_and_loses_nothing(nodes: Nodes, redis: Process) -> None:
    async with Writer(nodes.a, nodes.token, TEXT) as ada, Writer(nodes.b, nodes.token, TEXT) as ben:
        await asyncio.to_thread(redis.kill)
        await asyncio.to_thread(nodes.wait_for_relay, up=False)
        await asyncio.gather(write_many(ada, "x", 20), write_many(ben, "y", 20))
        for writer in (ada, ben):
            await writer.until(lambda writer=writer: has(writer, "x", 20) and has(writer, "y", 20))
        await asyncio.to_thread(redis.start)
        await asyncio.to_thread(nodes.wait_for_relay, up=True)
        await ada.point("ada")
        await write_many(ada, "z", 20)
        await ben.until(lambda: has(ben, "z", 20) and "ada" in ben.present.values())
        assert (ada.refused, ben.refused, ada.closed, ben.closed) == (0, 0, [], [])


async def test_a_database_that_is_down_refuses_openly(nodes: Nodes, postgres: Postgres) -> None:
    async with Writer(nodes.a, nodes.token, TEXT) as ada, Writer(nodes.b, nodes.token, TEXT) as ben:
        await asyncio.to_thread(postgres.stop)
        try:
            saved = ada.saved
            await ada.write("offline;")
            await ada.until(lambda: ada.refused == 1 and 1013 in ada.closed)
            assert ada.saved == saved
            await answers(nodes.a, 503)
        finally:
            await asyncio.to_thread(postgres.start)
        await ben.until(lambda: "offline;" in ben.words)
        await ada.until(lambda: ada.saved > saved)
        await ben.write("online;")
        await ada.until(lambda: "online;" in ada.words)
        assert ben.closed in ([], [1013])
