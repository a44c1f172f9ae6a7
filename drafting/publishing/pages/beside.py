"""Two languages side by side, paragraph by paragraph where they pair."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from drafting.publishing.reading import Part, Reading


@dataclass(frozen=True, slots=True)
class Row:
    """What stands side by side; ``right`` is empty where there is no translation."""

    left: Markup
    right: Markup


@dataclass(frozen=True, slots=True)
class Pair:
    """A section in the source language and in the other one."""

    left: Part
    right: Part
    rows: tuple[Row, ...]


def readings(reading: Reading) -> tuple[Reading, Reading]:
    """The source language, and the reading's own, with anchors that can share a page."""
    content = reading.content
    source = Reading(content, content.locale(content.source_locale), reading.words, prefix="source:")
    return source, Reading(content, reading.locale, reading.words)


def pairs(reading: Reading) -> Iterator[Pair]:
    """All sections, the front among them."""
    left, right = readings(reading)
    for a, b in zip(left.parts, right.parts, strict=True):
        yield Pair(a, b, tuple(_rows(a, b)))


def _rows(left: Part, right: Part) -> Iterator[Row]:
    """Paragraphs pair where there are as many of them; else the sections stand side by side as a whole."""
    nothing = Markup("")
    if right.is_source:
        yield from (Row(unit, nothing) for unit in left.set.units)
    elif len(left.set.units) == len(right.set.units):
        yield from (Row(a, b) for a, b in zip(left.set.units, right.set.units, strict=True))
    else:
        yield Row(left.set.body, right.set.body)
    if left.set.notes or right.set.notes:
        yield Row(left.set.notes, nothing if right.is_source else right.set.notes)
