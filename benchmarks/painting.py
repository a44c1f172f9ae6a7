"""Typing into a text of 5,000 words in a browser: from a key to the frame that shows it. Chromium must be installed."""

import shutil
import tempfile
from pathlib import Path
from statistics import median
from typing import Final

import httpx
from playwright.sync_api import sync_playwright

from benchmarks.measuring import Row
from tests.services import CHROMIUM_FLAGS, Server

WORDS: Final = 5_000
KEYS: Final = 200
SENTENCE: Final = "We, who drink from one river, have met to say what we want, and by when. "
TEXT: Final = "/api/v1/declarations/open-well/sections/water/texts/en"

# The time from the key's event to the end of the frame in which its letter is painted.
MEASURE: Final = """async keys => {
  const taken = []
  const mount = document.querySelector(".ProseMirror")
  mount.addEventListener("keydown", () => {
    const began = performance.now()
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => taken.push(performance.now() - began)
      channel.port2.postMessage(null)
    })
  }, true)
  globalThis.taken = taken
}"""


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        server.command_line("demo")
        server.start()
        try:
            return _measure(server)
        finally:
            server.stop()


def _measure(server: Server) -> list[Row]:
    _fill(server)
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        page = browser.new_page(base_url=server.url)
        page.goto("/en/")
        page.locator("form.people button").first.click()
        page.goto("/en/workshop/open-well/water/en")
        mount = page.locator(".ProseMirror[contenteditable=true]")
        mount.wait_for()
        mount.locator("p").nth(10).click()
        page.evaluate(MEASURE)
        for _ in range(KEYS):
            page.keyboard.press("a")
        page.wait_for_function(f"taken.length >= {KEYS}")
        taken: list[float] = sorted(page.evaluate("taken"))
        browser.close()
    late = taken[int(len(taken) * 0.99) - 1]
    return [
        Row(f"a key in a text of {WORDS} words until it is painted", median(taken), taken[0], taken[-1], "ms"),
        Row("the same, 99 of 100 are quicker than", late, late, late, "ms"),
    ]


def _fill(server: Server) -> None:
    token = server.command_line("token", "danuta@night-shift.example").stdout.strip()
    paragraph = SENTENCE * 6
    count = WORDS // len(paragraph.split()) + 1
    words = "## Water is a common\n\n" + "\n\n".join([paragraph.strip()] * count) + "\n"
    with httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {token}"}) as client:
        seen = client.get(TEXT).json()["digest"]
        answer = client.put(TEXT, json={"markdown": words}, headers={"if-match": f'"{seen}"'})
        answer.raise_for_status()
