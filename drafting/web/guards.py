"""What every request passes: the right host, no foreign page behind an act, a bounded body; and headers of answers."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from drafting.settings import Settings

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES: Final = frozenset({"same-origin", "none"})
TRUSTED_TYPES: Final = "drafting ProseMirrorClipboard"

_ALWAYS: Final[Mapping[str, str]] = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
_PUBLIC_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# The one line that other sites may show in a frame: it holds a number and a link, and nothing that acts.
_FRAMED: Final = re.compile(r"/d/[^/]+/[0-9]+/signatures/[^/]+/embed\.html")
_FRAMED_POLICY: Final = _PUBLIC_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
_WORKER_POLICY: Final = "default-src 'none'; script-src 'self'; connect-src 'self'"
_API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def app_policy(scheme: str, host: str) -> str:
    """The content security policy of the interface's pages; sockets are named with their exact origin."""
    socket = f"{'wss' if scheme == 'https' else 'ws'}://{host}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self' {socket}; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types {TRUSTED_TYPES}"
    )


class Guards:
    """Pure ASGI, so that it costs little and sees sockets too; those check their ``Origin`` themselves."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self.refusal(scope, headers)
        answer = self.with_headers(scope, send)
        if refused:
            await refusing(scope, *refused)(scope, receive, answer)
            return
        await self.app(scope, self.bounded(scope, receive), answer)

    def refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Status and sentence for requests that go no further. They were made by no page of ours."""
        if scope["path"] in ("/healthz", "/metrics"):
            return None
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or not self.settings.is_host_allowed(host):
            return 400, "Unknown host."
        if scope["method"] in SAFE:
            return None
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if site is not None and site not in OWN_SITES:
            return 403, "Another site asked for this."
        if origin is not None and not self.settings.is_own_origin(origin, host):
            return 403, "Another site asked for this."
        return None

    def limit(self, scope: Scope) -> int:
        takes_file = scope["path"].endswith(("/import", "/lists", "/logo", "/mark"))
        return self.settings.import_bytes if takes_file else self.settings.body_bytes

    def bounded(self, scope: Scope, receive: Receive) -> Receive:
        """A body is counted as it arrives, and cut off as if the client had gone; who reads it refuses it in words."""
        left = self.limit(scope)

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            return message if left >= 0 else {"type": "http.disconnect"}

        return counted

    def with_headers(self, scope: Scope, send: Send) -> Send:
        own = answer_headers(scope, self.settings)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in own.items():
                    answer.setdefault(name, value)
            await send(message)

        return sending


def refusing(scope: Scope, status: int, sentence: str) -> Response:
    """For people a sentence, for programs a problem (RFC 9457)."""
    if not scope["path"].startswith("/api/"):
        return PlainTextResponse(sentence, status)
    title = HTTPStatus(status).phrase
    code = title.lower().replace(" ", "_")
    body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": sentence}
    return JSONResponse(body, status, media_type="application/problem+json")


def answer_headers(scope: Scope, settings: Settings) -> dict[str, str]:
    """The headers of an answer, by its path; what a handler has set itself stands."""
    path, host = scope["path"], Headers(scope=scope).get("host", "")
    own = {**_ALWAYS, "cross-origin-resource-policy": "same-origin"}
    if settings.is_https:
        own["strict-transport-security"] = "max-age=31536000"
    if path.startswith("/d/"):
        policy = _FRAMED_POLICY if _FRAMED.fullmatch(path) else _PUBLIC_POLICY
        return {**own, "content-security-policy": policy, "cross-origin-resource-policy": "cross-origin"}
    if path == "/sw.js":
        return {**own, "content-security-policy": _WORKER_POLICY}
    if path.startswith("/static/"):
        return {**own, "content-security-policy": _API_POLICY}
    if path.startswith("/api/"):
        return {**own, "content-security-policy": _API_POLICY, "cache-control": "no-store"}
    policy = app_policy("https" if settings.is_https else "http", host)
    return {**own, "content-security-policy": policy, "cache-control": "no-store"}
