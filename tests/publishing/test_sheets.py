"""Sheets to sign on paper: whole on every page, in any script, with as many rows as there is room for."""

from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pikepdf
import pytest

from drafting.domain.prose import Block, Run
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from tests import udhr
from tests.publishing.conftest import ORIGIN, example_edition, text_json
from tests.publishing.reader import pdf_text, squeezed

PUBLISH = "My name may be published under this edition."
UPDATES = "I want to hear what becomes of it."


SHEETS: Final = {
    "id": "K7QFX",
    "pages": 2,
    "address": f"{ORIGIN}/en/sign/open-well/1",
    "wordings": {
        "publish": {"text": PUBLISH, "locale": "en"},
        "updates": {"text": UPDATES, "locale": "en"},
    },
}


def sheets(tag: str, pages: int = 2, **changes: Any) -> bytes:
    edition = {**example_edition(locales=("en", "ar", "my"), sections=2), **changes}
    edition["sheets"] = {**SHEETS, "pages": pages}
    return next(iter(render(edition, tag, "sheets", TEMPLATES, LOCALES).values()))


@pytest.mark.parametrize(("tag", "pages"), [("en", 2), ("ar", 2), ("my", 1)])
def test_each_page_stands_for_itself(tag: str, pages: int, tmp_path: Path) -> None:
    data = sheets(tag, pages)
    with pikepdf.open(BytesIO(data)) as pdf:
        assert len(pdf.pages) == pages
        for n, page in enumerate(pdf.pages, 1):
            single = pikepdf.new()
            single.pages.append(page)
            out = BytesIO()
            single.save(out)
            text = squeezed(pdf_text(out.getvalue(), tmp_path))
            for said in (
                PUBLISH,
                UPDATES,
                f"K7QFX-{n}",
                example_edition()["manifest"],
                f"{ORIGIN}/d/open-well/1/{tag}/",
            ):
                assert squeezed(said) in text, said
            assert tag == "my" or squeezed(udhr.title(tag)) in text


def test_a_long_summary_leaves_fewer_rows_and_one_page(tmp_path: Path) -> None:
    edition = example_edition(locales=("en", "ar", "my"), sections=2)
    long = (
        Block("t", "heading1", (Run("A title of many words " * 8),)),
        Block("s", "paragraph", (Run("Words. " * 300),)),
    )
    edition["sections"][0]["texts"]["en"] = text_json(long, "authentic")
    data = sheets("en", 1, sections=edition["sections"], title={"en": "A title of many words " * 8})
    with pikepdf.open(BytesIO(data)) as pdf:
        assert len(pdf.pages) == 1
    rows = [int(line) for line in pdf_text(data, tmp_path).splitlines() if line.strip().isdigit()]
    assert 5 <= max(rows) < 17
