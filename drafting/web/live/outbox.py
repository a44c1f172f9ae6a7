"""Sends frames to one socket without a task for each, and never waits for a slow reader."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator, MutableMapping, Sequence
from functools import partial
from types import coroutine
from typing import Any, Final, TypeAlias, cast

from drafting.sync.participants import CloseCode
from drafting.web.live.shortcut import Shortcut

Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_WAITING: Final = 4 << 20
CLOSE_WITHIN: Final = 5.0


class SocketOutbox:
    """``send`` is the raw ASGI callable. While the transport takes bytes its coroutine runs to the end at once; when it
    first waits, one task takes over and frames queue up. More than ``MAX_WAITING`` bytes close the socket with 1013.
    ``on_close`` hears the code that we close with.
    """

    __slots__ = (
        "_bytes",
        "_draining",
        "_on_close",
        "_send",
        "_shortcut",
        "_task",
        "_waiting",
        "is_closed",
    )

    def __init__(self, send: Send, on_close: Callable[[int], None] = lambda code: None) -> None:
        self._send = send
        self._on_close = on_close
        self._shortcut = Shortcut.of(send)
        if self._shortcut is not None:
            self._shortcut.forget_handshake()
        self._waiting: deque[MutableMapping[str, Any]] | None = None  # Hardly any socket ever needs one.
        self._bytes = 0
        self._draining: asyncio.Task[None] | None = None
        self._task = asyncio.current_task()
        self.is_closed = False

    def send_all(self, frames: Sequence[bytes]) -> None:
        if self._draining is None and not self.is_closed and self._shortcut and self._shortcut.write(frames):
            return
        for frame in frames:
            self._send_one(frame)

    def send(self, frame: bytes) -> None:
        self.send_all((frame,))

    def _send_one(self, frame: bytes) -> None:
        if self.is_closed:
            return
        if self._draining is None:
            self._pass({"type": "websocket.send", "bytes": frame})
            return
        self._wait({"type": "websocket.send", "bytes": frame})
        self._bytes += len(frame)
        if self._bytes > MAX_WAITING:
            self._waiting = None
            self.close(CloseCode.TRY_AGAIN, "slow")

    def _wait(self, message: MutableMapping[str, Any]) -> None:
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(message)

    def close(self, code: CloseCode, reason: str = "") -> None:
        if self.is_closed:
            return
        self.is_closed = True
        self._on_close(code)
        message = {"type": "websocket.close", "code": int(code), "reason": reason[:120]}
        if self._draining is None:
            self._pass(message)
        else:
            self._wait(message)
        if self._draining is not None:
            asyncio.get_running_loop().call_later(CLOSE_WITHIN, self._abort)

    def _pass(self, message: MutableMapping[str, Any]) -> None:
        step = cast("Coroutine[Any, Any, None]", self._send(message))
        try:
            awaited = step.send(None)
        except StopIteration:
            return
        except OSError:  # uvicorn says that the client is gone
            self.is_closed = True
            return
        self._draining = asyncio.get_running_loop().create_task(self._drain(step, awaited))

    async def _drain(self, step: Coroutine[Any, Any, None], awaited: Any) -> None:
        try:
            await _resumed(step, awaited)
            while self._waiting:
                message = self._waiting.popleft()
                self._bytes -= len(message.get("bytes", b""))
                await self._send(message)
        except OSError:
            self.is_closed = True
        finally:
            self._draining = None

    def _abort(self) -> None:
        """It does not even take the closing frame."""
        if self._draining is None:
            return
        self._draining.cancel()
        if self._shortcut is not None:
            self._shortcut.abort()
        elif self._task is not None:
            self._task.cancel()


@coroutine
def _resumed(step: Coroutine[Any, Any, None], awaited: Any) -> Generator[Any, Any, None]:
    """Go on with a coroutine that has been run until it first waited, for ``awaited``."""
    while True:
        try:
            got = yield awaited
        except BaseException as error:
            resume: Callable[[], Any] = partial(step.throw, error)
        else:
            resume = partial(step.send, got)
        try:
            awaited = resume()
        except StopIteration:
            return
