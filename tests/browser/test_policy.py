"""What pages may do: nothing that the policy forbids, nothing elsewhere, and all that matters without a script.

Every test of this folder fails when a page complains on its console, breaks the policy or asks another site
(`People.faults`); here it is proved that this would be noticed.
"""

import re

from playwright.sync_api import Page, expect

from tests.browser.people import SLUG, People, W
from tests.browser.places import PUBLISHED
from tests.journeys.api import patience

STYLE = """() => {
  const style = document.createElement("style")
  style.textContent = "body { color: red }"
  document.head.append(style)
}"""


def unscripted(people: People, key: str, path: str = "", lang: str = "en") -> Page:
    """Somebody whose browser runs no script."""
    return people.person(key, path, lang, java_script_enabled=False)


def test_a_breach_would_be_noticed(people: People) -> None:
    page = people.visitor()
    with page.expect_console_message(lambda message: "policy violated: style-src" in message.text):
        page.evaluate(STYLE)
    with page.expect_console_message(lambda message: "policy violated: connect-src" in message.text):
        page.evaluate("() => fetch('https://elsewhere.example/').catch(() => undefined)")
    assert len(people.faults) >= 2
    people.faults.clear()


def test_published_pages_set_no_cookie_and_load_nothing_from_elsewhere(people: People) -> None:
    page = people.visitor()
    page.context.clear_cookies()
    for address in PUBLISHED:
        answer = page.goto(address)
        assert answer is not None
        assert "set-cookie" not in answer.all_headers()
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        expect(page.locator('script:not([type="application/ld+json"])')).to_have_count(0)
    assert page.context.cookies() == []


def test_published_words_can_be_read_without_script(people: People) -> None:
    page = people.visitor(java_script_enabled=False)
    page.get_by_role("link", name="Read the declaration").click()
    expect(page).to_have_url(re.compile(f"/d/{SLUG}/1/en/"))
    expect(page.get_by_role("heading", name="Water is a common").first).to_be_visible()


def test_a_stale_consent_is_renewed_without_script(people: People) -> None:
    page = unscripted(people, "anong", f"{W}/water/revisions/2?since=consent")
    expect(page.locator("ins").first).to_be_visible()
    page.get_by_role("button", name="Renew consent to revision 2").click()
    expect(page.locator("main")).to_contain_text("Recorded on")


def test_a_section_is_edited_as_a_form_without_script(people: People) -> None:
    page = unscripted(people, "anong", f"{W}/land/en")
    expect(page.locator(".prose").first).to_contain_text("tend")
    page.get_by_role("link", name="Edit as a form, without script").click()
    words = page.get_by_label("Text", exact=True)
    words.fill(words.input_value().rstrip() + "\n\nWritten in a form.\n")
    page.get_by_role("button", name="Save the section").click()
    expect(page.locator(".prose").first).to_contain_text("Written in a form.")


def test_a_translation_is_approved_without_script(people: People) -> None:
    page = unscripted(people, "anong", f"{W}/translations/ar/seeds")
    pair = page.locator("article.pair").filter(has_text="What we learn we publish")
    expect(pair).to_contain_text("outdated")
    pair.get_by_role("button", name="Leave as it is: approve").click()
    expect(pair).not_to_contain_text("outdated")


def test_an_edition_is_frozen_and_approved_without_script(people: People) -> None:
    marisol = unscripted(people, "marisol", f"{W}/seeds/revisions/2")
    marisol.get_by_role("button", name="Consent to revision 2").click()
    anong = unscripted(people, "anong", f"{W}/publishing")
    anong.get_by_label("I have read the list above").check()
    anong.get_by_role("button", name="Freeze the edition").click()
    for page, network in ((anong, "Headwater Peoples’ Assembly"), (marisol, "Red Orillas Despiertas")):
        page.goto(f"/en/{W}/publishing/2")
        page.get_by_role("button", name=f"Approve the release for {network}").click()
    # It says how far it is and asks again by itself.
    expect(marisol.locator("main")).to_contain_text("files are ready")
    expect(marisol.locator("meta[http-equiv=refresh]")).to_have_count(1)


def test_somebody_signs_in_with_a_code_from_the_mailbox_without_script(people: People) -> None:
    page = people.visitor("login", java_script_enabled=False)
    page.get_by_label("E-mail address").fill("kofi@night-shift.example")
    page.get_by_role("button", name="Send me a letter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    mailbox = page.context.new_page()
    letter = (
        mailbox.locator("article").filter(has_text="kofi@night-shift.example").filter(has_text=re.compile(r"\b\d{8}\b"))
    )
    for _ in patience(seconds=20):  # letters are delivered in the background, within moments
        mailbox.goto("/en/demo/mail")
        if letter.count():
            break
    code = re.search(r"\b\d{8}\b", letter.first.inner_text())
    assert code
    page.get_by_label("Code of eight digits").fill(code.group())
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/desk$"))
