"""Who is signed in, by a cookie; and the cookie that binds a sign-in letter to the browser that asked for it."""

import secrets
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from drafting.actions.membership.sign_in import SESSION_DAYS, session_account
from drafting.actions.ports import Account, Pass, Ports
from drafting.settings import Settings
from drafting.web.papers import cookie_of

BROWSER_DAYS: Final = 365


def cookie_name(settings: Settings) -> str:
    """On https the browser itself guarantees that no other host or path has set it; plain http knows no such prefix."""
    return "__Host-session" if settings.is_https else "session"


def _browser_name(settings: Settings) -> str:
    return "__Host-browser" if settings.is_https else "browser"


async def account_of(connection: HTTPConnection, ports: Ports, settings: Settings) -> tuple[Pass, Account] | None:
    """The session and the account of a request or socket, or None."""
    secret = cookie_of(connection.headers.getlist("cookie"), cookie_name(settings))
    return await session_account(ports, secret) if secret else None


def browser_of(connection: HTTPConnection, settings: Settings) -> str:
    """The opaque value that stands for this browser; empty where it has none."""
    return cookie_of(connection.headers.getlist("cookie"), _browser_name(settings)) or ""


def new_browser() -> str:
    return secrets.token_urlsafe(24)


def remember_browser(response: Response, settings: Settings, browser: str) -> None:
    _set(response, settings, _browser_name(settings), browser, BROWSER_DAYS * 86_400)


def begin(response: Response, settings: Settings, secret: str) -> None:
    """Hand the browser its new session; the id is a new one at each sign-in."""
    _set(response, settings, cookie_name(settings), secret, SESSION_DAYS * 86_400)


def forget(response: Response, settings: Settings) -> None:
    response.delete_cookie(cookie_name(settings), path="/", secure=settings.is_https, httponly=True, samesite="lax")


def _set(response: Response, settings: Settings, name: str, value: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=settings.is_https, httponly=True, samesite="lax")
