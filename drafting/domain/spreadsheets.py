"""A table that somebody saved as CSV: in which encoding, with which delimiter, and its rows.

Nothing is guessed silently: what can be read in more than one way is for a person to decide.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from drafting.domain.errors import Code, Refusal

ROLL: Final = "roll"
"""What a refusal is of, where other forms have fields of the same name."""
ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "windows-1252": "cp1252",
    "windows-1256": "cp1256",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1254": "cp1254",
    "macintosh": "mac-roman",
    "gb18030": "gb18030",
    "shift_jis": "shift-jis",
}
"""The names that IANA gives them → Python's."""
SINGLE: Final = tuple(name for name in ENCODINGS if not name.startswith("utf-"))
"""Those whose bytes do not tell which one it is."""
_OF_SEVERAL_BYTES: Final = ("gb18030", "shift_jis")
"""In all other ones each byte is a letter, so that reading each byte once tells as much as reading the whole file."""
DELIMITERS: Final = (",", ";", "\t", "|")
MAX_COLUMNS: Final = 60
_LOOKED_AT: Final = 50
_HEAD: Final = 200_000
_LETTERS: Final = 16_384
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_WORKBOOK: Final = re.compile(
    rb"\xd0\xcf\x11\xe0|PK\x03\x04.{26}(?:\[Content_Types\]|_rels|docProps|xl/|mimetype)", re.S
)
"""XLS; XLSX and ODS by the first name in the archive."""
_FOREIGN: Final = re.compile(
    rb"%PDF|PK\x03\x04|\x89PNG|\xff\xd8\xff|GIF8|\x1f\x8b|\{\\rtf|<\?xml|<!doctype|<html|begin:vcard", re.I
)
"""What is no table, also where it reads as text."""
_END: Final = "\x1f"
"""Put behind the last line, and in no text: whatever cell it ends up in was opened and never closed."""
_NOWHERE: Final = re.compile("[\x00\x1f\ufffe\uffff]")
_UNUSED: Final = re.compile("[\x7f-\x84\x86-\x9f]")
"""What stands for nothing in encodings of one byte: where it is read, the encoding is another one."""
_CONTROL: Final = bytes(code for code in range(32) if code not in b"\t\n\r")
_MOST_CONTROL: Final = 100
"""A control character in so many is somebody's line break within a cell; its row is told. More are no text."""
csv.field_size_limit(2**31 - 1)  # A cell that is too long is told by its line; files are bounded.
_SAID: Final = re.compile(r"sep=(.)\r?\n?\Z", re.I)


@dataclass(frozen=True, slots=True)
class Guess:
    """``encoding``: what it certainly is, or empty; then ``candidates`` are the ones it may be, the likeliest first."""

    encoding: str
    candidates: tuple[str, ...] = ()


def refused(reason: str, **data: object) -> Refusal:
    """``bad_input`` of the file."""
    return Refusal(Code.BAD_INPUT, of=ROLL, field="file", reason=reason, **data)


def guess_encoding(data: bytes) -> Guess:
    """Raises ``bad_input`` with ``reason`` nothing, workbook or binary for what is no text."""
    mark, name = next(((mark, name) for mark, name in _BOMS if data.startswith(mark)), (b"", ""))
    bare = data[len(mark) :].strip()
    if not bare:
        raise refused("nothing")
    if _WORKBOOK.match(data):
        raise refused("workbook")
    if _FOREIGN.match(bare) or (name and not _reads(data, name)):
        raise refused("binary")
    if name:
        return Guess(name)
    if b"\0" in data:
        return _wide(data)
    if len(data) - len(data.translate(None, _CONTROL)) > len(data) // _MOST_CONTROL:
        raise refused("binary")
    if _reads(data, "utf-8"):
        return Guess("utf-8")
    each = bytes(sorted(set(data)))
    telling = {name: data if name in _OF_SEVERAL_BYTES else each for name in SINGLE}
    found = sorted((name for name in SINGLE if _reads(telling[name], name)), key=lambda name: -_likelihood(data, name))
    if not found:
        raise refused("binary")
    read = {name: telling[name].decode(ENCODINGS[name]) for name in reversed(found)}
    likeliest = {text: name for name, text in read.items()}  # of those that read alike
    return Guess("", tuple(name for name in found if likeliest[read[name]] == name))


