"""What a socket keeps in memory, and that it loses nothing by it."""

import asyncio
import gc
from typing import Any

from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.datastructures import Headers

from drafting.web.live.frugal import FrugalWebSocket, Gate, Inbox
from drafting.web.live.outbox import SocketOutbox


async def nothing(scope: object, receive: object, send: object) -> None: ...


async def test_messages_come_out_in_the_order_in_which_they_came() -> None:
    inbox = Inbox()
    for number in range(3):
        inbox.put_nowait(number)
    assert [await inbox.get() for _ in range(3)] == [0, 1, 2]
    assert inbox.empty()


async def test_a_reader_waits_for_a_message() -> None:
    inbox = Inbox()
    reading = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    assert not reading.done()
    inbox.put_nowait("word")
    inbox.put_nowait("another")
    assert await reading == "word"
    assert await inbox.get() == "another"


async def test_a_reader_that_gives_up_takes_no_message_with_it() -> None:
    inbox = Inbox()
    reading = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    reading.cancel()
    inbox.put_nowait("word")
    await asyncio.wait([reading])
    assert await inbox.get() == "word"


async def test_everybody_before_a_gate_goes_through_when_it_opens() -> None:
    gate = Gate()
    assert await gate.wait()
    gate.clear()
    waiting = [asyncio.create_task(gate.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    assert not gate.is_set()
    gate.set()
    await asyncio.wait(waiting)
    assert [task.cancelled() for task in waiting] == [True, False, False]
    assert gate.is_set()


async def test_every_attribute_of_a_socket_has_its_place() -> None:
    socket = FrugalWebSocket(Config(nothing), ServerState(), {})
    assert not vars(socket)


class Wire(asyncio.Transport):
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return False

    def close(self) -> None: ...

    def write(self, data: Any) -> None: ...


async def test_nothing_that_was_said_at_first_is_kept() -> None:
    scopes: list[Any] = []
    is_open, is_over = asyncio.Event(), asyncio.Event()

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await receive()
        await send({"type": "websocket.accept"})
        SocketOutbox(send)
        is_open.set()
        await is_over.wait()

    config = Config(serve, interface="asgi3")
    config.load()
    socket = FrugalWebSocket(config, ServerState(), {})
    socket.connection_made(Wire())
    socket.data_received(
        b"GET /sync HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Mark: 1\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await is_open.wait()
    assert scopes == [{}]
    assert not [kept for kept in gc.get_objects() if type(kept) is Headers and "X-Mark" in kept]
    is_over.set()
    socket.connection_lost(None)
