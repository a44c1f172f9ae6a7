"""Publishing beside a browser that prints the same pages, by turns, so that what slows the machine slows both.

``python -m benchmarks.publishing`` measures all of it; names (``browser``, ``cores``, ``memory``, ``site``) choose.
Chromium must be installed, for ``site`` nginx. What needs a machine of its own is called "not measured" on a busy one.
"""

import argparse
import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any, Final, NamedTuple

from playwright.async_api import Page, async_playwright

from benchmarks import publishing_jobs, static_site
from benchmarks.publishing_jobs import PATIENT
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.content import read_content
from drafting.publishing.making.workers import Workers
from drafting.publishing.paper import pdf
from drafting.publishing.paper.fonts import typography
from drafting.publishing.reading import Reading
from drafting.publishing.words import words_for
from tests.publishing.conftest import example_edition
from tests.services import CHROMIUM_FLAGS

# Seconds in which a worker gets ready for many jobs.
PREPARING: Final = 15
# Seconds in which it learns a language that it printed.
LEARNING: Final = 4


class Print(NamedTuple):
    """What both print. ``copies`` of the 30 articles; ``limit``: how many times the browser's time it may take."""

    what: str
    locale: str
    sections: int
    copies: int
    limit: float
    rounds: int


PRINTS: Final = (
    Print("a declaration of six pages, English", "en", 6, 1, 1.2, 9),
    Print("a declaration of six pages, Japanese", "ja", 8, 1, 1.0, 9),
    Print("a declaration of six pages, Chinese", "zh-Hans", 8, 1, 1.0, 9),
    Print("a book of 270 pages, English", "en", 30, 29, 6.0, 3),
)


def edition_of(print: Print) -> dict[str, Any]:
    edition = example_edition(locales=[print.locale], sections=print.sections)
    front, *parts = edition["sections"]
    edition["sections"] = [front] + [{**part, "id": f"{part['id']}-{n}"} for n in range(print.copies) for part in parts]
    return edition


def page_of(edition: dict[str, Any]) -> str:
    """What the page maker is given, with its styles inside, as a browser wants it."""
    content = read_content(edition)
    locale = content.locales[0]
    reading = Reading(content, locale, words_for(LOCALES, (locale.tag,)), notes_inline=True)
    html = pdf.set_html(reading, TEMPLATES, is_short=True)
    sheet = (TEMPLATES / "print" / "print.css").read_text("utf-8")
    styles = f"<style>{sheet}\n{typography(locale, [], html)}</style>"
    return html.replace("</head>", styles + "</head>", 1)


async def timed(work: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def beside_a_browser(workers: Workers, page: Page, print: Print) -> str:
    edition = edition_of(print)
    html = page_of(edition)

    async def ours() -> None:
        await workers.run(edition, print.locale, "pdf")

    async def theirs() -> None:
        await page.set_content(html)
        await page.pdf(prefer_css_page_size=True, tagged=True, outline=True)

    await ours()
    await theirs()
    await asyncio.sleep(LEARNING)
    times = [(await timed(ours), await timed(theirs)) for _ in range(print.rounds)]
    ratio = median(one / other for one, other in times)
    verdict = "met" if ratio <= print.limit else "**not met**"
    mine, other = (median(column) * 1000 for column in zip(*times, strict=True))
    return f"| {print.what} | ≤ {print.limit:g} × | {mine:,.0f} ms | {other:,.0f} ms | × {ratio:.2f} | {verdict} |"


async def browser() -> list[str]:
    """A job of a warm worker, from the content to the bytes, and a warm Chromium's print of the same HTML."""
    workers = Workers(TEMPLATES, LOCALES, PATIENT, 1, prepares=True)
    try:
        async with async_playwright() as playwright:
            path = shutil.which("chromium") or shutil.which("google-chrome")
            chromium = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
            page = await chromium.new_page()
            page.set_default_timeout(600_000)
            await workers.run(edition_of(PRINTS[0]), "en", "pdf")
            await asyncio.sleep(PREPARING)
            return [await beside_a_browser(workers, page, print) for print in PRINTS]
    finally:
        await asyncio.to_thread(workers.close)


HEAD: Final = "| | goal | here | beside it | ratio | |\n| --- | --- | --- | --- | --- | --- |"
PARTS: Final[dict[str, Callable[[], Awaitable[list[str]]]]] = {
    "browser": browser,
    "cores": publishing_jobs.cores,
    "memory": publishing_jobs.memory,
    "site": static_site.rate,
}


async def measure(parts: list[str]) -> None:
    print(HEAD, flush=True)
    for part in parts:
        print("\n".join(await PARTS[part]()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    asyncio.run(measure(parser.parse_args().parts or list(PARTS)))


if __name__ == "__main__":
    main()
