"""Operations of the API: a function with a body and an answer that are structs, and the route that leads to it."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_type_hints

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from drafting.actions.ports import CannotSave
from drafting.domain.errors import Code, Refusal
from drafting.stores.remembered import Answer, Remembered
from drafting.web import errors
from drafting.web.api.calls import Call, call_of, parse_body, read_body, require_json
from drafting.web.api.uploads import Upload, Uploaded
from drafting.web.visits import Site

NOTHING: Final = type(None)
MAX_KEY: Final = 200
ANONYMOUS: Final = ""
JSON: Final = "application/json"

Function = TypeVar("Function", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True, slots=True)
class Operation:
    """``name`` is that of the action. ``body`` and ``answer`` are structs; an answer may also be a ready Response.

    ``media``: the content type of the answer where it is not JSON; ``upload``: the file that it takes.
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
    upload: Upload | None = None
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
            key = request.headers.get("idempotency-key") if self.method == "POST" else None
            if self.upload:
                file = await self.upload.read(call)
                return await self._once(call, key, file.whole, lambda: self._take(call, file))
            data = await read_body(request, call.settings.body_bytes)
            return await self._once(call, key, data, lambda: self._act(call, data))
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

    async def _take(self, call: Call, file: Uploaded) -> Response:
        return self._response(await self.function(call, file))

    def _response(self, answer: Any) -> Response:
        if isinstance(answer, Response):
            return answer
        if answer is None:
            return Response(status_code=204, headers={"cache-control": "no-store"})
        return Response(msgspec.json.encode(answer), self.status, {"cache-control": "no-store"}, self.media)

    async def _once(self, call: Call, key: str | None, data: bytes, act: Callable[[], Awaitable[Response]]) -> Response:
        """The same request under the same key acts once and gets the same answer again; a refusal is not kept."""
        kept: Remembered | None = getattr(call.request.app.state, "remembered", None)
        if kept is None or key is None:
            return await act()
        if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
            raise Refusal(Code.BAD_INPUT, field="Idempotency-Key")
        account = call.account.id if call.account else ANONYMOUS
        former = await kept.begin(account, key, _fingerprint(call.request, data))
        if former is not None:
            return Response(former.body, former.status, dict(former.headers))
        finished = False
        try:
            response = await act()
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


def refused_method(request: Request, allowed: Sequence[str]) -> Response:
    """405 as a problem, with what the path can be asked in."""
    site: Site = request.app.state.site
    words = site.languages.negotiate(request.headers.get("accept-language", ""))
    body = {
        "type": "about:blank",
        "title": "method not allowed",
        "status": 405,
        "code": "method_not_allowed",
        "detail": words.gettext("This address cannot be asked in that way. Nothing was changed."),
    }
    headers = {"allow": ", ".join(allowed), "cache-control": "no-store", "content-language": words.tag}
    return JSONResponse(body, 405, headers, "application/problem+json")


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
        upload: Upload | None = None,
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
                    upload,
                    is_public,
                    self.part,
                )
            )
            return function

        return register
