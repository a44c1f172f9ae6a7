"""The page on which a look is chosen, and its twin: what was typed stays, and each fault has a sentence."""

from dataclasses import replace
from typing import Any

import pytest

from drafting.actions.organisation_ports import Picture
from drafting.domain.errors import Code, Refusal
from tests.web.conftest import World

LOOK = "/en/workshop/open-well/look"


class Drawn:
    """Draws what begins like a PNG and refuses the rest."""

    async def make_small(self, data: bytes) -> Picture:
        if not data.startswith(b"\x89PNG"):
            raise Refusal(Code.BAD_INPUT, of="signature", field="logo", reason="kind", looks_like="html")
        return Picture(data, 32, 16)


@pytest.fixture
async def browser(world: World) -> Any:
    anong = await world.person("Anong")
    await world.declaration(anong)
    site = world.app.state.site
    site.ports = replace(site.ports, pictures=Drawn())
    return await world.signed_in(anong)


async def test_a_design_and_a_colour_are_chosen(browser: Any) -> None:
    page = await browser.get(LOOK)
    assert 'value="quiet" checked' in page.text
    gone = await browser.post(LOOK, data={"design": "poster", "colour": "#ffee00"})
    page = await browser.get(gone.headers["location"])
    assert 'value="poster" checked' in page.text
    assert "#ffee00 cannot be read on white paper. It was darkened to #" in page.text


async def test_what_is_no_colour_is_said_beside_its_field(browser: Any) -> None:
    page = await browser.post(LOOK, data={"design": "classic", "colour": "red"})
    assert page.status_code == 422
    assert "Write the colour as # and six digits" in page.text
    assert 'value="classic" checked' in page.text


async def test_a_mark_is_put_shown_and_taken_away(browser: Any) -> None:
    form = {"data": {"alt": "A drop"}, "files": {"logo": ("a.png", b"\x89PNG!", "image/png")}}
    assert (await browser.post(f"{LOOK}/mark", **form)).status_code == 303
    page = await browser.get(LOOK)
    assert 'alt="A drop"' in page.text
    mark = await browser.get(f"{LOOK}/mark.png")
    assert (mark.content, mark.headers["content-type"]) == (b"\x89PNG!", "image/png")
    await browser.post(f"{LOOK}/remove-mark")
    assert (await browser.get(f"{LOOK}/mark.png")).status_code == 404


async def test_a_mark_that_is_html_is_refused_with_a_sentence(browser: Any) -> None:
    form = {"data": {"alt": "A drop"}, "files": {"logo": ("a.png", b"<html>", "image/png")}}
    page = await browser.post(f"{LOOK}/mark", **form)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert 'value="A drop"' in page.text


async def test_strangers_see_nothing(world: World, browser: Any) -> None:
    stranger = await world.signed_in(await world.person("Bo"))
    for page in (await stranger.get(LOOK), await stranger.post(LOOK, data={"design": "poster", "colour": "#000000"})):
        assert page.status_code == 403
