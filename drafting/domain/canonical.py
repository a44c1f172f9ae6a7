"""JSON in its one form (RFC 8785), restricted to what every language reads alike: no fractions, no numbers beyond
2^53 - 1, no lone surrogates."""

import json
import re
from typing import Any, Final

import rfc8785

MAX_NUMBER: Final = 2**53 - 1
DEEPEST: Final = 64
"""How deep arrays and objects may lie in each other in what strangers read: languages stop at different depths."""
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}\Z")


def canonical_json(value: Any) -> bytes:
    """The bytes. Raises ValueError for what cannot be written."""
    _refuse_numbers(value)
    if _has_plain_keys(value):
        # Then the standard library's encoder gives the same bytes, much faster.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    return rfc8785.dumps(value)


def _refuse_numbers(value: Any) -> None:
    if isinstance(value, float) or (is_number(value) and abs(value) > MAX_NUMBER):
        raise ValueError(f"{value} is no number that every language reads alike")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        _refuse_numbers(each)


def _has_plain_keys(value: Any) -> bool:
    if isinstance(value, dict):
        return all(key.isascii() for key in value) and all(_has_plain_keys(each) for each in value.values())
    return not isinstance(value, list | tuple) or all(_has_plain_keys(each) for each in value)


def read_canonical(data: bytes) -> Any:
    """The value of canonical bytes; None (which nothing here is) where they are not."""
    try:
        value = json.loads(data.decode())
        return value if not _is_deeper(value, DEEPEST) and canonical_json(value) == data else None
    except (ValueError, RecursionError):
        return None


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(each, levels - 1) for each in inner)


def is_number(value: object) -> bool:
    """A whole number; JSON's true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_digest(value: object) -> bool:
    """``sha256:`` and 64 hexadecimal digits in lower case."""
    return isinstance(value, str) and _DIGEST.match(value) is not None
