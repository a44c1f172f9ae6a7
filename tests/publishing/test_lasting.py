"""Links to an edition never rot: what was public once is found at the same address and the same anchor ever after."""

import re
from pathlib import Path
from typing import Any

from drafting.publishing.making.press import StaticPress
from tests.publishing.conftest import example_edition

CORRECTION = {"n": 1, "at": "2026-06-01T09:00:00Z", "locale": "en", "section": "", "text": "For “a” read “the”."}


async def release(press: StaticPress, *editions: dict[str, Any]) -> None:
    newest = editions[-1]
    tags = [locale["tag"] for locale in newest["locales"]]
    files = [await press.make(newest, tag, format) for tag in tags for format in ("html", "txt")]
    await press.open(list(editions), {newest["n"]: files})
    await press.compare(editions)


def places(public: Path) -> set[str]:
    """Every file, and every anchor of every page. What is addressed by its content may give way to another content."""
    found = set()
    for path in public.rglob("*"):
        if path.is_file():
            found.add(name := path.relative_to(public).as_posix())
            if path.suffix == ".html":
                found |= {f"{name}#{anchor}" for anchor in re.findall(r' id="?([^ ">]+)', path.read_text("utf-8"))}
    return found


async def test_corrections_and_later_editions_leave_every_address_of_the_first(press: StaticPress) -> None:
    first = example_edition(2)
    await release(press, first)
    at_first = places(press.public)
    assert "d/open-well/1/fr/index.html#article-3:1" in at_first

    corrected = {**first, "errata": [CORRECTION]}
    await release(press, corrected)
    assert at_first <= places(press.public)
    assert "For “a” read “the”." in (press.public / "d/open-well/1/fr/index.html").read_text("utf-8")
    assert "For “a” read “the”." in (press.public / "d/open-well/feed.atom").read_text("utf-8")

    second = {**example_edition(1, sections=4), "n": 2}
    then = places(press.public)
    await release(press, corrected, second)
    assert then <= places(press.public)
    assert "d/open-well/2/en/changes.html" in places(press.public)


async def test_an_edition_is_public_before_what_changed_is_known_and_that_follows_its_corrections(
    press: StaticPress,
) -> None:
    """The ledger says by then that the edition is out."""
    first, second = example_edition(1, sections=2), {**example_edition(1, sections=4), "n": 2}
    await release(press, first)
    made = await press.make(second, "en", "html")
    await press.open([first, second], {2: [made]})
    page, changes = press.public / made.path, press.public / "d/open-well/2/en/changes.html"
    assert page.is_file()
    assert not changes.exists()
    await press.compare([first, second])
    at_first = changes.read_bytes()
    await press.compare([first, {**second, "title": {"en": "The mended well"}}])
    assert b"The mended well" in changes.read_bytes()
    await press.compare([first, second])
    assert changes.read_bytes() == at_first
