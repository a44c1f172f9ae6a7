"""Nobody keeps the others from their pages: few requests of one account, or one address, are worked on at a time.

Who sends something has a line of its own, so that no page waits for a file on a slow connection. What is more waits;
and while somebody stands in line, each request is followed by a rest as long as it took, so that half of the time is
left to everybody else. A request is over when its answer begins: what is read slowly, or goes on for hours, keeps
nobody waiting.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from drafting.web.guards import SAFE
from drafting.web.live.door import Door

OF_AN_ACCOUNT: Final = 2
OF_AN_ADDRESS: Final = 8
LONGEST_REST: Final = 2.0


class Line:
    """Of one party: so many may be served at once; the others ``wait``."""

    def __init__(self, at_once: int) -> None:
        self.free = at_once
        self.inside = 0
        self.wait: list[asyncio.Future[None]] = []

    async def enter(self) -> None:
        if self.free:
            self.free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.wait.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """The next one's turn."""
        while self.wait:
            turn = self.wait.pop(0)
            if not turn.done():
                turn.set_result(None)
                return
        self.free += 1


class Turns:
    """Pure ASGI, behind the door, which knows people by their papers. Whoever cannot be told apart never waits, nor do
    strangers who send something: they would wait for each other's slow lines."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door
        self._lines: dict[tuple[str, bool], Line] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        party = self.door.party(scope) if scope["type"] == "http" else None
        reads = scope["type"] == "http" and scope["method"] in SAFE
        if party is None or not (party[1] or reads):
            await self.app(scope, receive, send)
            return
        whose, is_account = party
        name = whose, reads
        line = self._lines.setdefault(name, Line(OF_AN_ACCOUNT if is_account else OF_AN_ADDRESS))
        line.inside += 1
        try:
            await line.enter()
            await self._serve(line, scope, receive, send)
        finally:
            line.inside -= 1
            if not line.inside:
                self._lines.pop(name, None)

    async def _serve(self, line: Line, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        leave: Callable[[], None] | None = line.leave

        def be_done() -> None:
            nonlocal leave
            if leave is not None:
                rest = min(loop.time() - began, LONGEST_REST)
                if line.wait:
                    loop.call_later(rest, leave)
                else:
                    leave()
                leave = None

        async def sending(message: Message) -> None:
            be_done()
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            be_done()
