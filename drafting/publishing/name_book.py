"""The signatories as a document of their own: organisations apart, people in columns by name, counts and places.

It says what the public list says and nothing else. Names come in every script and direction among one another, so each
has its direction written beside it. Very many names make several volumes, since a book is laid out in memory.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from drafting.publishing import archival
from drafting.publishing.breaks import mark_breaks
from drafting.publishing.collation import in_order
from drafting.publishing.content import Content, moment
from drafting.publishing.pages import environment, qr_code
from drafting.publishing.pdf import Laid, lay_out_page, shown_address
from drafting.publishing.reading import Reading, direction_of, isolate

MOST_IN_A_VOLUME: Final = 5_000
MOST_VOLUMES: Final = 10
# Characters of a name that a running head shows.
LONGEST_GUIDE: Final = 24
# White square: what stands for a character that no face has.
UNSEEN: Final = "\u25a1"
# Letters of right-to-left scripts, and whatever gives text a direction.
_MIXED: Final = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
ORGANISATION: Final = "organisation"


@dataclass(frozen=True, slots=True)
class Signatory:
    """One line of the list. ``facts``: role, affiliation and place, as far as they are shown."""

    name: str
    facts: tuple[str, ...]
    is_verified: bool

    @property
    def guide(self) -> str:
        """The name for the head of a page, kept apart from what stands beside it whatever its direction."""
        short = self.name if len(self.name) <= LONGEST_GUIDE else self.name[: LONGEST_GUIDE - 1].rstrip() + "…"
        return f"\u2068{short}\u2069"


@dataclass(frozen=True, slots=True)
class Volume:
    """A part of the list in one language. ``unnamed``: people who count and are not named."""

    n: int
    of: int
    at: datetime
    people_count: int
    organisation_count: int
    unnamed: int
    organisations: Sequence[Signatory]
    people: Sequence[Signatory]
    places: Sequence[tuple[str, int]]
    is_cut: bool


def volumes(names: Mapping[str, Any], tag: str) -> list[Volume]:
    """The list as volumes, sorted as a language sorts. ``names``: ``at``, ``people``, ``organisations``, ``items`` as
    the public list has them, ``places`` as (name, at least)."""
    items = list(names["items"])
    organisations = in_order([_signatory(i) for i in items if i["kind"] == ORGANISATION], _name, tag)
    people = in_order([_signatory(i) for i in items if i["kind"] != ORGANISATION], _name, tag)
    kept = people[: MOST_IN_A_VOLUME * MOST_VOLUMES]
    parts = [kept[start : start + MOST_IN_A_VOLUME] for start in range(0, len(kept), MOST_IN_A_VOLUME)] or [[]]
    return [
        Volume(
            n=n,
            of=len(parts),
            at=moment(names["at"]),
            people_count=names["people"],
            organisation_count=names["organisations"],
            unnamed=max(0, names["people"] - len(people)),
            organisations=organisations if n == 1 else (),
            people=part,
            places=[(name, count) for name, count in names["places"]] if n == len(parts) else (),
            is_cut=len(kept) < len(people),
        )
        for n, part in enumerate(parts, start=1)
    ]


def set_name(name: str, direction: str) -> Markup:
    """A name on a page of that direction; an element of its own is dear where there are ten thousand names."""
    return Markup.escape(name) if direction_of(name) == direction and not _MIXED.search(name) else isolate(name)


def set_facts(signatory: Signatory, direction: str) -> Markup:
    return Markup(" · ").join(set_name(fact, direction) for fact in signatory.facts)


def _name(signatory: Signatory) -> str:
    return signatory.name


def _signatory(item: Mapping[str, Any]) -> Signatory:
    facts = tuple(str(item[key]) for key in ("role", "affiliation", "place") if item.get(key))
    return Signatory(str(item["name"]), facts, bool(item.get("verified")))


def file_name(content: Content, tag: str, n: int, of: int) -> str:
    """The file's name; a single volume has no number."""
    number = f"-{n}" if of > 1 else ""
    return f"{content.slug}-{content.n}-{tag}-signatories{number}.pdf"


def set_html(reading: Reading, volume: Volume, templates: Path) -> str:
    """The book as HTML for the page maker."""
    content, words = reading.content, reading.words
    root = reading.attributes(reading.locale.tag)
    address = f"{content.origin}/d/{content.slug}/{content.n}/signatures/{reading.locale.tag}/"
    html = (
        environment(templates, words)
        .get_template("print/signatories.html")
        .render(
            reading=reading,
            content=content,
            volume=volume,
            title=reading.title,
            root=root,
            ui=reading.ui or Markup(" ") + root,
            made_at=volume.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            isolate=isolate,
            set_name=partial(set_name, direction=reading.locale.direction),
            set_facts=partial(set_facts, direction=reading.locale.direction),
            qr=qr_code(address, words.gettext("QR code: the address of the list online")),
            address=address,
            shown_address=shown_address(address),
        )
    )
    return mark_breaks(html)


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
    return lay_out_page(reading, html, templates, ("print.css", "signatories.css"), _source(reading, volume))


def make_name_book(reading: Reading, volume: Volume, templates: Path) -> bytes:
    """A tagged PDF for archives, the same for the same list. Raises ``rendering_failed`` where there is no face.

    A character that no face has is shown as one that is missing: a stranger's name may not stop the others'.
    """
    laid = lay_out(reading, volume, templates)
    data = laid.write()
    if not laid.unseen:
        return data
    shown = str.maketrans(dict.fromkeys(laid.unseen, UNSEEN))
    return lay_out(reading, replace(volume, **_shown(volume, shown)), templates).write()


def _shown(volume: Volume, table: dict[int, str]) -> dict[str, Any]:
    """Names and facts with other characters in place of those that no face has."""

    def seen(group: Sequence[Signatory]) -> list[Signatory]:
        return [
            replace(each, name=each.name.translate(table), facts=tuple(f.translate(table) for f in each.facts))
            for each in group
        ]

    places = [(name.translate(table), count) for name, count in volume.places]
    return {"organisations": seen(volume.organisations), "people": seen(volume.people), "places": places}
