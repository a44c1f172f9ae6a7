"""Markdown reads back to the same canonical bytes, and what a text cannot hold is refused with its line."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drafting.actions.writing.markdown import from_markdown, to_markdown
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import HARD_BREAK, KINDS, LISTS, MAX_DEPTH, Block, Run, Text, canonical_bytes
from tests.fakes import block

WORDS = st.text(
    st.one_of(
        st.sampled_from([*" \u00a0\u3000*_[]()<>&;#{}!|-+=~`\\:.1ab\"'/^", HARD_BREAK]),
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2029\ufeff\ufffc"),
    ),
    max_size=12,
)
HREFS = st.sampled_from(
    ["https://a.example/b_c*(d)?e=1&amp;f", "mailto:a@b.example", "http://x.example/\\y", "https://é.example/[z]"]
)


@st.composite
def texts(draw: Callable[[Any], Any]) -> Text:
    ids = [f"b{n}" for n in range(draw(st.integers(0, 6)))]
    run = st.builds(Run, WORDS, st.booleans(), st.booleans(), st.none() | HREFS)
    note = st.builds(lambda id: Run("", note=id), st.sampled_from([*ids, "missing"]))
    return tuple(
        Block(
            id,
            kind := draw(st.sampled_from(sorted(KINDS))),
            tuple(draw(st.lists(st.one_of(run, run, note), max_size=5))),
            draw(st.integers(0, MAX_DEPTH)) if kind in LISTS else 0,
        )
        for id in ids
    )


def plain(*runs: Run) -> Text:
    return (Block("b", "paragraph", runs),)


@given(texts())
@example(plain(Run("a", strong=True), Run("b", em=True), Run("c", strong=True, em=True), Run("d")))
@example(plain(Run(" a ", strong=True), Run("b")))
@example(plain(Run("wow!"), Run("x", link="https://a.example")))
@example(plain(Run(f"a{HARD_BREAK}---|---{HARD_BREAK}===")))
@example(plain(Run("0"), Run("0", strong=True), Run(" ", em=True)))
@example(plain(Run("", note="missing"), Run(": words")))
@example(plain(Run("^0", link="https://a.example")))
@example((block("b", "1986. A good year", "bullet", depth=3),))
@example((block("b", "a"), Block("n", "footnote"), block("m", "x", "footnote")))
def test_a_text_written_as_markdown_reads_back_to_the_same_bytes(text: Text) -> None:
    assert canonical_bytes(from_markdown(to_markdown(text))) == canonical_bytes(text), to_markdown(text)


def test_markdown_reads_as_people_write_it() -> None:
    text = from_markdown(
        "## Water\n\nIt is *ours*,\nand **not [sold](https://a.example/?b=1&c=2)**.[^why]\n\n"
        "- open\\\n  wells\n  1. count\n\n> A well with a lid\n> belongs to somebody.\n\n[^why]: Ask <https://b.example>\n"
        "### Small\n##### Smaller"
    )
    assert [(b.kind, b.depth, b.words) for b in text] == [
        ("heading1", 0, "Water"),
        ("paragraph", 0, "It is ours, and not sold."),
        ("bullet", 0, "open wells"),
        ("ordered", 1, "count"),
        ("quote", 0, "A well with a lid belongs to somebody."),
        ("footnote", 0, "Ask https://b.example"),
        ("heading2", 0, "Small"),
        ("heading3", 0, "Smaller"),
    ]
    assert text[1].runs[1] == Run("ours", em=True)
    assert text[1].runs[4] == Run("sold", strong=True, link="https://a.example/?b=1&c=2")
    assert text[1].runs[-1].note == text[5].id
    assert text[2].runs[0].text == f"open{HARD_BREAK}wells"


def test_what_is_written_is_pleasant_to_read() -> None:
    source = "## Water & land\n\nIt is *ours*, **all of it**: see [a_b](https://a.example).[^1]\n\n" + (
        "1. one\n   - two\n2. three\n\n[^1]: Because.\n"
    )
    assert to_markdown(from_markdown(source)) == source.replace("a_b", "a\\_b")


def test_footnotes_are_numbered_from_where_the_file_stands() -> None:
    text = from_markdown("a[^x]b[^y]\n\n[^y]: second\n\n[^x]: first")
    assert to_markdown(text, first_note=7) == "a[^7]b[^8]\n\n[^8]: second\n\n[^7]: first\n"


def test_empty_sources_give_empty_texts() -> None:
    assert from_markdown("") == from_markdown(" \n\n") == from_markdown("## \n") == ()
    assert to_markdown(()) == ""
    assert to_markdown((block("b", "", "heading1"),)) == ""


@pytest.mark.parametrize(
    ("source", "line", "what"),
    [
        ("a\n\n<div>b</div>", 3, "html"),
        ("a <b>c</b>", 1, "html"),
        ("a\nb <!-- c -->", 2, "html"),
        ("a\n\n| a | b |\n|---|---|\n| c | d |", 3, "table"),
        ("a ![b](https://c.example/d.png)", 1, "image"),
        ("![b](javascript:alert(1))", 1, "image"),
        ("```\na\n```", 1, "code"),
        ("a\n\n    b", 3, "code"),
        ("a `b`", 1, "code"),
        ("a\n\n***\n", 3, "rule"),
        ("[a](javascript:alert(1))", 1, "link"),
        ("a\nb [a](JaVaScRiPt&colon;alert(1))", 2, "link"),
        ("[a](java&#9;script:alert(1))", 1, "link"),
        ("[a](data:text/html,b)", 1, "link"),
        ("[a](//b.example)", 1, "link"),
        ("[a](b.html)", 1, "link"),
        ("<javascript:alert(1)>", 1, "link"),
        ("[a](<https://b.example/ c>)", 1, "link"),
        ('[a](https://b.example "c")', 1, "link_title"),
        ("[a][b]\n\n[b]: https://c.example", 3, "reference"),
        ("> - a", 1, "nested_block"),
        ("> > a", 1, "nested_block"),
        ("> ## a", 1, "nested_block"),
        ("- > a", 1, "nested_block"),
        ("- a\n\n  b", 3, "nested_block"),
        ("- - - - - - - a", 1, "list_depth"),
        ("a[^b]", 1, "footnote_missing"),
        ("a\n\n[^b]: c\n\n[^b]: d", 5, "footnote_twice"),
        ("a\nb\x01", 2, "character"),
        ("a&#x2029;", 1, "character"),
    ],
)
def test_what_a_text_cannot_hold_is_refused_with_its_line(source: str, line: int, what: str) -> None:
    with pytest.raises(Refusal) as refusal:
        from_markdown(source, first_line=10)
    assert refusal.value.code is Code.MARKDOWN_REFUSED
    assert (refusal.value.data["line"], refusal.value.data["what"]) == (line + 9, what)


def test_a_huge_source_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        from_markdown("a" * 1_000_001)
    assert refusal.value.code is Code.TOO_LARGE


@pytest.mark.parametrize(
    "source",
    ["[" * 2_000, "[" * 20_000, "<!--" * 9_000, "*a" * 2_000, "> " * 5_000 + "a", "- " * 5_000 + "a", "&" * 50_000],
)
def test_hostile_sources_end(source: str) -> None:
    outcome = "read"
    try:
        from_markdown(source)
    except Refusal as refusal:
        outcome = refusal.code.value
    assert outcome in ("read", Code.MARKDOWN_REFUSED.value)
