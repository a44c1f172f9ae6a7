"""Sheets to sign on paper, made on demand: what is signed, the wording of the boxes, rows, and the way to sign online.

Each page stands for itself, since sheets go around one by one: title, digest and wordings are on every one, with an id
of its own by which a typed line is found again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from markupsafe import Markup
from weasyprint.formatting_structure.boxes import TableRowBox

from drafting.publishing.pages.setting import qr_code
from drafting.publishing.paper import archival
from drafting.publishing.paper.pdf import Laid, lay_out_page, set_printed, shown_address
from drafting.publishing.reading import Reading
from drafting.publishing.words import direction_in

MOST_ROWS: Final = 18
LEAST_ROWS: Final = 4
LONG_SUMMARY: Final = 420


@dataclass(frozen=True, slots=True)
class Wording:
    """What stands beside a box; ``attributes``: lang and dir, where it is of another language than the page."""

    text: str
    attributes: Markup


def make_sheets(reading: Reading, value: Mapping[str, Any], templates: Path) -> bytes:
    """A tagged PDF of ``value["pages"]`` pages. ``value``: ``id`` of the whole, ``address`` to sign at, ``wordings`` of
    publish and updates with ``text`` and ``locale``. Raises ``rendering_failed`` where there is no face."""
    rows, laid = MOST_ROWS, _lay_out(reading, value, templates, 1, MOST_ROWS)
    while laid.pages > 1 and rows > LEAST_ROWS:
        rows = max(LEAST_ROWS, rows - max(1, _rows_over(laid)))
        laid = _lay_out(reading, value, templates, 1, rows)
    if value["pages"] > 1:
        laid = _lay_out(reading, value, templates, value["pages"], rows)
    return laid.write_seen(has_all_letters=True)


def _lay_out(reading: Reading, value: Mapping[str, Any], templates: Path, pages: int, rows: int) -> Laid:
    html = set_html(reading, value, templates, pages, rows)
    return lay_out_page(reading, html, templates, ("print.css", "sheets.css"), archival.text_source(reading))


def _rows_over(laid: Laid) -> int:
    """How many rows found no room on the first page."""
    boxes = [box for page in laid.document.pages[1:] for box in page._page_box.descendants()]
    return sum(isinstance(box, TableRowBox) for box in boxes)


def set_html(reading: Reading, value: Mapping[str, Any], templates: Path, pages: int, rows: int) -> str:
    """The sheets as HTML for the page maker."""
    content, words = reading.content, reading.words
    return set_printed(
        "sheets",
        reading,
        templates,
        content.changed_at,
        kind=words.gettext("Signature sheet"),
        summary=summary(reading),
        summary_attributes=reading.front.attributes if reading.front else "",
        digest=content.manifest,
        shown_address=shown_address(reading.address),
        qr=qr_code(value["address"], words.gettext("QR code: the address to sign online")),
        publish=_wording(reading, value["wordings"]["publish"]),
        updates=_wording(reading, value["wordings"]["updates"]),
        site=urlsplit(value["address"]).netloc,
        pages=range(1, pages + 1),
        rows=range(1, rows + 1),
        sheet_id=lambda page: Markup('<span class="code" dir="ltr">{}-{}</span>').format(value["id"], page),
    )


def summary(reading: Reading) -> str:
    """The first paragraph of the front, or its beginning at the end of a sentence or word."""
    blocks = reading.front.text.body[1:] if reading.front else ()
    said = next((block.words for block in blocks if not block.is_empty), "")
    if len(said) <= LONG_SUMMARY:
        return said
    cut = said[:LONG_SUMMARY]
    return cut[: cut.rfind(" ")] + " …" if " " in cut else cut + "…"


def _wording(reading: Reading, value: Mapping[str, str]) -> Wording:
    tag = value["locale"]
    if tag == reading.words.tag:
        return Wording(value["text"], Markup(""))
    return Wording(value["text"], Markup(' lang="{}" dir="{}"').format(tag, direction_in(tag)))
