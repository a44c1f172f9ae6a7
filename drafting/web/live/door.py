"""Where WebSockets come in, in front of everything else: host, origin and number are looked at first."""

from collections.abc import Coroutine, Iterable
from typing import Any, Final

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from drafting.settings import Settings
from drafting.sync.participants import CloseCode
from drafting.sync.rooms import Rooms
from drafting.web.addresses import Proxies
from drafting.web.live.admission import Admission, Crowd, Limits
from drafting.web.live.returning import Returns
from drafting.web.live.sockets import PATH, Sockets
from drafting.web.papers import Papers, papers_of
from drafting.web.sessions import cookie_name

NOTHING_BEHIND: Final = 4404
DOOR: Final = "door"
"""Its name in the state that a server keeps for its application."""


class Door:
    """Counts the sockets that are open. Until the rooms are, nobody comes in."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.sockets = 0
        each = max(settings.comings_each, settings.sockets_each)
        self._returns = Returns(each, max(each, settings.sockets), settings.pause_seconds)
        self._crowd = Crowd(settings.sockets_each, settings.messages_each, self._returns)
        self._proxies = Proxies.of(settings.client_header, settings.proxies)
        self._limits = Limits(frame=settings.frame_bytes)
        self._rooms: Rooms | None = None
        self._admission: Admission | None = None

    def open(self, rooms: Rooms, admission: Admission) -> None:
        self._rooms, self._admission = rooms, admission

    @property
    def _is_full(self) -> bool:
        most = self.settings.sockets
        return self.sockets >= 2 * most or (self.sockets >= most and not self._crowd.make_room())

    def knock(self, headers: Iterable[tuple[bytes, bytes]], query: bytes, host: str) -> float:
        """Somebody asks for a socket: seconds until it is worth opening one for them; 0: now."""
        return self._returns.knock(self._papers(headers, query, host))

    def party(self, scope: Scope) -> tuple[str, bool] | None:
        """Whose request it is, as :meth:`Returns.party` tells; a file that never changes is nobody's."""
        if scope["path"].startswith("/static/"):
            return None
        host = scope["client"][0] if scope.get("client") else ""
        return self._returns.party(self._papers(scope["headers"], b"", host))

    def _papers(self, headers: Iterable[tuple[bytes, bytes]], query: bytes, host: str) -> Papers:
        return papers_of(headers, query, cookie=cookie_name(self.settings), host=host, proxies=self._proxies)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        sockets = self._sockets(Headers(scope=scope))
        if isinstance(sockets, CloseCode):
            await _refuse(receive, send, sockets)
            return
        self.sockets += 1
        try:
            await sockets(scope, receive, send)
        finally:
            self.sockets -= 1

    def _sockets(self, headers: Headers) -> Sockets | CloseCode:
        """Who serves a socket with these headers, or why nobody does."""
        if self._rooms is None or self._admission is None or self._is_full:
            return CloseCode.TRY_AGAIN
        host, origin = headers.get("host", ""), headers.get("origin", "")
        if not self.settings.is_host_allowed(host):
            return CloseCode.NOT_ALLOWED
        return Sockets(
            _nothing,
            self._rooms,
            self._admission,
            origin=origin if self.settings.is_own_origin(origin, host) else self.settings.base,
            cookie=cookie_name(self.settings),
            limits=self._limits,
            crowd=self._crowd,
            proxies=self._proxies,
        )


class Fronted(Starlette):
    """An application whose ``state`` has a ``door``. Sockets pass by all its layers, each of which would keep a frame
    for every one of them."""

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        if scope["type"] != "websocket":
            return super().__call__(scope, receive, send)
        if scope["path"] == PATH or scope["path"].startswith(PATH + "/"):
            door: Door = self.state.door
            return door.serve(scope, receive, send)
        return _nothing(scope, receive, send)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    await _refuse(receive, send, NOTHING_BEHIND)


async def _refuse(receive: Receive, send: Send, code: int) -> None:
    await receive()
    await send({"type": "websocket.close", "code": int(code)})
