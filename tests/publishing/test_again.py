"""What was made once is not made again: after a restart, and where another language changed."""

from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from drafting.actions.publishing_ports import Made
from drafting.domain.prose import Block, Run
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.narrowing import narrowed
from drafting.publishing.making.press import StaticPress
from drafting.publishing.making.worker import render
from tests.publishing.conftest import example_edition, text_json

FORMATS = ("html", "md", "json")
TAGS = ("en", "fr", "ar")
Files = dict[str, bytes]


class CountingPress(StaticPress):
    """``rendered``: what its workers were asked for."""

    def __init__(self, public: Path) -> None:
        super().__init__(public)
        self.rendered: list[tuple[str, str]] = []
        run = self._workers.run

        async def counting(edition: Mapping[str, Any], locale: str, format: str) -> Files:
            self.rendered.append((locale, format))
            return await run(edition, locale, format)

        self._workers.run = counting  # type: ignore[method-assign]

    async def make_all(self, edition: Mapping[str, Any]) -> list[Made]:
        self.rendered.clear()
        return [await self.make(edition, tag, format) for tag in TAGS for format in FORMATS]


@pytest.fixture
async def press(tmp_path: Path) -> AsyncIterator[CountingPress]:
    made = CountingPress(tmp_path / "public")
    yield made
    await made.close()


def edition_of(tags: tuple[str, ...] = TAGS) -> dict[str, Any]:
    return example_edition(locales=tags, sections=3)


def with_other_words(edition: Mapping[str, Any], tag: str) -> dict[str, Any]:
    """The edition with its last section worded anew in one language, as a further release has it."""
    other = deepcopy(dict(edition))
    section = other["sections"][-1]
    status = section["texts"][tag]["status"]
    words = (Block("t", "heading1", (Run("Anew"),)), Block("p", "paragraph", (Run("Other words."),)))
    section["texts"][tag] = text_json(words, status)
    return other


async def test_one_language_that_changed_is_the_only_one_made_again(press: CountingPress) -> None:
    first = edition_of()
    made = await press.make_all(first)
    assert len(press.rendered) == len(TAGS) * len(FORMATS)
    await press.open([first], {1: made})

    second = with_other_words(first, "fr")
    again = await press.make_all(second)
    assert press.rendered == [("fr", format) for format in FORMATS]
    assert [file for file in again if file.locale != "fr"] == [file for file in made if file.locale != "fr"]
    await press.open([second], {1: again})
    assert "Other words." in (press.public / "d/open-well/1/fr/index.html").read_text("utf-8")
    assert [(press.public / file.path).stat().st_size for file in again] == [file.bytes for file in again]


async def test_all_languages_show_what_changed_in_the_source_or_for_all(press: CountingPress) -> None:
    first = edition_of()
    await press.make_all(first)
    erratum = {"n": 1, "at": "2026-06-01T09:00:00Z", "locale": "en", "section": "", "text": "For “a” read “the”."}
    for other in (with_other_words(first, "en"), {**first, "errata": [erratum]}):
        await press.make_all(other)
        assert len(press.rendered) == len(TAGS) * len(FORMATS)


async def test_a_press_goes_on_with_what_a_former_one_left(press: CountingPress, tmp_path: Path) -> None:
    edition = edition_of()
    for tag in TAGS[:2]:
        for format in FORMATS:
            await press.make(edition, tag, format)
    heir = CountingPress(press.public)
    try:
        await heir.make_all(edition)
        assert {tag for tag, _ in heir.rendered} == set(TAGS[2:])
    finally:
        await heir.close()


async def test_what_was_spoilt_or_lost_meanwhile_is_made_again(press: CountingPress) -> None:
    edition = edition_of()
    made = await press.make_all(edition)
    spoilt, lost = made[1], made[5]
    whole = (press.staged(edition) / spoilt.path).read_bytes()
    (press.staged(edition) / spoilt.path).write_bytes(b"x" * spoilt.bytes)
    (press.staged(edition) / f"{lost.path}.gz").unlink()
    assert await press.make_all(edition) == made
    assert press.rendered == [(spoilt.locale, spoilt.format), (lost.locale, lost.format)]
    assert (press.staged(edition) / spoilt.path).read_bytes() == whole


@pytest.mark.parametrize("format", ["html", "pdf", "epub", "docx", "md", "txt", "json", "png"])
def test_a_rendering_shows_nothing_that_it_was_not_given(format: str) -> None:
    """Only the words of other languages are held back; all that is shown stays the same."""
    edition = edition_of(("en", "fr", "ar"))

    def made(content: Mapping[str, Any]) -> Files:
        return render(content, "fr", format, TEMPLATES, LOCALES)

    if format == "pdf":
        assert [len(data) for data in made(edition).values()] == [
            len(d) for d in made(narrowed(edition, "fr")).values()
        ]
    else:
        assert made(edition) == made(narrowed(edition, "fr"))
