"""Content that nobody meant for print: a readable book, or a clear sentence; the press goes on in any case."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import Block, Run, Text
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.content import read_content
from drafting.publishing.making.limits import Limits
from drafting.publishing.making.press import StaticPress
from drafting.publishing.paper import preflight
from drafting.publishing.reading import Reading
from drafting.publishing.words import words_for
from tests.publishing.conftest import example_edition, text_json

TITLE = Block("t", "heading1", (Run("Title"),))


def with_text(*blocks: Block) -> dict[str, Any]:
    edition = example_edition(1, sections=1)
    edition["sections"][1]["texts"]["en"] = text_json((TITLE, *blocks), "authentic")
    return edition


def check(edition: Mapping[str, Any]) -> preflight.Preflight:
    content = read_content(edition)
    reading = Reading(content, content.locale("en"), words_for(LOCALES, ("en",)), notes_inline=True)
    return preflight.check(reading, TEMPLATES)


def test_a_word_wider_than_the_page_is_broken() -> None:
    found = check(with_text(Block("p", "paragraph", (Run("x" * 400 + " and more"),))))
    assert found.overflowing == ()
    assert found.verbatim == 1


def test_a_space_that_is_strong_by_itself_ends_a_line() -> None:
    words = [run for n in range(60) for run in (Run("word" * (n % 3 + 1)), Run(" ", strong=True), Run("w" * (n % 9)))]
    found = check(with_text(Block("p", "paragraph", tuple(words))))
    assert found.overflowing == ()


def test_a_name_of_five_thousand_characters_fits() -> None:
    edition = example_edition(1, sections=1)
    edition["networks"][0]["name"] = "Assembly" * 625
    found = check(edition)
    assert found.overflowing == ()
    assert found.pages > 3


def test_three_hundred_notes_to_one_paragraph_all_come_out() -> None:
    runs = [run for n in range(300) for run in (Run(f"word{n} "), Run("", note=f"n{n}"))]
    notes = [Block(f"n{n}", "footnote", (Run(f"note number {n}."),)) for n in range(300)]
    found = check(with_text(Block("p", "paragraph", tuple(runs)), *notes))
    assert found.verbatim is not None
    assert found.verbatim > 0.95
    assert found.overflowing == ()


def hundred_thousand_words() -> dict[str, Any]:
    words = " ".join(f"word{n}" for n in range(500))
    return with_text(*(Block(f"p{n}", "paragraph", (Run(words),)) for n in range(200)))


async def test_a_section_of_a_hundred_thousand_words_comes_out(press: StaticPress) -> None:
    edition = hundred_thousand_words()
    for format in ("html", "epub", "docx", "md", "txt", "json"):
        assert (await press.make(edition, "en", format)).bytes
    page = (press.staged(edition) / "d/open-well/1/en/index.html").read_text("utf-8")
    assert page.count("word499") == 200


async def test_a_book_that_takes_longer_than_allowed_is_told_and_leaves_the_rest_alone(tmp_path: Path) -> None:
    press = StaticPress(tmp_path / "public", limits=Limits(processor_seconds=1))
    edition = hundred_thousand_words()
    try:
        with pytest.raises(Refusal) as refused:
            await press.make(edition, "en", "pdf")
        assert (refused.value.code, refused.value.data["reason"]) == (Code.RENDERING_FAILED, "too_long")
        assert (await press.make(edition, "en", "txt")).bytes
    finally:
        await press.close()


def test_names_of_mixed_direction_stay_apart() -> None:
    edition = example_edition(1, sections=1)
    edition["networks"][0]["name"] = "Well \u05d1\u05d0\u05e8 (\u0628\u0626\u0631) 2026!"
    assert check(edition).uncovered == ""


def test_pictures_among_letters_stop_nothing() -> None:
    found = check(with_text(Block("p", "paragraph", (Run("We \U0001f91d agree \U0001f30d \u061d"),))))
    assert (found.uncovered, found.squares) == ("", "\u061d")


def deep(levels: int) -> Text:
    return tuple(Block(f"l{n}", "bullet", (Run(f"level {n}"),), depth=n) for n in range(levels))


async def book_or_reason(press: StaticPress, format: str) -> str:
    try:
        return "a book" if await press.render(with_text(*deep(300)), "en", format) else "nothing"
    except Refusal as refusal:
        return str(refusal.data["reason"]) if refusal.code is Code.RENDERING_FAILED else str(refusal)


@pytest.mark.parametrize("format", ["html", "pdf"])
async def test_three_hundred_levels_end_in_a_book_or_a_sentence(format: str, tmp_path: Path) -> None:
    """Check 29."""
    press = StaticPress(tmp_path / "public", limits=Limits(seconds=40, processor_seconds=20))
    try:
        assert await book_or_reason(press, format) in {"a book", "too_long", "too_large", "crashed"}
        assert await press.render(example_edition(1, sections=1), "en", "html")
    finally:
        await press.close()
