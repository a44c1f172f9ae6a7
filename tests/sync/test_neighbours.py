"""Rooms of two nodes over one scripted log, with a relay that a test can silence."""

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from drafting.actions.writing_ports import Author
from drafting.domain import prose
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import Block, Run
from drafting.sync.neighbours import Neighbours, Rhythm
from drafting.sync.participants import CloseCode, Level
from drafting.sync.relay import MAX_BYTES, Alive, Kept, Leaving, News, Points, Said, Seal, Who
from drafting.sync.replica import Replica
from drafting.sync.room import Times
from drafting.sync.rooms import Rooms
from drafting.sync.wire import FrameError, Reader
from tests.sync.clients import Client, soon
from tests.sync.logs import FixedClock, ScriptedLog

NAME = "manifesto.front.en"
TEXT = (Block("t1", "heading1", (Run("Title"),)), Block("p1", "paragraph", (Run("First words."),)))
ADA = Author("ada", "north")
NEVER = Rhythm(look=1e6, blind=1e6, alive=1e6, silent=1e6, faded=1e6)


class Wire:
    """What all relays of a test are connected by. ``is_deaf``: everything said is lost."""

    def __init__(self) -> None:
        self.listeners: dict[str, list[Callable[[bytes], None]]] = defaultdict(list)
        self.is_deaf = False
        self.said = 0

    def say(self, channel: str, message: bytes) -> None:
        self.said += 1
        if not self.is_deaf:
            for hear in self.listeners[channel]:
                asyncio.get_running_loop().call_soon(hear, message)


class WiredRelay:
    is_up = True

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.mine: dict[str, Callable[[bytes], None]] = {}

    def publish(self, channel: str, message: bytes) -> None:
        self.wire.say(channel, message)

    def subscribe(self, channel: str, hear: Callable[[bytes], None], opened: Callable[[], None]) -> None:
        self.mine[channel] = hear
        self.wire.listeners[channel].append(hear)
        asyncio.get_running_loop().call_soon(opened)

    def unsubscribe(self, channel: str) -> None:
        self.wire.listeners[channel].remove(self.mine.pop(channel))


class Node:
    def __init__(self, log: ScriptedLog, wire: Wire, secret: str = "same", rhythm: Rhythm = NEVER) -> None:
        self.neighbours = Neighbours(WiredRelay(wire), log, secret, rhythm)
        self.rooms = Rooms(log, FixedClock(), Times(quiet=60, presence=0, idle=60), self.neighbours)

    async def client(self, number: int, account: str = "ada", level: Level = Level.WRITE) -> Client:
        return await Client(await self.rooms.open(NAME), number, account, level).join()


@asynccontextmanager
async def at_work(*nodes: Node) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(node.neighbours.work()) for node in nodes]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for node in nodes:
            await node.rooms.close()


@pytest.fixture
def log() -> ScriptedLog:
    return ScriptedLog()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def nodes(log: ScriptedLog, wire: Wire) -> AsyncIterator[tuple[Node, Node]]:
    """Neither looks into the log by the clock."""
    a, b = Node(log, wire), Node(log, wire)
    await a.rooms.create(NAME, TEXT, ADA)
    async with at_work(a, b):
        yield a, b


def kept(log: ScriptedLog) -> int:
    return len(log.updates[NAME])


async def test_an_announcement_is_enough(nodes: tuple[Node, Node], log: ScriptedLog) -> None:
    ada, ben = await nodes[0].client(11), await nodes[1].client(12, "ben")
    before = kept(log)
    for number in range(10):
        ada.type(f" a{number}")
        ben.type(f"b{number} ", at=1)
        ada.send_made()
        ben.send_made()
    await soon(lambda: ada.words == ben.words and "a9" in ada.words and "b9" in ada.words)
    await soon(lambda: len(ada.statuses) == len(ben.statuses) == 11)
    assert all(ada.statuses + ben.statuses)
    assert kept(log) == before + 20
    assert ada.room.sequence == ben.room.sequence == kept(log)


