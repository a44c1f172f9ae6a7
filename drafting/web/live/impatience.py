"""Connections that say nothing, or say or take it too slowly, are closed: each costs a file and some memory."""

import asyncio
import math
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.frames import Frame

from drafting.sync.participants import CloseCode
from drafting.web.live.door import DOOR
from drafting.web.live.frugal import FrugalWebSocket

HEAD_SECONDS: Final = 10.0
BODY_SECONDS: Final = 10.0
# Bytes a second beyond that time: a tenth of what the slowest telephone network sends.
BODY_RATE: Final = 500
# Bytes of a request beside its body, and lines of its head. A body in small pieces has some more beside it.
HEAD_BYTES: Final = 32_768
HEAD_LINES: Final = 100
HEAD_LINE: Final = 8_000
BESIDE_A_BYTE: Final = 8
READER_SECONDS: Final = 20.0
CLOSE_SECONDS: Final = 2.0

# Bytes that are parsed before others have their turn: what is read at once may be 256 KiB of the smallest frames.
PIECE: Final = 4096
FIRST_PIECE: Final = 512
# Pings, pongs and small pieces of messages are nothing that a pace of messages would bound; nobody needs many.
ODD_BURST: Final = 100
ODD_RATE: Final = 5
SMALL_PIECE: Final = 256
# Bytes that are still looked at for the answer to a closing frame.
LAST_BYTES: Final = 1024


