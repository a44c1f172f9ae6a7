"""A day without a network: what both sides wrote is merged; where that makes no sense it is said, with the words."""

import re

from playwright.sync_api import Page, expect

from tests.browser.people import People, W, editor, expect_saved, go_offline, save_line, select, until, words_of

OFFLINE = re.compile("^Offline since ")
DATABASES = (
    "async () => (await indexedDB.databases()).map(each => each.name).filter(name => name.startsWith('drafting'))"
)
MINE = "Every harvest belongs to the hands that brought it in, and is shared before it is sold."
HERS = "No office has ever stopped seed at a border, for it travels with people!"


def block_of(page: Page, words: str) -> str:
    """The whole block in which the words stand."""
    return next(block for block in words_of(page).split("\n") if words in block)


def rewrite(page: Page, block: str, words: str) -> None:
    select(page, block)
    page.keyboard.insert_text(words)


def test_after_a_day_apart_everything_is_merged_or_said_to_be_not(people: People) -> None:
    people.allow_outage()
    anong, marisol = (people.person(key, f"{W}/seeds/en") for key in ("anong", "marisol"))
    editor(anong)
    blocks = [block for block in words_of(anong).split("\n") if len(block) > 60]
    contested, other = blocks[0], blocks[1]
    go_offline(anong)
    expect(save_line(anong)).to_have_text(OFFLINE)
    rewrite(anong, contested[: len(contested) // 2], MINE)
    select(anong, other[-10:])
    anong.keyboard.press("ArrowRight")
    anong.keyboard.type(" Added away.")
    editor(marisol)
    rewrite(marisol, contested, HERS)
    expect_saved(marisol)
    anong.context.set_offline(False)
    expect_saved(anong)
    aside = anong.locator(".aside-words")
    expect(aside).to_contain_text("These words were not merged")
    expect(aside).to_contain_text(MINE)
    expect(aside).to_contain_text(HERS)
    for page in (anong, marisol):
        expect(editor(page)).to_contain_text("Added away.")
        expect(editor(page)).to_contain_text(HERS)
    assert words_of(anong) == words_of(marisol)


def test_signing_out_leaves_no_words_on_the_device(people: People) -> None:
    people.allow_outage()
    anong = people.person("anong", f"{W}/care/en")
    editor(anong)
    go_offline(anong)
    expect(save_line(anong)).to_have_text(OFFLINE)
    anong.locator(".ProseMirror").click()
    anong.keyboard.type("Kept here. ")
    expect(save_line(anong)).to_have_text(re.compile("kept on this device$"))
    assert anong.evaluate(DATABASES)
    anong.context.set_offline(False)
    expect_saved(anong)
    anong.get_by_role("button", name="Sign out").click()
    anong.wait_for_url(re.compile("/en/$"))
    # The page waits two seconds for it; what takes longer goes on behind the next page.
    until(anong, f"async () => !(await ({DATABASES})()).length")
    until(anong, "async () => !(await caches.keys()).length")
