"""Takes the pictures of the README anew from a demonstration: ``python -m tests.browser.pictures http://localhost:8000``.

Poppler and Chromium are those of ``make test``. Look at what it made before it is committed.
"""

import io
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.processes import executable

FOLDER: Final = Path(__file__).parents[2] / "docs" / "pictures"
WIDTH: Final = 1000
GREY: Final = "#e2e2dd"
W: Final = "workshop/open-well"


def take(url: str, browser: Browser) -> None:
    """Write all of them. ``url``: of a server with the demonstration as it begins."""

    def page(path: str, lang: str = "en", height: int = 860, width: int = 1280, key: str = "") -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, timezone_id="UTC")
        page = context.new_page()
        if key:
            page.goto(f"{url}/{lang}/")
            page.locator(f"form.people button[value={key}]").click()
        page.goto(f"{url}/{path}" if path.startswith("d/") else f"{url}/{lang}/{path}")
        return page

    def editing(page: Page) -> Page:
        page.locator(".ProseMirror[contenteditable=true]").first.wait_for()
        page.locator("[data-save]:not(:empty)").first.wait_for()
        return page

    save("workshop", shot(editing(page(f"{W}/water/en", key="anong"))))
    save("stale-consent", shot(page(f"{W}/water/revisions/2", height=1040, key="anong")))
    save("matrix", shot(page(f"{W}/matrix", height=1290, key="anong")))
    save("bench-arabic", shot(editing(page(f"{W}/translations/ar/water", "ar", height=1100, key="rana"))))
    save("published-arabic", shot(page("d/open-well/1/ar/", height=900)))
    forms = [shot(page("sign/open-well/1", lang, 1000, width), width) for lang, width in (("en", 760), ("ar", 390))]
    save("sign", row(forms, 32))
    paper = [leaf(url, locale, number) for locale, number in (("ar", 1), ("en", 3), ("ar", 8))]
    save("pages-on-paper", row(paper, 20, 10))


def shot(page: Page, width: int = WIDTH) -> Image.Image:
    """What is in the window, below the line that says that this is a demonstration."""
    page.evaluate("document.querySelector('.strip.demo')?.remove()")
    page.evaluate("document.fonts.ready")
    whole = Image.open(io.BytesIO(page.screenshot()))
    return whole.resize((width, whole.height * width // whole.width), Image.Resampling.LANCZOS)


def leaf(url: str, locale: str, number: int) -> Image.Image:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        with urllib.request.urlopen(f"{url}/d/open-well/1/{locale}/open-well-1-{locale}.pdf") as answer:
            file.write(answer.read())
        file.flush()
        page = ["-f", str(number), "-l", str(number), "-r", "60", "-png", file.name]
        return Image.open(io.BytesIO(subprocess.run(["pdftoppm", *page], capture_output=True, check=True).stdout))


def row(pictures: Sequence[Image.Image], gap: int, rim: int = 0) -> Image.Image:
    height = max(picture.height for picture in pictures)
    whole = Image.new("RGB", (sum(p.width + gap for p in pictures) - gap + 2 * rim, height + 2 * rim), GREY)
    left = rim
    for picture in pictures:
        whole.paste(picture, (left, rim))
        left += picture.width + gap
    return whole


def save(name: str, picture: Image.Image) -> None:
    picture.convert("RGB").save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    with sync_playwright() as playwright:
        take(
            sys.argv[1].rstrip("/"),
            playwright.chromium.launch(executable_path=executable("chromium", "google-chrome", apt="chromium")),
        )
