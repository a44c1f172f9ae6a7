"""The whole application over ports in memory, and a browser that speaks to it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from drafting.actions.core import Actor
from drafting.actions.membership.people import register_network
from drafting.actions.membership.sign_in import SESSION
from drafting.actions.ports import Account, Ports
from drafting.actions.writing.declarations import create_declaration
from drafting.paths import LOCALES
from drafting.settings import Settings
from drafting.web.app import make_app, make_site
from drafting.web.i18n import Languages
from drafting.web.letters import Letters
from drafting.web.sessions import cookie_name
from tests.fakes import Fakes

ORIGIN = "https://drafting.example"


@dataclass
class World:
    """An installation in memory."""

    app: Starlette
    ports: Ports
    fakes: Fakes
    settings: Settings

    def browser(self, **headers: str) -> httpx.AsyncClient:
        """Somebody who is not signed in. Faults of the server are raised."""
        transport = httpx.ASGITransport(self.app)
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)

    async def person(self, name: str, locale: str = "en") -> Account:
        account, _ = await self.ports.accounts.open(f"{name.lower()}@people.example", name, locale)
        return account

    async def signed_in(self, account: Account, **headers: str) -> httpx.AsyncClient:
        at = self.ports.clock.now()
        secret, _ = await self.ports.passes.issue(SESSION, account.id, at + timedelta(hours=12), at)
        browser = self.browser(**headers)
        browser.cookies.set(cookie_name(self.settings), secret)
        return browser

    async def declaration(self, account: Account, slug: str = "open-well") -> Actor:
        """A declaration by that person, for the network “Headwater”, in three languages."""
        actor = Actor(account.id)
        await register_network(self.ports, actor, slug="headwater", name="Headwater Assembly", short="Headwater")
        await create_declaration(
            self.ports,
            actor,
            slug=slug,
            title={"en": "The Open Well", "ar": "البئر المفتوحة"},
            source_locale="en",
            locales=["en", "ar", "fr"],
            network="headwater",
        )
        return actor


@pytest.fixture
def make_world(tmp_path: Path) -> Callable[..., World]:
    def make(**changes: Any) -> World:
        settings = Settings(**{"data": tmp_path, "origin": ORIGIN, **changes})
        fakes = Fakes()
        languages = Languages(LOCALES, pseudo=True)
        ports = fakes.ports(origin=settings.base, sentences=Letters(languages), limits=settings.limits)
        return World(make_app(make_site(ports, settings, languages)), ports, fakes, settings)

    return make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


@pytest.fixture
async def visitor(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with world.browser() as browser:
        yield browser
