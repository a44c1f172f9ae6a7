"""A delegate adds a passkey and agrees to a position with it, in a browser with a device of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import People, W
from tests.browser.test_accessibility import AXE, Walk
from tests.services import Server

POSITION = f"{W}/seeds/revisions/2"


class Device:
    """An authenticator that Chromium plays (WebAuthn domain of its protocol): a telephone with a fingerprint."""

    def __init__(self, page: Page, *, recognises: bool = True) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": recognises,
        }
        self.id = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]
        return found

    def recognise(self, whom: bool) -> None:
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": whom})

    def remove(self) -> None:
        self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})


@pytest.fixture(scope="module")
def demonstration(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """At a name: passkeys are bound to one, and an address of digits is none."""
    data = tmp_path_factory.mktemp("named") / "data"
    shutil.copytree(told, data)
    server = Server(data, host="localhost")
    server.start()
    yield server
    server.stop()


def add_passkey(page: Page, name: str) -> None:
    page.get_by_label("Name of the passkey").fill(name)
    page.get_by_role("button", name="Add a passkey").click()


def test_a_delegate_adds_a_passkey_and_agrees_with_it(people: People) -> None:
    page = people.person("anong", "account")
    device = Device(page)
    add_passkey(page, "Telephone")
    expect(page.locator("#passkeys li b")).to_have_text("Telephone")
    (credential,) = device.credentials()
    assert (credential["rpId"], credential["signCount"]) == ("localhost", 1)
    add_passkey(page, "The same one again")
    expect(page.locator("#passkeys form [role=alert]")).to_have_text(
        "No passkey was made. Try again, or use another device."
    )
    page.goto(f"/en/{POSITION}")
    page.get_by_role("link", name="Sign this position with a passkey or a key of your own").click()
    device.recognise(False)
    page.get_by_role("button", name="Agree with a passkey").click()
    expect(page.locator("#passkey [role=alert]")).to_have_text(
        "No device agreed. Nothing was recorded; try again, or use another device."
    )
    device.recognise(True)
    page.get_by_role("button", name="Agree with a passkey").click()
    expect(page.get_by_role("heading", name="A device agreed to this position")).to_be_visible()
    expect(page.locator("#passkey")).to_contain_text("Anong")
    key = page.locator("#passkey code").text_content()
    page.goto("/en/account")
    expect(page.locator("#passkeys li code")).to_have_text(key or "")
    page.locator("#passkeys").get_by_role("button", name="End this passkey").click()
    expect(page.locator("#passkeys li")).to_contain_text("ended on")
    page.goto(f"/en/{POSITION}")
    expect(page.get_by_role("link", name="Agreed to with a passkey")).to_be_visible()
    page.goto(f"/en/{W}/ledger")
    expect(page.locator("main")).to_contain_text("with a passkey")


def test_without_a_script_pages_say_what_it_takes_and_the_rest_works(people: People) -> None:
    page = people.person("salma", "account", java_script_enabled=False)
    expect(page.locator("#passkeys .note")).to_be_visible()
    expect(page.get_by_role("button", name="Add a passkey")).to_be_hidden()
    expect(page.get_by_role("button", name="Add this key")).to_be_visible()


def test_the_server_refuses_in_the_language_of_the_page(people: People) -> None:
    people.allow("the server responded with a status of 4")
    page = people.person("rana", "account", lang="ar")
    device = Device(page)
    asked = "for (let n = 0; n < 20; n++) await fetch('/api/v1/account/passkeys/challenge', { method: 'POST' })"
    page.evaluate(f"async () => {{ {asked} }}")
    with page.expect_response("**/passkeys/challenge") as told:
        page.locator("form[data-passkey] button").click()
    assert told.value.header_value("content-language") == "ar"
    expect(page.locator("form[data-passkey] [role=alert]")).to_have_text(told.value.json()["detail"])
    assert device.credentials() == []


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("ar", 390)])
def test_pages_with_passkeys_are_for_everybody(people: People, lang: str, width: int) -> None:
    people.allow("the server responded with a status of 4")
    page = people.person("marisol", lang=lang, scripts=(AXE,), viewport={"width": width, "height": 844})
    device = Device(page)
    walk = Walk(page, lang, {})
    walk.look(f"/{lang}/account")
    page.locator("[name=passkey_name]").fill(f"📱 {lang}")
    page.locator("form[data-passkey] button").click()
    expect(page.locator("#passkeys li b").last).to_have_text(f"📱 {lang}")
    walk.judge("an account with a passkey")
    page.goto(f"/{lang}/{W}/water/revisions/2")
    walk.look(page.locator("a[href$='/sign']").first.get_attribute("href") or "")
    device.recognise(False)
    page.locator("form[data-passkey] button").click()
    expect(page.locator("form[data-passkey] [role=alert]")).not_to_be_empty()
    walk.judge("a device that does not know who holds it")
    page.locator("form[data-passkey]").evaluate("form => form.submit()")
    expect(page.locator("#e-passkey")).to_be_visible()
    walk.judge("an answer that is none")
    assert walk.faults == []
    if lang == "ar":
        device.recognise(True)
        page.locator("form[data-passkey] button").click()
        expect(page.locator("#passkey code")).to_be_visible()
        walk.judge("a position that a device agreed to")
        assert walk.faults == []
