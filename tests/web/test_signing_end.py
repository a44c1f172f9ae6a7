"""The end of signing on its pages and by program: what people read before, how it is set, and what others see."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from drafting.publishing.signature_lists import StaticLists
from tests.actions.coalition import SLUG
from tests.web.signing import FORM, SIGNATURES, OpenEdition, open_edition
from tests.web.test_moderation import moderator

END = f"/en/workshop/{SLUG}/publishing/1/signing"
HEADERS = {"origin": "https://drafting.example"}
TYPED = {"kind": "person", "name": "Amina Said", "address": "amina@people.example", "shown": "name"}


@pytest.fixture
async def edition(tmp_path: Path) -> OpenEdition:
    return await open_edition(tmp_path, lists=StaticLists(tmp_path / "public"))


async def close(browser: httpx.AsyncClient, **typed: str) -> httpx.Response:
    return await browser.post(f"{END}/close", data={"when": "now", **typed}, headers=HEADERS)


async def test_the_page_says_what_follows_before_anybody_ends_it(edition: OpenEdition) -> None:
    async with await moderator(edition) as browser:
        page = (await browser.get(END)).text
    assert "From that moment on nobody can ask to sign." in page
    assert "Letters that were sent before still work" in page
    assert "People can sign until somebody ends it here." in page
    assert (await edition.client.get(END)).status_code in (303, 401)


async def test_once_ended_the_form_is_gone_and_letters_under_way_confirm(edition: OpenEdition) -> None:
    await edition.ask()
    secret = edition.secret()
    async with await moderator(edition) as browser:
        answer = await close(browser)
        assert (answer.status_code, answer.headers["location"]) == (303, END)
        assert "Signing ended on" in (await browser.get(END)).text
        assert (await close(browser)).status_code == 409
        assert "set the end of signing" in (await browser.get(f"/en/workshop/{SLUG}/ledger")).text
    form = await edition.client.get(FORM)
    assert form.status_code == 200
    assert "Signing has ended" in form.text
    assert "<form" not in form.text
    late = await edition.client.post(FORM, data=TYPED)
    assert (late.status_code, "Signing has ended" in late.text) == (409, True)
    assert f'"{FORM}' not in (await edition.client.get("/en/")).text
    confirmed = await edition.client.post(f"/en/sign/confirm/{secret}", data={})
    assert (confirmed.status_code, confirmed.headers["location"]) == (303, f"/en/sign/own/{secret}")
    await edition.client.post(f"/en/sign/own/{secret}/withdraw", data={"erase": "no"})
    own = (await edition.client.get(f"/en/sign/own/{secret}")).text
    assert "It no longer counts" in own
    assert "Sign again" not in own


async def test_a_moment_to_come_is_told_in_utc_and_can_be_taken_back(edition: OpenEdition) -> None:
    day = (edition.coalition.fakes.clock.now() + timedelta(days=3)).date().isoformat()
    async with await moderator(edition) as browser:
        assert (await close(browser, when="later", until=day, time="18:30")).status_code == 303
        assert "18:30 UTC" in (await browser.get(END)).text
        assert "18:30 UTC" in (await edition.client.get(FORM)).text
        await browser.post(f"{END}/reopen", headers=HEADERS)
    assert "18:30 UTC" not in (await edition.client.get(FORM)).text


@pytest.mark.parametrize("until", ["", "soon", "2001-01-01", "9999-12-31"])
async def test_a_day_that_is_none_or_over_is_said_beside_its_field(edition: OpenEdition, until: str) -> None:
    async with await moderator(edition) as browser:
        answer = await close(browser, when="later", until=until, time="10:00")
    assert answer.status_code == 422
    assert "Choose a day that is still to come." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<form" in (await edition.client.get(FORM)).text


async def test_programs_set_it_take_it_back_and_are_told(edition: OpenEdition) -> None:
    api = f"/api/v1/declarations/{SLUG}/editions/1"
    at = edition.coalition.fakes.clock.now() + timedelta(days=1)

    async def state() -> str:
        told = (await edition.client.get(SIGNATURES)).json()["signing"]
        assert told == (await edition.client.get(api)).json()["signing"]
        return str(told["state"])

    async with await moderator(edition) as browser:

        async def post(act: str, **body: str) -> httpx.Response:
            return await browser.post(f"{api}/signing/{act}", json=body, headers=HEADERS)

        assert await state() == "open"
        assert (await post("close", at=at.isoformat())).json()["state"] == await state() == "ending"
        for wrong in ("2001-01-01T00:00:00Z", "2031-01-01T00:00:00", "9999-12-31T23:59:59-12:00"):
            assert (await post("close", at=wrong)).status_code == 422
        assert (await post("reopen")).json() == {"state": "open", "closes": None}
        assert (await post("close")).json()["state"] == await state() == "settling"
        refused = await edition.ask(409)
        assert refused["code"] == "signing_ended"
        assert refused["ended"].endswith("Z")
    assert (await edition.client.post(f"{api}/signing/close", json={})).status_code == 401
