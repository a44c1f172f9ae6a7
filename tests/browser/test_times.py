"""Moments stand in the reader's own time; in UTC without a script, and on demand."""

import re

from playwright.sync_api import expect

from tests.browser.people import People, W


def test_a_moment_is_shown_in_the_readers_zone_and_its_title_says_utc(people: People) -> None:
    page = people.person("anong", f"{W}/care/en/history", timezone_id="Asia/Kathmandu")
    shown = page.locator("main time").first
    expect(shown).to_have_text(re.compile(r"GMT\+5:45$"))
    expect(shown).to_have_attribute("title", re.compile("UTC$"))
    plain = people.person("marisol", f"{W}/care/en/history", java_script_enabled=False, timezone_id="Asia/Kathmandu")
    expect(plain.locator("main time").first).to_have_text(re.compile("UTC$"))
