"""The API over ports in memory, and programs that call it with tokens."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from drafting.actions.membership.sign_in import issue_token
from drafting.paths import LOCALES
from drafting.settings import Settings
from drafting.stores.database import Database
from drafting.stores.migrating import migrate
from drafting.stores.remembered import Remembered
from drafting.web.app import make_app, make_site
from drafting.web.i18n import Languages
from drafting.web.letters import Letters
from tests.fakes import Fakes

ORIGIN = "https://drafting.example"
API = "/api/v1"
SLUG = "open-well"
D = f"/declarations/{SLUG}"
CHARTER = {"consents_at_least": 2, "answer_hours": 0, "objection_hours": 0}

Call = Callable[..., Awaitable[httpx.Response]]


@dataclass
class Program:
    """Somebody with a token, or nobody."""

    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, method: str, path: str, status: int | None = None, **options: Any) -> Any:
        """The answer's JSON, where ``status`` is what was answered; without one the response itself."""
        headers = {**self.headers, **options.pop("headers", {})}
        answer = await self.client.request(method, API + path, headers=headers, **options)
        if status is None:
            return answer
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None


@dataclass
class Installation:
    """An application in memory with the programs that call it."""

    app: Starlette
    fakes: Fakes
    client: httpx.AsyncClient
    settings: Settings

    @property
    def nobody(self) -> Program:
        return Program(self.client)

    async def program(self, name: str) -> Program:
        address = f"{name}@people.example"
        await self.app.state.ports.accounts.open(address, name.title(), "en")
        token = await issue_token(self.app.state.ports, address=address)
        return Program(self.client, {"authorization": f"Bearer {token}"})

    def invitation(self, name: str) -> str:
        """The token of the link in somebody's newest invitation."""
        letters = self.fakes.mail.to(f"{name}@people.example")
        lines = [line for letter in letters for line in letter.body.splitlines() if "/invitation/" in line]
        return lines[-1].rpartition("/")[2]

    async def text(self, program: Program, section: str, locale: str, markdown: str) -> Any:
        """Put words into the workshop."""
        path = f"{D}/sections/{section}/texts/{locale}"
        seen = (await program("GET", path, 200))["digest"]
        headers = {"if-match": f'"{seen}"'}
        return await program("PUT", path, 200, json={"markdown": markdown}, headers=headers)

    async def table(self, program: Program, section: str) -> Any:
        """Table a section's words in English as they are."""
        seen = (await program("GET", f"{D}/sections/{section}/texts/en", 200))["digest"]
        return await program("POST", f"{D}/sections/{section}/revisions", 201, json={"seen": {"en": seen}})

    async def consent(self, program: Program, network: str, section: str, **changes: Any) -> httpx.Response:
        """Take a position on the newest revision, a consent where nothing else is said."""
        revision = (await program("GET", f"{D}/sections/{section}/revisions", 200))["items"][-1]
        position = {
            "network": network,
            "target_digest": revision["digest"],
            "read_locale": "en",
            "read_digest": revision["texts"]["en"],
            "kind": "consent",
            **changes,
        }
        answer: httpx.Response = await program("POST", f"{D}/sections/{section}/positions", json=position)
        return answer


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Installation]:
    settings = Settings(data=tmp_path, origin=ORIGIN)
    fakes = Fakes()
    ports = fakes.ports(origin=ORIGIN, sentences=Letters(Languages(LOCALES)), limits=settings.limits)
    app = make_app(make_site(ports, settings))
    database = Database(f"sqlite:///{tmp_path / 'drafting.sqlite'}")
    await migrate(database)
    app.state.remembered = Remembered(database, fakes.clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        yield Installation(app, fakes, client, settings)
    await database.close()


@pytest.fixture
async def anong(here: Installation) -> Program:
    """The initiator, whose network is Headwater; the declaration is there."""
    anong = await here.program("anong")
    await anong("POST", "/networks", 201, json={"slug": "headwater", "name": "Headwater Assembly"})
    declaration = {
        "slug": SLUG,
        "title": "The Open Well",
        "source_locale": "en",
        "locales": ["en", "fr", "ar"],
        "charter": CHARTER,
        "network": "headwater",
    }
    await anong("POST", "/declarations", 201, json=declaration)
    return anong


@pytest.fixture
async def marisol(here: Installation, anong: Program) -> Program:
    """The first contact of a second network."""
    marisol = await here.program("marisol")
    await marisol("POST", "/networks", 201, json={"slug": "orillas", "name": "Red Orillas", "card": {"who": "Fishers"}})
    await anong("POST", f"{D}/members", 201, json={"network": "orillas"})
    scopes = ["edit", "consent", "translate", "sign"]
    invitation = {"network": "orillas", "address": "marisol@people.example", "scopes": scopes}
    await anong("POST", f"{D}/invitations", 201, json=invitation)
    await marisol("POST", "/invitations/accept", 200, json={"token": here.invitation("marisol")})
    return marisol
