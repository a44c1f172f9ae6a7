"""Differences give both texts back, pair what belongs together, and point at what changes the meaning."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drafting.domain.differences import (
    BlockChange,
    BlockKind,
    Facts,
    Op,
    changed_facts,
    changed_share,
    diff_texts,
    diff_words,
    tokens,
)
from drafting.domain.prose import Block, Run, Text

WORDS = st.text(st.sampled_from("ab. \u00a0水井กำ\u0301é1"), max_size=30)


def text(*paragraphs: str) -> Text:
    return tuple(Block(f"b{words[:8]}{n}", "paragraph", (Run(words),)) for n, words in enumerate(paragraphs))


def same_ids(old: Text, *paragraphs: str) -> Text:
    return tuple(replace(block, runs=(Run(words),)) for block, words in zip(old, paragraphs, strict=True))


def kinds(changes: list[BlockChange]) -> list[str]:
    return [change.kind.value for change in changes]


@given(WORDS)
def test_tokens_joined_give_the_words_back(words: str) -> None:
    assert "".join(tokens(words)) == words


@given(WORDS, WORDS)
def test_pieces_give_the_new_words_back_and_the_old_ones_but_for_white_space(old: str, new: str) -> None:
    pieces = diff_words(old, new)
    assert "".join(p.text for p in pieces if p.op is not Op.DEL) == new
    assert "".join("".join(p.text for p in pieces if p.op is not Op.INS).split()) == "".join(old.split())


def test_a_word_that_changed_is_shown_and_its_neighbours_stay() -> None:
    pieces = [(p.op.value, p.text) for p in diff_words("We ask for water.", "We demand clean water.")]
    assert pieces == [("same", "We "), ("del", "ask for "), ("ins", "demand clean "), ("same", "water.")]


@pytest.mark.parametrize(
    ("old", "new", "gone", "come"),
    [("水是公共的。", "水不是商品。", "公共的", "不商品"), ("น้ำเป็นของเรา", "น้ำเป็นของเธอ", "รา", "ธอ")],
)
def test_scripts_without_spaces_are_compared_by_character(old: str, new: str, gone: str, come: str) -> None:
    pieces = diff_words(old, new)
    assert "".join(p.text for p in pieces if p.op is Op.DEL) == gone
    assert "".join(p.text for p in pieces if p.op is Op.INS) == come


def test_blocks_are_paired_by_their_id_then_by_their_words() -> None:
    old = text("Title", "Water is a common good of all.", "Land belongs to those who tend it.")
    new = (*same_ids(old[:2], "Another name", "Water is no good."), *text("Land belongs to those who tend it well."))
    changes = diff_texts(old, new)
    assert kinds(changes) == ["changed", "changed", "changed"]
    assert [(c.old, c.new) for c in changes] == list(zip(old, new, strict=True))


def test_what_came_what_went_and_what_stayed() -> None:
    old = text("Title", "One stays.", "Two goes away for ever.")
    new = (*old[:2], *text("Something else entirely here."))
    assert kinds(diff_texts(old, new)) == ["same", "same", "added", "removed"]
    assert diff_texts(old, old) == [BlockChange(BlockKind.SAME, block, block) for block in old]
    assert diff_texts((), ()) == []


def test_a_block_that_moved_is_said_to_have_moved() -> None:
    old = text("Title", "First of all.", "Second thoughts.", "Third time.")
    new = (old[0], old[2], old[3], old[1])
    assert sorted(kinds(diff_texts(old, new))) == ["moved", "same", "same", "same"]


def test_empty_blocks_are_no_difference() -> None:
    old = text("Title", "Words.")
    assert kinds(diff_texts(old, (*old, Block("e", "paragraph")))) == ["same", "same"]


@example(old=["11", "1"], new=["1", "1", "11"])
@given(st.lists(WORDS, max_size=5), st.lists(WORDS, max_size=5))
def test_every_block_of_both_texts_appears_once(old: list[str], new: list[str]) -> None:
    before, after = text(*old), text(*new)
    changes = diff_texts(before, after)
    filled = [block for block in after if not block.is_empty]
    assert [c.new for c in changes if c.new] == filled
    assert sorted(c.old.id for c in changes if c.old) == sorted(b.id for b in before if not b.is_empty)
    assert 0 <= changed_share(changes) <= 1


def test_how_much_was_rewritten() -> None:
    old = text("Title", "Water is a common.")
    assert changed_share(diff_texts(old, old)) == 0
    assert changed_share(diff_texts(old, text("Completely different words."))) == 1


def test_facts_that_change_the_meaning_are_named() -> None:
    old = text("In all of Kenya we owe 1,500 liters. We shall not sell it, nor lend it.")
    linked = Block("x", "paragraph", (Run("see", link="https://b.example"),))
    new = (*text("In all of Uganda we owe 15 liters. We shall sell it."), linked)
    assert changed_facts(old, new) == Facts(
        numbers_gone=("1,500",),
        numbers_new=("15",),
        names_gone=("Kenya",),
        names_new=("Uganda",),
        negations_gone=("not", "nor"),
        links_new=("https://b.example",),
    )


@pytest.mark.parametrize(
    ("positive", "negative"),
    [
        ("We do agree", "We don’t agree"),
        ("水是商品", "水不是商品"),
        ("نبيع الماء", "لا نبيع الماء"),
        ("Nous vendons", "Nous ne vendons pas"),
        ("Tunauza", "Kamwe tunauza"),
    ],
)
def test_a_negation_that_appears_is_named_in_many_languages(positive: str, negative: str) -> None:
    assert changed_facts(text(positive), text(negative)).negations_new
    assert changed_facts(text(negative), text(positive)).negations_gone
    assert not changed_facts(text(positive), text(positive))
