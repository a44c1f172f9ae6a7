"""A released edition that anybody can sign, behind the whole application in memory."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from drafting.actions.organisation_ports import Pictures, Sites
from drafting.actions.signature_list_ports import SignatureLists
from drafting.paths import LOCALES
from drafting.settings import Settings
from drafting.web.app import make_app, make_site
from drafting.web.i18n import Languages
from drafting.web.letters import Letters
from tests.actions.coalition import SLUG, Coalition
from tests.actions.test_publication import agreed, release

ORIGIN = "https://drafting.example"
SIGNATURES = f"/api/v1/declarations/{SLUG}/editions/1/signatures"
FORM = f"/en/sign/{SLUG}/1"


@dataclass
class OpenEdition:
    """``client``: somebody without an account."""

    app: Starlette
    coalition: Coalition
    client: httpx.AsyncClient

    async def ask(self, status: int = 202, **changes: Any) -> Any:
        body = {
            "kind": "person",
            "name": "Amina Said",
            "address": "amina@people.example",
            "locale": "en",
            "shown": "name",
            "consents": {"publish": True, "updates": False},
        }
        answer = await self.client.post(SIGNATURES, json={**body, **changes})
        assert answer.status_code == status, answer.text
        return answer.json()

    async def post(self, path: str, status: int, **body: Any) -> Any:
        answer = await self.client.post(f"/api/v1/signatures/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def secret(self) -> str:
        """That of the newest letter's link, which stands alone on its line."""
        found = re.search(r"^https://\S+/sign/(?:confirm|own)/([\w-]+)$", self.coalition.fakes.mail.sent[-1].body, re.M)
        assert found
        return found[1]


async def open_edition(
    data: Path,
    *,
    address: str = "203.0.113.7",
    sites: Sites | None = None,
    pictures: Pictures | None = None,
    lists: SignatureLists | None = None,
    **changes: Any,
) -> OpenEdition:
    """``address``: where the requests come from."""
    coalition = await agreed()
    await release(coalition)
    coalition.fakes.mail.take()
    settings = Settings(**{"data": data, "origin": ORIGIN, **changes})
    languages = Languages(LOCALES, pseudo=True)
    ports = coalition.fakes.ports(origin=settings.base, sentences=Letters(languages), limits=settings.limits)
    ports = replace(ports, sites=sites, pictures=pictures)
    if lists is not None:
        ports = replace(ports, lists=lists)
    app = make_app(make_site(ports, settings, languages))
    transport = httpx.ASGITransport(app, client=(address, 50_000))
    return OpenEdition(app, coalition, httpx.AsyncClient(transport=transport, base_url=ORIGIN))
