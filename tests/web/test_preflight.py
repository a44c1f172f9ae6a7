"""Before a language is printed, translators and publishers see what to look at first."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from drafting.actions.release.preflight import check_language
from drafting.domain.errors import Code, Refusal
from tests.web.conftest import World

W = "/en/workshop/open-well"
FINE: dict[str, Any] = {
    "locale": "fr", "pages": 6, "size": 70_000, "uncovered": "", "squares": "", "overflowing": [],
    "hyphenates": True,    "verbatim": 1.0, "lost": [], "outdated": 0, "untranslated": 0,
}  # fmt: skip
BAD = FINE | {
    "uncovered": "\U00016e40",
    "squares": "\u2e5d",
    "overflowing": [{"page": 3, "by": 40, "words": "Rindfleischetikettierung"}],
    "verbatim": 0.5,
    "lost": ["Whereas"],
    "outdated": 2,
    "hyphenates": False,
}


@pytest.fixture
async def delegate(world: World, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    account = await world.person("Amina")
    await world.declaration(account)
    return await world.signed_in(account)


def answer(monkeypatch: pytest.MonkeyPatch, found: Mapping[str, Any]) -> None:
    async def check(*_: Any) -> Mapping[str, Any]:
        return found

    monkeypatch.setattr("drafting.web.pages.preflight.check_language", check)
    monkeypatch.setattr("drafting.web.api.publication.check_language", check)


async def test_a_book_that_is_fine_is_called_so(delegate: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, FINE | {"is_fine": True})
    page = await delegate.get(f"{W}/preflight/en")
    assert page.status_code == 200
    assert "It can be printed as it is." in page.text
    assert "100 of 100 paragraphs" in page.text


async def test_what_is_wrong_is_named(delegate: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, BAD | {"is_fine": False})
    text = (await delegate.get(f"{W}/preflight/en")).text
    assert "\U00016e40" in text
    assert "printed as squares: <bdi>\u2e5d</bdi>" in text
    assert "Rindfleischetikettierung" in text
    assert "Whereas" in text
    assert "2 paragraphs have changed" in text
    assert "cannot divide long words" in text
    found = (await delegate.get("/api/v1/declarations/open-well/preflight/en")).json()
    assert (found["uncovered"], found["overflowing"][0]["page"]) == ("\U00016e40", 3)


async def test_a_book_that_cannot_be_made_is_explained(world: World, delegate: httpx.AsyncClient) -> None:
    page = await delegate.get(f"{W}/preflight/en")
    assert page.status_code in (409, 422)
    assert 'role="alert"' in page.text
    assert (await delegate.get(f"{W}/preflight/xx")).status_code == 404


async def test_a_section_that_was_never_tabled_comes_first(world: World, delegate: httpx.AsyncClient) -> None:
    from drafting.actions.core import load_declaration

    declaration = await load_declaration(world.ports, "open-well")
    with pytest.raises(Refusal) as refused:
        await check_language(world.ports, declaration, "en")
    assert refused.value.code is Code.RULE_NOT_MET
    with pytest.raises(Refusal) as refused:
        await check_language(world.ports, declaration, "xx")
    assert refused.value.code is Code.UNKNOWN_LOCALE
    assert json.dumps(refused.value.data)
