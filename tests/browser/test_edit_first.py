"""On a phone the editor's scripts come when Edit is pressed; words that this device keeps are sent without it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.people import People, W, editor, expect_kept, expect_saved, go_offline, save_line, write_at_end

PHONE = {"width": 390, "height": 844}
EDITOR = re.compile(r"/static/workshop-")


def scripts_of(page: Page) -> list[str]:
    found: list[str] = page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    return [name for name in found if EDITOR.search(name)]


def test_a_phone_loads_the_editor_when_edit_is_pressed(people: People) -> None:
    page = people.person("anong", f"{W}/care/en", viewport=PHONE)
    switch = page.locator("[data-edit]")
    expect(switch).to_have_text("Edit")
    assert scripts_of(page) == []
    assert page.locator("[data-mount]").inner_text()
    switch.click()
    expect(page.locator(".ProseMirror")).to_be_focused()
    expect(switch).to_be_hidden()
    assert scripts_of(page)


def test_a_desk_is_live_at_once(people: People) -> None:
    page = people.person("anong", f"{W}/care/en")
    expect(page.locator(".ProseMirror[contenteditable=true]")).to_be_visible()
    expect(page.locator("[data-edit]")).to_be_hidden()


def test_kept_words_are_sent_from_a_phone_without_pressing_edit(people: People) -> None:
    people.allow_outage()
    page = people.person("anong", f"{W}/care/en", viewport=PHONE)
    editor(page)
    go_offline(page)
    expect(save_line(page)).to_have_text(re.compile("^Offline since "))
    words = " Kept on a phone."
    write_at_end(page, words)
    expect_kept(page, len(words))
    page.close()
    again = page.context.new_page()
    page.context.set_offline(False)
    again.goto(f"/en/{W}/care/en")
    expect_saved(again)
    expect(editor(people.person("marisol", f"{W}/care/en"))).to_contain_text("Kept on a phone.")
