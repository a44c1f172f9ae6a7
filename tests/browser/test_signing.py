"""Signing an edition as visitors do: on a phone, in Arabic, by keyboard and without script; and at a desk with it."""

import re
from email import message_from_bytes, policy

from playwright.sync_api import Page, expect

from tests.browser.people import SLUG, People
from tests.journeys.api import patience
from tests.services import Server

PHONE = {"width": 390, "height": 844}
MOST_STOPS = 60
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def link_of(server: Server, address: str) -> str:
    """The path of the link that was mailed to an address."""
    for _ in patience(seconds=60):
        for path in (server.data / "mail").glob("*.eml"):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            if letter["to"] == address:
                found = re.search(r"^https?://[^/]+(/\S+/sign/confirm/\S+)$", letter.get_content(), re.M)
                assert found
                return found[1]
    raise AssertionError(f"nothing was mailed to {address}")


def tab_to(page: Page, selector: str) -> None:
    for _ in range(MOST_STOPS):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {selector}")


def type_into(page: Page, name: str, words: str) -> None:
    tab_to(page, f"#f-{name}")
    page.keyboard.type(words)


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def expect_fits(page: Page) -> None:
    assert page.evaluate(SIDEWAYS) <= 0, page.url


def test_somebody_signs_in_arabic_on_a_phone_by_keyboard_without_script(people: People) -> None:
    people.allow("the server responded with a status of 4")
    page = people.visitor(lang="ar", java_script_enabled=False, viewport=PHONE)
    page.goto(f"/d/{SLUG}/1/ar/")
    form = page.locator(".cover a.btn").get_attribute("href") or ""
    assert form.endswith(f"/sign/{SLUG}/1?text=ar")
    page.goto(f"/ar/sign/{SLUG}/1?text=ar")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect_fits(page)
    type_into(page, "name", "زينب العربي")
    type_into(page, "address", "zaynab@people.example")
    press(page, "main .btn")
    expect(page.locator("main")).to_contain_text("zaynab@people.example")
    expect_fits(page)
    link = link_of(people.server, "zaynab@people.example")
    assert link.startswith("/ar/")
    for _ in range(3):  # looking spends nothing
        page.goto(link)
        expect(page.locator("main")).to_contain_text("زينب العربي")
    expect_fits(page)
    press(page, "main .btn")
    page.wait_for_url("**/ar/sign/own/*")
    expect(page.locator(".receipt")).to_contain_text("sha256:")
    expect_fits(page)
    again = page.goto(link)
    assert again is not None
    assert again.status == 410
    page.go_back()
    press(page, "button[value=yes]")
    page.wait_for_url(f"**/ar/sign/{SLUG}/1/erased")


def test_faults_are_said_beside_their_fields_and_nothing_typed_is_lost(people: People) -> None:
    people.allow("the server responded with a status of 4")
    page = people.visitor(f"sign/{SLUG}/1")
    page.get_by_label("Name", exact=True).fill("Ami\u202ena")
    page.get_by_label("Place, if you like").fill("Dakar")
    page.get_by_label("E-mail address", exact=True).fill("faulty@people.example")
    page.get_by_role("button", name="Sign").click()
    alert = page.get_by_role("alert")
    expect(alert.get_by_role("link")).to_have_attribute("href", "#f-name")
    expect(page.get_by_label("Place, if you like")).to_have_value("Dakar")


def test_with_script_a_name_that_looks_like_a_page_stays_a_name(people: People) -> None:
    page = people.visitor(f"sign/{SLUG}/1")
    name = "<img src=x onerror=alert(1)> & “friends”"
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("E-mail address", exact=True).fill("friends@people.example")
    page.get_by_text("My signature may be published").click()
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    page.goto(link_of(people.server, "friends@people.example"))
    page.get_by_role("button", name="Confirm my signature").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your name stands under the declaration.")
    expect(page.locator("blockquote bdi").first).to_have_text(name)
    page.get_by_role("button", name="Withdraw my signature").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your signature is withdrawn")