def _wide(data: bytes) -> Guess:
    """UTF-16 without its mark: every other byte of spaces, commas and ends of lines is nought."""
    found = [name for name in ("utf-16-le", "utf-16-be") if _reads(data, name) and "\n" in data.decode(name)]
    if len(found) != 1:
        raise refused("binary")
    return Guess(found[0])


def _reads(data: bytes, name: str) -> bool:
    try:
        text = data.decode(ENCODINGS[name])
    except UnicodeDecodeError:
        return False
    return _NOWHERE.search(text) is None and (name.startswith("utf-") or _UNUSED.search(text) is None)


def _likelihood(data: bytes, name: str) -> float:
    """How many letters beyond ASCII stand as they usually do: Latin ones single, others among their own script."""
    text = data[:_LETTERS].decode(ENCODINGS[name], "ignore")
    strange = [place for place, letter in enumerate(text) if letter > "\x7f"]
    if not strange:
        return 0
    return sum(_fits(text, place) for place in strange) / len(strange)


def _fits(text: str, place: int) -> bool:
    own = _script(text[place])
    around = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    if own == "LATIN":
        return not any(letter > "\x7f" and letter.isalpha() for letter in around)
    return own != "" and all(_script(letter) in ("", own) for letter in around)


def _script(letter: str) -> str:
    if not letter.isalpha():
        return ""
    return unicodedata.name(letter, " ").split(" ", 1)[0]


def decode(data: bytes, encoding: str) -> str:
    """The text without its mark. Raises ``bad_input`` with ``reason`` encoding, or binary."""
    if encoding not in ENCODINGS:
        raise Refusal(Code.BAD_INPUT, of=ROLL, field="encoding", reason="choice")
    try:
        text = data.decode(ENCODINGS[encoding])
    except UnicodeDecodeError as error:
        raise Refusal(Code.BAD_INPUT, of=ROLL, field="encoding", reason="encoding") from error
    if _NOWHERE.search(text):
        raise refused("binary")
    return text.removeprefix("\ufeff")


def strange_lines(text: str, most: int = 4) -> list[str]:
    """The first lines that hold more than ASCII: by those a person sees whether the encoding is right."""
    for part in (text[:_HEAD], text):
        lines = (line for line in part.splitlines() if not line.isascii())
        found = [line[:120] for _, line in zip(range(most), lines, strict=False)]
        if found:
            return found
    return []


def guess_delimiter(text: str) -> str:
    """The one that gives the same number of cells in the most rows."""
    said = _SAID.match(text[:10].partition("\n")[0] + "\n")
    if said and said[1] in DELIMITERS:
        return said[1]
    return max(DELIMITERS, key=lambda delimiter: _evenness(text[:_HEAD], delimiter))


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    widths: list[int] = []
    try:
        for _, cells in rows_of(text, delimiter):
            widths.append(len(cells))
            if len(widths) >= _LOOKED_AT:
                break
    except Refusal as refusal:
        if refusal.data["reason"] != "quotes":  # The head may end within a cell.
            return 0, 0
    usual = max(set(widths), key=widths.count, default=0)
    if usual < 2:
        return 0, 0
    return widths.count(usual) / len(widths), usual


def rows_of(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    """(line, cells) of the rows that hold anything; lines count from 1, and a row has that of its first cell.

    Raises ``bad_input`` with ``reason`` columns, or quotes where a quotation mark is opened and never closed.
    """
    reader = csv.reader(chain(io.StringIO(text, newline=""), [_END]), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            if cells == [_END]:
                return
            if cells and cells[-1].endswith(_END):
                raise refused("quotes", line=line)
            if any(cell.strip() for cell in cells) and not (line == 1 and _SAID.match(delimiter.join(cells))):
                if len(cells) > MAX_COLUMNS:
                    raise refused("columns", line=line, most=MAX_COLUMNS)
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise refused("quotes", line=line) from error
