"""The part of CBOR (RFC 8949) that authenticators speak: definite lengths, whole numbers, bytes, text, lists, maps."""

from collections.abc import Hashable
from typing import Any, Final

DEEPEST: Final = 8
_LENGTHS: Final = {24: 1, 25: 2, 26: 4, 27: 8}
_SIMPLE: Final = {20: False, 21: True, 22: None}


class CborInvalid(ValueError):
    """Not what an authenticator writes."""


def read_one(data: bytes, deepest: int = DEEPEST) -> tuple[Any, bytes]:
    """The first value, and the bytes behind it. Raises :class:`CborInvalid`."""
    if deepest == 0:
        raise CborInvalid("nested too deeply")
    kind, number, rest = _head(data)
    match kind:
        case 0:
            return number, rest
        case 1:
            return -1 - number, rest
        case 2:
            return _cut(rest, number)
        case 3:
            words, rest = _cut(rest, number)
            try:
                return words.decode(), rest
            except UnicodeDecodeError as error:
                raise CborInvalid("text that is none") from error
        case 4:
            return _items(rest, number, deepest - 1)
        case 5:
            return _pairs(rest, number, deepest - 1)
        case 7 if number in _SIMPLE:
            return _SIMPLE[number], rest
    raise CborInvalid("a kind that no authenticator uses")


def _head(data: bytes) -> tuple[int, int, bytes]:
    """(kind, number, what follows)."""
    first, rest = _cut(data, 1)
    kind, short = first[0] >> 5, first[0] & 31
    if short < 24:
        return kind, short, rest
    if short not in _LENGTHS:
        raise CborInvalid("a length that is open")
    number, rest = _cut(rest, _LENGTHS[short])
    return kind, int.from_bytes(number, "big"), rest


def _cut(data: bytes, length: int) -> tuple[bytes, bytes]:
    if len(data) < length:
        raise CborInvalid("cut off")
    return data[:length], data[length:]


def _items(data: bytes, count: int, deepest: int) -> tuple[list[Any], bytes]:
    found = []
    for _ in range(count):
        value, data = read_one(data, deepest)
        found.append(value)
    return found, data


def _pairs(data: bytes, count: int, deepest: int) -> tuple[dict[Hashable, Any], bytes]:
    found: dict[Hashable, Any] = {}
    for _ in range(count):
        name, data = read_one(data, deepest)
        if not isinstance(name, int | str) or name in found:
            raise CborInvalid("a name that is none, or stands twice")
        found[name], data = read_one(data, deepest)
    return found, data
