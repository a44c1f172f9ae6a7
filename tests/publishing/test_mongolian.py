"""Mongolian in its own letters, which run from top to bottom: on a screen they do; on paper they lie, and come back."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from drafting.publishing.site import entry_pages
from drafting.publishing.writing import write_whole
from tests import udhr
from tests.fakes import block
from tests.publishing.conftest import example_edition, text_json
from tests.publishing.reader import pdf_text, squeezed
from tests.services import chromium

__all__ = ["chromium"]

TAG = "mn-Mong"
HERE = f"d/open-well/1/{TAG}"


@pytest.fixture(scope="module")
def article() -> str:
    """The first article, which is all that the package has."""
    [words] = re.findall("<p>(.*?)</p>", (udhr.FOLDER / "khk_mong.html").read_text("utf-8"))
    return str(words)


@pytest.fixture(scope="module")
def edition(article: str) -> dict[str, Any]:
    title = " ".join(article.split()[:2])
    made = example_edition(locales=["en"], sections=3)
    made["locales"].append({"tag": TAG, "script": "Mong", "direction": "ltr", "autonym": title})
    made["title"][TAG] = title
    body = (block("t", title, "heading1"), block("a", article), block("b", article, "ordered"))
    for section in made["sections"]:
        section["texts"][TAG] = text_json(body)
    return made


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 760)])
def test_on_a_screen_lines_run_down_and_follow_each_other_to_the_right(
    chromium: Browser, edition: dict[str, Any], tmp_path: Path, width: int, height: int
) -> None:
    files = render(edition, TAG, "html", TEMPLATES, LOCALES) | entry_pages([edition], {}, TEMPLATES, LOCALES)
    for path, data in files.items():
        write_whole(tmp_path / path, data)
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.goto((tmp_path / HERE / "index.html").as_uri())
    first, second = (page.locator(f"[id='article-{n}:1']").bounding_box() for n in (1, 2))
    assert first
    assert second
    assert first["height"] > 0.7 * height
    assert second["x"] > first["x"] + first["width"]
    assert second["y"] == first["y"]
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    page.goto((tmp_path / HERE / "check.html").as_uri())
    assert page.evaluate("getComputedStyle(document.body).writingMode") == "horizontal-tb"
    page.close()


def test_paper_gives_the_words_back(edition: dict[str, Any], article: str, tmp_path: Path) -> None:
    [data] = render(edition, TAG, "pdf", TEMPLATES, LOCALES).values()
    # In each of four sections twice; the end of a page parts one of them.
    assert squeezed(pdf_text(data, tmp_path)).count(squeezed(article)) >= 7
