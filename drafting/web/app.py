"""The composition root: opens stores, rooms and the press, hands them to the actions as ports, and serves."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from drafting.actions.ports import Ports
from drafting.domain.errors import Refusal
from drafting.paths import LOCALES, STATIC, TEMPLATES
from drafting.settings import Settings
from drafting.web.assets import Assets
from drafting.web.demonstration import operators
from drafting.web.endpoints import on_failure, on_http_error, on_refusal
from drafting.web.guards import Guards
from drafting.web.i18n import Languages
from drafting.web.observing import Measures, Observing
from drafting.web.rendering import Templates
from drafting.web.routes import routes
from drafting.web.visits import Site


def make_site(ports: Ports, settings: Settings, *, pseudo: bool = False) -> Site:
    """What pages share. ``pseudo`` adds the made-up language of the tests."""
    assets = Assets(STATIC)
    site = Site(ports, settings, Languages(LOCALES, pseudo=pseudo), assets, Templates(TEMPLATES, assets))
    if settings.is_demonstration:
        site.extras["demo_operators"] = operators()
    return site


def make_app(
    site: Site,
    *,
    api: list[BaseRoute] | None = None,
    sockets: list[BaseRoute] | None = None,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
) -> Starlette:
    """The application over ports that are open already; tests hand in others."""
    measures = Measures()
    app = Starlette(
        routes=routes(site, api or [], sockets or []),
        middleware=[Middleware(Observing, measures=measures), Middleware(Guards, settings=site.settings)],
        exception_handlers={HTTPException: on_http_error, Refusal: on_refusal, Exception: on_failure},
        lifespan=lifespan,
    )
    app.state.site = site
    app.state.ports = site.ports
    app.state.settings = site.settings
    app.state.measures = measures
    return app
