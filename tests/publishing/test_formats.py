"""The other files of an edition: whole texts in every one, readable by programs that are not ours."""

import json
import subprocess
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import mammoth
import pytest
from markdown_it import MarkdownIt
from PIL import Image

from drafting.actions.release.publication import FORMATS
from drafting.domain.prose import HARD_BREAK, Block, Run, Text, from_json
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from drafting.publishing.paper.picture import title_size
from drafting.publishing.words import words_for
from tests import udhr
from tests.processes import executable
from tests.publishing.conftest import ORIGIN, example_edition, text_json
from tests.publishing.reader import parse, squeezed, words

LIGHT = [format for format in FORMATS if format not in ("html", "pdf", "png")]
# The names of ECMA-376.
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TAGS = ("en", "fr", "ar", "zh-Hans", "hi", "th")
JAR = Path("/usr/share/java/epubcheck.jar")
BRIEF = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For a machine that runs for seconds: what optimises code for hours costs more than it brings."""
OUTDATED = words_for(LOCALES, ("fr",)).gettext("The original of this paragraph has changed since it was translated.")
HARD: Text = (
    Block("h", "heading1", (Run("Lists, notes & <marks>"),)),
    Block("a", "bullet", (Run("One "), Run("strong", strong=True), Run("", note="n"))),
    Block("b", "bullet", (Run("below"),), depth=1),
    Block("c", "ordered", (Run("first"),)),
    Block("d", "heading2", (Run("Within"),)),
    Block("e", "ordered", (Run("first again"), Run("", note="n"))),
    Block("q", "quote", (Run(f"Two{HARD_BREAK}lines"),)),
    Block("l", "paragraph", (Run("See "), Run("there", link="https://example.org/?a=1&b=2"), Run("", note="m"))),
    Block("n", "footnote", (Run("A note "), Run("with a link", em=True, link="https://example.org/n"))),
    Block("m", "footnote", (Run("Another"),)),
)


@pytest.fixture(scope="module")
def edition() -> dict[str, Any]:
    made = example_edition(locales=TAGS)
    made["sections"][4]["texts"]["en"] = text_json(HARD, "authentic")
    made["errata"] = [
        {"n": 1, "at": "2026-06-01T09:00:00Z", "locale": "en", "section": "article-1", "text": "A comma."}
    ]
    return made


def made(edition: dict[str, Any], tag: str, format: str) -> bytes:
    return next(iter(render(edition, tag, format, TEMPLATES, LOCALES).values()))


def book(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def read(data: bytes, format: str) -> str:
    """The words of a file, as a program reads them that did not write it."""
    if format == "epub":
        pages = [page for name, page in book(data).items() if name.endswith(".xhtml")]
        return " ".join("".join(ElementTree.fromstring(page).itertext()) for page in pages)
    if format == "docx":
        return words(parse(f"<!doctype html><title>-</title>{mammoth.convert_to_html(BytesIO(data)).value}".encode()))
    if format == "md":
        plain = data.decode().replace("]: ", "] : ")  # plain CommonMark takes a note of one word for a link
        return words(parse(f"<!doctype html><title>-</title>{MarkdownIt().render(plain)}".encode()))
    if format == "json":
        value = json.loads(data)
        return " ".join(block.words for part in value["sections"] for block in from_json(part["blocks"]))
    return data.decode("utf-8-sig")


@pytest.mark.parametrize("format", LIGHT)
@pytest.mark.parametrize("tag", TAGS)
def test_every_article_stands_in_every_file(edition: dict[str, Any], tag: str, format: str) -> None:
    text = squeezed(read(made(edition, tag, format), format))
    for place, (title, paragraphs) in enumerate(udhr.articles(tag)[:10]):
        if place == 3 or (tag == TAGS[2] and place == 1):
            continue
        assert all(squeezed(part) in text for part in [title, *paragraphs])


@pytest.mark.parametrize("format", LIGHT)
def test_lists_notes_links_reservations_and_corrections_are_there(edition: dict[str, Any], format: str) -> None:
    text = squeezed(read(made(edition, "en", format), format))
    for part in ("Lists, notes & <marks>", "strong", "below", "Within", "first again", "A note with a link", "Another"):
        assert squeezed(part) in text
    if format != "json":
        for part in ("All 7 networks consent, one of them with a reservation.", "Chez nous, on lit cela autrement."):
            assert squeezed(part) in text
        assert squeezed("A comma.") in text
    if format in ("docx", "epub", "md", "txt"):
        assert squeezed(OUTDATED) in squeezed(read(made(edition, "fr", format), format))


@pytest.mark.parametrize("format", LIGHT)
def test_the_same_edition_gives_the_same_bytes(edition: dict[str, Any], format: str) -> None:
    assert made(edition, "ar", format) == made(edition, "ar", format)


def test_the_strictest_reader_of_epub_has_nothing_to_say(edition: dict[str, Any], tmp_path: Path) -> None:
    checker = (
        [executable("java", apt="epubcheck"), *BRIEF, "-jar", str(JAR)]
        if JAR.is_file()
        else [executable("epubcheck", apt="epubcheck")]
    )
    hostile = json.loads(json.dumps(edition))
    hostile["networks"][0]["name"] = hostile["networks"][0]["card"]["who"] = 'A<b>&amp;"\u0007]]>'
    for name, each, tag in (("en", edition, "en"), ("ar", edition, "ar"), ("hostile", hostile, "zh-Hans")):
        file = tmp_path / f"{name}.epub"
        file.write_bytes(made(each, tag, "epub"))
        done = subprocess.run([*checker, "--failonwarnings", str(file)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_right_to_left_books_turn_the_other_way(edition: dict[str, Any]) -> None:
    package = ElementTree.fromstring(book(made(edition, "ar", "epub"))["book/package.opf"])
    [spine] = package.iter("{http://www.idpf.org/2007/opf}spine")
    assert spine.get("page-progression-direction") == "rtl"
    page = ElementTree.fromstring(book(made(edition, "ar", "epub"))["book/section-article-1.xhtml"])
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")


def test_lists_within_items_count_for_themselves(edition: dict[str, Any]) -> None:
    edition = json.loads(json.dumps(edition))
    items = [
        ("bullet", 0),
        ("ordered", 1),
        ("ordered", 1),
        ("bullet", 0),
        ("ordered", 1),
        ("ordered", 0),
        ("ordered", 0),
    ]
    blocks = (Block(f"i{n}", kind, (Run(f"item {n}"),), depth) for n, (kind, depth) in enumerate(items))
    edition["sections"][1]["texts"]["en"] = text_json((Block("h", "heading1", (Run("Lists"),)), *blocks), "authentic")
    tree = ElementTree.fromstring(book(made(edition, "en", "docx"))["word/document.xml"])
    lists = {
        "".join(paragraph.itertext()): number.get(f"{W}val")
        for paragraph in tree.iter(f"{W}p")
        for number in paragraph.iter(f"{W}numId")
    }
    first, second, bullets, within, *last = (lists[f"item {n}"] for n in (1, 2, 0, 4, 5, 6))
    assert first == second
    assert len({first, bullets, within, last[0]}) == 4
    assert last[0] == last[1]


def test_notes_that_word_processors_have_no_place_for_stand_below(edition: dict[str, Any]) -> None:
    edition = json.loads(json.dumps(edition))
    blocks = (
        Block("h", "heading1", (Run("Notes"),)),
        Block("p", "paragraph", (Run("words"), Run("", note="a"))),
        Block("a", "footnote", (Run("outer"), Run("", note="b"))),
        Block("b", "footnote", (Run("a note within a note"),)),
        Block("c", "footnote", (Run("a note of nothing"),)),
    )
    edition["sections"][1]["texts"]["en"] = text_json(blocks, "authentic")
    for format in ("docx", "txt", "md", "epub"):
        text = squeezed(read(made(edition, "en", format), format))
        assert squeezed("a note within a note") in text
        assert squeezed("a note of nothing") in text


def test_headings_of_other_files_leave_out_no_level(edition: dict[str, Any]) -> None:
    edition = json.loads(json.dumps(edition))
    blocks = [Block(f"b{n}", f"heading{n}", (Run(f"Level {n}"),)) for n in (1, 2, 3)]
    for place in (0, 1):
        edition["sections"][place]["texts"]["en"] = text_json(tuple(blocks), "authentic")
    lines = [line for line in made(edition, "en", "md").decode().splitlines() if "Level" in line and line[0] == "#"]
    assert [line.partition(" ")[0] for line in lines] == ["#", "##", "###", "##", "###", "####"]
    tree = ElementTree.fromstring(book(made(edition, "en", "docx"))["word/document.xml"])
    styles = [
        style.get(f"{W}val")
        for paragraph in tree.iter(f"{W}p")
        if "Level" in "".join(paragraph.itertext())
        for style in paragraph.iter(f"{W}pStyle")
    ]
    assert styles == ["Title", "Heading1", "Heading2", "Heading1", "Heading2", "Heading3"]


def test_words_of_a_position_are_no_structure(edition: dict[str, Any]) -> None:
    edition = json.loads(json.dumps(edition))
    side = next(each for part in edition["sections"] for each in part["positions"] if each["statement"])
    side["harms"] = "one line\n# and a heading"
    assert "\n# and a heading" not in made(edition, "en", "md").decode()


@pytest.mark.parametrize("format", ["html", "epub", "docx", "md", "txt"])
def test_a_front_without_words_leaves_the_title(edition: dict[str, Any], format: str) -> None:
    edition = json.loads(json.dumps(edition))
    edition["sections"][0]["texts"]["en"] = text_json((Block("h", "heading1", (Run(""),)),), "authentic")
    data = made(edition, "en", format)
    if format == "docx":
        paragraphs = ElementTree.fromstring(book(data)["word/document.xml"]).iter(f"{W}p")
        said = next("".join(p.itertext()) for p in paragraphs if p.find(f".//{W}pStyle[@{W}val='Title']") is not None)
    elif format == "epub":
        (page,) = (page for name, page in book(data).items() if name.endswith("/title.xhtml"))
        (title,) = ElementTree.fromstring(page).iter("{http://www.w3.org/1999/xhtml}h1")
        said = "".join(title.itertext())
    elif format == "html":
        said = next(words(each) for each in parse(data).iter("h1"))
    else:
        said = data.decode("utf-8-sig").split("\n\n")[0].removeprefix("# ")
    assert said.strip().startswith("Universal Declaration of Human Rights")


def test_word_processors_get_real_headings_lists_and_notes(edition: dict[str, Any]) -> None:
    html = mammoth.convert_to_html(BytesIO(made(edition, "en", "docx"))).value
    assert "<h1>4 Lists, notes &amp; &lt;marks&gt;</h1>" in html
    assert "<ul><li>One <strong>strong</strong>" in html
    assert html.count("<ol><li>first") == 2
    assert '<a href="https://example.org/?a=1&amp;b=2">there</a>' in html
    assert html.count('<li id="footnote-') == 2


def test_every_part_of_a_word_processors_file_is_xml_and_announced(edition: dict[str, Any]) -> None:
    parts = book(made(edition, "ar", "docx"))
    types = {e.get("PartName") for e in ElementTree.fromstring(parts["[Content_Types].xml"])}
    for name, data in parts.items():
        ElementTree.fromstring(data)
        assert f"/{name}" in types or name.endswith(".rels") or name == "[Content_Types].xml"
    body = parts["word/document.xml"].decode()
    assert "<w:bidi/>" in body
    assert "<w:rtl/>" in body


def test_every_paragraph_of_a_word_processors_file_says_its_direction(edition: dict[str, Any]) -> None:
    """One that says nothing takes that of the pages, and the full stop of a French one stands at its left there."""
    edition = json.loads(json.dumps(edition))
    edition["networks"][0]["card"] = {"who": "Many people."}
    parts = book(made(edition, "ar", "docx"))
    directions: dict[str, set[str | None]] = {}
    for name in ("word/document.xml", "word/footnotes.xml"):
        for paragraph in ElementTree.fromstring(parts[name]).iter(f"{W}p"):
            [said] = paragraph.iter(f"{W}bidi")
            directions.setdefault("".join(paragraph.itertext()), set()).add(said.get(f"{W}val"))
    assert directions["Chez nous, on lit cela autrement."] == {"0"}
    assert directions["عندنا يُقرأ هذا على وجه آخر."] == {None}
    assert any(words.endswith(": \u200eMany people.\u200e") for words in directions)
    assert directions[f"\u200e{ORIGIN}/d/open-well/1/ar/\u200e"] == {None}


def test_markdown_reads_back_to_the_same_structure(edition: dict[str, Any]) -> None:
    html = MarkdownIt().render(made(edition, "en", "md").decode())
    assert html.count("<h1>") == 1
    assert html.count("<h2>") == 13
    assert '<a href="https://example.org/?a=1&amp;b=2">there</a>' in html


def test_plain_text_counts_and_says_where_links_lead(edition: dict[str, Any]) -> None:
    text = made(edition, "en", "txt").decode("utf-8-sig")
    for line in ("• One strong[1]", "    • below", "1. first again[1]", "    Two", "    lines", "[2] Another"):
        assert line in text.splitlines()
    assert "there <https://example.org/?a=1&b=2>[2]" in text


def test_json_says_who_said_what(edition: dict[str, Any]) -> None:
    value = json.loads(made(edition, "ar", "json"))
    assert (value["edition"], value["locale"], value["direction"]) == (1, "ar", "rtl")
    [part] = [part for part in value["sections"] if part["id"] == "article-3"]
    [said] = [each for each in part["positions"] if each["statement"]]
    assert said["statement"]["texts"]["fr"]["approved"] is True
    assert value["sections"][2]["status"] == "source"


def test_a_text_that_begins_with_no_heading_and_an_empty_one_come_out(edition: dict[str, Any]) -> None:
    one = example_edition(1)
    one["sections"][1]["texts"]["en"] = text_json((replace(HARD[6], id="first"), *HARD[1:]), "authentic")
    one["sections"][2]["texts"]["en"] |= {"body": [], "title": ""}
    del one["sections"][0]
    for format in LIGHT:
        assert made(one, "en", format)


@pytest.mark.parametrize("tag", ["en", "ar", "hi"])
def test_the_picture_for_links_has_the_title_in_its_own_script_and_direction(edition: dict[str, Any], tag: str) -> None:
    data = made(edition, tag, "png")
    assert data == made(edition, tag, "png")
    picture = Image.open(BytesIO(data)).convert("L")
    assert picture.size == (1200, 630)
    ink = picture.crop((0, 40, 1200, 320)).point(lambda value: 255 if value < 128 else 0).getbbox()
    assert ink is not None
    assert ink[0] == pytest.approx(80, abs=16) if tag != "ar" else ink[2] == pytest.approx(1120, abs=16)


def test_a_long_title_gets_smaller_letters() -> None:
    assert [title_size(words) for words in ("Water", "界" * 20, "x" * 100, "x" * 500)] == [92, 72, 42, 32]
