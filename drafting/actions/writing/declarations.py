"""Declarations: what a new one begins with. Its sections have modules of their own, and are at hand here."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from drafting.actions.core import Actor, append, commit, list_declarations, load_declaration, load_directory
from drafting.actions.names import checked_name, checked_slug, new_id
from drafting.actions.ports import LedgerMoved, Ports
from drafting.actions.writing.locale_records import locale_record
from drafting.actions.writing.sections import add_section, drop_section, hand_over_section, order_sections
from drafting.actions.writing.seeding import named, seed_texts, titled_texts
from drafting.actions.writing.splitting import split_section
from drafting.actions.writing_ports import Author
from drafting.domain.declaration import CHARTER_PREFIX, FRONT, Charter, Declaration, Preset
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.locales import canonical_tag
from drafting.domain.networks import Network, Role, Scope
from drafting.domain.prose import Text, digest_of

__all__ = [
    "add_section",
    "create_declaration",
    "drop_section",
    "hand_over_section",
    "order_sections",
    "split_section",
]

MAX_LOCALES: Final = 100
CHARTER_BOUNDS: Final = {"consents_at_least": (1, 1000), "answer_hours": (0, 8760), "objection_hours": (0, 720)}


async def create_declaration(
    ports: Ports,
    actor: Actor,
    *,
    slug: str,
    title: str | Mapping[str, str],
    source_locale: str,
    locales: Sequence[str],
    authentic_locales: Sequence[str] = (),
    preset: str = "plain",
    charter: Mapping[str, Any] | None = None,
    network: str | None = None,
) -> Declaration:
    """A declaration with its section ``front``, whose texts begin with the title; the actor is its initiator.

    ``network``, a registered one, becomes the first member, and the actor its first delegate with every scope. Raises
    ``bad_input`` with ``field``, ``unknown_locale``, ``taken``, ``not_found`` with ``network``.
    """
    outline = new_outline(slug, title, source_locale, locales, authentic_locales, preset, charter or {})
    first = await _registered(ports, network) if network is not None else None
    texts = titled_texts(outline["source_locale"], [x["tag"] for x in outline["locales"]], outline["title"])
    return await begin(ports, actor, slug, outline, {FRONT: texts}, first)


def new_outline(
    slug: str,
    title: str | Mapping[str, str],
    source_locale: str,
    locales: Sequence[str],
    authentic_locales: Sequence[str],
    preset: str,
    charter: Mapping[str, Any],
) -> dict[str, Any]:
    """What a new declaration's ledger begins with, checked. Raises ``bad_input`` with ``field``, ``unknown_locale``."""
    checked_slug(slug, "slug")
    source = canonical_tag(source_locale)
    tags = list(dict.fromkeys([source, *(canonical_tag(tag) for tag in locales)]))
    if len(tags) > MAX_LOCALES:
        raise Refusal(Code.TOO_MANY, field="locales", limit=MAX_LOCALES)
    authentic = list(dict.fromkeys(canonical_tag(tag) for tag in authentic_locales)) or [source]
    if source not in authentic or not set(authentic) <= set(tags):
        raise Refusal(Code.BAD_INPUT, field="authentic_locales")
    records = [locale_record(tag) for tag in tags]
    return {
        "title": _titles({source: title} if isinstance(title, str) else title, source, tags),
        "source_locale": source,
        "authentic_locales": authentic,
        "locales": [
            {"tag": x.tag, "script": x.script, "direction": x.direction, "autonym": x.autonym} for x in records
        ],
        "charter": new_charter(preset, charter).to_json(),
    }


def _titles(title: Mapping[str, str], source: str, tags: Sequence[str]) -> dict[str, str]:
    by_tag = {canonical_tag(tag): checked_name(words, "title") for tag, words in title.items()}
    if source not in by_tag or not set(by_tag) <= set(tags):
        raise Refusal(Code.BAD_INPUT, field="title")
    return by_tag


def new_charter(preset: str, changes: Mapping[str, Any]) -> Charter:
    """A preset with some of its rules changed. Raises ``bad_input`` with the rule's name as ``field``."""
    if preset not in set(Preset):
        raise Refusal(Code.BAD_INPUT, field="preset")
    for field, value in changes.items():
        if field in CHARTER_BOUNDS:
            low, high = CHARTER_BOUNDS[field]
            is_fine = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        else:
            is_fine = field == "zone" and isinstance(value, str) and is_zone(value)
        if not is_fine:
            raise Refusal(Code.BAD_INPUT, field=field)
    return Charter.of(Preset(preset), changes)


def is_zone(name: str) -> bool:
    """Whether it is a time zone of the IANA database; a fixed distance from UTC needs no database."""
    if re.match(r"Etc/GMT([+-]([0-9]|1[0-4]))?\Z", name):
        return True
    try:
        return bool(ZoneInfo(name).key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


async def _registered(ports: Ports, network: str) -> Network:
    found = (await load_directory(ports)).networks.get(network)
    if found is None:
        raise Refusal(Code.NOT_FOUND, network=network)
    return found


async def begin(
    ports: Ports,
    actor: Actor,
    slug: str,
    outline: Mapping[str, Any],
    sections: Mapping[str, Mapping[str, Text]],
    network: Network | None = None,
    more: Sequence[Event] = (),
    contents: dict[str, bytes] | None = None,
) -> Declaration:
    """Seed the texts and append everything that a new declaration begins with at once. Raises ``taken``."""
    if await ports.ledger.read(slug):
        raise Refusal(Code.TAKEN, declaration=slug)
    empty = Declaration(slug)
    texts = {name: text for id, by_locale in sections.items() for name, text in named(empty, id, by_locale).items()}
    await seed_texts(ports, texts, Author(actor.account, network.slug if network else ""))
    events = [Event(Kind.DECLARATION_CREATE, dict(outline), actor.account, actor.channel)]
    if network is not None:
        events += _first_member(actor, network, digest_of(CHARTER_PREFIX, outline["charter"]))
    for id in sections:
        data = {"id": id, "holder": actor.account, "network": network.slug if network else None, "after": None}
        events.append(Event(Kind.SECTION_ADD, data, actor.account, actor.channel))
    try:
        await append(ports, slug, [*events, *more], 0, contents)
    except LedgerMoved as moved:
        raise Refusal(Code.TAKEN, declaration=slug) from moved
    return await load_declaration(ports, slug)


def _first_member(actor: Actor, network: Network, charter: str) -> list[Event]:
    joined = {"network": network.slug, "name": network.name, "role": Role.FOUNDING.value, "charter": charter}
    granted = {
        "id": new_id(),
        "network": network.slug,
        "account": actor.account,
        "scopes": [scope.value for scope in Scope],
        "until": None,
        "granted_by": actor.account,
        "evidence": "initiator",
        "locales": [],
    }
    return [
        Event(Kind.MEMBER_JOIN, joined, actor.account, actor.channel),
        Event(Kind.MANDATE_GRANT, granted, actor.account, actor.channel),
    ]


async def claim_declarations(ports: Ports, *, nobody: str, account: str) -> list[str]:
    """Give what was brought in with nobody named (the account ``nobody``) to its first person; the slugs.

    A declaration imported from the command line on a new installation has no initiator who can be reached; whoever
    the operator gives the first token to becomes one. It is an entry in each ledger.
    """
    found = [d.slug for d in await list_declarations(ports) if d.initiator == nobody]
    event = Event(Kind.DECLARATION_CLAIM, {"account": account}, "operator", "cli")
    for slug in found:
        await commit(ports, slug, lambda now: [event] if now.initiator == nobody else [])
        await ports.workshops.recheck(slug)
    return found
