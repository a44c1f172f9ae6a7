"""The caret stays where the reader put it, whatever arrives before the browser has told the editor of it."""

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import People, W, editor, expect_saved, until, words_of, write_after, write_at_end

# Frames from the server wait while `held` is a list; what timers do is handed to `aroundTimer`. So a test says what
# happens between the browser's moving of the selection and its telling of it.
HOLDING: Final = """
const onmessage = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage")
Object.defineProperty(WebSocket.prototype, "onmessage", { ...onmessage, set(handler) {
  onmessage.set.call(this, event => globalThis.held ? held.push(() => handler(event)) : handler(event))
} })
const later = setTimeout
globalThis.setTimeout = (act, wait, ...rest) => {
  const around = () => typeof act === "function" && (globalThis.aroundTimer ?? (() => act()))(act)
  return later(around, wait)
}
globalThis.caretAt = (words, offset) => {
  const walker = document.createTreeWalker(document.querySelector(".ProseMirror"), NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(words)
    if (at >= 0) return void getSelection().collapse(node, at + offset)
  }
  throw new Error(`not in the text: ${words}`)
}
"""

HOLD = "() => { globalThis.held = [] }"
HELD = "() => held.length > 0"
CARET_AND_RELEASE = """([words, offset]) => {
  caretAt(words, offset)
  const frames = held
  globalThis.held = null
  for (const deliver of frames) deliver()
}"""
# The others' carets are drawn by timers: before each, the reader's own caret is moved, and seen there after it.
CARET_AROUND_TIMERS = """late => {
  globalThis.displaced = []
  let place = 0
  globalThis.aroundTimer = act => {
    place = (place + 1) % 8
    caretAt(late, late.length - 1 - place)
    const { focusNode, focusOffset } = getSelection()
    act()
    const now = getSelection()
    if (now.focusNode !== focusNode || now.focusOffset !== focusOffset) displaced.push(now.focusOffset)
  }
}"""
CARET_AND_KEY = """([words, key, ctrlKey, altKey]) => {
  caretAt(words, words.length)
  const event = new KeyboardEvent("keydown", { key, ctrlKey, altKey, bubbles: true, cancelable: true })
  document.querySelector(".ProseMirror").dispatchEvent(event)
}"""


@pytest.fixture
def anong(people: People) -> Page:
    page = people.person("anong", f"{W}/water/en", scripts=(HOLDING,))
    editor(page)
    return page


def ends(page: Page) -> tuple[str, str]:
    """The last words of the first and of the last paragraph, each long enough to be found by itself."""
    first, *_, last = [block for block in words_of(page).split("\n") if len(block) > 30]
    return first[-20:], last[-20:]


def test_words_of_others_leave_the_caret_where_the_reader_has_just_put_it(anong: Page, people: People) -> None:
    marisol = people.person("marisol", f"{W}/water/en")
    early, late = ends(anong)
    write_after(anong, early, "")
    anong.evaluate(HOLD)
    write_at_end(marisol, " Hers.")
    expect_saved(marisol)
    until(anong, HELD)
    anong.evaluate(CARET_AND_RELEASE, [late, len(late) - 1])
    anong.keyboard.type("<mine>")
    expected = f"{late[:-1]}<mine>{late[-1]} Hers."
    for page in (anong, marisol):
        expect(editor(page)).to_contain_text(expected)


def test_presence_of_others_leaves_the_caret_where_the_reader_has_just_put_it(anong: Page, people: People) -> None:
    marisol = people.person("marisol", f"{W}/water/en")
    early, late = ends(anong)
    write_after(anong, early, "")
    anong.evaluate(CARET_AROUND_TIMERS, late)
    write_after(marisol, early, "")
    expect(anong.locator(".caret")).to_be_visible()
    assert anong.evaluate("() => displaced") == []
    anong.evaluate("() => { globalThis.aroundTimer = null }")
    behind: str = anong.evaluate("() => getSelection().focusNode.data.slice(getSelection().focusOffset)")
    at = len(late) - len(behind)
    anong.keyboard.type("<mine>")
    expect(editor(marisol)).to_contain_text(f"{late[:at]}<mine>{late[at:]}")


def test_a_key_acts_where_the_caret_is_at_that_moment(anong: Page) -> None:
    early, late = ends(anong)
    write_after(anong, early, "")
    before = words_of(anong).split("\n")
    anong.evaluate(CARET_AND_KEY, [late, "ArrowUp", False, True])
    place = next(i for i, block in enumerate(before) if block.endswith(late))
    moved = [*before[: place - 1], before[place], before[place - 1], *before[place + 1 :]]
    assert words_of(anong).split("\n") == moved


def test_a_caret_is_shown_to_who_comes_later(anong: Page, people: People) -> None:
    write_at_end(anong, "")
    marisol = people.person("marisol", f"{W}/water/en")
    expect(marisol.locator(".caret")).to_have_count(1)


def test_a_caret_is_shown_again_to_others_when_its_owner_comes_back(anong: Page, people: People) -> None:
    marisol = people.person("marisol", f"{W}/water/en")
    write_at_end(anong, "")
    expect(marisol.locator(".caret")).to_have_count(1)
    anong.locator("header a").first.focus()
    expect(marisol.locator(".caret")).to_have_count(0)
    editor(anong).focus()
    expect(marisol.locator(".caret")).to_have_count(1)
