"""What an edition holds, by value: everything its pages need, so that nothing rendered later reads live tables."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from drafting.actions.core import load_directory
from drafting.actions.looks import published_look
from drafting.actions.ports import Ports
from drafting.actions.writing.bodies import read_body
from drafting.domain.declaration import Declaration, Section
from drafting.domain.positions import Cell, CellStatus, Revision
from drafting.domain.prose import Text, block_digest, to_json
from drafting.domain.standing import row
from drafting.domain.translations import Translation

PUBLISHED_POSITIONS = frozenset(
    {CellStatus.CONSENTS, CellStatus.RESERVES, CellStatus.AD_REFERENDUM, CellStatus.STANDS_ASIDE}
)


def content_bytes(content: Mapping[str, Any]) -> bytes:
    """The bytes whose digest names the content."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


async def edition_content(
    ports: Ports, declaration: Declaration, n: int, manifest_digest: str, at: datetime
) -> dict[str, Any]:
    """The whole as it stands at the freeze. Every live section has a tabled revision by then."""
    directory = await load_directory(ports)
    sections = [await _section(ports, declaration, part, at) for part in declaration.live_sections()]
    networks = [
        {
            "slug": member.network,
            "name": member.name,
            "short": known.short if (known := directory.networks.get(member.network)) else member.name,
            "card": dict(known.card) if known else {},
        }
        for member in declaration.voices(at)
    ]
    return {
        "format": 1,
        "declaration": declaration.slug,
        "n": n,
        "origin": ports.origin,
        "title": _titles(declaration, sections),
        "manifest": manifest_digest,
        "frozen_at": at.isoformat(),
        "source_locale": declaration.source_locale,
        "authentic_locales": list(declaration.authentic_locales),
        "charter": declaration.charter.to_json(),
        "locales": [
            {"tag": x.tag, "script": x.script, "direction": x.direction, "autonym": x.autonym}
            for x in declaration.locales.values()
        ],
        "sections": sections,
        "networks": networks,
        "translators": await _translators(ports, declaration),
        "manifest_signed_by": sorted({s.network for s in declaration.signatures if s.digest == manifest_digest}),
        "errata": [],
        "approvals": [],
        **await published_look(ports, declaration),
    }


async def with_translations(ports: Ports, declaration: Declaration, content: Mapping[str, Any]) -> dict[str, Any]:
    """The same content with the translations that were approved since, of the revisions that it froze, and the look."""
    sections = []
    for frozen in content["sections"]:
        part = declaration.sections[frozen["id"]]
        revision = next(r for r in part.revisions if r.digest == frozen["revision"]["digest"])
        texts = await _texts(ports, declaration, part, revision)
        sections.append({**frozen, "texts": texts})
    return {
        **{name: value for name, value in content.items() if name != "look"},
        "sections": sections,
        "title": _titles(declaration, sections),
        "translators": await _translators(ports, declaration),
        **await published_look(ports, declaration),
    }


def _titles(declaration: Declaration, sections: list[dict[str, Any]]) -> dict[str, str]:
    front = next((s for s in sections if s["id"] == "front"), None)
    titles = {loc: text["title"] for loc, text in front["texts"].items() if text["title"]} if front else {}
    return {**declaration.title, **titles}


async def _section(ports: Ports, declaration: Declaration, part: Section, at: datetime) -> dict[str, Any]:
    revision = part.revision
    assert revision is not None
    return {
        "id": part.id,
        "revision": {"n": revision.n, "digest": revision.digest, "at": revision.at.isoformat()},
        "texts": await _texts(ports, declaration, part, revision),
        "positions": [_position(declaration, c) for c in row(declaration, part, at) if c.status in PUBLISHED_POSITIONS],
    }


def _position(declaration: Declaration, cell: Cell) -> dict[str, Any]:
    position = cell.position
    assert position is not None
    statement = None
    if position.statement:
        statement = {
            "original": position.statement.locale,
            "texts": {
                locale: {"text": words.text, "approved": words.approved}
                for locale, words in declaration.statements[position.id].items()
            },
        }
    return {
        "network": cell.network,
        "status": cell.status.value,
        "at": position.at.isoformat(),
        "harms": position.harms,
        "remedy": position.remedy,
        "statement": statement,
        "offline_key": declaration.offline_keys.get(position.id, ""),
        "passkey": declaration.passkeys.get(position.id, ""),
    }


async def _texts(
    ports: Ports, declaration: Declaration, part: Section, revision: Revision
) -> dict[str, dict[str, Any]]:
    source = await read_body(ports, revision.bodies[declaration.source_locale])
    texts = {}
    for locale in declaration.locales:
        if locale in revision.bodies:
            text = await read_body(ports, revision.bodies[locale])
            texts[locale] = _text(text, revision.texts[locale], "authentic", [])
            continue
        made = _best_translation(part, locale, revision)
        if made is None:
            texts[locale] = _text(source, revision.texts[declaration.source_locale], "source", [])
            continue
        text = await read_body(ports, made.body)
        if made.revision_digest == revision.digest:
            texts[locale] = _text(text, made.text_digest, "translation", [])
        else:
            outdated = await _outdated_blocks(ports, declaration, part, made, source, text)
            texts[locale] = _text(text, made.text_digest, "outdated", outdated)
    return texts


def _text(text: Text, digest: str, status: str, outdated: list[str]) -> dict[str, Any]:
    title = text[0].words.strip() if text else ""
    return {"title": title, "digest": digest, "body": to_json(text), "status": status, "outdated_blocks": outdated}


def _best_translation(part: Section, locale: str, revision: Revision) -> Translation | None:
    """The newest translation of this very revision, else the newest of an older one, which is shown as outdated."""
    known = [t for t in part.translations if t.locale == locale]
    exact = [t for t in known if t.revision_digest == revision.digest]
    return (exact or known or [None])[-1]  # type: ignore[list-item]


async def _outdated_blocks(
    ports: Ports, declaration: Declaration, part: Section, made: Translation, source: Text, text: Text
) -> list[str]:
    """The blocks of a translation whose source block is another in the revision that is published."""
    followed = next((r for r in part.revisions if r.digest == made.revision_digest), None)
    if followed is None:
        return [block.id for block in text]
    now = {block.id: block_digest(block) for block in source}
    then = {block.id: block.digest for block in followed.blocks}
    return [block.id for block in text if block.of is None or then.get(block.of) != now.get(block.of)]


async def _translators(ports: Ports, declaration: Declaration) -> dict[str, list[str]]:
    """The names of those who approved translations, by language; people without a name are left out."""
    by_locale: dict[str, dict[str, None]] = {}
    for part in declaration.live_sections():
        for made in part.translations:
            by_locale.setdefault(made.locale, {}).update(dict.fromkeys(made.approved_by))
    names = await ports.accounts.names(list({account for ids in by_locale.values() for account in ids}))
    found = {locale: [names[a] for a in ids if names.get(a)] for locale, ids in by_locale.items()}
    return {locale: people for locale, people in sorted(found.items()) if people}
