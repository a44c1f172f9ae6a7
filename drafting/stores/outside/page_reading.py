"""Reads one small page over HTTPS from an address that was chosen before: no redirect, no name looked up again.

The parser is that of the web server (llhttp); what is read, sent and waited for is bounded.
"""

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Final

import httptools

LONGEST_ANSWER: Final = 16_384
"""Bytes of status line, headers and body together; a page with a few proofs has some hundred."""
AT_A_TIME: Final = 4096


class Unreadable(Exception):
    """What came is no answer in HTTP, or is too long."""


@dataclass
class Answer:
    """``httptools`` calls its methods as the answer comes in."""

    body: bytearray = field(default_factory=bytearray)
    is_whole: bool = False

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        self.is_whole = True


async def read_page(host: str, path: str, address: str, port: int, tls: ssl.SSLContext) -> tuple[int, bytes]:
    """Status and body of ``path`` at a host, from this address. Whoever calls says how long it may take.

    Raises :class:`Unreadable`, :class:`OSError` (also :class:`ssl.SSLError`) where there is no connection.
    """
    reader, writer = await asyncio.open_connection(address, port, ssl=tls, server_hostname=host, limit=LONGEST_ANSWER)
    try:
        writer.write(_request(host, path))
        await writer.drain()
        return await _answer(reader)
    finally:
        writer.transport.abort()  # Nothing is left to say, and a slow end would keep the connection.


def _request(host: str, path: str) -> bytes:
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: drafting (looks for the proof of a domain)",
        "Accept: text/plain",
        "Accept-Encoding: identity",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode("ascii")


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    answer = Answer()
    parser = httptools.HttpResponseParser(answer)
    size = 0
    while not answer.is_whole:
        data = await reader.read(AT_A_TIME)
        size += len(data)
        if size > LONGEST_ANSWER:
            raise Unreadable("too long")
        if not data:
            break  # An answer without a length ends with the connection; one cut short lacks its line, and says no.
        try:
            parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            raise Unreadable(str(error)) from error
    status = parser.get_status_code()
    if not status:
        raise Unreadable("no answer")
    return status, bytes(answer.body)
