"""What readers of a PDF get when they copy, search or listen: its text layer, as poppler's ``pdftotext`` gives it back.

A paragraph is verbatim where the layer holds the very same characters in the same order. Compared in NFC and without
what has no meaning of its own on a page: white space (a line's end may be a space or nothing), soft hyphens, and the
invisible marks of direction and joining of lines.
"""

import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from drafting.domain.prose import Block
from drafting.publishing.reading import Reading

READER: Final = "pdftotext"
PATIENCE: Final = 30
_NO_WORDS: Final = re.compile("[\\s\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")
# Below this a piece is found anywhere and proves nothing.
_SHORTEST: Final = 2


def has_reader() -> bool:
    return shutil.which(READER) is not None


def read_pages(data: bytes) -> list[str]:
    """The words of each page of a PDF, in the order of reading. ``data`` is the file."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        command = [READER, "-enc", "UTF-8", file.name, "-"]
        done = subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    return done.stdout.decode("utf-8", "replace").split("\f")


def squeezed(text: str) -> str:
    """The characters that count."""
    return _NO_WORDS.sub("", unicodedata.normalize("NFC", text))


def pieces(reading: Reading) -> list[str]:
    """Every title, paragraph, item and footnote, cut where a footnote is referred to, since its number stands there."""
    out: list[str] = []
    for part in reading.parts:
        for block in part.text.body:
            out += _between_notes(block)
    return [piece for piece in out if len(squeezed(piece)) >= _SHORTEST]


def _between_notes(block: Block) -> list[str]:
    found = [""]
    for run in block.runs:
        if run.note is None:
            found[-1] += run.text
        else:
            found.append("")
    return found


def missing(pages: Sequence[str], wanted: Iterable[str]) -> list[str]:
    """The pieces that do not come back. One that runs over the end of a page may have a running head in its midst."""
    squeezed_pages = [squeezed(page) for page in pages]
    whole = "\f".join(squeezed_pages)
    return [piece for piece in wanted if not _is_found(squeezed(piece), whole, squeezed_pages)]


def _is_found(piece: str, whole: str, pages: Sequence[str]) -> bool:
    return piece in whole or any(_runs_over(piece, pages, place) for place in range(len(pages) - 1))


def _runs_over(piece: str, pages: Sequence[str], place: int) -> bool:
    """Whether the piece begins on this page and goes on, without a gap, on those that follow."""
    length = _held(piece, pages[place])
    rest = piece[length:]
    if not length:
        return False
    following = pages[place + 1 :]
    return bool(following) and (rest in following[0] or _runs_over(rest, following, 0))


def _held(piece: str, page: str) -> int:
    """The length of the longest beginning of the piece that the page holds."""
    low, high = 0, len(piece)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if piece[:middle] in page else (low, middle - 1)
    return low


def share(data: bytes, reading: Reading) -> tuple[float, list[str]]:
    """The share of pieces that come back verbatim, 0 to 1, and those that do not. Needs :func:`has_reader`."""
    wanted = pieces(reading)
    lost = missing(read_pages(data), wanted)
    return (1 - len(lost) / len(wanted) if wanted else 1.0), lost
