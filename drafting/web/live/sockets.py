"""The two WebSocket endpoints: ``/sync`` (Hocuspocus, many texts) and ``/sync/{name}`` (y-websocket, one text).

They stand in front of the application, so that ``send`` is the server's own. A socket with a cookie needs the exact
``Origin``; a socket with a token ignores cookies and needs none. A token never reaches a log.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from drafting.sync.participants import CloseCode
from drafting.sync.rooms import Rooms
from drafting.web.addresses import NONE, Proxies
from drafting.web.live.admission import LIMITS, Admission, Crowd, Limits
from drafting.web.live.connections import Receive, SharedSocket, SingleSocket, Socket
from drafting.web.live.outbox import Send
from drafting.web.papers import Papers, papers_of

Scope: TypeAlias = MutableMapping[str, Any]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH: Final = "/sync"


class Sockets:
    """ASGI application for ``/sync`` and ``/sync/{name}``; everything else goes to ``inner``.

    ``origin``: the exact origin of our own pages; ``cookie``: the name of the session's cookie; ``proxies``: who
    may name their client's address.
    """

    def __init__(
        self,
        inner: Application,
        rooms: Rooms,
        admission: Admission,
        *,
        origin: str,
        cookie: str,
        limits: Limits = LIMITS,
        crowd: Crowd | None = None,
        proxies: Proxies = NONE,
    ) -> None:
        self.inner = inner
        self.rooms = rooms
        self.admission = admission
        self.origin = origin
        self.cookie = cookie
        self.limits = limits
        self.crowd = crowd or Crowd()
        self.proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if scope["type"] != "websocket" or not (path == PATH or path.startswith(PATH + "/")):
            await self.inner(scope, receive, send)
            return
        await receive()
        papers = self._papers(scope)
        if papers is None:
            await send({"type": "websocket.close", "code": int(CloseCode.NOT_ALLOWED)})
            return
        await send({"type": "websocket.accept"})
        name = path[len(PATH) + 1 :]
        kit = (self.rooms, self.admission, self.limits, self.crowd, papers, send)
        socket: Socket = SingleSocket(*kit, name) if name else SharedSocket(*kit)
        await socket.serve(receive)

    def _papers(self, scope: Scope) -> Papers | None:
        """What the handshake says about who it is; None where a cookie comes from another origin."""
        papers = papers_of(
            scope["headers"],
            scope["query_string"],
            cookie=self.cookie,
            host=(scope.get("client") or ("",))[0],
            proxies=self.proxies,
        )
        # The server logs the address when it accepts.
        scope["query_string"] = b""
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        return None if papers.cookie and origins != [self.origin] else papers
