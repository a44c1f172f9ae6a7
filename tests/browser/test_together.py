"""Several people in one text: they converge, nothing that was shown as saved is lost, and the save line is true."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import (
    SHELL_KEPT,
    SLUG,
    People,
    W,
    editor,
    expect_kept,
    expect_saved,
    go_offline,
    save_line,
    select,
    until,
    words_of,
    write_at_end,
)
from tests.browser.stock import StockClients
from tests.processes import listens
from tests.services import Server

OFFLINE = re.compile("^Offline since ")

# What a word processor puts on the clipboard: its own paragraphs, a list made of spans, a link, a script.
FROM_A_WORD_PROCESSOR = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<style>p.MsoNormal{margin:0}</style></head>
<body><!--StartFragment--><p class=MsoNormal><b style='mso-bidi-font-weight:normal'>Wells</b> are <i>common</i>
<a href="https://wells.example/">property</a>.<o:p></o:p></p><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>
<span style='mso-list:Ignore'>·<span>&nbsp;</span></span>dug by hand</p><script>throw new Error("ran")</script>
<img src="x" onerror="throw new Error('ran')"><!--EndFragment--></body></html>"""

PASTE = """(mount, html) => {
  const data = new DataTransfer()
  data.setData("text/html", html)
  data.setData("text/plain", "plain")
  mount.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }))
}"""


@pytest.fixture(autouse=True)
def back_again(demonstration: Server) -> Iterator[None]:
    """The server is up again after each test, however that ended."""
    yield
    if not listens(demonstration.port):
        demonstration.start()


def text_of(people: People, key: str, section: str) -> Page:
    """Somebody's window with the live English text of a section."""
    page = people.person(key, f"{W}/{section}/en")
    editor(page)
    return page


def expect_words(page: Page, *words: str) -> None:
    for each in words:
        expect(editor(page)).to_contain_text(each)


def test_two_windows_two_stock_clients_and_one_who_was_offline_converge(people: People, demonstration: Server) -> None:
    people.allow_outage()
    anong, marisol, away = (text_of(people, key, "seeds") for key in ("anong", "marisol", "salma"))
    go_offline(away)
    expect(save_line(away)).to_have_text(OFFLINE)
    write_at_end(away, " Written in the dark.")
    issued = demonstration.command_line("token", "danuta@night-shift.example")
    assert issued.returncode == 0, issued.stderr
    token, url, name = issued.stdout.strip(), demonstration.url.replace("http", "ws") + "/sync", f"{SLUG}.seeds.en"
    with StockClients() as clients:
        clients.do("hocuspocus", "h", url=url, name=name, token=token)
        clients.do("plain", "p", url=url, name=name, params={"token": token})
        clients.until_synced("h")
        clients.until_synced("p")
        write_at_end(anong, " From the first window.")
        expect_words(marisol, "From the first window.")
        write_at_end(marisol, " From the second window.")
        clients.do("insert", "h", at=1, words="From Hocuspocus. ")
        clients.do("insert", "p", at=1, words="From y-websocket. ")
        away.context.set_offline(False)
        said = ("in the dark.", "the first window.", "the second window.", "From Hocuspocus", "From y-websocket")
        for page in (anong, marisol, away):
            expect_words(page, *said)
            expect_saved(page)
        for client in ("h", "p"):
            clients.until_text(client, *said)
        assert clients.text("h") == clients.text("p")
        plain = "".join(clients.text("h").split("|"))
    assert words_of(anong) == words_of(marisol) == words_of(away)
    assert "".join(words_of(anong).split("\n")) == plain


def test_words_written_without_a_server_across_a_reload_merge_when_it_is_back(
    people: People, demonstration: Server
) -> None:
    people.allow_outage()
    anong = text_of(people, "anong", "land")
    until(anong, SHELL_KEPT)
    demonstration.stop()
    expect(save_line(anong)).to_have_text(OFFLINE)
    before, after = " Before the reload.", " After the reload."
    write_at_end(anong, before)
    expect_kept(anong, len(before))
    anong.reload()
    expect_words(anong, "Before the reload.")
    write_at_end(anong, after)
    expect_kept(anong, len(before + after))
    demonstration.start()
    expect_words(anong, "Before the reload. After the reload.")
    expect_saved(anong)
    expect_words(text_of(people, "marisol", "land"), "Before the reload. After the reload.")