async def test_who_lost_an_announcement_reads_the_log_at_the_next(nodes: tuple[Node, Node], wire: Wire) -> None:
    ada, ben = await nodes[0].client(11), await nodes[1].client(12, "ben")
    wire.is_deaf = True
    ada.type(" lost")
    ada.send_made()
    await soon(lambda: ada.statuses == [True, True])
    wire.is_deaf = False
    ada.type(" found")
    ada.send_made()
    await soon(lambda: ben.words == "Title\nFirst words. lost found")


async def test_without_a_relay_the_log_is_looked_into(log: ScriptedLog, wire: Wire) -> None:
    a, b = (Node(log, wire, rhythm=Rhythm(look=0.01, blind=0.01)) for _ in range(2))
    wire.is_deaf = True
    await a.rooms.create(NAME, TEXT, ADA)
    async with at_work(a, b):
        ada, ben = await a.client(11), await b.client(12, "ben")
        ada.type(" far")
        ada.send_made()
        await soon(lambda: ben.words == "Title\nFirst words. far")


async def test_whoever_is_behind_is_brought_up_to_date_before_anything_is_kept(
    nodes: tuple[Node, Node], wire: Wire, log: ScriptedLog
) -> None:
    ada, ben = await nodes[0].client(11), await nodes[1].client(12, "ben")
    wire.is_deaf = True
    ada.type(" one")
    ada.send_made()
    await soon(lambda: ada.statuses == [True, True])
    ben.type("Zero ", at=1)
    ben.send_made()
    await soon(lambda: ben.words == "Zero Title\nFirst words. one")
    await soon(lambda: ben.statuses == [True, True])
    assert ben.room.sequence == kept(log) == 3


async def test_an_action_sees_what_another_node_kept(nodes: tuple[Node, Node], wire: Wire) -> None:
    ada, ben = await nodes[0].client(11), await nodes[1].client(12, "ben")
    seen = prose.digest(await nodes[1].rooms.read(NAME))
    wire.is_deaf = True
    ada.type(" more")
    ada.send_made()
    await soon(lambda: ada.statuses == [True, True])
    with pytest.raises(Refusal) as refused:
        await nodes[1].rooms.write(NAME, TEXT, ADA, seen)
    assert refused.value.code is Code.TEXT_CHANGED
    assert (await nodes[1].rooms.read(NAME))[1].words == "First words. more"
    await nodes[1].rooms.write(NAME, TEXT, ADA)
    assert (await nodes[0].rooms.read(NAME))[1].words == "First words."
    await soon(lambda: ada.words == ben.words == "Title\nFirst words.")


async def test_actions_that_meet_are_decided_one_after_the_other(nodes: tuple[Node, Node], log: ScriptedLog) -> None:
    seen = prose.digest(await nodes[0].rooms.read(NAME))
    await nodes[1].rooms.open(NAME)
    log.hold()
    other = (TEXT[0], Block("p1", "paragraph", (Run("Other words."),)))
    third = (TEXT[0], Block("p1", "paragraph", (Run("Third words."),)))
    writing = [
        asyncio.create_task(node.rooms.write(NAME, text, ADA, seen))
        for node, text in zip(nodes, (other, third), strict=True)
    ]
    await log.entered.wait()
    log.let_go()
    done = await asyncio.gather(*writing, return_exceptions=True)
    assert [one for one in done if isinstance(one, Refusal) and one.code is Code.TEXT_CHANGED]
    assert await nodes[0].rooms.read(NAME) == await nodes[1].rooms.read(NAME)
    assert kept(log) == 2


