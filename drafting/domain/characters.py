"""Characters that change what is read without being seen, and where they have a real use."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drafting.domain.prose import Text

JOINERS: Final = "\u200c\u200d"
# Scripts that are written with joiners: Arabic and its relatives, Syriac, Indic and South-East Asian, Mongolian.
_JOINING = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1aaf\ua800-\uabff\ufb50-\ufeff"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
# Scripts written without spaces, in which a zero-width space marks a word.
_SPACELESS = re.compile("[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\uaa60-\uaadf]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_DIRECTION_MARKS = "\u200e\u200f\u061c"
_ISOLATE_OPEN, _ISOLATE_CLOSE = "\u2066\u2067\u2068", "\u2069"
_OVERRIDES = "\u202a\u202b\u202c\u202d\u202e"
_INVISIBLE = "\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\u180e\u034f\u115f\u1160\u3164\uffa0"
_PICTOGRAPH = re.compile("[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """A character that may not stand where it stands: its block, its place among the block's words, its code point."""

    block: str
    offset: int
    character: str

    @property
    def code_point(self) -> str:
        return f"U+{ord(self.character):04X}"


def faults(text: Text) -> list[Fault]:
    """Invisible, direction-changing and unassigned characters outside their real use, over a whole text."""
    return [Fault(block.id, at, char) for block in text for at, char in _faults_in(block.words)]


def _faults_in(words: str) -> Iterator[tuple[int, str]]:
    depth = 0
    for at, char in enumerate(words):
        if char in _ISOLATE_OPEN:
            depth += 1
        elif char in _ISOLATE_CLOSE:
            depth -= 1
        if depth < 0 or not _has_real_use(words, at, char):
            yield at, char
            depth = max(depth, 0)
    if depth:
        yield len(words) - 1, words[-1]


def _has_real_use(words: str, at: int, char: str) -> bool:
    around = words[max(0, at - 1) : at] + words[at + 1 : at + 2]
    if char in JOINERS:
        return bool(_JOINING.search(around) or _PICTOGRAPH.search(around))
    if char == "\u200b":
        return bool(_SPACELESS.search(around))
    if char in _DIRECTION_MARKS:
        return bool(_RIGHT_TO_LEFT.search(words))
    if char in _OVERRIDES or char in _INVISIBLE:
        return False
    return unicodedata.category(char) != "Cn"
