"""The few addresses that are no pages: health, numbers, the way from ``/`` to a language."""

import shutil
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from drafting.web import sessions
from drafting.web.endpoints import nothing_here, site_of
from drafting.web.observing import Measures

# SQLite's log and what is being published need some room; below this, edits are about to be refused.
LEAST_BYTES: Final = 4 << 20


async def health(request: Request) -> Response:
    """200 while the server can read and write; 503 where it cannot, and why where that is known."""
    is_ready = getattr(request.app.state, "is_ready", None)
    if is_ready is not None and shutil.disk_usage(site_of(request).settings.data).free < LEAST_BYTES:
        return PlainTextResponse("disk full\n", 503)
    if is_ready is not None and not await is_ready():
        return PlainTextResponse("cannot save\n", 503)
    return PlainTextResponse("ready\n")


async def metrics(request: Request) -> Response:
    """Prometheus' text format; counts only."""
    measures: Measures = request.app.state.measures
    return PlainTextResponse(measures.text(), media_type="text/plain; version=0.0.4")


async def robots(request: Request) -> Response:
    """Published pages may be found; the workshop is for those who write in it."""
    return PlainTextResponse("User-agent: *\nDisallow: /*/workshop/\nDisallow: /*/login\nDisallow: /api/\n")


async def favicon(request: Request) -> Response:
    return RedirectResponse(site_of(request).assets.url("favicon.svg"), 302)


async def service_worker(request: Request) -> Response:
    """The worker has to lie at the root, so that its scope is the whole site."""
    site = site_of(request)
    path = site.assets.folder / site.assets.url("sw.js").removeprefix("/static/")
    if not path.is_file():
        return nothing_here(request)
    return FileResponse(path, media_type="text/javascript", headers={"cache-control": "no-cache"})


async def choose_language(request: Request) -> Response:
    """``/``: on to the language of the account, else that of the browser."""
    site = site_of(request)
    found = await sessions.account_of(request, site.ports, site.settings)
    words = site.languages.negotiate(request.headers.get("accept-language", ""))
    if found and found[1].locale:
        words = site.languages.words(found[1].locale)
    return RedirectResponse(f"/{words.tag}/", 302, {"vary": "accept-language, cookie", "cache-control": "no-store"})
