"""Comparing takes no longer than what is compared deserves, whatever was written to make it."""

from difflib import SequenceMatcher
from random import Random

import pytest

from drafting.domain.alike import STEPS, Alike
from drafting.domain.differences import Op, diff_words
from drafting.domain.prose import Block, Run
from drafting.sync.rewrite import align


class Counted(str):
    """A word that counts how often it is asked for its hash, which is what each step of a comparison does."""

    asked = 0

    __slots__ = ()

    def __hash__(self) -> int:
        Counted.asked += 1
        return str.__hash__(self)

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other)


def interleaved(mark: str, length: int) -> list[str]:
    """Every other word is the same, and nothing longer than it is alike."""
    return [word for number in range(length) for word in ("a", f"{mark}{number}")]


def test_what_people_write_is_compared_as_python_does() -> None:
    chance = Random(1)
    words = ("the", "right", "of", "all", "to", "a", "well", "and", "water", "is", "first")
    for _ in range(50):
        old = [chance.choice(words) for _ in range(chance.randrange(200))]
        new = [word for word in old if chance.random() > 0.1] + ["further"]
        assert Alike(old, new).get_opcodes() == SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


@pytest.mark.parametrize("length", [3_000, 30_000])
def test_what_was_made_to_take_for_ever_takes_so_many_steps(length: int) -> None:
    old, new = ([Counted(word) for word in interleaved(mark, length)] for mark in "uv")
    Counted.asked = 0
    Alike(old, new).get_opcodes()
    assert Counted.asked < STEPS


def test_a_paragraph_of_one_word_over_and_over_is_compared() -> None:
    old, new = "a " * 50_000, "a " * 50_000 + "b"
    pieces = diff_words(old, new)
    assert "".join(piece.text for piece in pieces if piece.op is not Op.DEL) == new
    assert "".join(piece.text for piece in pieces if piece.op is Op.DEL) in ("", old)


def test_blocks_that_were_made_to_take_for_ever_are_aligned() -> None:
    def text(mark: str) -> tuple[Block, ...]:
        return tuple(Block("", "paragraph", (Run(word),)) for word in interleaved(mark, 5_000))

    pairs = align(text("u"), text("v"))
    assert pairs == sorted(pairs)
