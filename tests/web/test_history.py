"""The history of a text: who wrote what, any moment beside any other, page by page."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drafting.actions.writing_ports import Author, Edit
from drafting.web.pages import history
from drafting.web.pages.history import stretches
from tests.actions.coalition import found
from tests.fakes import block
from tests.web.test_workshop import Visitors, W, read

HISTORY = f"{W}/water/en/history"
NOON = datetime(2030, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def visitors(tmp_path: Path) -> Visitors:
    return Visitors(await found(), tmp_path)


def test_a_stretch_ends_with_its_author_or_after_a_pause() -> None:
    told = [("ada", 0), ("ada", 60), ("ben", 70), ("ada", 80), ("ada", 1000)]
    edits = [Edit(n, NOON + timedelta(seconds=at), who, "north") for n, (who, at) in enumerate(told, 1)]
    assert [(m.first, m.sequence, m.account, m.edits) for m in stretches(edits)] == [
        (1, 2, "ada", 2),
        (3, 3, "ben", 1),
        (4, 4, "ada", 1),
        (5, 5, "ada", 1),
    ]


async def test_words_stand_in_the_colour_of_their_network_and_its_name_beside_them(visitors: Visitors) -> None:
    await visitors.coalition.write("water", ("water1", "About water"), ("water2", "Others came."))
    page = await read(await visitors.browser("account-1"), HISTORY)
    assert 'class="by net-' in page
    assert "Others came." in page
    assert 'class="penned small"' in page


async def test_two_moments_are_compared_word_by_word(visitors: Visitors) -> None:
    for words in ("We speak of seven wells.", "We speak of eight wells.", "We speak of nothing."):
        await visitors.coalition.write("water", ("water1", "About water"), ("water2", words))
    browser = await visitors.browser("account-1")
    page = await read(browser, f"{HISTORY}/2?with=3")
    assert "</span>seven </del>" in page
    assert "</span>eight </ins>" in page
    backwards = await read(browser, f"{HISTORY}/3?with=2")
    assert "</span>seven </del>" in backwards
    today = await read(browser, f"{HISTORY}/3")
    assert "</span>nothing.</ins>" in today
    assert f'action="{HISTORY}/3/restore"' in today


async def test_items_of_lists_keep_their_marks_in_a_comparison(visitors: Visitors) -> None:
    name = (await visitors.coalition.state()).text_name("water", "en")
    for words in (("Seven wells.", "Old words."), ("Eight wells.",)):
        items = [block(f"w{n}", said, "ordered") for n, said in enumerate(words)]
        text = (block("t", "About water", "heading1"), *items, block("b", "And rain.", "bullet"))
        await visitors.coalition.ports.workshops.write(name, text, Author("account-1"))
    page = await read(await visitors.browser("account-1"), f"{HISTORY}/2?with=3")
    assert '<p class="b-ordered"><del>' in page
    assert '<p class="removed b-ordered"><del>' in page
    assert '<p class="same b-bullet">And rain.' in page
    assert '<p class="same b-heading1">' in page


async def test_a_long_history_comes_page_by_page(visitors: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "SHOWN", 1)
    for n in range(3):
        visitors.coalition.fakes.clock.at += timedelta(hours=1)
        await visitors.coalition.write("water", ("water1", "About water"), ("water2", f"Words {n}."))
    browser = await visitors.browser("account-1")
    assert f"{HISTORY}?until=3" in await read(browser, HISTORY)
    older = await read(browser, f"{HISTORY}?until=3")
    assert f'href="{HISTORY}/3"' in older
    assert f'href="{HISTORY}/4"' not in older


async def test_a_moment_that_never_was_is_not_found(visitors: Visitors) -> None:
    browser = await visitors.browser("account-1")
    for path in ("/999", "/1?with=999", "/0"):
        assert (await browser.get(HISTORY + path)).status_code == 404
    assert (await browser.get(f"{HISTORY}?until=x")).status_code == 422
