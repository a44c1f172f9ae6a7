"""A hostile client, as a process of its own: ``python -m benchmarks.flooding KIND HOST PORT TEXT TOKEN SOCKETS``.

It goes on until it is ended, as fast as the server lets it, and comes again when it is sent away.
"""

import base64
import os
import select
import socket
import sys
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from pycrdt import Doc, Text

from drafting.sync import wire

COME_AGAIN_SECONDS: Final = 0.1
PIECE: Final = 1 << 16
# As a proxy would say it (RFC 5737).
ADDRESS: Final = "192.0.2.1"
UPGRADE: Final = (
    "GET /sync HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nX-Real-IP: {address}\r\n\r\n"
)


class Target(NamedTuple):
    host: str
    port: int
    text: str
    token: str


def frame(message: bytes, opcode: int = 2) -> bytes:
    """A frame of a client (RFC 6455), masked with zeros."""
    length = len(message)
    if length < 126:
        return bytes((0x80 | opcode, 0x80 | length)) + bytes(4) + message
    if length < 1 << 16:
        return bytes((0x80 | opcode, 0xFE)) + length.to_bytes(2, "big") + bytes(4) + message
    return bytes((0x80 | opcode, 0xFF)) + length.to_bytes(8, "big") + bytes(4) + message


def upgraded(target: Target) -> socket.socket:
    """A WebSocket on which nothing was said yet."""
    one = socket.create_connection((target.host, target.port), timeout=20)
    key = base64.b64encode(os.urandom(16)).decode()
    one.sendall(UPGRADE.format(host=f"{target.host}:{target.port}", key=key, address=ADDRESS).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += one.recv(4096) or b"\r\n\r\n"
    return one


def signed_in(target: Target) -> socket.socket:
    one, prefix = upgraded(target), wire.string(target.text)
    one.sendall(frame(prefix + b"\x02\x00" + wire.string(target.token) + wire.string("4.8.0")))
    one.sendall(frame(prefix + wire.ask(b"\x00")))
    return one


def updates(text: str) -> bytes:
    """Thousands of edits, one letter each."""
    doc: Doc[object] = Doc()  # type: ignore[type-var]
    body, made, prefix = doc.get("body", type=Text), [], wire.string(text)
    subscription = doc.observe(lambda event: made.append(event.update))
    for _ in range(3000):
        body.insert(len(body), "x", {})
    doc.unobserve(subscription)
    return b"".join(frame(prefix + wire.update(update)) for update in made)


def presence(text: str) -> bytes:
    """Where one is, again and again."""
    prefix, frames = wire.string(text), []
    for clock in range(1, 3000):
        state = b'{"cursor":%d}' % clock
        frames.append(frame(prefix + wire.awareness(b"\x01\x2a" + wire.uint(clock) + wire.blob(state))))
    return b"".join(frames)


FLOODS: Final[dict[str, Callable[[str], bytes]]] = {
    "edits": updates,
    "presence": presence,
    "questions": lambda text: frame(wire.string(text) + wire.ask(b"\x00")) * 1000,
    "pings": lambda text: frame(b"", 9) * 20_000,
    "empty messages": lambda text: frame(b"") * 20_000,
    "fragments": lambda text: b"\x02\x80\x00\x00\x00\x00" + b"\x00\x80\x00\x00\x00\x00" * 20_000,
    "nonsense": lambda text: frame(os.urandom(60)) * 100,
}
"""What is sent over and over by somebody who has signed in."""


def flood(target: Target, data: bytes, sockets: int) -> None:
    """Write to all that take something; read and forget what comes."""
    sending: dict[socket.socket, int] = {}
    due = 0.0
    while True:
        while len(sending) < sockets and time.monotonic() >= due:
            try:
                one = signed_in(target)
            except OSError:
                due = time.monotonic() + COME_AGAIN_SECONDS
                break
            one.setblocking(False)
            sending[one] = 0
        readable, writable, _ = select.select(list(sending), list(sending), [], 0.2)
        for one in {*readable, *writable}:
            try:
                if one in readable and not one.recv(PIECE):
                    raise ConnectionError
                if one in writable:
                    at = sending[one]
                    sending[one] = (at + one.send(data[at : at + PIECE])) % len(data)
            except BlockingIOError:
                continue
            except OSError:
                one.close()
                del sending[one]
                due = time.monotonic() + COME_AGAIN_SECONDS


def ask_for_pages(target: Target, connections: int) -> None:
    """Somebody who asks for the same page over and over, on some connections at once."""
    slug, section, locale = target.text.split(".")
    path = f"/api/v1/declarations/{slug}/sections/{section}/texts/{locale}"
    asked = (
        f"GET {path} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\nAuthorization: Bearer {target.token}\r\n\r\n"
    ).encode()
    lines = [socket.create_connection((target.host, target.port)) for _ in range(connections)]
    while True:
        for line in lines:
            line.sendall(asked)
        for line in select.select(lines, [], [], 1)[0]:
            line.recv(PIECE)


def main() -> None:
    kind, host, port, text, token, sockets = sys.argv[1:]
    target = Target(host, int(port), text, token)
    os.nice(10)
    if kind == "pages":
        ask_for_pages(target, int(sockets))
    flood(target, FLOODS[kind](text), int(sockets))


if __name__ == "__main__":
    main()
