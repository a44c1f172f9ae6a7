"""Operations of the API: a function with a body and an answer that are structs, and the route that leads to it."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_type_hints

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from drafting.actions.ports import CannotSave
from drafting.domain.errors import Code, Refusal
from drafting.stores.remembered import Answer, Remembered
from drafting.web import errors
from drafting.web.api.calls import Call, call_of, parse_body, read_body, require_json
from drafting.web.visits import Site

NOTHING: Final = type(None)
MAX_KEY: Final = 200
ANONYMOUS: Final = ""
JSON: Final = "application/json"

Function = TypeVar("Function", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True, slots=True)
class Operation:
    """``name`` is that of the action. ``body`` and ``answer`` are structs; an answer may also be a ready Response.

    ``media``: the content type of the answer where it is not JSON; ``takes``: of a body that the function reads itself.
    """

    method: str
    path: str
    name: str
    summary: str
    function: Callable[..., Awaitable[Any]]
    body: Any
    answer: Any
    status: int
    queries: Mapping[str, str]
    media: str = JSON
    takes: str = JSON
    is_public: bool = False
    part: str = ""

    @property
    def route(self) -> Route:
        return Route(self.path, self.endpoint, methods=[self.method], name=self.name)

    async def endpoint(self, request: Request) -> Response:
        """The whole way of a request: who, what, act, answer; what is refused becomes a problem (RFC 9457)."""
        try:
            call = await call_of(request)
            if not self.is_public:
                _ = call.known
            if self.takes != JSON:
                return self._response(await self.function(call))
            data = await read_body(request, call.settings.body_bytes)
            key = request.headers.get("idempotency-key")
            if key is None or self.method != "POST":
                return await self._act(call, data)
            return await self._once(call, data, key)
        except Refusal as refusal:
            return refused(request, refusal)
        except CannotSave:
            return refused(request, Refusal(Code.CANNOT_SAVE))
        except ClientDisconnect:
            return refused(request, Refusal(Code.TOO_LARGE))

    async def _act(self, call: Call, data: bytes) -> Response:
        if self.body is NOTHING:
            return self._response(await self.function(call))
        if data:
            require_json(call.request)
        return self._response(await self.function(call, parse_body(data, self.body)))

    def _response(self, answer: Any) -> Response:
        if isinstance(answer, Response):
            return answer
        if answer is None:
            return Response(status_code=204, headers={"cache-control": "no-store"})
        return Response(msgspec.json.encode(answer), self.status, {"cache-control": "no-store"}, self.media)

    async def _once(self, call: Call, data: bytes, key: str) -> Response:
        """The same request under the same key acts once and gets the same answer again; a refusal is not kept."""
        kept: Remembered | None = getattr(call.request.app.state, "remembered", None)
        if kept is None:
            return await self._act(call, data)
        if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
            raise Refusal(Code.BAD_INPUT, field="Idempotency-Key")
        account = call.account.id if call.account else ANONYMOUS
        former = await kept.begin(account, key, _fingerprint(call.request, data))
        if former is not None:
            return Response(former.body, former.status, dict(former.headers))
        finished = False
        try:
            response = await self._act(call, data)
            headers = {k: v for k, v in response.headers.items() if k in ("content-type", "location", "etag")}
            await kept.finish(account, key, Answer(response.status_code, bytes(response.body), headers))
            finished = True
        finally:
            if not finished:
                await kept.forget(account, key)
        return response


def _fingerprint(request: Request, data: bytes) -> str:
    line = f"{request.method} {request.url.path}\n".encode()
    return hashlib.sha256(line + data).hexdigest()


def refused(request: Request, refusal: Refusal) -> Response:
    """A refusal as a problem, in the language that the request asks for."""
    site: Site = request.app.state.site
    response = errors.problem(refusal, site.languages.negotiate(request.headers.get("accept-language", "")))
    response.headers["cache-control"] = "no-store"
    return response


class Operations:
    """The operations of one part, in the order in which they were written down."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.all: list[Operation] = []

    def add(
        self,
        method: str,
        path: str,
        status: int = 200,
        *,
        queries: Mapping[str, str] | None = None,
        media: str = JSON,
        takes: str = JSON,
        is_public: bool = False,
        answer: Any = None,
    ) -> Callable[[Function], Function]:
        """Decorates a function: its name is the operation's, its first line the summary, its hints body and answer.

        ``answer``: what a function that makes its Response itself answers with.
        """

        def register(function: Function) -> Function:
            hints = get_type_hints(function)
            summary = (function.__doc__ or "").strip().partition("\n")[0]
            self.all.append(
                Operation(
                    method,
                    path,
                    function.__name__,
                    summary,
                    function,
                    hints.get("body", NOTHING),
                    answer or hints["return"],
                    status,
                    queries or {},
                    media,
                    takes,
                    is_public,
                    self.part,
                )
            )
            return function

        return register
