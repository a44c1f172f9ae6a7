"""Frames go out without waiting; whoever reads too slowly is closed."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from drafting.sync.participants import CloseCode
from drafting.web.live import outbox, shortcut
from drafting.web.live.outbox import SocketOutbox

PATIENCE = 10


class Wire:
    """An ASGI ``send`` that a test can block, or break as a server does when the client is gone."""

    def __init__(self) -> None:
        self.sent: list[MutableMapping[str, Any]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.is_gone = False

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        await self.open.wait()
        if self.is_gone:
            raise OSError
        self.sent.append(message)

    @property
    def words(self) -> list[Any]:
        return [message.get("bytes", message.get("code")) for message in self.sent]


@pytest.fixture
async def wire() -> Wire:
    return Wire()


async def until_drained(box: SocketOutbox) -> None:
    async with asyncio.timeout(PATIENCE):
        while box._draining is not None:
            await asyncio.wait([box._draining])


async def test_an_open_wire_takes_frames_at_once(wire: Wire) -> None:
    box = SocketOutbox(wire)
    box.send(b"1")
    box.send(b"2")
    assert wire.words == [b"1", b"2"]
    box.close(CloseCode.RESTART)
    box.send(b"3")
    box.close(CloseCode.REFUSED)
    assert wire.words == [b"1", b"2", 1012]


async def test_several_frames_keep_their_order_whatever_the_wire_does(wire: Wire) -> None:
    box = SocketOutbox(wire)
    box.send_all([b"1", b"2"])
    wire.open.clear()
    box.send_all([b"3", b"4"])
    wire.open.set()
    await until_drained(box)
    assert wire.words == [b"1", b"2", b"3", b"4"]


async def test_a_blocked_wire_keeps_the_order(wire: Wire) -> None:
    box = SocketOutbox(wire)
    wire.open.clear()
    for frame in (b"1", b"2", b"3"):
        box.send(frame)
    assert wire.words == []
    wire.open.set()
    await until_drained(box)
    box.send(b"4")
    assert wire.words == [b"1", b"2", b"3", b"4"]


async def test_too_much_waiting_closes_the_socket(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MAX_WAITING", 10)
    box = SocketOutbox(wire)
    wire.open.clear()
    box.send(b"in flight")
    box.send(b"0123456789")
    assert not box.is_closed
    box.send(b"0")
    assert box.is_closed
    wire.open.set()
    await until_drained(box)
    assert wire.words == [b"in flight", 1013]


async def test_who_never_reads_is_cut_off(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "CLOSE_WITHIN", 0.0)

    async def serve() -> None:
        box = SocketOutbox(wire)
        wire.open.clear()
        box.send(b"in flight")
        box.close(CloseCode.NOT_ALLOWED)
        await asyncio.Event().wait()

    serving = asyncio.create_task(serve())
    await asyncio.wait([serving], timeout=PATIENCE)
    assert serving.cancelled()


async def test_a_client_that_is_gone_ends_it(wire: Wire) -> None:
    box = SocketOutbox(wire)
    wire.is_gone = True
    box.send(b"1")
    assert box.is_closed
    late = SocketOutbox(wire)
    wire.open.clear()
    late.send(b"1")
    wire.open.set()
    await until_drained(late)
    assert late.is_closed
    assert wire.words == []


@pytest.mark.parametrize(("length", "head"), [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_a_frame_is_as_websockets_would_make_it(length: int, head: int) -> None:
    message = bytes(length)
    assert shortcut.frame(message) == Frame(Opcode.BINARY, message).serialize(mask=False)
    assert len(shortcut.frame(message)) == head + length
