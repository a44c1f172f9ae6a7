"""A server of sockets and stores alone: ``python -m tests.interop.server PORT DATA``.

Tokens and cookies are account names: ``ada`` and ``ben`` write, ``eve`` reads. ``POST /recheck?ada`` ends ada's rights.
"""

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

from drafting.actions.writing_ports import Author
from drafting.domain.errors import Refusal
from drafting.domain.prose import Block, Run
from drafting.stores.opening import Stores, open_stores
from drafting.sync.participants import Guest, Level, Rights
from drafting.sync.rooms import Rooms
from drafting.web.live.admission import Limits
from drafting.web.live.sockets import Sockets

TEXTS = ("one", "two", "three")
LEVELS = {"ada": Level.WRITE, "ben": Level.WRITE, "eve": Level.READ}


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Door:
    """Implements ``Admission``."""

    def __init__(self) -> None:
        self.levels = dict(LEVELS)

    async def person(self, *, cookie: str | None, token: str | None) -> Guest | None:
        account = cookie or token or ""
        return Guest(account, account.title()) if account in self.levels else None

    async def rights(self, account: str, text: str) -> Rights:
        return Rights(self.levels[account] if text.startswith("test.") else Level.NONE, "net-" + account)


async def create_texts(rooms: Rooms) -> None:
    for name in TEXTS:
        with contextlib.suppress(Refusal):
            await rooms.create(f"test.{name}.en", (Block("b1", "paragraph", (Run("Begin. "),)),), Author("ada"))


class Plumbing:
    """GET anything: ready. POST /recheck?account: that account may do nothing any more."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.rooms: Rooms | None = None

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        if scope["method"] == "POST" and self.rooms:
            self.door.levels[scope["query_string"].decode()] = Level.NONE
            await self.rooms.recheck("test")
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


async def serve(port: int, data: Path) -> None:
    stores: Stores = await open_stores(None, data, smtp=None, clock=SystemClock())
    rooms = Rooms(stores.log, SystemClock())
    await create_texts(rooms)
    door = Door()
    plumbing = Plumbing(door)
    plumbing.rooms = rooms
    app = Sockets(
        plumbing, rooms, door, origin=f"http://127.0.0.1:{port}", cookie="session", limits=Limits(sign_in=4.0)
    )
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    await server.serve()
    await rooms.close()
    await stores.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
