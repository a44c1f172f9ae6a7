"""The check of the most frequent update by far, in a third of the time: plain ASCII, typed next to what is known.

What it accepts, :mod:`drafting.sync.check` accepts with the same result; for everything else it says nothing.
"""

import re
from functools import lru_cache
from typing import Final

from drafting.sync.check import MAX_CLOCK, Checked, Known, unit
from drafting.sync.wire import MAX_NUMBER

# One client, one struct: client, clock, one origin or two, then a string and no deletions.
_NUMBER: Final = rb"([\x80-\xff]{0,7}[\x00-\x7f])"
_SHAPE: Final = re.compile(
    rb"\x01\x01%N%N(?:([\x44\x84])%N%N|\xc4%N%N%N%N)([\x01-\x7f])([ -~]+)\x00".replace(b"%N", _NUMBER)
)
_RIGHT: Final = b"\x44"


@lru_cache(maxsize=1 << 16)
def _number(data: bytes) -> int:
    number = 0
    for byte in reversed(data):
        number = number << 7 | byte & 127
    return number


def check_keystroke(data: bytes, known: Known) -> Checked | None:
    """None where it has to be looked at closely."""
    match = _SHAPE.fullmatch(data)
    if match is None:
        return None
    who, when, side, origin, at, left, left_at, right, right_at, length, words = match.groups()
    client, clock = _number(who), _number(when)
    end = clock + len(words)
    clocks = known.clocks
    if clocks.get(client, 0) != clock or length[0] != len(words) or end > MAX_CLOCK or client > MAX_NUMBER:
        return None
    if side is not None:
        fits = _stands(_number(origin), _number(at), known, side != _RIGHT)
    else:
        fits = (left, left_at) != (right, right_at) and (
            _stands(_number(left), _number(left_at), known, True)
            and _stands(_number(right), _number(right_at), known, False)
        )
    return Checked({client: end}) if fits else None


def _stands(client: int, clock: int, known: Known, is_left: bool) -> bool:
    """Whether the unit is known, stands in the body, and nothing is cut in two behind it, or before it."""
    place = unit(client, clock)
    return clock < known.clocks.get(client, 0) and place not in known.properties and place + is_left not in known.halves
