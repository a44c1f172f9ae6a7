"""Whatever can be done on a page can be done by a program, and by the same name."""

from collections.abc import Iterable

from starlette.routing import BaseRoute

from drafting.web.api import routes as api_routes
from drafting.web.routes import PAGES

BROWSER_ONLY = {
    "ask_to_sign_in": "programs sign in with a token",
    "sign_in": "programs sign in with a token",
    "sign_in_by_code": "programs sign in with a token",
    "sign_out": "a token has no session",
    "end_session": "a token has no session",
    "describe_account": "name and language of a person's own pages",
    "demo_sign_in": "the demonstration's buttons",
}


def acts(routes: Iterable[BaseRoute]) -> set[str]:
    return {r.name for r in routes if (getattr(r, "methods", None) or set()) - {"GET", "HEAD"}}  # type: ignore[attr-defined]


def test_every_act_of_a_page_has_its_twin() -> None:
    assert acts(PAGES) - set(BROWSER_ONLY) - acts(api_routes) == set()


def test_exceptions_are_real() -> None:
    assert set(BROWSER_ONLY) <= acts(PAGES)


def test_names_are_unique() -> None:
    names = [route.name for route in PAGES]  # type: ignore[attr-defined]
    assert len(names) == len(set(names))
