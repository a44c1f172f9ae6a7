"""What a socket keeps in memory, and that it loses nothing by it."""

import asyncio

from uvicorn.config import Config
from uvicorn.server import ServerState

from drafting.web.frugal import FrugalWebSocket, Gate, Inbox


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