class ImpatientHttp(HttpToolsProtocol):
    """uvicorn's protocol; the head of a request has to be there within ``HEAD_SECONDS`` of its beginning, the first
    one's within as long of the connection. A body has ``BODY_SECONDS`` and as long as ``BODY_RATE`` makes of it. Who
    takes no byte of an answer for ``READER_SECONDS`` gets no more. Of requests that come without waiting for answers,
    few are looked at before the first is answered: each is some ten thousand bytes. A head is bounded, which neither
    uvicorn nor its parser does. Who comes again too soon for a socket is told 429 and for how long."""

    _hurry: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _body_until = 0.0
    _beside = 0
    _active: Any = None

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._rest = bytearray()

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._begin_to_wait()

    def data_received(self, data: bytes) -> None:
        if not self._rest and not self.pipeline and len(data) <= PIECE:
            self._take(data)
            return
        self._rest += data
        self._go_on()

    def _take(self, data: bytes) -> None:
        self._beside += len(data)
        super().data_received(data)
        if self._beside > HEAD_BYTES and not self.transport.is_closing() and self.transport.get_protocol() is self:
            self._refuse(b"431 Request Header Fields Too Large")

    def _refuse(self, status: bytes, *headers: bytes) -> None:
        lines = (b"HTTP/1.1 " + status, b"Content-Length: 0", b"Connection: close", *headers)
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n")
        self.transport.close()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._rest:
            self.flow.pause_reading()
            self.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        while self._rest and not self.pipeline:
            piece = bytes(self._rest[:PIECE])
            del self._rest[:PIECE]
            if self.transport.is_closing() or self.transport.get_protocol() is not self:
                self._rest.clear()
                return
            self._take(piece)
        if self._rest:
            self.flow.pause_reading()
        elif self.cycle is None or len(self.cycle.body) <= PIECE:
            self.flow.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest.clear()
        self._stop_waiting()
        self._stop_watching_reader()
        super().connection_lost(exc)
        if self._active is not None:
            # uvicorn tells the newest request alone that nobody waits for its answer.
            self._active.disconnected = True
            self._active.message_event.set()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._active = cycle
        super()._start_asgi_task(cycle, app)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._hurry is None:
            self._begin_to_wait()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()
        self._body_until = self.loop.time() + BODY_SECONDS
        self._hurry = self.loop.call_at(self._body_until, self._look_at_body)

    def on_body(self, body: bytes) -> None:
        self._body_until += len(body) / BODY_RATE
        self._beside = max(0, self._beside - BESIDE_A_BYTE * len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._stop_waiting()
        self._beside = 0
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """The cheapest place to send somebody away: nothing is made of the request yet."""
        self._stop_waiting()
        if len(self.headers) > HEAD_LINES or any(len(name) + len(value) > HEAD_LINE for name, value in self.headers):
            self._refuse(b"431 Request Header Fields Too Large")
            return
        door = self.app_state.get(DOOR)
        host = self.client[0] if self.client else ""
        if door is not None and (pause := door.knock(self.headers, self.url.partition(b"?")[2], host)):
            self._refuse(b"429 Too Many Requests", b"Retry-After: %d" % math.ceil(pause))
            return
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        self._stop_watching_reader()
        super().resume_writing()

    def _begin_to_wait(self) -> None:
        self._hurry = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None

    def _look_at_body(self) -> None:
        """What we do not take in ourselves is nobody's delay."""
        now = self.loop.time()
        if self.flow.read_paused:
            self._body_until = max(self._body_until, now + BODY_SECONDS)
        if now < self._body_until:
            self._hurry = self.loop.call_at(self._body_until, self._look_at_body)
        else:
            self.transport.abort()

    def _watch_reader(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._reading = self.loop.call_later(READER_SECONDS, self._look_at_reader, left)

    def _look_at_reader(self, before: int) -> None:
        if self.transport.get_write_buffer_size() < before:
            self._watch_reader()
        else:
            self.transport.abort()

    def _stop_watching_reader(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None


class ImpatientSocket(FrugalWebSocket):
    """uvicorn's protocol; what was read from a socket is parsed a piece at a time, frames that are no messages are
    bounded, and who does not answer a closing frame, or reads no more, is cut off."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.close_timeout = CLOSE_SECONDS
        self._rest = bytearray()
        self._next: asyncio.Handle | None = None
        self._odd = 0
        self._piece = FIRST_PIECE
        self._last = LAST_BYTES
        self._began = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """The head comes first and whole, from another parser; what this one does not understand it says nothing of."""
        if not self.handshake_initiated:
            super().data_received(data)
            if not self.handshake_initiated:
                self.transport.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                self.transport.close()
        elif self._rest or len(data) > self._piece:
            self._rest += data
            self._go_on()
        elif not self._is_deaf(len(data)):
            super().data_received(data)

    async def receive(self) -> Any:
        message = await super().receive()
        if self._rest and not self.read_paused:
            self._go_on_soon()
        return message

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.close":
            self._cut_off_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest.clear()
        super().connection_lost(exc)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self._cut_off_soon()

    def handle_ping(self) -> None:
        if not self._is_too_odd():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if not self._is_too_odd():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        if len(event.data) >= SMALL_PIECE or not self._is_too_odd():
            super().handle_cont(event)

    def _is_too_odd(self) -> bool:
        self._odd += 1
        if self._odd > ODD_BURST + ODD_RATE * (self.loop.time() - self._began) and not self.transport.is_closing():
            self.queue.put_nowait({"type": "websocket.disconnect", "code": int(CloseCode.FLOOD)})
            self.transport.abort()
        return self.transport.is_closing()

    def _go_on(self) -> None:
        """One piece; the application takes what is in it before the next one, as everything that others sent. Pieces
        grow while no frame in them is odd: hundreds of those may be in one."""
        self._next = None
        piece = bytes(self._rest[: self._piece])
        del self._rest[: self._piece]
        if self.transport.is_closing():
            self._rest.clear()
            return
        if self._is_deaf(len(piece)):
            return
        odd = self._odd
        super().data_received(piece)
        self._piece = min(PIECE, 2 * self._piece) if self._odd == odd else FIRST_PIECE
        if self.read_paused:
            return
        if self._rest:
            self._go_on_soon()
        else:
            self.transport.resume_reading()

    def _is_deaf(self, size: int) -> bool:
        """Who is sent away and goes on flooding is not read any more; in a moment the connection is cut off."""
        if not self.close_sent:
            return False
        self._last -= size
        if self._last < 0:
            self._rest.clear()
            self.transport.pause_reading()
        return self._last < 0

    def _go_on_soon(self) -> None:
        if self._next is None:
            self.transport.pause_reading()
            self._next = self.loop.call_soon(self._go_on)

    def _cut_off_soon(self) -> None:
        self.loop.call_later(2 * CLOSE_SECONDS, self.transport.abort)
