"""People's words become HTML through the text tree only, and everything in them is escaped."""

from collections.abc import Iterable

import html5lib
import pytest

from drafting.domain.prose import HARD_BREAK, Block, Run, Text
from drafting.publishing.html import SetSection, Setting, set_lines, set_section

HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</p></section><iframe src=//evil.example>",
    "{{ 7 * 7 }} {% raw %}",
    "<!--", "]]>", "&lt;b&gt;", "<svg/onload=alert(1)>", "<style>@import url(//evil.example)</style>",
]  # fmt: skip
HOSTILE_LINKS = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "vbscript:x", "https://ok.example/\" onmouseover=\"alert(1)", "//evil.example", "file:///etc/passwd", " https://a",
]  # fmt: skip


def section(*blocks: Block) -> Text:
    return (Block("t", "heading1", (Run("Title"),)), *blocks)


def paragraph(*runs: Run) -> Block:
    return Block("p", "paragraph", runs)


def listed(*items: tuple[str, str, int]) -> Iterable[Block]:
    return (Block(f"i{n}", kind, (Run(words),), depth) for n, (kind, words, depth) in enumerate(items))


def shape(html: str) -> str:
    """The elements alone, without attributes, words and spaces."""
    tree = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)

    def walk(element: object) -> str:
        inner = "".join(walk(child) for child in element)  # type: ignore[attr-defined]
        return f"{element.tag}({inner})"  # type: ignore[attr-defined]

    return "".join(walk(child) for child in tree)


def set_(text: Text, **options: object) -> SetSection:
    return set_section(text, Setting("s", **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("words", HOSTILE)
def test_words_stay_words(words: str) -> None:
    for kind in ("paragraph", "quote", "heading2", "bullet"):
        made = set_((Block("t", "heading1", (Run(words),)), Block("b", kind, (Run(words, strong=True, em=True),))))
        for html in (made.heading, made.body):
            tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
            assert words in "".join(tree.itertext())
            assert not {e.tag for e in tree.iter()} & {"script", "img", "iframe", "svg", "style"}


@pytest.mark.parametrize("href", HOSTILE_LINKS)
def test_links_that_run_are_no_links(href: str) -> None:
    made = set_(section(paragraph(Run("words", link=href))))
    assert "<a" not in made.body
    assert "words" in made.body


def test_a_link_gives_nothing_away() -> None:
    made = set_(section(paragraph(Run("words", link="https://a.example/?b=1&c=2"))))
    assert '<a href="https://a.example/?b=1&amp;c=2" rel="noopener nofollow">words</a>' in made.body


def test_lists_nest_as_lists() -> None:
    blocks = listed(
        ("bullet", "a", 0), ("ordered", "b", 1), ("ordered", "c", 1), ("bullet", "d", 0), ("ordered", "e", 0)
    )
    assert shape(set_(section(*blocks)).body) == "ul(li(ol(li()li()))li())ol(li())"


def test_a_list_may_begin_deep() -> None:
    blocks = listed(("bullet", "a", 3), ("bullet", "b", 1), ("bullet", "c", 0))
    assert shape(set_(section(*blocks)).body) == "ul(li(ul(li()))li())"


def test_items_of_one_depth_are_of_one_list_however_deep_they_begin() -> None:
    deep = listed(("ordered", "a", 2), ("ordered", "b", 2))
    assert shape(set_(section(*deep)).body) == "ol(li()li())"
    below = listed(("bullet", "a", 0), ("ordered", "b", 2), ("ordered", "c", 2))
    assert shape(set_(section(*below)).body) == "ul(li(ol(li()li())))"


def test_a_note_without_words_can_be_gone_to() -> None:
    made = set_(section(paragraph(Run("x"), Run("", note="n")), Block("n", "footnote", (Run(""),))))
    assert 'href="#s:note-1"' in made.body
    assert 'id="s:note-1"' in made.notes


def test_an_address_is_written_as_it_is_sent() -> None:
    made = set_(section(paragraph(Run("x", link="https://a.example/`{50%}?q=%20ü"))))
    assert 'href="https://a.example/%60%7B50%25%7D?q=%20ü"' in made.body


def test_headings_leave_out_no_level() -> None:
    blocks = [
        Block(f"h{n}", kind, (Run("h"),)) for n, kind in enumerate(["heading3", "heading3", "heading2", "heading3"])
    ]
    assert shape(set_(section(*blocks)).body) == "h3()h4()h3()h4()"


def test_headings_go_on_from_that_of_the_page() -> None:
    blocks = [Block(f"h{n}", kind, (Run("h"),)) for n, kind in enumerate(["heading2", "heading3", "heading2"])]
    assert shape(set_(section(*blocks), level=2).body) == "h2()h3()h2()"


def test_marks_and_breaks() -> None:
    made = set_(section(paragraph(Run(f"a{HARD_BREAK}b", strong=True), Run("c", em=True))))
    assert "<strong>a<br>b</strong><em>c</em>" in made.body


def test_footnotes_lead_there_and_back() -> None:
    note = Block("n", "footnote", (Run("the note"),))
    made = set_(section(paragraph(Run("x"), Run("", note="n"), Run("y"), Run("", note="n")), note), back="back")
    assert made.body.count('href="#s:note-1"') == 2
    assert made.body.count('id="s:ref-1"') == 1
    assert 'id="s:note-1"' in made.notes
    assert 'href="#s:ref-1"' in made.notes
    assert "the note" not in made.body


def test_footnotes_for_the_page_maker_stand_in_the_text_once() -> None:
    note = Block("n", "footnote", (Run("the note"),))
    made = set_(section(paragraph(Run("", note="n"), Run("y"), Run("", note="n")), note), notes_inline=True)
    assert made.body.count("the note") == 1
    assert made.notes == ""


def test_a_reference_to_nothing_is_left_out() -> None:
    assert set_(section(paragraph(Run("x"), Run("", note="gone")))).body == '<p id="s:1">x</p>\n'


def test_outdated_blocks_say_so() -> None:
    made = set_(section(paragraph(Run("x"))), flags={"p": "older <words>"})
    assert 'class="outdated"' in made.body
    assert "older &lt;words&gt;" in made.body


def test_paragraphs_have_addresses() -> None:
    made = set_(section(paragraph(Run("x")), *listed(("bullet", "a", 0), ("bullet", "b", 1))))
    assert [f'id="s:{n}"' in made.body for n in (1, 2, 3)] == [True, True, True]


def test_statements_are_lines() -> None:
    assert set_lines("a <b>\nc\n\n d ") == "<p>a &lt;b&gt;<br>c</p><p>d</p>"
