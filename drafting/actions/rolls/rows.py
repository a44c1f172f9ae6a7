"""The rows of a roll: each is one that can be signed with, or has a fault that is told by its line."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drafting.actions.names import checked_address, checked_line
from drafting.actions.signing.asking import MAX_NAME, MAX_PLACE
from drafting.domain.errors import Refusal
from drafting.domain.roll_columns import Column, is_ticked, plain
from drafting.domain.rolls import Reading
from drafting.domain.spreadsheets import decode, refused, rows_of

MAX_SHEET: Final = 40
_LONGEST: Final = {
    Column.NAME: MAX_NAME,
    Column.PLACE: MAX_PLACE,
    Column.AFFILIATION: MAX_NAME,
    Column.ROLE: MAX_NAME,
    Column.SHEET: MAX_SHEET,
}
_FORMULAS: Final = ("=", "+", "-", "@")
_NOTHING: Final = frozenset({"-", "–", "—", "/"})
_TAKEN_OUT: Final = str.maketrans({"\t": " ", "\r": " ", "\n": " ", "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Row:
    """What a line says. ``unclear``: a box that may be ticked or not; it counts as not ticked."""

    line: int
    name: str
    place: str = ""
    address: str = ""
    affiliation: str = ""
    role: str = ""
    sheet: str = ""
    publish: bool = False
    updates: bool = False
    unclear: bool = False

    @property
    def likeness(self) -> tuple[str, str]:
        """What two rows without an address have in common that may be one person."""
        return plain(self.name), plain(self.place)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line is left out: the column, and one of empty, too_long, characters, address, formula."""

    line: int
    column: str
    reason: str

    @property
    def what(self) -> str:
        return f"{self.column}:{self.reason}"


def require_readable(reading: Reading) -> None:
    """Raises ``bad_input`` with ``reason`` no_name or same_column for columns that make no sense."""
    chosen = [column for column in reading.columns if column]
    for column in chosen:
        Column(column)
        if chosen.count(column) > 1:
            raise refused("same_column", column=column)
    if Column.NAME not in chosen and Column.GIVEN not in chosen and Column.FAMILY not in chosen:
        raise refused("no_name")


def count_rows(data: bytes, reading: Reading, most: int) -> int:
    """How many rows there are below the headings. Raises ``bad_input`` with ``reason`` nothing or too_many."""
    count = -1 if reading.has_header else 0
    for _ in rows_of(decode(data, reading.encoding), reading.delimiter):
        count += 1
        if count > most:
            raise refused("too_many", most=most)
    if count < 1:
        raise refused("nothing")
    return count


def read_rows(data: bytes, reading: Reading, after: int = 0) -> Iterator[Row | Fault]:
    """Every row below the headings, but for the first ``after``."""
    skipped = after + reading.has_header
    for place, (line, cells) in enumerate(rows_of(decode(data, reading.encoding), reading.delimiter)):
        if place >= skipped:
            yield read_row(line, cells, reading.columns)


def read_row(line: int, cells: Sequence[str], columns: Sequence[str]) -> Row | Fault:
    """One line by the columns it has; what is missing at its end is empty."""
    said = {column: cells[n] for n, column in enumerate(columns) if column and n < len(cells)}
    words: dict[Column, str] = {}
    try:
        for column, longest in _LONGEST.items():
            raw = _whole_name(said) if column is Column.NAME else said.get(column, "")
            words[column] = _checked(raw, column, longest)
        words[Column.ADDRESS] = _address(said.get(Column.ADDRESS, ""))
    except _Faulty as faulty:
        return Fault(line, faulty.column, faulty.reason)
    ticks = [is_ticked(said.get(column, "")) for column in (Column.PUBLISH, Column.UPDATES)]
    return Row(
        line,
        words[Column.NAME],
        words[Column.PLACE],
        words[Column.ADDRESS],
        words[Column.AFFILIATION],
        words[Column.ROLE],
        words[Column.SHEET],
        publish=bool(ticks[0]),
        updates=bool(ticks[1]) and bool(words[Column.ADDRESS]),
        unclear=None in ticks,
    )


class _Faulty(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(column, reason)
        self.column = column
        self.reason = reason


def _whole_name(said: Mapping[str, str]) -> str:
    if Column.NAME in said:
        return said[Column.NAME]
    return " ".join(said.get(column, "").strip() for column in (Column.GIVEN, Column.FAMILY)).strip()


def _checked(raw: str, column: Column, longest: int) -> str:
    words = " ".join(raw.translate(_TAKEN_OUT).split(" ")).strip()
    if words in _NOTHING:
        words = ""
    if words.startswith(_FORMULAS):
        raise _Faulty(column, "formula")
    if words.isascii() and words.isprintable() and words and any(map(str.isalnum, words)) and len(words) <= longest:
        return " ".join(words.split())
    try:
        return checked_line(" ".join(words.split()), column, longest, needed=column is Column.NAME)
    except Refusal as refusal:
        raise _Faulty(column, str(refusal.data.get("reason", "characters"))) from refusal


def _address(raw: str) -> str:
    words = unicodedata.normalize("NFC", raw.translate(_TAKEN_OUT)).strip().removeprefix("mailto:")
    if not words or words in _NOTHING:
        return ""
    try:
        return checked_address(words)
    except Refusal as refusal:
        raise _Faulty(Column.ADDRESS, "address") from refusal
