"""The signatories as a document of their own: organisations apart, people in columns by name, counts and places.

It says what the public list says and nothing else. Names come in every script and direction among one another, so each
has its direction written beside it where it is not the page's.
"""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from drafting.publishing.pages.setting import qr_code
from drafting.publishing.paper import archival
from drafting.publishing.paper.name_volumes import (
    ORGANISATION,
    Volume,
    file_name,
    read_volume,
    set_facts,
    set_name,
)
from drafting.publishing.paper.pdf import Laid, lay_out_page, set_printed, shortened, shown_address
from drafting.publishing.reading import Reading


def set_html(reading: Reading, volume: Volume, templates: Path) -> str:
    """The book as HTML for the page maker."""
    content, words = reading.content, reading.words
    address = f"{content.origin}/d/{content.slug}/{content.n}/signatures/{reading.locale.tag}/"
    return set_printed(
        "signatories",
        reading,
        templates,
        volume.at,
        kind=words.gettext("Signatures"),
        volume=volume,
        running_title=shortened(reading.title),
        set_name=partial(set_name, direction=reading.locale.direction),
        set_facts=partial(set_facts, direction=reading.locale.direction),
        qr=qr_code(address, words.gettext("QR code: the address of the list online")),
        address=address,
        shown_address=shown_address(address),
    )


def _source(reading: Reading, volume: Volume) -> archival.Source:
    rows = [
        {"kind": kind, "name": each.name, "facts": list(each.facts)}
        for kind, group in ((ORGANISATION, volume.organisations), ("person", volume.people))
        for each in group
    ]
    data = json.dumps({"at": volume.at.isoformat(), "items": rows}, ensure_ascii=False, indent=1).encode()
    name = file_name(reading.content, reading.locale.tag, volume.n, volume.of).removesuffix(".pdf")
    return archival.Source(name, data, volume.at, reading.words.gettext("The names, for programs"))


def lay_out(reading: Reading, volume: Volume, templates: Path) -> Laid:
    """Raises ``rendering_failed`` where there is no face."""
    html = set_html(reading, volume, templates)
    sheets = ("print.css", "signatories.css")
    return lay_out_page(reading, html, templates, sheets, _source(reading, volume), volume.logos)


def make_name_book(reading: Reading, value: Mapping[str, Any], templates: Path) -> bytes:
    """A tagged PDF of a volume (JSON), the same for the same list. Raises ``rendering_failed`` where there is no face.

    A character that no face has is shown as one that is missing: a stranger's name may not stop the others'.
    """
    return lay_out(reading, read_volume(value), templates).write_seen(has_all_letters=False)
