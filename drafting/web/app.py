"""The composition root: opens stores, rooms and the press, hands them to the actions as ports, and serves."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from drafting.actions.ports import Ports
from drafting.domain.errors import Refusal
from drafting.paths import LOCALES, STATIC, TEMPLATES
from drafting.settings import Settings
from drafting.sync.notes import UNWATCHED, Notes
from drafting.web.api import routes as api_routes
from drafting.web.assets import Assets
from drafting.web.commands.checking import examine
from drafting.web.composition import opened
from drafting.web.endpoints import on_failure, on_http_error, on_refusal
from drafting.web.guards import Guards
from drafting.web.i18n import Languages
from drafting.web.live.blame import SharedNotes
from drafting.web.live.door import DOOR, Door, Fronted
from drafting.web.live.rights import Mandated
from drafting.web.observing import Measures, Observing
from drafting.web.rendering import Templates
from drafting.web.routes import routes
from drafting.web.turns import Turns
from drafting.web.visits import Site

NOT_OPEN: Final = cast(Ports, None)


def make_site(ports: Ports | None, settings: Settings, languages: Languages | None = None) -> Site:
    """What pages share. Without ports it can serve nothing yet: they are opened when the server starts."""
    assets = Assets(STATIC)
    return Site(ports or NOT_OPEN, settings, languages or Languages(LOCALES), assets, Templates(TEMPLATES, assets))


def create_app(settings: Settings, notes: Notes = UNWATCHED) -> Starlette:
    """The server: everything is opened when it starts serving, and closed when it stops."""
    languages = Languages(LOCALES)
    site = make_site(None, settings, languages)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with opened(settings, languages, notes) as parts:
            site.ports = parts.ports
            site.checks = lambda words: examine(settings, words)
            app.state.ports = parts.ports
            app.state.remembered = parts.stores.remembered
            app.state.is_ready = parts.stores.ready
            site.wake = app.state.wake = parts.wake
            app.state.door.open(parts.rooms, Mandated(parts.ports))
            app.state.measures.gauges["rooms"] = lambda: len(parts.rooms.open_declarations())
            app.state.measures.gauges["relay_up"] = lambda: int(parts.others.is_up)
            app.state.measures.gauges["mail_held_up"] = lambda: int(parts.stores.mail.pace.held_up is not None)
            app.state.measures.gauges["sockets"] = lambda: app.state.door.sockets
            if isinstance(notes, SharedNotes):
                app.state.measures.gauges["worker_restarts"] = lambda: notes.record.restarts
                app.state.measures.gauges["accounts_shut_out"] = lambda: notes.shut_out
            # What stands in front of the application may ask for it too.
            yield {DOOR: app.state.door}

    return make_app(site, lifespan=lifespan)


def make_app(
    site: Site, *, lifespan: Callable[[Starlette], AbstractAsyncContextManager[dict[str, Any]]] | None = None
) -> Starlette:
    """The application over a site whose ports are open already, or will be in the lifespan."""
    measures, door = Measures(), Door(site.settings)
    app = Fronted(
        routes=routes(site, api_routes),
        middleware=[
            Middleware(Turns, door=door),
            Middleware(Observing, measures=measures),
            Middleware(Guards, settings=site.settings),
        ],
        exception_handlers={HTTPException: on_http_error, Refusal: on_refusal, Exception: on_failure},
        lifespan=lifespan,
    )
    app.state.site = site
    app.state.ports = site.ports
    app.state.settings = site.settings
    app.state.measures = measures
    app.state.door = door
    return app
