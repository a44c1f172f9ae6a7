"""From a page's handler to a Starlette endpoint: the visit is opened, and what is refused becomes a page."""

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from drafting.actions.membership.sign_in import is_local_path
from drafting.actions.ports import CannotSave
from drafting.domain.errors import Code, Refusal
from drafting.domain.locales import canonical_tag
from drafting.web import sessions
from drafting.web.errors import STATUS, problem, sentence
from drafting.web.guards import answer_headers
from drafting.web.i18n import Words, cldr
from drafting.web.visits import Handler, Site, Visit

LOG = logging.getLogger(__name__)


def get(path: str, handler: Handler, name: str) -> Route:
    """A page below ``/{lang}``."""
    return Route(f"/{{lang}}/{path}", endpoint(handler), methods=["GET"], name=name)


def act(path: str, handler: Handler, name: str) -> Route:
    """A form that does something; ``name`` is its action's, which the API's twin shares."""
    return Route(f"/{{lang}}/{path}", endpoint(handler), methods=["POST"], name=name)


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    @wraps(handler)
    async def opened(request: Request) -> Response:
        site = site_of(request)
        words = site.languages.find(request.path_params["lang"])
        if words is None:
            return in_nearest_language(request, site)
        visit = await open_visit(request, words)
        try:
            return await handler(visit)
        except Refusal as refusal:
            return refused(visit, refusal)
        except CannotSave:
            return refused(visit, Refusal(Code.CANNOT_SAVE))
        except ClientDisconnect:
            return refused(visit, Refusal(Code.TOO_LARGE))

    return opened


async def open_visit(request: Request, words: Words) -> Visit:
    site = site_of(request)
    return Visit(request, site, words, await sessions.account_of(request, site.ports, site.settings))


def in_nearest_language(request: Request, site: Site) -> Response:
    """A link in a language that the interface does not speak (yet) leads to the same page in one that it does."""
    asked = request.path_params["lang"]
    try:
        cldr(canonical_tag(asked))
    except (Refusal, ValueError):
        return nothing_here(request)
    if request.method not in ("GET", "HEAD"):
        return nothing_here(request)
    rest = request.url.path.removeprefix(f"/{asked}")
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{site.languages.words(asked).tag}{rest}{query}", 302)


def refused(visit: Visit, refusal: Refusal) -> Response:
    """The page of a refusal; who only has to sign in is led there and back."""
    if refusal.code in (Code.SIGN_IN, Code.SIGN_IN_ANEW) and visit.request.method == "GET":
        back = visit.request.url.path + (f"?{visit.request.url.query}" if visit.request.url.query else "")
        return RedirectResponse(visit.path("login", next=back), 303)
    status = STATUS[refusal.code]
    text = sentence(visit.words, refusal)
    return visit.page("error.html", status, code=status, text=text, back=came_from(visit.request))


def came_from(request: Request) -> str:
    """The page of ours that a form was sent from, to go back to after signing in; empty where it is not told."""
    parts = urlsplit(request.headers.get("referer", ""))
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    is_ours = parts.netloc == request.headers.get("host") and is_local_path(path)
    return path if is_ours else ""


def nothing_here(request: Request) -> Response:
    return _plain_page(request, 404)


def _plain_page(request: Request, status: int) -> Response:
    """An error page for requests of which no visit could be opened: it knows a language and nobody's name."""
    site = site_of(request)
    words = _language_of(request, site)
    if request.url.path.startswith("/api/"):
        return problem(Refusal(Code.NOT_FOUND), words) if status == 404 else _bare_problem(status)
    visit = Visit(request, site, words, None)
    gettext = words.gettext
    text = {
        404: gettext("There is nothing at this address. It may have been mistyped or moved."),
        405: gettext("This address cannot be asked in that way. Nothing was changed."),
        500: gettext("Something went wrong here. What was saved before is safe; the operator can read what happened."),
    }.get(status) or gettext("This could not be done. Nothing was changed.")
    return visit.page("error.html", status, code=status, text=text, back="")


def _bare_problem(status: int) -> Response:
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "_")
    body = {"type": "about:blank", "title": phrase, "status": status, "code": code}
    return JSONResponse(body, status, media_type="application/problem+json")


def _language_of(request: Request, site: Site) -> Words:
    first = request.url.path.split("/")[1] if request.url.path.startswith("/") else ""
    return site.languages.find(first) or site.languages.negotiate(request.headers.get("accept-language", ""))


async def on_http_error(request: Request, error: Exception) -> Response:
    """404, 405 and the like, raised by the router."""
    assert isinstance(error, HTTPException)
    if request.url.path.startswith(("/static/", "/d/")):
        return PlainTextResponse(error.detail, error.status_code, error.headers)
    return _plain_page(request, error.status_code)


async def on_refusal(request: Request, error: Exception) -> Response:
    """What API handlers raise."""
    assert isinstance(error, Refusal)
    return problem(error, _language_of(request, site_of(request)))


async def on_failure(request: Request, error: Exception) -> Response:
    """A fault of ours; Starlette has logged it, and raises it on for the tests."""
    LOG.error("failed", exc_info=error)
    answer = _plain_page(request, 500)
    for name, value in answer_headers(request.scope, site_of(request).settings).items():
        answer.headers.setdefault(name, value)
    return answer
