"""An organisation signs as its people do: in Arabic, on a phone, without script, with mandate, proof and logo."""

import io

from PIL import Image
from playwright.sync_api import FilePayload, expect

from tests.browser.people import SLUG, People
from tests.browser.test_signing import PHONE, expect_fits, link_of

ADDRESS = "maktab@keepers.example"


def file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": data}


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 200), (0, 90, 80)).save(out, "PNG")
    return out.getvalue()


def test_an_organisation_signs_in_arabic_on_a_phone_without_script(people: People) -> None:
    people.allow("the server responded with a status of 4")
    page = people.visitor(lang="ar", java_script_enabled=False, viewport=PHONE)
    page.goto(f"/ar/sign/{SLUG}/1?kind=organisation&text=ar")
    page.fill("#f-name", "حرّاس الآبار")
    page.fill("#f-address", ADDRESS)
    page.fill("#f-mandate", "قرّرنا معًا.")
    page.check("#f-publish")
    page.click(".signing .btn")
    expect(page.locator("#e-mandate_by")).to_be_visible()
    expect(page.locator("#e-mandate_on")).to_be_visible()
    expect_fits(page)
    page.fill("#f-mandate_by", "الجمعية العامة")
    page.fill("#f-mandate_on", "2026-02-14")
    page.click(".signing .btn")
    page.goto(link_of(people.server, ADDRESS))
    expect(page.locator(".said p[lang=ar]")).to_have_text("قرّرنا معًا.")
    page.click("main .btn")
    page.fill("#f-domain", "localhost")
    page.click("#prove .btn")
    expect(page.locator("#e-domain")).to_be_visible()
    expect(page.locator("#f-domain")).to_have_value("localhost")
    page.fill("#f-domain", "https://keepers.example/about")
    page.click("#prove .btn")
    expect(page.locator("#prove .receipt dd").nth(1)).to_have_text("_drafting.keepers.example")
    page.set_input_files("#f-logo", file("logo.png", b"<svg onload='alert(1)'/>"))
    page.click("#logo .btn")
    expect(page.locator("#e-logo")).to_be_visible()
    expect_fits(page)
    page.set_input_files("#f-logo", file("logo.png", picture()))
    page.click("#logo .btn")
    expect(page.locator("#logo img")).to_have_js_property("naturalWidth", 320)
    expect_fits(page)
