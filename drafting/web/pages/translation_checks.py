"""Checks between a block and its translation: what a reader of both would stumble over. Hints, never a gate."""

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from typing import Final

from drafting.domain.prose import Block
from drafting.web.i18n import Words

NUMBER: Final = re.compile(r"\d+(?:[.,\u066b\u066c\u2009\u00a0\u202f]\d+)*")
SHORTEST: Final = 40


def faults_between(words: Words, source: Block, target: Block | None) -> list[str]:
    """Sentences in the reader's language; empty where nothing was found or nothing is translated yet."""
    if target is None or target.is_empty:
        return []
    checks = (_numbers, _links, _notes, _same, _repeated, _length)
    return [sentence for check in checks if (sentence := check(words, source, target))]


def _digits(text: str) -> Counter[str]:
    """Numbers by value, whatever digits and separators a script writes them with."""
    return Counter("".join(str(unicodedata.digit(c)) for c in found if c.isdigit()) for found in NUMBER.findall(text))


def _numbers(words: Words, source: Block, target: Block) -> str:
    missing = _digits(source.words) - _digits(target.words)
    if not missing:
        return ""
    return words.gettext("A number of the source is missing or different: %(numbers)s.", numbers=", ".join(missing))


def _links(words: Words, source: Block, target: Block) -> str:
    ours, theirs = {r.link for r in source.runs if r.link}, {r.link for r in target.runs if r.link}
    return words.gettext("A link of the source is missing.") if ours and not theirs else ""


def _notes(words: Words, source: Block, target: Block) -> str:
    ours, theirs = sum(r.note is not None for r in source.runs), sum(r.note is not None for r in target.runs)
    return words.gettext("The footnotes differ in number.") if ours != theirs else ""


def _same(words: Words, source: Block, target: Block) -> str:
    is_same = len(source.words) > SHORTEST // 2 and source.words == target.words
    return words.gettext("The translation is the same as the source.") if is_same else ""


def _repeated(words: Words, source: Block, target: Block) -> str:
    tokens = target.words.split()
    twice = next((a for a, b in pairwise(tokens) if a == b and a.isalpha() and len(a) > 1), "")
    return words.gettext("A word stands twice in a row: %(word)s.", word=twice) if twice else ""


def _length(words: Words, source: Block, target: Block) -> str:
    """Half to one and a half of the length is usual for scripts with letters; ideographs need about a third."""
    if len(source.words) < SHORTEST:
        return ""
    dense = sum(unicodedata.east_asian_width(c) in "WF" for c in target.words) > len(target.words) / 2
    share = len(target.words) * (3 if dense else 1) / len(source.words)
    return words.gettext("The length is unusual for a translation.") if not 0.45 <= share <= 1.9 else ""
