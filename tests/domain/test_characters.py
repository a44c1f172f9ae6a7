"""Characters nobody sees may stand only where a script needs them."""

import pytest

from drafting.domain.characters import faults
from drafting.domain.prose import Block, Run


def found(words: str) -> list[str]:
    return [fault.code_point for fault in faults((Block("a", "paragraph", (Run(words),)),))]


@pytest.mark.parametrize(
    "words",
    [
        "می‌خواهیم",  # Persian, zero-width non-joiner
        "क्‍ष",  # Devanagari, zero-width joiner
        "ភាសា​ខ្មែរ",  # Khmer, zero-width space between words
        "👩‍🌾",  # an emoji made of two
        "עברית \u200eABC\u200e",  # direction marks in Hebrew
        "A \u2067שלום\u2069 b",  # a balanced isolate
        "Plain words, “quoted”.",
    ],
)
def test_what_a_script_needs_is_welcome(words: str) -> None:
    assert found(words) == []


@pytest.mark.parametrize(
    ("words", "code_point"),
    [
        ("wa\u200bter", "U+200B"),
        ("wa\u200dter", "U+200D"),
        ("pay \u202e100\u202c", "U+202E"),
        ("left\u200e only", "U+200E"),
        ("open \u2067 never closed", "U+0064"),
        ("closed\u2069 never opened", "U+2069"),
        ("word\u2060joiner", "U+2060"),
        ("unassigned \u0378", "U+0378"),
    ],
)
def test_what_deceives_is_named(words: str, code_point: str) -> None:
    assert code_point in found(words)
