"""The designs: each makes pages and books that the checkers let pass, in the declaration's colour and with its mark."""

import base64
from io import BytesIO
from typing import Any

import page
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from drafting.domain.looks import DARK_PAPER, Design, Look, contrast, readable
from drafting.domain.prose import digest_of_bytes
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from drafting.publishing.pages.designs import colours, stylesheet
from tests.publishing.conftest import example_edition
from tests.publishing.reader import parse

COLOUR = "#a01e3c"


def mark() -> bytes:
    out = BytesIO()
    Image.new("RGBA", (64, 32), (200, 30, 60, 128)).save(out, "PNG")
    return out.getvalue()


def looking(design: str, tag: str = "en") -> dict[str, Any]:
    png = mark()
    look = {"design": design, "colour": COLOUR, "mark": digest_of_bytes(png), "width": 64, "height": 32}
    shown = {**look, "alt": "A drop", "png": base64.b64encode(png).decode()}
    return {**example_edition(3, locales=tuple(dict.fromkeys(("en", tag)))), "look": shown}


def made(edition: dict[str, Any], tag: str, format: str) -> dict[str, bytes]:
    return render(edition, tag, format, TEMPLATES, LOCALES)


@pytest.mark.parametrize(("design", "tag"), [("classic", "en"), ("classic", "zh-Hans"), ("poster", "ar")])
def test_the_checkers_let_a_book_of_each_design_pass(design: str, tag: str) -> None:
    (data,) = made(looking(design, tag), tag, "pdf").values()
    for profile in ("ua1", "3a"):
        report = page.validate_pdf_bytes(data, profile=profile)
        assert [(failure.rule_id, failure.message) for failure in report.failures] == []


def test_a_poster_has_a_title_page_in_its_colour() -> None:
    (data,) = made(looking("poster"), "en", "pdf").values()
    document = pypdfium2.PdfDocument(data)
    picture = document[0].render(scale=0.2).to_pil().convert("RGB")
    document.close()
    assert picture.getpixel((2, 2)) == (0xA0, 0x1E, 0x3C)


def test_the_mark_is_in_the_book_with_its_words() -> None:
    (data,) = made(looking("quiet"), "en", "pdf").values()
    with pikepdf.open(BytesIO(data)) as pdf:
        figures = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Figure"]
    assert "A drop" in [str(figure.get("/Alt", "")) for figure in figures]


@pytest.mark.parametrize("design", [*Design])
def test_pages_bring_their_style_and_mark_along(design: str) -> None:
    edition = looking(design)
    files = made(edition, "en", "html")
    tree = parse(files["d/open-well/1/en/index.html"])
    (image,) = (each for each in tree.iter("img") if each.get("class") == "mark")
    assert files["d/open-well/" + image.get("src").removeprefix("../../")] == mark()
    (sheet,) = (each.get("href") for each in tree.iter("link") if each.get("rel") == "stylesheet")
    assert f"--accent:{COLOUR}" in files["d/open-well/" + sheet.removeprefix("../../")].decode()


def test_what_looks_as_ever_keeps_its_style_sheet() -> None:
    assert colours(Look()) == ""
    names = {stylesheet(TEMPLATES, Look(design=design))[0] for design in Design}
    assert len(names) == len(Design)


def test_links_can_be_read_at_night_too() -> None:
    assert contrast(readable(COLOUR, DARK_PAPER), DARK_PAPER) >= 4.5
    assert readable(COLOUR, DARK_PAPER) in colours(Look(colour=COLOUR))


def test_the_mark_is_in_the_e_book_and_in_the_picture() -> None:
    (book,) = made(looking("classic"), "en", "epub").values()
    assert b"book/mark.png" in book
    (with_mark,) = made(looking("quiet"), "en", "png").values()
    (without,) = made({**looking("quiet"), "look": {"colour": COLOUR}}, "en", "png").values()
    assert with_mark != without
