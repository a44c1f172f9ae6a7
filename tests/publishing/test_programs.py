"""The programs of East Asian faces are small, and pages look as they would with the whole ones."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import weasyprint
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from drafting.domain.prose import Block, Run
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.limits import Limits
from drafting.publishing.making.workers import Workers
from drafting.publishing.paper import patches, programs
from tests import udhr
from tests.publishing.conftest import example_edition, text_json
from tests.publishing.reader import pdf_text, squeezed

PLAIN = """
import sys
from weasyprint import HTML
sys.stdout.buffer.write(HTML(string=sys.stdin.read()).write_pdf(pdf_variant="pdf/ua-1"))
"""
PAGE = """<html lang="ja"><title>t</title><style>@page {{ size: 300pt 300pt }} html {{ font-family: "{family}" }}
h1 {{ font-weight: bold }} span {{ font-size: 20pt }} i {{ opacity: .4 }}</style>
<h1>{title}</h1><p>{words} <span>{title}</span> <i>{title}</i> abc 字"""


def page(tag: str, family: str) -> str:
    title, paragraphs = udhr.articles(tag)[0]
    return PAGE.format(family=family, title=title, words=" ".join(paragraphs))


def plain(html: str) -> bytes:
    return subprocess.run([sys.executable, "-c", PLAIN], input=html.encode(), check=True, capture_output=True).stdout


def ours(html: str) -> bytes:
    patches.apply()
    return bytes(weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1"))


def picture(data: bytes, folder: Path) -> bytes:
    (folder / "page.pdf").write_bytes(data)
    subprocess.run(["pdftoppm", "-r", "100", "page.pdf", "page"], cwd=folder, check=True)
    return b"".join(path.read_bytes() for path in sorted(folder.glob("page-*.ppm")))


def faces(data: bytes) -> list[bytes]:
    with pikepdf.open(BytesIO(data)) as pdf:
        files = [
            each for each in pdf.objects if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/OpenType"
        ]
        return [each.read_bytes() for each in files]


EAST_ASIAN = [
    ("ja", "Noto Serif CJK JP"),
    ("zh-Hans", "Noto Serif CJK SC"),
    ("ko", "Noto Sans CJK KR"),
]


@pytest.mark.parametrize(("tag", "family"), EAST_ASIAN)
def test_a_page_looks_and_reads_the_same_with_a_tenth_of_the_program(tag: str, family: str, tmp_path: Path) -> None:
    html = page(tag, family)
    whole, small = plain(html), ours(html)
    assert picture(small, tmp_path) == picture(whole, tmp_path)
    assert squeezed(pdf_text(small, tmp_path)) == squeezed(pdf_text(whole, tmp_path))
    assert sum(map(len, faces(small))) * 10 < sum(map(len, faces(whole)))


@pytest.mark.parametrize(
    ("letter", "family"), [("道", "Noto Serif CJK SC"), ("の", "Noto Serif CJK JP"), ("한", "Noto Sans CJK KR")]
)
def test_one_letter_alone_is_drawn_too(letter: str, family: str, tmp_path: Path) -> None:
    html = f'<html lang="en"><title>t</title><p style="font-family: Noto Serif, {family}">the way ({letter}), nobody'
    whole, small = plain(html), ours(html)
    assert picture(small, tmp_path) == picture(whole, tmp_path)
    assert letter in pdf_text(small, tmp_path)


def test_each_glyph_is_found_by_its_place_and_has_the_width_that_the_file_says() -> None:
    (regular, *_) = faces(ours(page("ja", "Noto Serif CJK JP")))
    face = TTFont(BytesIO(regular))
    top = face["CFF "].cff[0]
    assert [name.removeprefix("cid") for name in top.charset[1:]] == [f"{n:05}" for n in range(1, top.numGlyphs)]
    assert face["maxp"].numGlyphs == top.numGlyphs < 500


async def test_faces_are_kept_as_long_as_their_letters_are_asked_for() -> None:
    """Pango lets them go where a book has hundreds, and what HarfBuzz knew of them with them: the process would end."""
    every = " ".join(udhr.articles(tag)[0][1][0][:60] for tag in udhr.LANGUAGES) + " \U0001f4a7 "
    looks = [Run(every, strong=strong, em=em) for em in (False, True) for strong in (False, True)]
    text = (
        Block("t", "heading1", (Run(every),)),
        Block("p", "paragraph", (*looks, Run("", note="n"))),
        Block("h", "heading2", (Run(every),)),
        Block("q", "quote", tuple(looks)),
        Block("n", "footnote", tuple(looks)),
    )
    edition = example_edition(locales=["en"], sections=3)
    for section in edition["sections"][1:]:
        section["texts"]["en"] = text_json(text)
    workers = Workers(TEMPLATES, LOCALES, Limits(), 1)
    try:
        ((_, data),) = (await workers.run(edition, "en", "pdf")).items()
    finally:
        workers.close()
    assert data.startswith(b"%PDF")


def test_where_harfbuzz_is_too_old_the_whole_program_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_RELEASE", (99, 0, 0))
    monkeypatch.delattr(programs, "_few_glyphs")
    (face,) = faces(ours("<html lang=ja><title>t</title><p style='font-family: Noto Serif CJK JP'>字"))
    assert TTFont(BytesIO(face))["maxp"].numGlyphs > 1000


def test_letters_that_no_face_has_are_left_to_the_page_maker(tmp_path: Path) -> None:
    html = PAGE.format(family="Noto Serif CJK JP", title="権利", words="権\U000e0fff利")
    assert "権" in pdf_text(ours(html), tmp_path)
