"""A delegate signs a position with a key of their own: with the command that the page names, without script."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import People, W
from tests.browser.test_accessibility import AXE, Walk
from tests.verifier.released import DELEGATE, ssh_signature

PHONE = {"width": 390, "height": 844}


def download(page: Page, folder: Path) -> Path:
    """The file to sign, under the name that the command says."""
    with page.expect_download() as held:
        page.get_by_role("link", name=re.compile("^Download ")).click()
    file = folder / held.value.suggested_filename
    held.value.save_as(file)
    return file


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen here; others make signatures themselves")
def test_a_position_is_signed_by_the_command_on_the_page(people: People, tmp_path: Path) -> None:
    page = people.person("anong", "account", java_script_enabled=False)
    key = tmp_path / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    page.get_by_label("Public key").fill(key.with_suffix(".pub").read_text())
    page.get_by_role("button", name="Add this key").click()
    shown = subprocess.run(["ssh-keygen", "-lf", key], capture_output=True, text=True, check=True).stdout
    expect(page.locator("#keys code")).to_have_text(shown.split()[1])
    page.goto(f"/en/{W}/seeds/revisions/2")
    page.get_by_role("link", name="Sign this position with a passkey or a key of your own").click()
    file = download(page, tmp_path)
    command = page.locator("pre.command code").nth(1).text_content() or ""
    run = command.replace("~/.ssh/id_ed25519", str(key)).split()
    subprocess.run(run, check=True, cwd=tmp_path, capture_output=True)
    page.locator("input[type=file]").set_input_files(f"{file}.sig")
    page.get_by_role("button", name="Add the signature").click()
    expect(page.get_by_role("heading", name="This position is signed")).to_be_visible()
    expect(page.locator("main code")).to_have_text(shown.split()[1])
    expect(page.locator("main")).to_contain_text("Anong")
    page.goto(f"/en/{W}/ledger")
    expect(page.locator("main")).to_contain_text("with a key of its own")


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("ar", PHONE["width"])])
def test_pages_about_keys_are_for_everybody(people: People, tmp_path: Path, lang: str, width: int) -> None:
    people.allow("the server responded with a status of 4")
    page = people.person("marisol", lang=lang, scripts=(AXE,), viewport={**PHONE, "width": width})
    walk = Walk(page, lang, {})
    walk.look(f"/{lang}/account")
    page.locator("textarea[name=public]").fill("-----BEGIN OPENSSH PRIVATE KEY-----")
    page.locator("#keys form[action$='/account/keys'] button").click()
    expect(page.locator("[role=alert]").first).to_be_visible()
    walk.judge("a private key")
    page.goto(f"/{lang}/{W}/water/revisions/2")
    href = page.locator("a[href$='/sign']").first.get_attribute("href") or ""
    walk.look(href)
    page.locator("textarea[name=signature]").fill(ssh_signature(DELEGATE, b"other words"))
    page.locator("main form button").click()
    expect(page.locator("[role=alert]").first).to_be_visible()
    walk.judge("a signature over other words")
    assert walk.faults == []
