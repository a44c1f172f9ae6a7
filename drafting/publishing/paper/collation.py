"""The order of names as readers of a language look them up: ICU's collation, where the system has ICU."""

import ctypes
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

from drafting.publishing.paper.breaks import icu_libraries
from drafting.publishing.words import parents

LONGEST_KEY: Final = 4096
Key = bytes | str
Item = TypeVar("Item")


class Collator:
    """ICU's collator through its C interface. ``key`` gives bytes that sort as the language sorts."""

    def __init__(self, library: ctypes.CDLL, number: str, tag: str) -> None:
        suffix = f"_{number}" if number else ""
        opens: Any = getattr(library, f"ucol_open{suffix}")
        opens.restype, opens.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)]
        self._keys: Any = getattr(library, f"ucol_getSortKey{suffix}")
        self._keys.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_char_p, ctypes.c_int32]
        error = ctypes.c_int(0)
        # Kept open as long as the process: collators are few, and remembered.
        self._collator = opens(tag.replace("-", "_").encode("ascii"), ctypes.byref(error))
        if error.value > 0:
            raise OSError(f"ICU has no order for {tag}")

    def key(self, text: str) -> bytes:
        units = text.encode("utf-16-le")
        room = ctypes.create_string_buffer(LONGEST_KEY)
        self._keys(self._collator, units, len(units) // 2, room, LONGEST_KEY)
        return room.value


def _plain_key(text: str) -> str:
    """Letters without case and marks; scripts follow each other as in Unicode."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


@lru_cache(maxsize=64)
def _key_of(tag: str) -> Callable[[str], Key]:
    for library, number in icu_libraries("icui18n"):
        for candidate in [*parents(tag), "root"]:
            try:
                return Collator(library, number, candidate).key
            except (OSError, AttributeError):
                continue
    return _plain_key


def in_order(items: Sequence[Item], name: Callable[[Item], str], tag: str) -> list[Item]:
    """The items by their names, in the order of a language, its own script first; equal names stay as they are."""
    key = _key_of(tag)
    keyed: list[tuple[Any, int]] = sorted(
        (key(name(item).lstrip(" \"'“‘«(")), place) for place, item in enumerate(items)
    )
    return [items[place] for _, place in keyed]
