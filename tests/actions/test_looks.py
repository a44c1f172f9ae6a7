"""Choosing a look: who may, what becomes of it, and that an edition keeps the one it was frozen with."""

import base64
from dataclasses import replace

import pytest

from drafting.actions.core import Actor
from drafting.actions.editions import read_content
from drafting.actions.folders import export_declaration
from drafting.actions.looks import choose_look, put_mark, read_mark, remove_mark
from drafting.actions.organisation_ports import Picture
from drafting.actions.ports import Ports
from drafting.actions.release.publication import release_translations
from drafting.actions.release.releasing import work_on_jobs
from drafting.domain.errors import Code, Refusal
from drafting.domain.looks import Look
from tests.actions.coalition import SLUG, Coalition
from tests.actions.refusals import refused
from tests.actions.test_publication import agreed, freeze
from tests.actions.test_signing import released


class Drawn:
    """Hands the bytes back as the picture, where there are any."""

    async def make_small(self, data: bytes) -> Picture:
        if not data:
            raise Refusal(Code.BAD_INPUT, field="logo", reason="empty")
        return Picture(data, 32, 16)


def drawing(coalition: Coalition) -> Ports:
    return replace(coalition.ports, pictures=Drawn())


async def look_of(coalition: Coalition) -> dict[str, object] | None:
    edition = (await coalition.state()).editions[-1]
    content = await read_content(coalition.ports, edition.asked[-1] if edition.asked else edition.content)
    return content.get("look")


async def test_an_edition_keeps_the_look_with_which_it_was_frozen() -> None:
    coalition = await agreed()
    ports = drawing(coalition)
    await choose_look(ports, coalition.initiator, slug=SLUG, design="poster", colour="#A01E3C")
    await put_mark(ports, coalition.initiator, slug=SLUG, data=b"png", alt="A drop of water")
    await freeze(coalition)
    kept = await look_of(coalition)
    assert kept == {
        **Look().to_json(),
        "design": "poster",
        "colour": "#a01e3c",
        "mark": (await coalition.state()).look.mark,
        "width": 32,
        "height": 16,
        "alt": "A drop of water",
        "png": base64.b64encode(b"png").decode(),
    }
    await remove_mark(ports, coalition.initiator, slug=SLUG)
    assert await look_of(coalition) == kept
    taken = await export_declaration(ports, coalition.initiator, slug=SLUG, edition=1)
    assert taken["mark.png"] == b"png"
    assert b'mark_shows = "A drop of water"' in taken["declaration.toml"]
    assert (await coalition.state()).look == replace(Look(), design="poster", colour="#a01e3c")


async def test_what_looks_as_ever_says_nothing_of_it() -> None:
    coalition = await released()
    assert await look_of(coalition) is None


async def test_releasing_again_takes_the_new_look_over() -> None:
    coalition = await released()
    ports = drawing(coalition)
    await choose_look(ports, coalition.initiator, slug=SLUG, design="classic", colour="#0b5966")
    await release_translations(ports, coalition.initiator, slug=SLUG, n=1)
    await work_on_jobs(ports)
    kept = await look_of(coalition)
    assert kept is not None
    assert kept["design"] == "classic"
    assert len((await coalition.state()).editions[0].releases) == 2


async def test_a_colour_too_light_to_be_read_is_darkened_and_said() -> None:
    coalition = await agreed()
    chosen = await choose_look(coalition.ports, coalition.initiator, slug=SLUG, design="quiet", colour="#ffee00")
    assert chosen.asked == "#ffee00"
    assert chosen.look.colour != "#ffee00"
    again = await choose_look(
        coalition.ports, coalition.initiator, slug=SLUG, design="quiet", colour=chosen.look.colour
    )
    assert (again.asked, again.look) == ("", chosen.look)


@pytest.mark.parametrize("alt", ["", "   ", "x" * 121, "a\u202eb"])
async def test_a_mark_needs_words_for_those_who_do_not_see_it(alt: str) -> None:
    coalition = await agreed()
    ports = drawing(coalition)
    data = await refused(Code.BAD_INPUT, put_mark(ports, coalition.initiator, slug=SLUG, data=b"png", alt=alt))
    assert data["field"] == "alt"
    assert await read_mark(ports, (await coalition.state()).look) == b""


async def test_strangers_choose_nothing() -> None:
    coalition = await agreed()
    stranger, ports = Actor("account-99"), drawing(coalition)
    await refused(Code.NOT_ALLOWED, choose_look(ports, stranger, slug=SLUG, design="poster", colour="#0b5966"))
    await refused(Code.NOT_ALLOWED, put_mark(ports, stranger, slug=SLUG, data=b"png", alt="A drop"))
    await refused(Code.NOT_ALLOWED, remove_mark(ports, stranger, slug=SLUG))
