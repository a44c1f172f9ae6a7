"""A relay that passes bytes on: no rights, no check, no disk. ``python -m benchmarks.relay PORT`` runs it.

It speaks just enough of Hocuspocus for a client to come in, and shows what sockets cost in this language anyway.
"""

import sys
from collections import defaultdict
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from drafting.sync import wire
from drafting.sync.wire import EMPTY_UPDATE, Kind, Reader

_SYNC: Final = (1, 2)

rooms: dict[bytes, set[WebSocket]] = defaultdict(set)


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    prefix = b""
    try:
        while True:
            message = await socket.receive_bytes()
            reader = Reader(message)
            prefix = wire.blob(reader.blob())
            kind = reader.uint()
            if kind == Kind.AUTH:
                rooms[prefix].add(socket)
                await socket.send_bytes(prefix + wire.authenticated(may_write=True))
            elif kind == Kind.SYNC and reader.uint() not in _SYNC:
                await socket.send_bytes(prefix + wire.answer(EMPTY_UPDATE))
            elif kind == Kind.SYNC:
                await socket.send_bytes(prefix + wire.SAVED)
                for other in list(rooms[prefix]):
                    if other is not socket:
                        await other.send_bytes(message)
    except WebSocketDisconnect:
        rooms[prefix].discard(socket)


if __name__ == "__main__":
    app = Starlette(routes=[WebSocketRoute("/sync", talk)])
    uvicorn.run(app, port=int(sys.argv[1]), ws="websockets-sansio", ws_per_message_deflate=False, log_level="error")