def test_whatever_was_shown_as_saved_is_there_after_a_kill(people: People, demonstration: Server) -> None:
    people.allow_outage()
    anong, marisol = text_of(people, "anong", "work"), text_of(people, "marisol", "work")
    write_at_end(anong, " Saved by Anong.")
    expect_saved(anong)
    expect_words(marisol, "Saved by Anong.")
    write_at_end(marisol, " Saved by Marisol.")
    expect_words(anong, "Saved by Marisol.")
    expect_saved(marisol)
    demonstration.kill()
    expect(save_line(marisol)).to_have_text(OFFLINE)
    write_at_end(marisol, " Written during the outage.")
    demonstration.start()
    fresh = text_of(people, "salma", "work")
    expect_words(fresh, "Saved by Anong.", "Saved by Marisol.", "Written during the outage.")
    expect_saved(marisol)
    expect_words(anong, "Written during the outage.")
    assert words_of(fresh) == words_of(marisol) == words_of(anong)


def test_the_save_line_says_where_the_words_are(people: People) -> None:
    people.allow_outage()
    anong = text_of(people, "anong", "care")
    expect(save_line(anong)).to_have_text("Connected. What you write is saved as you write.")
    go_offline(anong)
    expect(save_line(anong)).to_have_text(re.compile("^Offline since .* What you write is kept on this device"))
    write_at_end(anong, "!")
    expect(save_line(anong)).to_have_text(re.compile("^Offline since .* Your 1 change is kept on this device$"))
    anong.context.set_offline(False)
    expect_saved(anong)


def test_undo_takes_back_only_ones_own_words(people: People) -> None:
    anong, marisol = text_of(people, "anong", "why"), text_of(people, "marisol", "why")
    write_at_end(anong, " Mine.")
    expect_words(marisol, "Mine.")
    write_at_end(marisol, " Hers.")
    expect_words(anong, "Hers.")
    anong.keyboard.press("Control+z")
    for page in (anong, marisol):
        expect(editor(page)).not_to_contain_text("Mine.")
        expect_words(page, "Hers.")
    anong.keyboard.press("Control+y")
    expect_words(marisol, "Mine.", "Hers.")


def test_presence_shows_who_is_here_and_where(people: People) -> None:
    anong, marisol = text_of(people, "anong", "deciding"), text_of(people, "marisol", "deciding")
    write_at_end(anong, " Here.")
    here = marisol.locator("[data-present]")
    expect(here).to_contain_text("Anong Saelee, Headwater")
    expect(marisol.locator(".caret")).to_have_attribute("data-name", "Anong Saelee, Headwater")
    anong.close()
    expect(here).not_to_contain_text("Anong Saelee")


def test_paste_from_a_word_processor_keeps_words_kinds_and_marks(people: People) -> None:
    anong, marisol = text_of(people, "anong", "next"), text_of(people, "marisol", "next")
    write_at_end(anong, "")
    anong.keyboard.press("Enter")
    editor(anong).evaluate(PASTE, FROM_A_WORD_PROCESSOR)
    for page in (anong, marisol):
        mount = editor(page)
        expect(mount.locator("strong", has_text="Wells")).to_be_visible()
        expect(mount.locator("em", has_text="common")).to_be_visible()
        expect(mount.locator("a", has_text="property")).to_have_attribute("href", "https://wells.example/")
        expect(mount.locator("ul > li", has_text="dug by hand")).to_be_visible()
        expect(mount.locator("script, style, img:not(.ProseMirror-separator)")).to_have_count(0)
    expect_saved(anong)


def test_an_input_method_composes_while_somebody_else_writes(people: People) -> None:
    anong, marisol = text_of(people, "anong", "debts"), text_of(people, "marisol", "debts")
    write_at_end(anong, " ")
    keys = anong.context.new_cdp_session(anong)
    keys.send("Input.imeSetComposition", {"text": "mizu", "selectionStart": 4, "selectionEnd": 4})
    select(marisol, "debts")
    marisol.keyboard.press("ArrowLeft")
    marisol.keyboard.type("old ")
    expect_saved(marisol)
    keys.send("Input.imeSetComposition", {"text": "みず", "selectionStart": 2, "selectionEnd": 2})
    keys.send("Input.insertText", {"text": "水"})
    for page in (anong, marisol):
        expect_words(page, "水", "old debts")
        expect(editor(page)).not_to_contain_text("みず")
        expect(editor(page)).not_to_contain_text("mizu")
    assert words_of(anong) == words_of(marisol)


def test_a_block_moves_up_and_loses_nothing(people: People) -> None:
    anong, marisol = text_of(people, "anong", "moving"), text_of(people, "marisol", "moving")
    before = words_of(anong).split("\n")
    write_at_end(anong, "")
    anong.keyboard.press("Alt+ArrowUp")
    moved = [*before[:-2], before[-1], before[-2]]
    for page in (anong, marisol):
        until(page, MOVED, before[-1])
        assert words_of(page).split("\n") == moved
    expect_saved(anong)


MOVED = """words => [...document.querySelectorAll(".ProseMirror [data-id]")].at(-2).textContent === words"""
