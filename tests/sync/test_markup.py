"""Reading a live text: total, and the same for everybody."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc

from drafting.domain import prose
from drafting.domain.prose import MAX_DEPTH, Block, Run
from drafting.sync import markup
from tests.sync.texts import live, texts

IDS = st.none() | st.sampled_from(["a", "b", "x0", "x1", "a~2"])


@given(texts)
def test_a_text_reads_as_it_was_written(text: prose.Text) -> None:
    _, body = live(text)
    if text:
        assert [(b.id, b.kind, b.depth, b.of) for b in markup.read(body.diff, body.properties)] == [
            (b.id, b.kind, b.depth, b.of) for b in text
        ]
    assert prose.digest(markup.read(body.diff, body.properties)) == prose.digest(text)


@given(texts)
def test_loading_it_anew_changes_nothing(text: prose.Text) -> None:
    doc, body = live(text)
    copy: Doc[Any] = Doc()
    copy.apply_update(doc.get_update())
    again = markup.roots(copy)
    assert markup.read(again.diff, again.properties) == markup.read(body.diff, body.properties)


def test_an_empty_text_is_an_empty_paragraph() -> None:
    assert markup.read([], {}) == (Block("x0", "paragraph"),)


def test_what_a_merge_may_leave_is_read_in_one_way() -> None:
    diff = [
        ("before\nthe first ", None),
        ({"b": "a"}, None),
        ("one", {"strong": True, "onclick": "x", "link": "javascript:x"}),
        ("two", {"strong": True}),
        ({"fn": "a"}, {"em": True}),
        ({"fn": "no id"}, None),
        ({"b": "a"}, None),
        ({"b": None}, None),
    ]
    properties = {"a.kind": "quote", "a.depth": 9.0, "a.of": "s1", "b.kind": "evil"}
    assert markup.read(diff, properties) == (
        Block("x0", "paragraph", (Run("before the first "),)),
        Block("a", "quote", (Run("onetwo", strong=True), Run("", note="a")), MAX_DEPTH, "s1"),
        Block("a~2", "quote", (), MAX_DEPTH, "s1"),
        Block("x3", "paragraph"),
    )
    assert markup.needs_repair(diff, properties)


def test_odd_values_read_as_none_at_all() -> None:
    for depth in (True, -1, 0.5, "2", None, float("nan"), float("inf")):
        (block,) = markup.read([({"b": "a"}, None)], {"a.depth": depth, "a.kind": "evil", "a.of": "no id"})
        assert block == Block("a", "paragraph")


@given(st.lists(IDS, max_size=8))
def test_effective_ids_are_unique_and_the_first_keeps_its_own(ids: list[str | None]) -> None:
    effective = markup.effective_ids(ids)
    assert len(set(effective)) == len(ids)
    for block in set(ids) - {None}:
        assert effective[ids.index(block)] == block


@given(texts, st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["a", "b1", "b2", None])), max_size=4))
def test_repair_writes_down_what_reading_shows(text: prose.Text, markers: list[tuple[int, str | None]]) -> None:
    doc, body = live(text)
    for at, block in markers:
        places = [0]
        for value, _ in body.diff:
            places.append(places[-1] + markup.size(value))
        body.body.insert_embed(places[min(at, len(places) - 1)], {"b": block}, {})
    body.body.insert(0, "bare ", {"onclick": "x"})
    body.blocks["zz.colour"] = "red"
    before = markup.read(body.diff, body.properties)
    with doc.transaction():
        markup.repair(body)
    after = markup.read(body.diff, body.properties)
    assert [(b.kind, b.depth, b.of, b.runs) for b in after] == [(b.kind, b.depth, b.of, b.runs) for b in before]
    assert not markup.needs_repair(body.diff, body.properties)
    assert all(b.id == a.id for b, a in zip(before, after, strict=True) if prose.is_id(b.id) and b.id[0] != "x")
    state = doc.get_state()
    with doc.transaction():
        markup.repair(body)
    assert doc.get_state() == state
