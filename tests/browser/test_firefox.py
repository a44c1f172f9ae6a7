"""The editor in Firefox, beside somebody in Chromium: typing, carets, pasting, undoing, writing from right to left."""

import json
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.firefox import NAMES, Firefox, Window
from tests.browser.people import People, W, editor, expect_saved, write_at_end
from tests.browser.test_together import FROM_A_WORD_PROCESSOR
from tests.services import Server

CLIPBOARD = f"{{'text/html': new Blob([{json.dumps(FROM_A_WORD_PROCESSOR)}], {{type: 'text/html'}})}}"
MOUNT = ".ProseMirror[contenteditable=true]"
PROGRAM = next(filter(None, map(shutil.which, NAMES)), None)

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Firefox is not installed (the package firefox-esr)")


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    assert PROGRAM
    with Firefox(PROGRAM) as firefox:
        yield firefox


@pytest.fixture
def together(
    firefox: Firefox, people: People, demonstration: Server, request: pytest.FixtureRequest
) -> Iterator["Pair"]:
    """Salma in Firefox and Marisol in Chromium, in the same text."""
    section, locale, lang = request.param
    salma = firefox.person(demonstration.url, "salma", f"{W}/{section}/{locale}", lang)
    marisol = people.person("marisol", f"{W}/{section}/{locale}")
    editor(marisol)
    salma.until(f"document.querySelector('{MOUNT}')")
    yield Pair(salma, marisol)
    assert firefox.faults == []


class Pair:
    def __init__(self, here: Window, there: Page) -> None:
        self.here = here
        self.there = there

    def write_here(self, words: str) -> None:
        self.here.run(f"document.querySelector('{MOUNT}').focus()")
        self.here.click(f"{MOUNT} [data-id]:last-child")
        self.here.press("Control+End")
        self.here.type(words)

    def here_has(self, words: str, *, not_: bool = False) -> None:
        found = f"document.querySelector('{MOUNT}').textContent.includes({json.dumps(words)})"
        self.here.until(f"!{found}" if not_ else found)

    def both_have(self, words: str) -> None:
        self.here_has(words)
        expect(editor(self.there)).to_contain_text(words)

    def is_saved(self) -> None:
        self.here.until("/^Saved on the server at |^حُفظ/.test(document.querySelector('[data-save]').textContent)")


def in_text(section: str, locale: str = "en", lang: str = "en") -> pytest.MarkDecorator:
    return pytest.mark.parametrize("together", [(section, locale, lang)], indirect=True, ids=[f"{section}-{locale}"])


@in_text("seeds")
def test_two_write_together_and_see_each_other(together: Pair) -> None:
    together.write_here(" Typed in Firefox.")
    together.both_have("Typed in Firefox.")
    expect(together.there.locator(".caret")).to_be_visible()
    write_at_end(together.there, " Typed in Chromium.")
    together.both_have("Typed in Firefox. Typed in Chromium.")
    together.here.until("document.querySelector('.caret')?.dataset.name.includes('Marisol')")
    together.is_saved()
    expect_saved(together.there)


@in_text("land")
def test_a_key_goes_where_the_caret_is_while_others_write(together: Pair) -> None:
    together.write_here("\ue007First line")
    together.both_have("First line")
    for number in range(8):
        write_at_end(together.there, f" t{number}")
        together.here.press("ArrowLeft")
        together.here.type(f"<{number}")
    together.both_have("First lin" + "<" * 8 + "76543210e t0 t1 t2 t3 t4 t5 t6 t7")


@in_text("why")
def test_undo_takes_back_what_was_written_here(together: Pair) -> None:
    together.write_here(" Mine.")
    together.both_have("Mine.")
    write_at_end(together.there, " Hers.")
    together.both_have("Hers.")
    together.here.press("Control+z")
    together.here_has("Mine.", not_=True)
    expect(editor(together.there)).not_to_contain_text("Mine.")
    together.both_have("Hers.")


@in_text("next")
def test_paste_from_a_word_processor_keeps_words_kinds_and_marks(together: Pair) -> None:
    together.write_here("\ue007")
    together.here.run(f"navigator.clipboard.write([new ClipboardItem({CLIPBOARD})]).then(() => true)")
    together.here.press("Control+v")
    mount = editor(together.there)
    expect(mount.locator("strong", has_text="Wells")).to_be_visible()
    expect(mount.locator("a", has_text="property")).to_have_attribute("href", "https://wells.example/")
    expect(mount.locator("ul > li", has_text="dug by hand")).to_be_visible()
    together.here_has("dug by hand")


@in_text("water", "ar", "ar")
def test_arabic_is_written_from_right_to_left(together: Pair) -> None:
    assert together.here.run(f"getComputedStyle(document.querySelector('{MOUNT}')).direction") == "rtl"
    together.write_here(" نكتب معًا.")
    together.both_have("نكتب معًا.")
