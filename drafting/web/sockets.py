"""The two WebSocket endpoints: ``/sync`` (Hocuspocus, many texts) and ``/sync/{name}`` (y-websocket, one text).

They stand in front of the application, so that ``send`` is the server's own. A socket with a cookie needs the exact
``Origin``; a socket with a token ignores cookies and needs none. A token never reaches a log.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs

from drafting.sync.participants import CloseCode
from drafting.sync.rooms import Rooms
from drafting.web.admission import LIMITS, Admission, Crowd, Limits, Papers
from drafting.web.connections import Receive, SharedSocket, SingleSocket, Socket
from drafting.web.outbox import Send

Scope: TypeAlias = MutableMapping[str, Any]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH: Final = "/sync"


class Sockets:
    """ASGI application for ``/sync`` and ``/sync/{name}``; everything else goes to ``inner``.

    ``origin``: the exact origin of our own pages; ``cookie``: the name of the session's cookie.
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
    ) -> None:
        self.inner = inner
        self.rooms = rooms
        self.admission = admission
        self.origin = origin
        self.cookie = cookie
        self.limits = limits
        self.crowd = crowd or Crowd()

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
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        # The server logs the address when it accepts.
        scope["query_string"] = b""
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            token = token or bearer.strip()
        if token:
            return Papers(None, token)
        cookie = _cookie(headers.get("cookie", ""), self.cookie)
        if cookie and headers.get("origin") != self.origin:
            return None
        return Papers(cookie, None)


def _cookie(header: str, name: str) -> str | None:
    cookies: SimpleCookie = SimpleCookie()
    with suppress(CookieError):
        cookies.load(header)
    return cookies[name].value or None if name in cookies else None
