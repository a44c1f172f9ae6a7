"""What is wrong with a book before anybody prints it: letters without a face, lines too long, words lost in copying."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from weasyprint.formatting_structure import boxes

from drafting.publishing.paper import readback
from drafting.publishing.paper.fonts import hyphenates
from drafting.publishing.paper.pdf import Laid, lay_out
from drafting.publishing.reading import Reading

# A line may stand out by this much, in CSS pixels, before anybody sees it: hanging stops, rounding.
TOLERANCE: Final = 3.0
MOST_NAMED: Final = 20
_EXCERPT: Final = 40


@dataclass(frozen=True, slots=True)
class Overflow:
    """Words that run out of their column. ``page`` counts from 1; ``by``: how far, in CSS pixels."""

    page: int
    by: int
    words: str


@dataclass(frozen=True, slots=True)
class Preflight:
    """Findings on one language of an edition.

    ``uncovered``: letters that no face has; ``squares``: other such characters. ``hyphenates`` is None where the script
    is not hyphenated at all. ``verbatim``: the share of paragraphs that come back from the text layer as they were
    written, 0 to 1, None where the machine has nothing to read them with; ``lost`` holds the beginnings of the others.
    ``outdated`` counts paragraphs, ``untranslated`` sections. ``size`` is the file's in bytes.
    """

    locale: str
    pages: int
    size: int
    uncovered: str
    squares: str
    overflowing: tuple[Overflow, ...]
    hyphenates: bool | None
    verbatim: float | None
    lost: tuple[str, ...]
    outdated: int
    untranslated: int

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False).encode()


def check(reading: Reading, templates: Path) -> Preflight:
    """Lay the book out and look. ``reading`` must have been made with ``notes_inline``. Raises ``rendering_failed``."""
    laid = lay_out(reading, templates)
    data = laid.write()
    verbatim, lost = readback.share(data, reading) if readback.has_reader() else (None, [])
    return Preflight(
        locale=reading.locale.tag,
        pages=laid.pages,
        size=len(data),
        uncovered="".join(laid.missing),
        squares="".join(letter for letter in laid.unseen if letter not in laid.missing),
        overflowing=tuple(_overflowing(laid))[:MOST_NAMED],
        hyphenates=hyphenates(reading.locale),
        verbatim=verbatim,
        lost=tuple(piece[:_EXCERPT] for piece in lost[:MOST_NAMED]),
        outdated=reading.outdated,
        untranslated=len(reading.untranslated),
    )


def _overflowing(laid: Laid) -> Iterator[Overflow]:
    for n, page in enumerate(laid.document.pages, start=1):
        for words, by in _too_wide(page._page_box, None):
            yield Overflow(n, round(by), words[:_EXCERPT])


def _too_wide(box: Any, column: Any) -> Iterator[tuple[str, float]]:
    """The text boxes below a box that leave the column they stand in."""
    box = getattr(box, "_box", box)
    if isinstance(box, boxes.MarginBox):
        return
    if isinstance(box, boxes.TextBox) and column is not None:
        if box.text.strip() and (by := _beyond(box, column)) > TOLERANCE:
            yield box.text.strip(), by
        return
    if isinstance(box, boxes.BlockContainerBox | boxes.PageBox) and not isinstance(box, boxes.InlineBlockBox):
        column = box
    for child in getattr(box, "children", ()):
        yield from _too_wide(child, column)


def _beyond(text: Any, column: Any) -> float:
    left = column.content_box_x()
    spaces = len(text.text) - len(text.text.rstrip())
    width = text.width * (len(text.text) - spaces) / len(text.text)
    return float(max(left - text.position_x, text.position_x + width - left - column.width))
