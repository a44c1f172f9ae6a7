"""The signatories as a document of their own: organisations apart, people in columns by name, counts and places.

It says what the public list says and nothing else. Names come in every script and direction among one another, so each
has its direction written beside it where it is not the page's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

from markupsafe import Markup

from drafting.publishing.pages.setting import qr_code
from drafting.publishing.paper import archival
from drafting.publishing.paper.name_volumes import (
    ORGANISATION,
    Mandate,
    Signatory,
    Volume,
    file_name,
    read_volume,
    set_facts,
    set_name,
)
from drafting.publishing.paper.pdf import Laid, lay_out_page, set_printed, shortened, shown_address
from drafting.publishing.reading import Reading

# White square: what stands for a character that no face has.
UNSEEN: Final = "\u25a1"


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
    volume = read_volume(value)
    laid = lay_out(reading, volume, templates)
    data = laid.write()
    if not laid.unseen:
        return data
    shown = str.maketrans(dict.fromkeys(laid.unseen, UNSEEN))
    return lay_out(reading, replace(volume, **_shown(volume, shown)), templates).write()


def _shown(volume: Volume, table: dict[int, str]) -> dict[str, Any]:
    """What strangers wrote with other characters in place of those that no face has."""

    def decided(mandate: Mandate | None) -> Mandate | None:
        if mandate is None:
            return None
        by = cast(Markup, mandate.by.translate(table))  # Markup stays Markup.
        return replace(mandate, by=by, text=mandate.text.translate(table))

    def seen(group: Sequence[Signatory]) -> list[Signatory]:
        return [
            replace(
                each,
                name=each.name.translate(table),
                facts=tuple(fact.translate(table) for fact in each.facts),
                reservation=each.reservation.translate(table),
                mandate=decided(each.mandate),
            )
            for each in group
        ]

    places = [(name.translate(table), count) for name, count in volume.places]
    return {"organisations": seen(volume.organisations), "people": seen(volume.people), "places": places}
