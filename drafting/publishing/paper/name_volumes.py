"""The list of signatories cut into volumes that a page maker can hold, sorted as readers of a language look them up."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from markupsafe import Markup

from drafting.publishing.content import Content, moment
from drafting.publishing.paper.collation import in_order
from drafting.publishing.reading import direction_of, isolate

MOST_IN_A_VOLUME: Final = 5_000
FEW: Final = 90
# Characters of a name that a running head shows.
LONGEST_GUIDE: Final = 24
ORGANISATION: Final = "organisation"
# Letters of right-to-left scripts, and whatever gives text a direction.
_MIXED: Final = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


@dataclass(frozen=True, slots=True)
class Mandate:
    """Who of an organisation decided to sign, and when; ``text``: in which words of that ``locale``."""

    by: Markup
    on: datetime
    text: str
    locale: str


@dataclass(frozen=True, slots=True)
class Signatory:
    """One line of the list. ``facts``: role, affiliation, place and proven domain, as far as they are shown.

    ``has_joined``: a network that joined after the text was written, with its ``reservation`` in that ``locale``
    about these ``sections`` (ids), or about the whole. ``logo``: the name of its picture, where the volume has it.
    """

    name: str
    facts: tuple[str, ...]
    is_verified: bool
    has_joined: bool = False
    reservation: str = ""
    locale: str = ""
    sections: tuple[str, ...] = ()
    mandate: Mandate | None = None
    logo: str = ""

    @property
    def guide(self) -> str:
        """The name for the head of a page, kept apart from what stands beside it whatever its direction."""
        short = self.name if len(self.name) <= LONGEST_GUIDE else self.name[: LONGEST_GUIDE - 1].rstrip() + "…"
        return f"\u2068{short}\u2069"


def set_name(name: str, direction: str) -> Markup:
    """A name on a page of that direction; an element of its own is dear where there are ten thousand names."""
    return Markup.escape(name) if direction_of(name) == direction and not _MIXED.search(name) else isolate(name)


def set_facts(signatory: Signatory, direction: str) -> Markup:
    return Markup(" · ").join(set_name(fact, direction) for fact in signatory.facts)


@dataclass(frozen=True, slots=True)
class Volume:
    """A part of the list in one language. ``unnamed``: people who count and are not named. ``on_paper``: how many of
    all were given on paper or in lists."""

    n: int
    of: int
    at: datetime
    people_count: int
    organisation_count: int
    on_paper: int
    unnamed: int
    organisations: Sequence[Signatory]
    people: Sequence[Signatory]
    places: Sequence[tuple[str, int]]
    is_cut: bool
    logos: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def is_short(self) -> bool:
        """Whether everything can follow each other on one page or two."""
        return self.of == 1 and len(self.organisations) + len(self.people) <= FEW


def split(names: Mapping[str, Any], tag: str) -> list[dict[str, Any]]:
    """Volumes as JSON, for :func:`read_volume`. For ``names`` see the port ``Press``."""
    items = list(names["items"])
    organisations = in_order([i for i in items if i["kind"] == ORGANISATION], _name, tag)
    people = in_order([i for i in items if i["kind"] != ORGANISATION], _name, tag)
    parts = [people[start : start + MOST_IN_A_VOLUME] for start in range(0, len(people), MOST_IN_A_VOLUME)] or [[]]
    head = {
        "at": names["at"],
        "people": names["people"],
        "organisations": names["organisations"],
        "on_paper": names.get("on_paper", 0),
        "unnamed": 0 if names.get("is_cut") else max(0, names["people"] - len(people)),
        "is_cut": bool(names.get("is_cut")),
        "of": len(parts),
    }
    return [
        {
            **head,
            "n": n,
            "items": [*(organisations if n == 1 else ()), *part],
            "logos": names.get("logos", {}) if n == 1 else {},
            "places": list(names["places"]) if n == len(parts) else [],
        }
        for n, part in enumerate(parts, start=1)
    ]


def _name(item: Mapping[str, Any]) -> str:
    return str(item["name"])


def read_volume(value: Mapping[str, Any]) -> Volume:
    items = value["items"]
    return Volume(
        n=value["n"],
        of=value["of"],
        at=moment(value["at"]),
        people_count=value["people"],
        organisation_count=value["organisations"],
        on_paper=value["on_paper"],
        unnamed=value["unnamed"],
        organisations=[_signatory(i) for i in items if i["kind"] == ORGANISATION],
        people=[_signatory(i) for i in items if i["kind"] != ORGANISATION],
        places=[(str(name), int(count)) for name, count in value["places"]],
        is_cut=value["is_cut"],
        logos={name: base64.b64decode(data) for name, data in value.get("logos", {}).items()},
    )


def _signatory(item: Mapping[str, Any]) -> Signatory:
    facts = tuple(str(item[key]) for key in ("role", "affiliation", "place", "domain") if item.get(key))
    joined = item.get("joined") or {}
    said, locale = str(joined.get("reservation") or ""), str(joined.get("locale") or "")
    about = tuple(joined.get("sections", ()))
    logo = str((item.get("logo") or {}).get("file", ""))
    return Signatory(
        _name(item),
        facts,
        bool(item.get("verified")),
        bool(item.get("joined")),
        said,
        locale,
        about,
        _mandate(item.get("mandate")),
        logo,
    )


def _mandate(value: Mapping[str, Any] | None) -> Mandate | None:
    if not value:
        return None
    on = datetime.fromisoformat(value["on"]).replace(tzinfo=UTC)
    return Mandate(isolate(str(value["by"])), on, str(value.get("text") or ""), str(value.get("locale") or ""))


def file_name(content: Content, tag: str, n: int, of: int) -> str:
    """A volume's file; the only one has no number."""
    number = f"-{n}" if of > 1 else ""
    return f"{content.slug}-{content.n}-{tag}-signatories{number}.pdf"


def folder_of(content: Content, tag: str) -> str:
    """Below the public folder, with a slash at its end."""
    return f"d/{content.slug}/{content.n}/signatures/{tag}/"
