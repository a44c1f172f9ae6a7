"""Heads of requests that never end, that only one of two parsers takes, or that are made to be read slowly."""

import asyncio

import pytest
from starlette.requests import HTTPConnection

from drafting.settings import Settings
from drafting.sync import wire
from drafting.web import sessions
from drafting.web.papers import cookie_of, papers_of
from tests.hostile.furnish import ONE
from tests.hostile.raw import PATIENCE
from tests.hostile.test_returning import Hall, clock, furniture, hall  # noqa: F401

UPGRADE = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
KEY = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
CHUNKED = b"POST /en/sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
# Far more than is kept of anybody, and than fits into the system's own buffers.
MUCH = 64 << 20


async def answer(where: Hall, begin: bytes, more: bytes = b"") -> bytes:
    """The status of what the server says to this, and to as much ``more`` as it takes; empty where it cuts off."""
    reader, writer = await asyncio.open_connection("127.0.0.1", where.port)
    writer.write(begin)
    try:
        async with asyncio.timeout(PATIENCE):
            for _ in range(MUCH // len(more) if more else 0):
                writer.write(more)
                await writer.drain()
            return (await reader.readline())[9:12]
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (b"GET / HTTP/1.1\r\nX: ", b"a" * 65536),
        (b"GET /", b"a" * 65536),
        (b"GET / HTTP/1.1\r\n", b"a: b\r\n" * 10_000),
        (CHUNKED + b"1;x=", b"a" * 65536),
        (CHUNKED + b"0\r\n", b"a: b\r\n" * 10_000),
        (b"GET /sync HTTP/1.1\r\n" + UPGRADE, b"a: b\r\n" * 10_000),
    ],
    ids=["line", "address", "lines", "chunk", "trailers", "socket"],
)
async def test_a_head_that_does_not_end_is_cut_off(hall: Hall, begin: bytes, more: bytes) -> None:  # noqa: F811
    assert await answer(hall, begin, more) in (b"", b"431", b"400")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /sync HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE + KEY + b"\r\n", b"405"),
        (b"POST /sync HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE + KEY + b"Content-Length: 2\r\n\r\n", b"400"),
        (b"GET /sync/" + b"b" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE + KEY + b"\r\n", b"400"),
        (b"GET /sync HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE + KEY + b"a: b\r\n" * 125 + b"\r\n", b"431"),
        (b"GET /sync HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE + KEY + b"a: " + b"b" * 9000 + b"\r\n\r\n", b"431"),
        (b"GET /sync HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE + b"Sec-WebSocket-Key: \xff\r\n\r\n", b"400"),
        (b"GET /sync HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE + KEY + b"a: " + b"b" * 2000 + b"\r\n\r\n", b"101"),
    ],
    ids=["posted", "with a body", "long address", "many lines", "long line", "bad key", "well"],
)
async def test_a_handshake_is_answered_whatever_is_wrong_with_it(
    hall: Hall,  # noqa: F811
    head: bytes,
    status: bytes,
) -> None:
    assert await answer(hall, head.replace(b"localhost", b"127.0.0.1:%d" % hall.port)) == status


@pytest.mark.parametrize(
    "value", ["\\" * 8000, '"' + "\\" * 8000 + '"', '"\\101' * 2000], ids=["bare", "quoted", "octal"]
)
def test_a_cookie_is_never_unquoted(value: str) -> None:
    """Python's own reader of cookies takes ten seconds for 64 kB of these."""
    settings = Settings()
    scope = {"type": "http", "headers": [(b"cookie", f"a={value}; session={value}".encode())]}
    assert cookie_of([f"a={value}; session=secret"], "session") == "secret"
    assert sessions.browser_of(HTTPConnection(scope), settings) == ""
    assert papers_of(scope["headers"], b"", cookie="session").cookie == value  # type: ignore[arg-type]


async def test_a_state_of_more_people_than_ever_wrote_is_refused(hall: Hall) -> None:  # noqa: F811
    many = 100_000
    state = wire.uint(many) + b"".join(wire.uint(1_000_000 + client) + b"\x01" for client in range(many))
    async with hall.come("ada", text=ONE) as ada:
        await ada.send(wire.ask(state))
        assert await ada.code() == 4422
