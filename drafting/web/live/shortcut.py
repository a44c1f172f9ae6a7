"""Writes a frame to uvicorn's transport directly, where that is what serves.

A frame from a server is the same bytes for every client, so it is built once and written to all: 1 µs a client instead
of 5, and most of what a room does is write. It holds for the protocol class named here and for no other.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

_FINAL_BINARY: Final = b"\x82"
_SMALL: Final = 4096


class Shortcut:
    """Of one connection. ``of(send)`` is None where ``send`` is not that protocol's own."""

    __slots__ = ("_protocol",)

    def __init__(self, protocol: WebSocketsSansIOProtocol) -> None:
        self._protocol = protocol

    @classmethod
    def of(cls, send: Any) -> "Shortcut | None":
        protocol = getattr(send, "__self__", None)
        return cls(protocol) if isinstance(protocol, WebSocketsSansIOProtocol) else None

    def forget_handshake(self) -> None:
        """What the client said at first weighs as much as half of all else that is kept of a socket."""
        self._protocol.request.headers.clear()  # websockets' parser holds the request for as long as it lives.
        cast(dict[str, Any], self._protocol.scope).clear()
        del self._protocol.request, self._protocol.response

    def write(self, messages: Sequence[bytes]) -> bool:
        """All in one go. False where it has to go the usual way: the client is slow, or the socket no longer open."""
        protocol = self._protocol
        if protocol.close_sent or protocol.disconnected or not protocol.writable.is_set():
            return False
        if protocol.conn.state is not State.OPEN:
            return False
        frames = [_kept_frame(message) if len(message) < _SMALL else frame(message) for message in messages]
        protocol.transport.write(frames[0] if len(frames) == 1 else b"".join(frames))
        return True

    def abort(self) -> None:
        self._protocol.transport.abort()


def frame(message: bytes) -> bytes:
    """An unmasked binary frame (RFC 6455, section 5.2)."""
    length = len(message)
    if length < 126:
        return _FINAL_BINARY + bytes((length,)) + message
    if length < 1 << 16:
        return _FINAL_BINARY + b"\x7e" + length.to_bytes(2, "big") + message
    return _FINAL_BINARY + b"\x7f" + length.to_bytes(8, "big") + message


# A room writes the same message to all of its clients, one after the other.
_kept_frame = lru_cache(maxsize=256)(frame)