async def test_of_two_nodes_that_create_a_text_one_does(log: ScriptedLog, wire: Wire) -> None:
    a, b = Node(log, wire), Node(log, wire)
    log.hold()
    making = [asyncio.create_task(node.rooms.create(NAME, TEXT, ADA)) for node in (a, b)]
    await log.entered.wait()
    log.let_go()
    done = await asyncio.gather(*making, return_exceptions=True)
    assert [one.code for one in done if isinstance(one, Refusal)] == [Code.TAKEN]
    assert kept(log) == 1


async def test_what_is_said_differently_on_two_nodes_counts_once(
    nodes: tuple[Node, Node], wire: Wire, log: ScriptedLog
) -> None:
    """One client id, one clock, other words on each node: whatever the log has first stands, everywhere."""
    ada, twin = await nodes[0].client(11), await nodes[1].client(11)
    reader = await nodes[1].client(12, "ben", Level.READ)
    wire.is_deaf = True
    ada.type("A")
    twin.type("B")
    ada.send_made()
    await soon(lambda: ada.statuses == [True, True])
    twin.send_made()
    await soon(lambda: len(twin.statuses) == 2)
    assert (await nodes[0].rooms.read(NAME)) == (await nodes[1].rooms.read(NAME))
    assert reader.words == "Title\nFirst words.A"
    assert kept(log) == 2


async def test_a_client_id_belongs_to_its_account_on_every_node(nodes: tuple[Node, Node], wire: Wire) -> None:
    ada = await nodes[0].client(11)
    thief = await nodes[1].client(11, "thief")
    wire.is_deaf = True
    ada.type("mine")
    ada.send_made()
    await soon(lambda: ada.statuses == [True, True])
    thief.type("yours")
    thief.send_made()
    await soon(lambda: thief.closed)
    assert thief.closed is CloseCode.REFUSED
    assert thief.statuses == [True, False]


async def test_a_text_that_was_retired_elsewhere_takes_nothing(
    nodes: tuple[Node, Node], wire: Wire, log: ScriptedLog
) -> None:
    ben = await nodes[1].client(12, "ben")
    wire.is_deaf = True
    await nodes[0].rooms.retire(NAME)
    ben.type("late")
    ben.send_made()
    await soon(lambda: ben.statuses == [True, False])
    assert (ben.room.is_retired, ben.closed, kept(log)) == (True, None, 1)


async def test_retiring_is_heard_of(nodes: tuple[Node, Node]) -> None:
    ben = await nodes[1].client(12, "ben")
    await nodes[0].rooms.retire(NAME)
    await soon(lambda: ben.room.is_retired)


async def test_who_comes_later_sees_who_is_there_elsewhere(nodes: tuple[Node, Node]) -> None:
    ada = await nodes[0].client(11)
    ada.room.point(ada.participant, b"\x01\x0b\x01\x02{}")
    await soon(lambda: ada.points)
    ben = await nodes[1].client(12, "ben")
    await soon(lambda: ben.points)
    assert clients_of(ben.points[-1]) == {11: '{"user":{"name":"Ada"}}'}
    ada.room.leave(ada.participant)
    await soon(lambda: clients_of(ben.points[-1]) == {11: "null"})


async def test_who_was_on_a_node_that_closes_is_gone_at_once(nodes: tuple[Node, Node]) -> None:
    ada, ben = await nodes[0].client(11), await nodes[1].client(12, "ben")
    ada.room.point(ada.participant, b"\x01\x0b\x01\x02{}")
    await soon(lambda: ben.points)
    nodes[0].neighbours.close()
    await soon(lambda: clients_of(ben.points[-1]) == {11: "null"})


async def test_who_was_on_a_node_that_fell_silent_is_forgotten(log: ScriptedLog, wire: Wire) -> None:
    a, b = Node(log, wire), Node(log, wire, rhythm=Rhythm(alive=0.01, silent=0.05, look=0.01))
    await a.rooms.create(NAME, TEXT, ADA)
    async with at_work(b):
        ada, ben = await a.client(11), await b.client(12, "ben")
        ada.room.point(ada.participant, b"\x01\x0b\x01\x02{}")
        await soon(lambda: ben.points)
        await soon(lambda: clients_of(ben.points[-1]) == {11: "null"})
    await a.rooms.close()


