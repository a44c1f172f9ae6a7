"""The list of contents says on which page each section begins."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from drafting.domain.prose import Block, Run
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from tests.publishing.conftest import example_edition, text_json
from tests.publishing.reader import pdf_text

# Arabic's digits and Western ones.
NUMBER = r"[0-9\u0660-\u0669]+"
WORD = re.compile('<word xMin="([0-9.]+)" yMin="[0-9.]+" xMax="([0-9.]+)" yMax="[0-9.]+">(.*?)</word>')


def a_long_one(tag: str) -> dict[str, Any]:
    """With so many sections that their list goes over several pages, and a title that goes over several lines."""
    edition = example_edition(locales=[tag], sections=30)
    front, *parts = edition["sections"]
    parts[3]["texts"][tag]["title"] = " ".join([parts[3]["texts"][tag]["title"]] * 12)
    edition["sections"] = [front] + [{**part, "id": f"{part['id']}-{n}"} for n in range(3) for part in parts]
    return edition


def printed(edition: dict[str, Any], tag: str) -> bytes:
    return next(iter(render(edition, tag, "pdf", TEMPLATES, LOCALES).values()))


def places(data: bytes) -> dict[str, int]:
    """Of each anchor of the file, its page."""
    with pikepdf.open(BytesIO(data)) as pdf:
        pages = {page.objgen: n for n, page in enumerate(pdf.pages, start=1)}
        names = list(pdf.Root.Names.Dests.Names)
        return {str(name): pages[target[0].objgen] for name, target in zip(names[::2], names[1::2], strict=True)}


def at_the_edge(data: bytes, tag: str, folder: Path, pages: range) -> list[int]:
    """The numbers that stand at the outer edge of these pages' lines, from the top."""
    options = ("-bbox", "-f", str(pages.start), "-l", str(pages.stop - 1))
    words = WORD.findall(pdf_text(data, folder, *options))
    outer = {"en": lambda word: float(word[1]), "ar": lambda word: -float(word[0])}[tag]
    edge = max(outer(word) for word in words)
    return [int(word[2]) for word in words if abs(outer(word) - edge) < 1 and re.fullmatch(NUMBER, word[2])]


def test_a_title_that_fills_pages_of_the_list_leaves_the_numbers_behind_it(tmp_path: Path) -> None:
    """A section without a heading has its first paragraph as its title."""
    edition = example_edition(locales=["en"], sections=5)
    words = " ".join(f"word{n}" for n in range(1_000))
    edition["sections"][2]["texts"]["en"] = text_json((Block("p", "paragraph", (Run(words),)),))
    data = printed(edition, "en")
    found = places(data)
    wanted = [
        found[name] for name in (*(part["id"] for part in edition["sections"][1:]), "page:networks", "page:colophon")
    ]
    assert wanted[0] > 5
    assert at_the_edge(data, "en", tmp_path, range(2, wanted[0])) == wanted


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_each_line_ends_with_the_page_of_its_section(tag: str, tmp_path: Path) -> None:
    edition = a_long_one(tag)
    data = printed(edition, tag)
    found = places(data)
    wanted = [
        found[name] for name in (*(part["id"] for part in edition["sections"][1:]), "page:networks", "page:colophon")
    ]
    assert wanted[0] > 4
    assert at_the_edge(data, tag, tmp_path, range(2, wanted[0])) == wanted
