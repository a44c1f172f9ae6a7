"""Of what a declaration is made: its sections, its members and their mandates."""

from collections.abc import Mapping
from typing import Any, Final

from drafting.domain.declaration import Charter, Declaration, Preset, Section
from drafting.domain.events import Entry, Kind
from drafting.domain.folding.applying import Apply, moment
from drafting.domain.locales import Locale
from drafting.domain.looks import read_look
from drafting.domain.networks import Mandate, Membership, Role, Scope


def _create(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.title = dict(data["title"])
    d.created = entry.at
    d.initiator = entry.event.actor
    d.source_locale = data["source_locale"]
    d.authentic_locales = tuple(data["authentic_locales"])
    d.locales = {x["tag"]: Locale(x["tag"], x["script"], x["autonym"]) for x in data["locales"]}
    charter = dict(data["charter"])
    d.charter = Charter(Preset(charter.pop("preset")), **charter)


def _claim(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    for section in d.sections.values():
        if section.holder == d.initiator:
            section.holder = data["account"]
    d.initiator = data["account"]


def _look(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.look = read_look(data)


def _add_section(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.sections[data["id"]] = Section(data["id"], data["holder"], data.get("network"))
    _place(d.order, data["id"], data.get("after"))


def _place(order: list[str], section: str, after: str | None) -> None:
    """After the one named; at the end when none is named."""
    order.insert(order.index(after) + 1 if after in order else len(order), section)


def _order_sections(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.order = list(data["sections"]) + [id for id in d.order if d.sections[id].retired]


def _split_section(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    old = d.sections[data["section"]]
    old.generation += 1
    old.split_at = entry.index
    d.sections[data["id"]] = Section(
        data["id"], old.holder, old.holder_network, parent=old.id, inherits_until=entry.index
    )
    _place(d.order, data["id"], old.id)


def _drop_section(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.sections[data["section"]].retired = True


def _hold_section(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    section = d.sections[data["section"]]
    section.holder, section.holder_network = data["holder"], data.get("network")


def _join(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    known = d.members.get(data["network"])
    d.members[data["network"]] = Membership(
        data["network"],
        data["name"],
        Role(data["role"]),
        entry.at,
        data["charter"],
        place=known.place if known else len(d.members),
    )


def _leave(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    m = d.members[data["network"]]
    d.members[m.network] = Membership(m.network, m.name, m.role, m.since, m.charter_digest, entry.at, m.place)


def _grant(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.mandates[data["id"]] = Mandate(
        data["id"],
        data.get("network"),
        data["account"],
        frozenset(Scope(s) for s in data["scopes"]),
        entry.at,
        moment(data.get("until")),
        data["granted_by"],
        data.get("evidence", ""),
        tuple(data.get("locales", ())),
    )


def _end_mandate(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    m = d.mandates[data["id"]]
    d.mandates[m.id] = Mandate(
        m.id, m.network, m.account, m.scopes, m.since, entry.at, m.granted_by, m.evidence, m.locales
    )


APPLY: Final[Mapping[Kind, Apply]] = {
    Kind.DECLARATION_CREATE: _create,
    Kind.DECLARATION_CLAIM: _claim,
    Kind.DECLARATION_LOOK: _look,
    Kind.SECTION_ADD: _add_section,
    Kind.SECTIONS_ORDER: _order_sections,
    Kind.SECTION_SPLIT: _split_section,
    Kind.SECTION_DROP: _drop_section,
    Kind.SECTION_HOLD: _hold_section,
    Kind.MEMBER_JOIN: _join,
    Kind.MEMBER_LEAVE: _leave,
    Kind.MANDATE_GRANT: _grant,
    Kind.MANDATE_END: _end_mandate,
}