async def test_a_relay_of_several_installations_mixes_nothing(log: ScriptedLog, wire: Wire) -> None:
    a, stranger = Node(log, wire), Node(ScriptedLog(), wire, secret="other")
    for node in (a, stranger):
        await node.rooms.create(NAME, TEXT, ADA)
    async with at_work(a, stranger):
        ada, ben = await a.client(11), await stranger.client(12, "ben")
        said = wire.said
        ada.type(" mine")
        ada.send_made()
        await soon(lambda: wire.said > said)
        assert (await stranger.rooms.read(NAME)) == TEXT
        assert ben.words == "Title\nFirst words."


def clients_of(points: bytes) -> dict[int, str]:
    reader = Reader(points)
    return {
        client: state
        for client, _, state in ((reader.uint(), reader.uint(), reader.string()) for _ in range(reader.uint()))
    }


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_is_lost_all_nodes_come_to_say_what_the_log_says(
    log: ScriptedLog, wire: Wire, seed: int
) -> None:
    """Three nodes, six writers, a relay that is deaf half of the time, texts written by actions in between."""
    chance = random.Random(seed)
    nodes = [Node(log, wire, rhythm=Rhythm(look=0.01, blind=0.01)) for _ in range(3)]
    await nodes[0].rooms.create(NAME, TEXT, ADA)
    async with at_work(*nodes):
        clients = [await nodes[n % 3].client(20 + n, f"writer{n}") for n in range(6)]
        for step in range(60):
            wire.is_deaf = chance.random() < 0.5
            writer = chance.choice(clients)
            if step % 20 == 19:
                words = Block("p1", "paragraph", (Run(f"Anew {step}."),))
                await chance.choice(nodes).rooms.write(NAME, (TEXT[0], words), ADA)
            elif chance.random() < 0.2 and len(writer.text.body) > 8:
                del writer.text.body[2:4]
            else:
                writer.type(f"{step} ", at=chance.randrange(1, len(writer.text.body)))
            writer.send_made()
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
        await soon(lambda: {client.room.sequence for client in clients} == {kept(log)})
        await soon(lambda: len({client.words for client in clients}) == 1)
        logged = Replica(update.data for update in log.updates[NAME])
        assert "\n".join(block.words for block in logged.text) == clients[0].words
        assert all(all(client.statuses) and client.closed is None for client in clients)


# ---- messages


@pytest.mark.parametrize(
    "said", [Kept(7, [News(6, "ada", b"x"), News(7, "ben", b"")]), Kept(1), Points(b"\x00"), Who(), Alive(), Leaving()]
)
def test_what_a_node_says_is_understood(said: Said) -> None:
    seal = Seal("secret")
    message = seal.close(NAME, "node", said)
    node, heard = seal.open(NAME, message)
    assert (node, heard) == ("node", Kept(said.last, list(said.news)) if isinstance(said, Kept) else said)
    for wrong in (b"", message[:-1], message + b"x", bytes(16) + message[16:]):
        with pytest.raises(FrameError):
            seal.open(NAME, wrong)
    with pytest.raises(FrameError):
        seal.open("manifesto.other.en", message)


def test_what_is_large_is_left_to_the_log() -> None:
    seal = Seal("secret")
    message = seal.close(NAME, "node", Kept(3, [News(3, "ada", bytes(MAX_BYTES + 1))]))
    assert seal.open(NAME, message) == ("node", Kept(3, []))


async def test_what_bears_no_seal_is_logged_and_nothing_else(
    nodes: tuple[Node, Node], wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await nodes[0].client(11)
    with caplog.at_level(logging.WARNING):
        for hear in [hear for listeners in wire.listeners.values() for hear in listeners]:
            hear(b"forged")
    assert "no node of this installation" in caplog.text
    assert ada.closed is None
