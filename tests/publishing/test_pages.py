"""The published pages: whole texts, clean HTML, small, no script, and they work from a folder on a stick."""

import json
import re
from datetime import UTC, datetime
from html import escape
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urldefrag

import pytest

from drafting.actions.release.publication import FORMATS
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import Block, Run
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from drafting.publishing.site import entry_pages
from tests import udhr
from tests.publishing.conftest import DEFAULT_LOCALES, NETWORKS, ORIGIN, example_edition, text_json
from tests.publishing.reader import parse, words

TEN_ARTICLES = 10
LIMIT = 50_000
# What thirty sections need beside their words. Tamil and Burmese have 30,000 and 36,000 bytes of those.
MOST_AROUND = 23_500


def tree_of(edition: dict[str, Any]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for locale in edition["locales"]:
        files |= render(edition, locale["tag"], "html", TEMPLATES, LOCALES)
    return files | entry_pages([edition], {}, TEMPLATES, LOCALES)


@pytest.fixture(scope="module")
def tree() -> dict[str, bytes]:
    return tree_of(example_edition(len(DEFAULT_LOCALES)))


def pages(tree: dict[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in tree.items() if path.endswith(".html")}


def index(tree: dict[str, bytes], tag: str) -> bytes:
    return tree[f"d/open-well/1/{tag}/index.html"]


def test_every_page_is_clean_and_small(tree: dict[str, bytes]) -> None:
    for path, data in pages(tree).items():
        parse(data)
        assert len(data) < LIMIT, path


@pytest.mark.parametrize("tag", udhr.LANGUAGES)
def test_a_whole_declaration_is_small_in_every_script(tag: str) -> None:
    tags = dict.fromkeys(["en", tag])
    page = next(iter(render(example_edition(locales=[*tags], sections=30), tag, "html", TEMPLATES, LOCALES).values()))
    said = sum(len(part.encode()) for heading, paragraphs in udhr.articles(tag) for part in [heading, *paragraphs])
    assert len(page) - said < MOST_AROUND
    if said < LIMIT - MOST_AROUND:
        assert len(page) < LIMIT


@pytest.mark.parametrize("tag", DEFAULT_LOCALES)
def test_every_article_stands_on_its_page(tree: dict[str, bytes], tag: str) -> None:
    text = " ".join(words(parse(index(tree, tag))).split())
    for place, (title, paragraphs) in enumerate(udhr.articles(tag)[:TEN_ARTICLES]):
        if tag == DEFAULT_LOCALES[2] and place == 1:
            continue
        assert all(part in text for part in [title, *paragraphs])


def test_direction_and_language_are_those_of_the_text(tree: dict[str, bytes]) -> None:
    for tag in DEFAULT_LOCALES:
        root = parse(index(tree, tag))
        assert root.get("lang") == tag
        assert root.get("dir") == ("rtl" if tag in {"ar", "he", "fa"} else "ltr")


def test_no_script_no_style_attribute_no_foreign_address(tree: dict[str, bytes]) -> None:
    for path, data in pages(tree).items():
        for element in parse(data).iter():
            assert not [name for name in element.attrib if name == "style" or name.startswith("on")], path
            assert element.tag not in {"style", "iframe", "form", "object"}
            assert element.tag != "img" or element.attrib["src"] == "qr.svg"
            if element.tag == "script":
                assert element.get("type") == "application/ld+json"
            if element.tag in {"link", "script"} and element.get("rel") == "stylesheet":
                assert "//" not in element.get("href")


def test_the_style_sheet_asks_for_nothing(tree: dict[str, bytes]) -> None:
    [sheet] = [data.decode() for path, data in tree.items() if path.endswith(".css")]
    assert "url(" not in sheet
    assert "@import" not in sheet
    assert not re.search(r"\b(margin|padding|border)-(left|right)\b|\btext-align: (left|right)\b", sheet)


def test_links_lead_to_files_of_the_same_tree(tree: dict[str, bytes]) -> None:
    others = {f"d/open-well/1/{tag}/open-well-1-{tag}.{f}" for tag in DEFAULT_LOCALES for f in FORMATS}
    others |= {"d/open-well/1/open-well-1-bundle.zip", "d/open-well/log/keys.json"}
    for path, data in pages(tree).items():
        tree_ = parse(data)
        for element in tree_.iter():
            target, fragment = urldefrag(element.get("href") or "")
            if not target or target.startswith(("http", "mailto")):
                assert not fragment or element.tag == "use" or any(e.get("id") == fragment for e in tree_.iter())
                continue
            parts: list[str] = []
            for part in (PurePosixPath(path).parent / target).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in tree.keys() | others, (path, target)


def test_ids_stand_once(tree: dict[str, bytes]) -> None:
    for path, data in pages(tree).items():
        ids = [element.get("id") for element in parse(data).iter() if element.get("id")]
        assert len(ids) == len(set(ids)), path


def test_languages_know_each_other(tree: dict[str, bytes]) -> None:
    page = parse(index(tree, "fr"))
    alternates = {e.get("hreflang"): e.get("href") for e in page.iter("link") if e.get("rel") == "alternate"}
    assert alternates["ar"] == f"{ORIGIN}/d/open-well/1/ar/"
    assert alternates["x-default"] == f"{ORIGIN}/d/open-well/"
    [canonical] = [e.get("href") for e in page.iter("link") if e.get("rel") == "canonical"]
    assert canonical == f"{ORIGIN}/d/open-well/1/fr/"
    switch = {e.get("lang"): e.text for e in page.iter("a") if e.get("hreflang")}
    assert switch["ar"] == "العربية"


def test_a_missing_translation_stands_in_the_source_with_a_notice(tree: dict[str, bytes]) -> None:
    page = parse(index(tree, DEFAULT_LOCALES[2]))
    [section] = [e for e in page.iter("section") if e.get("id") == "article-2"]
    [heading] = list(section.iter("h2"))
    assert (heading.get("lang"), heading.get("dir")) == ("en", "ltr")
    assert any("note" in (e.get("class") or "") for e in section.iter("p"))
    assert udhr.articles("en")[1][1][0] in words(section)


def test_an_outdated_paragraph_is_marked(tree: dict[str, bytes]) -> None:
    page = parse(index(tree, DEFAULT_LOCALES[1]))
    assert len([e for e in page.iter() if e.get("class") == "outdated"]) == 1


def test_reservations_stand_beside_their_section_in_every_language(tree: dict[str, bytes]) -> None:
    page = parse(index(tree, "en"))
    [section] = [e for e in page.iter("section") if e.get("id") == "article-3"]
    quotes = {e.get("lang"): (e.get("dir"), words(e)) for e in section.iter("blockquote")}
    assert quotes["en"][1] == "Among us, this is read in another way."
    assert quotes["fr"][1].startswith("Chez nous")
    assert quotes["ar"][0] == "rtl"
    assert "has not approved" in words(section)
    assert "All 7 networks consent, one of them with a reservation." in words(section)


def test_structured_data_is_data(tree: dict[str, bytes]) -> None:
    [script] = list(parse(index(tree, "fr")).iter("script"))
    value = json.loads(script.text)
    assert value["inLanguage"] == "fr"
    assert value["translationOfWork"]["@id"].endswith("/1/en/")


def test_names_cannot_break_out() -> None:
    edition = example_edition(2)
    evil = "</script><script>alert(1)</script>\"'>"
    edition["title"] = dict.fromkeys(edition["title"], evil)
    edition["networks"][0]["name"] = edition["networks"][0]["short"] = evil
    edition["networks"][0]["card"] = {"who": evil}
    edition["translators"] = {"fr": [evil]}
    edition["sections"][3]["positions"][3]["statement"]["texts"]["fr"]["text"] = evil
    for path, data in pages(tree_of(edition)).items():
        scripts = [e for e in parse(data).iter("script") if e.get("type") != "application/ld+json"]
        assert not scripts, path
        assert b"<script>" not in data
    feed = entry_pages([edition], {}, TEMPLATES, LOCALES)["d/open-well/feed.atom"]
    assert escape(evil, quote=False).encode() in feed


def test_many_networks_are_listed_instead_of_tabled() -> None:
    edition = example_edition(1)
    extra = [{"slug": f"n{i}", "name": f"Network {i}", "short": f"N{i}", "card": {}} for i in range(40)]
    edition["networks"] += extra
    files = pages(tree_of(edition))
    assert "<table" not in files["d/open-well/1/en/positions.html"].decode()
    assert "7 networks consent." in words(parse(files["d/open-well/1/en/index.html"]))


def test_an_older_edition_stays_and_the_chooser_leads_to_both() -> None:
    first, second = example_edition(2), example_edition(3)
    second["n"] = 2
    second["released_at"] = [datetime(2026, 9, 1, tzinfo=UTC).isoformat()]
    files = entry_pages([first, second], {}, TEMPLATES, LOCALES)
    links = {e.get("href") for e in parse(files["d/open-well/index.html"]).iter("a")}
    assert {"1/index.html", "2/index.html", "2/ar/index.html"} <= links
    older = {e.get("href") for e in parse(files["d/open-well/1/index.html"]).iter("a")}
    assert {"../2/index.html", "en/index.html"} <= older
    feed = files["d/open-well/feed.atom"].decode()
    assert feed.index("/d/open-well/2/") < feed.index("/d/open-well/1/")
    assert "2026-09-01T00:00:00Z" in feed


def test_languages_without_any_translation_have_no_link() -> None:
    edition = example_edition(3)
    source = {section["id"]: section["texts"]["en"] for section in edition["sections"]}
    for section in edition["sections"]:
        section["texts"]["ar"] = source[section["id"]] | {"status": "source"}
    page = parse(render(edition, "en", "html", TEMPLATES, LOCALES)["d/open-well/1/en/index.html"])
    assert "ar" not in {e.get("hreflang") for e in page.iter()}


def test_a_language_that_the_edition_lacks_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        render(example_edition(1), "../../x", "html", TEMPLATES, LOCALES)
    assert refused.value.code is Code.UNKNOWN_LOCALE


def test_positions_name_every_network(tree: dict[str, bytes]) -> None:
    page = parse(tree["d/open-well/1/en/positions.html"])
    assert [words(e) for e in page.iter("th")][1 : 1 + len(NETWORKS)] == [short for _, _, short in NETWORKS]
    assert "stands aside" in words(page)


def test_every_paragraph_has_an_address_of_its_own_and_a_link_to_it(tree: dict[str, bytes]) -> None:
    page = parse(index(tree, "ar"))
    links = [e for e in page.iter("a") if (e.get("aria-label") or "").startswith("¶")]
    ids = {e.get("id") for e in page.iter() if e.get("id")}
    assert {e.get("href")[1:] for e in links} == {id for id in ids if re.fullmatch(r"[a-z0-9-]+:\d+", id)}
    assert not any(words(e) for e in links)
    assert [e for e in page.iter("a") if not words(e) and not len(e)] == links


def test_two_languages_stand_side_by_side_paragraph_by_paragraph(tree: dict[str, bytes]) -> None:
    page = parse(tree["d/open-well/1/ar/beside.html"])
    rows = [list(e) for e in page.iter("div") if "pair prose" in (e.get("class") or "")]
    paired = {(row[0].get("lang"), row[1].get("lang"), row[1].get("dir")) for row in rows if len(row) == 2}
    assert paired == {("en", None, None)}
    alone = [words(row[0]) for row in rows if len(row) == 1]
    assert any(udhr.articles("en")[1][1][0] in each for each in alone)
    assert "d/open-well/1/en/beside.html" not in tree
    switch = {e.get("lang"): e.get("href") for e in page.iter("a") if e.get("hreflang")}
    assert (switch["en"], switch["fr"]) == ("../en/index.html", "../fr/beside.html")


def test_what_changed_since_the_former_edition_is_marked_word_by_word() -> None:
    former = example_edition(2, sections=4)
    now = json.loads(json.dumps({**former, "n": 2}))
    text = now["sections"][1]["texts"]["en"]
    text["body"][1]["runs"][0]["text"] = text["body"][1]["runs"][0]["text"].replace("dignity", "worth")
    text["digest"] = "sha256:other"
    del now["sections"][4]
    files = render({**now, "former": former}, "en", "changes", TEMPLATES, LOCALES)
    page = parse(files["d/open-well/2/en/changes.html"])
    assert [words(e).strip() for e in page.iter("del")][1:2] == ["dignity"]
    assert [words(e).strip() for e in page.iter("ins")][1:2] == ["worth"]
    assert "This section was taken out." in words(page)
    chooser = parse(entry_pages([former, now], {}, TEMPLATES, LOCALES)["d/open-well/index.html"])
    assert "2/fr/changes.html" in {e.get("href") for e in chooser.iter("a")}


def test_what_is_no_other_word_is_told_too() -> None:
    """Where a link leads, the order of the sections, and a translation that came later."""
    former = example_edition(locales=("en", "fr"), sections=4)
    link = Block("p", "paragraph", (Run("see "), Run("there", link="https://old.example/")))
    former["sections"][1]["texts"]["en"] = text_json((Block("h", "heading1", (Run("T"),)), link), "authentic")
    late = former["sections"][4]["texts"].pop("fr")
    now = json.loads(json.dumps({**former, "n": 2}))
    changed = json.loads(json.dumps(now["sections"][1]["texts"]["en"]).replace("old.example", "new.example"))
    now["sections"][1]["texts"]["en"] = {**changed, "digest": "sha256:other"}
    now["sections"][4]["texts"]["fr"] = late
    now["sections"][2], now["sections"][3] = now["sections"][3], now["sections"][2]
    english, french = (
        parse(next(iter(render({**now, "former": former}, tag, "changes", TEMPLATES, LOCALES).values())))
        for tag in ("en", "fr")
    )
    assert "their form, links or notes have changed" in words(english)
    assert "stand in another order now" in words(english)
    gone = [each for each in french.iter("p") if each.find("del") is not None and each.get("class") != "lead"]
    assert {paragraph.get("lang") for paragraph in gone} == {"en"}
