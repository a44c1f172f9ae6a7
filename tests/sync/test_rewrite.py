"""Writing a whole text by the smallest edits."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from pycrdt import Doc

from drafting.domain import prose
from drafting.domain.prose import Block, Run
from drafting.sync import markup
from drafting.sync.check import Known, check
from drafting.sync.rewrite import align, rewrite
from tests.sync.texts import live, texts


def content(text: prose.Text) -> list[tuple[Any, ...]]:
    """All of a text but its ids; footnote references by the place of their block."""
    places = {block.id: place for place, block in enumerate(text)}
    return [
        (b.kind, b.depth, b.of, [(r.text, r.marks) if r.note is None else places.get(r.note) for r in b.runs])
        for b in text
    ]


def read(body: markup.Roots) -> prose.Text:
    return markup.read(body.diff, body.properties)


@given(texts, texts)
def test_the_text_reads_like_the_target(before: prose.Text, after: prose.Text) -> None:
    doc, body = live(before)
    with doc.transaction():
        rewrite(body, after)
    assert content(read(body)) == content(after or (Block("", "paragraph"),))
    assert not markup.needs_repair(body.diff, body.properties)


@given(texts, texts)
def test_what_it_writes_passes_the_check(before: prose.Text, after: prose.Text) -> None:
    updates: list[bytes] = []
    doc: Doc[Any] = Doc(client_id=1)
    body = markup.roots(doc)
    subscription = doc.observe(lambda event: updates.append(event.update))
    for text in (before, after):
        with doc.transaction():
            rewrite(body, text)
    doc.unobserve(subscription)
    known = Known()
    for update in updates:
        checked = check(update, known)
        assert not checked.missing
        known.take(checked)


@given(texts)
def test_the_same_words_change_nothing(text: prose.Text) -> None:
    doc, body = live(text)
    state = doc.get_update()
    with doc.transaction():
        rewrite(body, read(body))
    assert doc.get_update() == state


@given(texts, texts)
def test_blocks_that_are_named_and_did_not_move_keep_their_ids(before: prose.Text, after: prose.Text) -> None:
    _, body = live(before)
    current = read(body)
    pairs = align(current, after)
    assert pairs == sorted(pairs)
    assert len({old for old, _ in pairs}) == len({new for _, new in pairs}) == len(pairs)


def paragraph(block: str, words: str, **changes: Any) -> Block:
    return Block(block, "paragraph", (Run(words),), **changes)


def test_words_of_others_survive_a_whole_rewrite() -> None:
    text = (paragraph("a", "We affirm the rights of all."), paragraph("b", "Nobody is left behind."))
    doc, body = live(text)
    other: Doc[Any] = Doc(client_id=2)
    others = markup.roots(other)
    other.apply_update(doc.get_update())
    others.body.insert(len(b"\0Nobody is left behind.") + len(b"\0We affirm the rights of all."), " Ever.", {})
    with doc.transaction():
        all_of_us = paragraph("x", "We all affirm the rights of everybody.")
        rewrite(body, (all_of_us, paragraph("y", "Nobody is left behind.")))
    doc.apply_update(other.get_update())
    assert [block.words for block in read(body)] == [
        "We all affirm the rights of everybody.",
        "Nobody is left behind. Ever.",
    ]
    assert [block.id for block in read(body)] == ["a", "b"]


def test_new_blocks_between_old_ones_leave_those_alone() -> None:
    doc, body = live((paragraph("a", "First things first"), paragraph("b", "Last things last")))
    state = doc.get_state()
    words = ("First things first", "Something new", "Last things last")
    with doc.transaction():
        rewrite(body, tuple(paragraph(block, text) for block, text in zip("pqr", words, strict=True)))
    assert [block.id for block in read(body)] == ["a", "q", "b"]
    update = doc.get_update(state)
    assert b"First" not in update
    assert b"Last" not in update


def test_a_footnote_keeps_its_reference_when_its_block_keeps_its_id() -> None:
    note = Block("n1", "footnote", (Run("See the annex."),))
    doc, body = live((replace(paragraph("a", "Words"), runs=(Run("Words"), Run("", note="n1"))), note))
    with doc.transaction():
        rewrite(
            body,
            (
                Block("z", "paragraph", (Run("Words"), Run("", note="fresh"), Run("!"))),
                Block("fresh", "footnote", (Run("See the annex."),)),
            ),
        )
    first, second = read(body)
    assert first.runs == (Run("Words"), Run("", note="n1"), Run("!"))
    assert second.id == "n1"


def test_a_source_can_be_forgotten() -> None:
    doc, body = live((paragraph("a", "Palabras", of="s1"),))
    assert read(body)[0].of == "s1"
    with doc.transaction():
        rewrite(body, (paragraph("a", "Palabras"),))
    assert read(body)[0].of is None


def test_marks_alone_change_no_words() -> None:
    doc, body = live((paragraph("a", "one two three"),))
    state = doc.get_state()
    with doc.transaction():
        rewrite(body, (Block("a", "paragraph", (Run("one "), Run("two", strong=True), Run(" three"))),))
    assert read(body)[0].runs == (Run("one "), Run("two", strong=True), Run(" three"))
    update = doc.get_update(state)
    assert b"two" not in update
