"""What a socket refuses, byte by byte: origins, tokens, sizes, order of messages, close codes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.request import Request, urlopen

import pytest
from pycrdt import Doc
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from drafting.domain.prose import RULES
from drafting.sync import markup, wire
from drafting.sync.wire import Kind, Reader
from tests.interop.conftest import SyncServer

ONE = "test.one.en"
PREFIX = wire.string(ONE)
PATIENCE = 20


def token(value: str, name: str = ONE) -> bytes:
    return wire.string(name) + b"\x02\x00" + wire.string(value) + wire.string("4.8.0")


@asynccontextmanager
async def signed_in(server: SyncServer, account: str = "ada") -> AsyncIterator[ClientConnection]:
    async with connect(server.url, max_size=None) as socket:
        await socket.send(token(account))
        await socket.send(PREFIX + wire.ask(b"\x00"))
        await heard(socket, Kind.SYNC)
        yield socket


async def heard(socket: ClientConnection, kind: Kind) -> Reader:
    """The next message of this kind, from behind it."""
    async with asyncio.timeout(PATIENCE):
        while True:
            message = await socket.recv()
            assert isinstance(message, bytes)
            reader = Reader(message)
            reader.blob()
            if reader.uint() == kind:
                return reader


async def code(socket: ClientConnection) -> int:
    """The code it is closed with."""
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


def edit(words: str = "x", client: int = 77) -> bytes:
    doc: Doc[Any] = Doc(client_id=client)
    markup.roots(doc).body.insert(0, words, {})
    return doc.get_update()


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1", "http://x.127.0.0.1:{port}"]
)
@pytest.mark.parametrize("path", ["", f"/{ONE}"])
async def test_a_cookie_needs_the_exact_origin(server: SyncServer, origin: str | None, path: str) -> None:
    headers = {"Cookie": "session=ada"}
    if origin:
        headers["Origin"] = origin.format(port=server.port)
    with pytest.raises(InvalidStatus) as refused:
        await connect(server.url + path, additional_headers=headers)
    assert refused.value.response.status_code == 403


async def test_a_cookie_from_our_own_page_is_enough(server: SyncServer) -> None:
    headers = {"Cookie": "other=1; session=ada", "Origin": server.http}
    async with connect(server.url, additional_headers=headers) as socket:
        await socket.send(token(""))
        assert (await heard(socket, Kind.AUTH)).data.endswith(wire.authenticated(may_write=True))
    async with connect(f"{server.url}/{ONE}", additional_headers=headers) as socket:
        await socket.send(wire.ask(b"\x00"))
        assert isinstance(await socket.recv(), bytes)


async def test_a_token_ignores_the_cookie_and_needs_no_origin(server: SyncServer) -> None:
    headers = {"Cookie": "session=nobody", "Origin": "http://evil.example"}
    async with connect(f"{server.url}/{ONE}?token=eve", additional_headers=headers) as socket:
        await socket.send(wire.ask(b"\x00"))
        assert isinstance(await socket.recv(), bytes)
    async with connect(server.url, additional_headers={"Authorization": "Bearer ada"}) as socket:
        await socket.send(token(""))
        await heard(socket, Kind.AUTH)


async def test_a_token_never_reaches_the_log(own_server: SyncServer) -> None:
    async with connect(f"{own_server.url}/{ONE}?token=ada") as socket:
        await socket.send(wire.ask(b"\x00"))
        await socket.recv()
    async with connect(f"{own_server.url}/{ONE}?token=planted-secret") as socket:
        assert await code(socket) == 4401
    own_server.stop()
    assert "/sync/test.one.en" in own_server.output
    assert "token" not in own_server.output
    assert "planted" not in own_server.output


async def test_nobody_gets_anything_before_signing_in(server: SyncServer) -> None:
    for message in (wire.ask(b"\x00"), wire.update(edit()), wire.awareness(b"\x00"), b"\x03"):
        async with connect(server.url) as socket:
            await socket.send(PREFIX + message)
            assert await code(socket) == 4401
    async with connect(server.url) as socket:
        await socket.send(token("nobody"))
        assert await code(socket) == 4401
    async with connect(f"{server.url}/{ONE}") as socket:
        assert await code(socket) == 4401


async def test_who_does_not_sign_in_is_closed(server: SyncServer) -> None:
    async with connect(server.url) as socket:
        assert await code(socket) == 4401


async def test_what_is_sent_before_the_answer_waits_for_it(server: SyncServer) -> None:
    async with connect(server.url) as socket:
        for message in (token("ada"), PREFIX + wire.ask(b"\x00"), PREFIX + wire.update(edit())):
            await socket.send(message)
        assert (await heard(socket, Kind.AUTH)).uint() == 2
        assert (await heard(socket, Kind.SYNC_STATUS)).uint() == 1


async def test_what_waits_is_bounded(server: SyncServer) -> None:
    async with connect(server.url) as socket:
        await socket.send(token("ada"))
        for _ in range(3):
            await socket.send(PREFIX + wire.update(bytes(900_000)))
        assert await code(socket) == 4422


async def test_another_text_is_denied(server: SyncServer) -> None:
    for name in ("other.text.en", "test.nothing.en"):
        async with connect(server.url) as socket:
            await socket.send(token("ada", name))
            assert await code(socket) == 4403
        async with connect(f"{server.url}/{name}?token=ada") as socket:
            assert await code(socket) == 4403


async def test_an_editor_of_another_format_reloads(server: SyncServer) -> None:
    headers = {"Cookie": "session=ada", "Origin": server.http}
    for said in (f"format={RULES['format'] + 1}", "format=", "format=1&epoch=2", "format=1&epoch=x"):
        async with connect(server.url, additional_headers=headers) as socket:
            await socket.send(token(said))
            assert await code(socket) == 4409
    async with connect(server.url, additional_headers=headers) as socket:
        await socket.send(token(f"format={RULES['format']}&epoch=1"))
        await heard(socket, Kind.AUTH)
        assert json.loads((await heard(socket, Kind.STATELESS)).string()) == {"epoch": 1}


async def test_exactly_one_status_per_update_and_step_two(server: SyncServer) -> None:
    async with signed_in(server) as socket:
        await socket.send(PREFIX + wire.answer(b"\x00\x00"))
        await socket.send(PREFIX + wire.update(edit()))
        await socket.send(PREFIX + wire.update(edit()))
        await socket.send(PREFIX + wire.ask(b"\x00"))
        statuses: list[int] = []
        message = b""
        async with asyncio.timeout(PATIENCE):
            while not statuses or message[len(PREFIX) :][:2] != b"\x00\x01":
                message = await socket.recv(decode=False)
                if message[len(PREFIX)] == Kind.SYNC_STATUS:
                    statuses.append(message[-1])
        assert statuses == [1, 1, 1]


async def test_a_frame_that_is_too_big(server: SyncServer) -> None:
    async with signed_in(server) as socket:
        await socket.send(bytes(2 << 20))
        assert await code(socket) == 1009


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xff\xff\xff",
        PREFIX + b"\x0b",
        PREFIX + b"\x00\x03\x00",
        PREFIX + wire.update(edit()) + b"x",
        PREFIX + wire.update(b"\x01\x01\x05\x00\x07\x01\x04body\x00\x00"),
        PREFIX + wire.update(edit()[:-2]),
        PREFIX + wire.awareness(b"\xff\xff\x03" + b"\x01\x01\x02{}" * 50),
        PREFIX + wire.ask(b"\x05"),
        "words",
    ],
)
async def test_what_is_malformed_closes_the_socket(server: SyncServer, message: bytes | str) -> None:
    async with signed_in(server) as socket:
        await socket.send(message)
        assert await code(socket) == 4422
    async with signed_in(server, "ben") as socket:
        await socket.send(PREFIX + wire.update(edit("fine", 78)))
        assert (await heard(socket, Kind.SYNC_STATUS)).uint() == 1


async def test_rights_that_end_close_the_socket(own_server: SyncServer) -> None:
    async with signed_in(own_server) as ada, signed_in(own_server, "ben") as ben:
        url = own_server.http + "/recheck?ada"
        await asyncio.to_thread(lambda: urlopen(Request(url, method="POST"), timeout=PATIENCE).close())
        assert await code(ada) == 4403
        await ben.send(PREFIX + wire.update(edit("fine", 78)))
        assert (await heard(ben, Kind.SYNC_STATUS)).uint() == 1


async def test_a_reserved_bit_hurts_nobody_else(server: SyncServer) -> None:
    async with signed_in(server, "ben") as ben:
        async with signed_in(server) as ada:
            ada.transport.write(b"\xf2\x80\x00\x00\x00\x00")
            assert await code(ada) == 1002
        await ben.send(PREFIX + wire.update(edit("fine", 78)))
        assert (await heard(ben, Kind.SYNC_STATUS)).uint() == 1


async def test_a_restart_says_so(own_server: SyncServer) -> None:
    async with signed_in(own_server) as socket:
        stopping = asyncio.create_task(asyncio.to_thread(own_server.stop))
        assert await code(socket) == 1012
        await stopping
    assert "Traceback" not in own_server.output


async def test_a_reader_that_is_too_slow_is_closed_and_may_come_again(server: SyncServer) -> None:
    async with signed_in(server, "ben") as ben:
        await ben.send(PREFIX + wire.update(edit("long " * 40_000, 79)))
        assert (await heard(ben, Kind.SYNC_STATUS)).uint() == 1
    async with connect(server.url, max_size=None, max_queue=1) as slow:
        await slow.send(token("ada"))
        for _ in range(60):
            await slow.send(PREFIX + wire.ask(b"\x00"))
        async with signed_in(server, "ben") as ben:
            await ben.send(PREFIX + wire.update(edit("fine", 78)))
            assert (await heard(ben, Kind.SYNC_STATUS)).uint() == 1
        assert await code(slow) == 1013
    async with signed_in(server):
        pass
