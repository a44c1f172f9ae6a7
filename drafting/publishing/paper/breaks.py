"""Where lines may end in scripts that write no spaces, or whose words the page maker would cut.

Thai, Lao, Khmer and Burmese are looked up in ICU's dictionaries, where the system has ICU, and get U+200B at word ends.
Korean words are held together by U+2060. Neither character reaches the text layer of the PDF.
"""

import ctypes
import re
from collections.abc import Iterator
from ctypes.util import find_library
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

SPACE: Final = "\u200b"
JOINER: Final = "\u2060"
_UNSPACED: Final = re.compile("[\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f\u1a20-\u1aaf]{2,}")
# Longer than any word that people write; without a break each line of it would be measured to its end.
_ENDLESS: Final = re.compile("[0-9A-Za-z_\u00c0-\u0dff\u10a0-\u10ff\u1e00-\u1fff]{60,}")
_PIECE: Final = re.compile(".{10}(?![\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff])")
_INSIDE_KOREAN: Final = re.compile("(?<=[\uac00-\ud7a3A-Za-z0-9])(?=[\uac00-\ud7a3])")
_BETWEEN_TAGS: Final = re.compile(r">[^<>]+<")
_UBRK_LINE: Final = 2
_DONE: Final = -1
_FOLDERS: Final = ("/usr/lib/*", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/opt/icu4c*/lib", "/lib/*")


class Icu:
    """ICU's line breaker through its C interface, whose names end in the library's number."""

    def __init__(self, library: ctypes.CDLL, number: str) -> None:
        self.number = number
        self._open = self._function(library, "ubrk_open")
        self._open.restype = ctypes.c_void_p
        self._open.argtypes = [
            ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int32, ctypes.POINTER(ctypes.c_int)
        ]  # fmt: skip
        self._next = self._function(library, "ubrk_next")
        self._next.argtypes = [ctypes.c_void_p]
        self._close = self._function(library, "ubrk_close")
        self._close.argtypes = [ctypes.c_void_p]
        self._close.restype = None

    def _function(self, library: ctypes.CDLL, name: str) -> Any:
        suffix = f"_{self.number}" if self.number else ""
        return getattr(library, name + suffix)

    def pieces(self, text: str) -> list[str]:
        """The text cut where a line may end; the whole where ICU has no dictionary."""
        units = text.encode("utf-16-le")
        buffer = ctypes.create_string_buffer(units)
        error = ctypes.c_int(0)
        breaker = self._open(_UBRK_LINE, b"th", buffer, len(units) // 2, ctypes.byref(error))
        if error.value > 0:
            return [text]
        out, start = [], 0
        while (end := self._next(breaker)) != _DONE:
            out.append(units[2 * start : 2 * end].decode("utf-16-le"))
            start = end
        self._close(breaker)
        return out


def _candidates(library: str) -> list[Path]:
    found = [path for folder in _FOLDERS for path in Path("/").glob(f"{folder.lstrip('/')}/lib{library}.*")]
    return sorted(found, key=lambda path: (len(path.name), path.name))


def icu_libraries(library: str) -> Iterator[tuple[ctypes.CDLL, str]]:
    """The system's copies of one of ICU's libraries, and the number at which the names of its functions end."""
    named = find_library(library)
    for name in [*([named] if named else []), *(str(path) for path in _candidates(library))]:
        numbers = re.findall(r"(?<=[.])(\d+)", name) or [""]
        try:
            yield ctypes.CDLL(name), numbers[0]
        except OSError:
            continue


@lru_cache(maxsize=1)
def icu() -> Icu | None:
    """The system's ICU; none where it is missing, and then unspaced scripts break where they happen to."""
    for library, number in icu_libraries("icuuc"):
        try:
            return Icu(library, number)
        except AttributeError:
            continue
    return None


def _cut(match: re.Match[str]) -> str:
    breaker = icu()
    return SPACE.join(breaker.pieces(match.group())) if breaker else match.group()


def with_breaks(text: str) -> str:
    """Plain words with U+200B where a line may end, and U+2060 where it may not."""
    text = _ENDLESS.sub(lambda match: _PIECE.sub(lambda piece: piece.group() + SPACE, match.group()), text)
    return _INSIDE_KOREAN.sub(JOINER, _UNSPACED.sub(_cut, text))


def mark_breaks(html: str) -> str:
    """The same for the words between the tags of a page's body; attributes and the head stay as they are."""
    head, body, rest = html.partition("<body")
    return head + body + _BETWEEN_TAGS.sub(lambda match: with_breaks(match.group()), rest)
