"""Blocks that go on keep their identity, whatever comes between them; a translation finds its source by place."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from drafting.actions.writing.pairing import paired_with_source, with_identities
from drafting.domain.prose import Block, Run, Text, digest
from tests.fakes import block

OLD: Text = (
    block("a", "Title", "heading1", of="sa"),
    block("b", "Water is a common good of all", of="sb"),
    block("c", "Land belongs to those who tend it", of="sc"),
    block("d", "Work", of="sd"),
)


def renewed(*words: str) -> Text:
    kinds = ["heading1", *["paragraph"] * len(words)]
    return tuple(block(f"new{n}", w, kind) for n, (w, kind) in enumerate(zip(words, kinds, strict=False)))


def ids(text: Text) -> list[str]:
    return [b.id for b in text]


def test_blocks_keep_their_ids_where_one_comes_between_and_their_words_change() -> None:
    new = renewed("Another name", "Preamble", "Water is a common good", "Land belongs to those who tend it", "Work")
    paired = with_identities(OLD, new)
    assert ids(paired) == ["a", "new1", "b", "c", "d"]
    assert [b.of for b in paired] == ["sa", None, "sb", "sc", "sd"]


def test_blocks_keep_their_ids_where_one_goes() -> None:
    assert ids(with_identities(OLD, renewed("Title", "Land belongs to those who tend it well", "Work"))) == [
        "a",
        "c",
        "d",
    ]


def test_as_many_others_take_the_places_over() -> None:
    assert ids(with_identities(OLD, renewed("One", "Two", "Three", "Four"))) == ["a", "b", "c", "d"]


def test_references_follow_their_footnotes() -> None:
    old = (Block("p", "paragraph", (Run("x"), Run("", note="n"))), block("n", "A note.", "footnote"))
    new = (Block("q", "paragraph", (Run("y"), Run("", note="m"))), block("m", "A note.", "footnote"))
    assert with_identities(old, new)[0].runs[1].note == "n"


TEXTS = st.lists(st.sampled_from(["", "one", "two", "one two three", "two three four"]), max_size=8)


@given(TEXTS, TEXTS)
def test_identities_stay_unique_and_words_stay_the_same(old: list[str], new: list[str]) -> None:
    before = tuple(block(f"old{n}", words) for n, words in enumerate(old))
    after = tuple(block(f"new{n}", words) for n, words in enumerate(new))
    paired = with_identities(before, after)
    assert len(set(ids(paired))) == len(paired)
    assert digest(paired) == digest(after)


def test_a_translation_pairs_by_place_only_where_its_shape_is_the_same() -> None:
    target = tuple(replace(b, id=f"t{b.id}", of=None) for b in OLD)
    assert paired_with_source(OLD, target) == (tuple(replace(b, of=b.id[1:]) for b in target), True)
    shorter, is_whole = paired_with_source(OLD, target[:-1])
    assert ([b.of for b in shorter], is_whole) == (["a", None, None], False)
    assert paired_with_source(OLD, ()) == ((), False)
