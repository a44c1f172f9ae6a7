"""Thousands of connections that are never finished, floods of frames that are no messages: others go on writing."""

import asyncio
import json
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from drafting.paths import STATIC
from drafting.sync import wire
from drafting.sync.wire import Kind
from tests.hostile.conftest import FragileServer, Place, furnished
from tests.hostile.furnish import ONE, TWO
from tests.hostile.raw import PATIENCE, joined
from tests.hostile.test_supervisor import number, worker_of

SOCKETS = 200
MOST_MEGABYTES = 100
UPGRADE = (
    b"GET /sync HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
POST = b"POST /en/sign-in HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 1000\r\n\r\na="


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = furnished(FragileServer(tmp_path_factory.mktemp("unfinished") / "data", {"DRAFTING_SOCKETS": str(SOCKETS)}))
    with place.server:
        yield place


def memory(place: Place) -> float:
    """Megabytes of the worker."""
    status = Path(f"/proc/{worker_of(place.server.pid)}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def how_many(wanted: int) -> int:
    """As many as this process may hold open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return min(wanted, most // 2)


def opened(place: Place, said: bytes) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", place.server.port), timeout=PATIENCE)
    line.sendall(said % place.server.port if b"%d" in said else said)
    return line


async def cut_off(line: socket.socket) -> None:
    """Until the server has closed it. What it says is read; nothing is answered, not even a closing frame."""
    line.setblocking(False)
    async with asyncio.timeout(2 * PATIENCE):
        try:
            while await asyncio.get_running_loop().sock_recv(line, 65536):
                continue
        except ConnectionError:
            return


async def test_five_thousand_that_never_finish_are_closed_while_others_write(place: Place) -> None:
    said = (b"", b"GET / HTTP/1.1\r\n", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", POST, UPGRADE)
    before = memory(place)
    async with joined(place.server.url, ONE, place.tokens["ada"]) as ada:
        lines = [opened(place, said[n % len(said)]) for n in range(how_many(5000))]
        assert await ada.type("among thousands")
        async with joined(place.server.url, TWO, place.tokens["ben"]) as ben:
            assert await ben.type("room for one more")
        assert memory(place) - before < MOST_MEGABYTES
        for line in lines:
            await cut_off(line)
            line.close()
        assert number(place, "sockets") == 1
        assert await ada.type("and on")


def frames(opcode: int, count: int, *, is_last: bool = True) -> bytes:
    return bytes((opcode | (0x80 if is_last else 0), 0x80, 0, 0, 0, 0)) * count


@pytest.mark.parametrize(
    "flood",
    [
        frames(9, 100_000),
        frames(10, 100_000),
        frames(2, 1, is_last=False) + frames(0, 100_000, is_last=False),
        frames(2, 100_000),
    ],
    ids=["pings", "pongs", "pieces", "nothing"],
)
async def test_who_floods_with_frames_that_say_nothing_is_cut_off(place: Place, flood: bytes) -> None:
    async with (
        joined(place.server.url, ONE, place.tokens["cyd"]) as hostile,
        joined(place.server.url, TWO, place.tokens["ben"]) as beside,
    ):
        before = memory(place)
        hostile.socket.transport.write(flood)
        assert await beside.type("calm")
        assert await hostile.code() in (1006, 4422)
        assert memory(place) - before < MOST_MEGABYTES


async def test_a_ping_is_answered_and_a_message_in_pieces_is_one(place: Place) -> None:
    async with joined(place.server.url, ONE, place.tokens["ada"]) as ada:
        for _ in range(30):
            await (await ada.socket.ping())
        message = ada.prefix + wire.update(ada.edit("in pieces"))
        await ada.socket.send([message[at : at + 3] for at in range(0, len(message), 3)])
        assert (await ada.hear(Kind.SYNC_STATUS)).uint() == 1


async def test_much_at_once_arrives_in_order(place: Place) -> None:
    """Far more than is read or parsed at a time."""
    async with joined(place.server.url, ONE, place.tokens["ada"]) as ada:
        edits = [ada.edit(f"[{number}]" + "é" * (number % 7)) for number in range(300)]
        edits.append(ada.edit("long " * 40_000))
        for edit in edits:
            await ada.send(wire.update(edit))
        assert [(await ada.hear(Kind.SYNC_STATUS)).uint() for _ in edits] == [1] * len(edits)
    async with joined(place.server.url, ONE, place.tokens["ben"]) as ben:
        assert str(ben.roots.body) == str(ada.roots.body)


async def test_who_breaks_off_leaves_no_trace_in_the_log(place: Place) -> None:
    page = b"GET /en/ HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % place.server.port
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", place.server.port)) as line:
            line.sendall(page)
            line.sendall(page)
    async with joined(place.server.url, ONE, place.tokens["dag"]) as dag:
        dag.socket.transport.write(b"\xc2\x80\x00\x00\x00\x00" + bytes(60_000))
        assert await dag.code() in (1002, 1006)
    async with joined(place.server.url, ONE, place.tokens["ada"]) as ada:
        assert await ada.type("calm")
    assert "Traceback" not in place.server.output


def test_who_asks_and_never_reads_is_cut_off(place: Place) -> None:
    script = json.loads((STATIC / "manifest.json").read_text())["workshop.js"]
    host = f"127.0.0.1:{place.server.port}"
    before = memory(place)
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(PATIENCE)
        line.connect(("127.0.0.1", place.server.port))
        with pytest.raises(ConnectionError):
            ask_without_end(line, f"GET /static/{script} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert memory(place) - before < MOST_MEGABYTES


def ask_without_end(line: socket.socket, asked: bytes) -> None:
    while True:
        line.sendall(asked * 10)
