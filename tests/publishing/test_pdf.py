"""The printed edition: every word is in it and can be copied out, in the right order, and nothing is fetched."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from weasyprint import HTML

from drafting.domain.errors import Code, Refusal
from drafting.domain.locales import Locale
from drafting.domain.prose import Block, Run
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from drafting.publishing.paper.fonts import has_patterns, is_justified, script_of, stack
from drafting.publishing.paper.pdf import OwnAssetsOnly, with_squares
from tests import udhr
from tests.publishing.conftest import ORIGIN, example_edition, text_json
from tests.publishing.reader import pdf_text, squeezed

SECTIONS = 6
TAGS = ("en", "ru", "zh-Hans", "ko", "hi", "th", "my", "am", "fa", "he", "ar")
WORD = re.compile('<word xMin="[0-9.]+" yMin="([0-9.]+)" xMax="[0-9.]+" yMax="([0-9.]+)">(.*?)</word>')
# A word may be cut at the end of a page, with the running head between its halves.
VERBATIM_AT_LEAST = {"my": 0.9}


@pytest.fixture(scope="module")
def edition() -> dict[str, Any]:
    return example_edition(locales=("en", "sw", "fr", *TAGS[1:]), sections=SECTIONS)


def printed(edition: dict[str, Any], tag: str) -> bytes:
    return next(iter(render(edition, tag, "pdf", TEMPLATES, LOCALES).values()))


@pytest.mark.parametrize("tag", TAGS)
def test_every_article_can_be_copied_out(edition: dict[str, Any], tag: str, tmp_path: Path) -> None:
    text = squeezed(pdf_text(printed(edition, tag), tmp_path))
    articles = udhr.articles(tag)[:SECTIONS]
    wanted = [squeezed(part).strip(".") for title, paragraphs in articles for part in [title, *paragraphs]]
    found = sum(part in text for part in wanted)
    assert found / len(wanted) >= VERBATIM_AT_LEAST.get(tag, 0.95)


def test_the_file_says_what_it_is(edition: dict[str, Any]) -> None:
    with pikepdf.open(BytesIO(printed(edition, "ar"))) as pdf:
        assert str(pdf.Root.Lang) == "ar"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert "pdfuaid" in bytes(pdf.Root.Metadata.read_bytes()).decode()
        assert str(pdf.docinfo["/Title"]) == udhr.title("ar")


def structure(pdf: pikepdf.Pdf) -> list[Any]:
    out: list[Any] = []
    waiting = [pdf.Root.StructTreeRoot.K]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting.extend(node)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            out.append(node)
            waiting.append(node.get("/K", pikepdf.Array()))
    return out


def test_parts_in_other_languages_say_so_and_notes_are_notes() -> None:
    edition = example_edition(2)
    text = (
        Block("t", "heading1", (Run("Title"),)),
        Block("p", "paragraph", (Run("words"), Run("", note="n"), Run("x", link="https://a.example/"))),
        Block("n", "footnote", (Run("the note"),)),
    )
    edition["sections"][4]["texts"]["fr"] = text_json(text)
    edition["sections"][3]["texts"].pop("fr", None)
    with pikepdf.open(BytesIO(printed(edition, "fr"))) as pdf:
        nodes = structure(pdf)
        assert {"en", "fr"} <= {str(node.Lang) for node in nodes if "/Lang" in node}
        assert [str(node.ID) for node in nodes if node.S == "/Note"]
        links = [note for page in pdf.pages for note in page.get("/Annots", []) if note.Subtype == "/Link"]
        assert all("/Contents" in link for link in links)


def test_headings_leave_out_no_level(edition: dict[str, Any]) -> None:
    with pikepdf.open(BytesIO(printed(edition, "en"))) as pdf:
        levels = [int(str(node.S)[2:]) for node in structure(pdf) if str(node.S)[:2] == "/H" and len(str(node.S)) == 3]
    assert sorted(set(levels)) == [1, 2, 3]


def test_page_numbers_are_in_the_digits_of_the_language(edition: dict[str, Any], tmp_path: Path) -> None:
    assert "٣" in pdf_text(printed(edition, "ar"), tmp_path)
    assert "۳" in pdf_text(printed(edition, "fa"), tmp_path)


def test_the_address_and_the_digest_are_printed(edition: dict[str, Any], tmp_path: Path) -> None:
    text = squeezed(pdf_text(printed(edition, "en"), tmp_path))
    assert f"{ORIGIN}/d/open-well/1/en/" in text
    assert edition["manifest"] in text


@pytest.mark.parametrize("items", [14, 25, 40])
def test_no_word_of_a_title_page_is_lost(items: int, tmp_path: Path) -> None:
    """Many short lines are few letters, and take much of the page."""
    edition = example_edition(locales=("en",), sections=1)
    listed = [Block(f"i{n}", "bullet", (Run(f"well {n},"),)) for n in range(items)]
    edition["sections"][0]["texts"]["en"] = text_json((Block("t", "heading1", (Run("Wells"),)), *listed))
    text = pdf_text(printed(edition, "en"), tmp_path, "-l", "2")
    for words in (*(block.words for block in listed), "Seed Ring of the South", "Edition 1", "Short code"):
        assert words in text


@pytest.mark.parametrize("design", ["quiet", "classic", "poster"])
def test_the_note_on_the_title_page_stands_below_the_networks(design: str, tmp_path: Path) -> None:
    """However much stands above both: the more there is, the closer, and then on the next page."""
    edition = example_edition(locales=("en",), sections=0)
    edition["look"] = {"design": design, "colour": "#0b5966"}
    for paragraphs in range(8):
        words = (Run("One well for all who thirst, whoever they may be and wherever they come from. " * 2),)
        blocks = [Block(f"p{n}", "paragraph" if n % 2 else "heading2", words) for n in range(paragraphs)]
        edition["sections"][0]["texts"]["en"] = text_json((Block("t", "heading1", (Run("Wells"),)), *blocks))
        data = printed(edition, "en")
        for sheet in ("1", "2"):
            found = WORD.findall(pdf_text(data, tmp_path, "-bbox", "-f", sheet, "-l", sheet))
            lines = {word: (float(top), float(bottom)) for top, bottom, word in found}
            if "Seed" in lines and "Edition" in lines:
                assert lines["Seed"][1] + 10 < lines["Edition"][0]


VECTORS = """
<link rel="stylesheet" href="http://127.0.0.1:9/a.css"><link rel="attachment" href="file:///etc/hostname">
<style>@import url(http://127.0.0.1:9/b.css); @font-face {{ font-family: x; src: url(file:///etc/hostname) }}
p {{ background: url(http://127.0.0.1:9/c.png); font-family: x }}</style>
<base href="http://127.0.0.1:9/"><img src="file:///etc/hostname"><img src="d.png"><img src="data:image/png;base64,AAAA">
<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/hostname"/><use href="http://127.0.0.1:9/e.svg#a"/></svg>
<object data="http://127.0.0.1:9/f"></object><embed src="file:///etc/hostname"><p>text</p>
"""


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check 28: whatever a page asks for, no socket is opened and no file is read."""
    opened: list[Any] = []
    monkeypatch.setattr("socket.socket.connect", lambda *address: opened.append(address))
    monkeypatch.setattr("socket.create_connection", lambda *address, **_: opened.append(address))
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *address: opened.append(address))
    fetcher = OwnAssetsOnly({"own": b"p { color: red }"})
    HTML(string=f"<html lang=en><title>t</title>{VECTORS}", url_fetcher=fetcher).write_pdf()
    assert opened == []
    assert any(url.startswith("file:") for url in fetcher.refused)
    assert any(url.startswith("http:") for url in fetcher.refused)
    assert fetcher.fetch("asset:own").read() == b"p { color: red }"


def test_letters_that_no_face_has_stop_the_printing() -> None:
    edition = example_edition(1)
    text = (Block("t", "heading1", (Run("Title"),)), Block("p", "paragraph", (Run("\U00016e40\U0001e290 words"),)))
    edition["sections"][1]["texts"]["en"] = text_json(text, "authentic")
    with pytest.raises(Refusal) as refused:
        printed(edition, "en")
    assert (refused.value.code, refused.value.data["reason"]) == (Code.RENDERING_FAILED, "no_font")
    assert "\U0001e290" in refused.value.data["characters"]


def test_each_script_has_its_face() -> None:
    assert script_of(Locale("ur", "Arab", "اردو")) == "Aran"
    assert script_of(Locale("xx", "Zzzz", "?")) == "Latn"
    assert stack("Jpan", ["Hans", "Arab"])[:3] == ["Noto Serif CJK JP", "Noto Serif", "Noto Naskh Arabic"]


def test_only_what_opens_no_gaps_is_justified() -> None:
    assert has_patterns("pt-BR")
    assert not has_patterns("quz")
    assert [
        is_justified(Locale(tag, script, "")) for tag, script in (("fr", "Latn"), ("quz", "Latn"), ("th", "Thai"))
    ] == [
        True,
        False,
        False,
    ]


def test_squares_stand_for_what_is_shown_and_not_for_what_names_something() -> None:
    page = '<title>⌇</title><body data-title="a⌇"><a id="⌇" href="/⌇" title="⌇">⌇b</a>'
    assert with_squares(page, "⌇") == '<title>⌇</title><body data-title="a□"><a id="⌇" href="/⌇" title="□">□b</a>'
