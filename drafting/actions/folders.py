"""A whole declaration as a folder of plain files: bring one in, take one out, with the same digests on both sides."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from drafting.actions.core import Actor, authorise, load_declaration
from drafting.actions.editions import find_edition, read_content
from drafting.actions.folder_files import (
    OUTLINE,
    Outline,
    Part,
    decoded,
    folder_refused,
    read_outline,
    read_parts,
    write_outline,
    write_parts,
)
from drafting.actions.folder_looks import MARK, brought_look, frozen_look, look_files
from drafting.actions.looks import read_mark
from drafting.actions.names import new_block_id
from drafting.actions.ports import Ports
from drafting.actions.writing.bodies import body_bytes, body_digest
from drafting.actions.writing.declarations import begin, new_outline
from drafting.actions.writing.pairing import paired_with_source
from drafting.actions.writing.sections import MAX_SECTIONS
from drafting.domain.declaration import FRONT, RESERVED_SECTIONS, Declaration
from drafting.domain.editions import EditionStatus
from drafting.domain.errors import Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.locales import canonical_tag
from drafting.domain.looks import Look
from drafting.domain.policy import Action, Subject
from drafting.domain.prose import Block, Text, block_digest, from_json

OPERATOR: Final = "operator"
"""Whoever runs the installation reads its data anyway."""
_TITLE: Final = re.compile(r"^# +(.+?) *$", re.M)
_SECTION: Final = re.compile(r"^## .*\{#([^}\s]+)\} *$", re.M)


async def import_declaration(
    ports: Ports, actor: Actor, *, files: Mapping[str, bytes], slug: str | None = None
) -> Declaration:
    """A new declaration from ``declaration.toml``, one ``{locale}.md`` each, and ``mark.png`` where it has a mark.
    ``slug``: instead of the file's.

    Translations whose blocks pair with the source's by place arrive approved, others as drafts. Raises
    ``folder_refused`` with ``file``, ``line`` and ``what``; ``taken``.
    """
    # Reading takes a second or two for a large folder, in which others go on writing.
    folder = await asyncio.to_thread(_read, actor, files, slug)
    look, marks = await brought_look(ports, folder.file, files)
    looks = [Event(Kind.DECLARATION_LOOK, look.to_json(), actor.account, actor.channel)] if look != Look() else []
    return await begin(
        ports,
        actor,
        folder.slug,
        folder.outline,
        folder.sections,
        more=[*looks, *folder.reviews],
        contents={**folder.contents, **marks},
    )


Sections: TypeAlias = dict[str, dict[str, Text]]


@dataclass(frozen=True, slots=True)
class _Folder:
    """All that a declaration begins with: its texts by section and locale, and that its translations are approved."""

    file: Outline
    slug: str
    outline: Mapping[str, Any]
    sections: Sections
    reviews: Sequence[Event]
    contents: dict[str, bytes]


def _read(actor: Actor, files: Mapping[str, bytes], slug: str | None) -> _Folder:
    outline = read_outline(_file(files, OUTLINE))
    outline = replace(outline, values=_completed(outline.values, files))
    chosen = slug if slug is not None else outline.values.get("slug")
    if chosen is None:
        raise folder_refused(OUTLINE, 0, "missing_key", key="slug")
    checked = _checked_outline(outline, chosen)
    order = _order(outline)
    tags = [locale["tag"] for locale in checked["locales"]]
    parts = {tag: _parts(files, name, order) for tag, name in zip(tags, _file_names(files, outline, tags), strict=True)}
    sections, whole = _paired(checked["source_locale"], order, parts)
    return _Folder(outline, chosen, checked, sections, *_reviews(actor, checked["source_locale"], sections, whole))


def _completed(values: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """Titles and the order of sections stand in the texts too; the outline may leave them out."""
    texts = {tag: files.get(f"{tag}.md", b"").decode("utf-8-sig", "replace") for tag in map(str, values["locales"])}
    titles = {tag: _plain(found.group(1)) for tag, text in texts.items() if (found := _TITLE.search(text))}
    sections = _SECTION.findall(texts.get(values["source_locale"], ""))
    return {"title": titles, "sections": sections, **values}


def _plain(words: str) -> str:
    """A line of Markdown without its escapes and marks."""
    return re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)[*_]", "", words))


def _file(files: Mapping[str, bytes], name: str) -> str:
    if name not in files:
        raise folder_refused(name, 0, "missing_file")
    return decoded(name, files[name])


def _checked_outline(outline: Outline, slug: str) -> dict[str, Any]:
    """What the ledger begins with; what is wrong with a value is said with its line."""
    values = outline.values
    try:
        return new_outline(
            slug,
            values["title"],
            values["source_locale"],
            values["locales"],
            values.get("authentic_locales", ()),
            values.get("preset", "plain"),
            values.get("charter", {}),
        )
    except Refusal as refusal:
        field = str(refusal.data.get("field", "locales"))
        line = outline.line(field) or outline.line(f"charter.{field}")
        raise folder_refused(OUTLINE, line, refusal.code.value, **refusal.data) from None


def _order(outline: Outline) -> list[str]:
    order = list(outline.values["sections"])
    line = outline.line("sections")
    if FRONT not in order:
        order.insert(0, FRONT)
    if order[0] != FRONT:
        raise folder_refused(OUTLINE, line, "front_not_first")
    for id in order:
        if order.count(id) > 1:
            raise folder_refused(OUTLINE, line, "section_twice", section=id)
        if id in RESERVED_SECTIONS:
            raise folder_refused(OUTLINE, line, "section_id", section=id)
    if len(order) > MAX_SECTIONS:
        raise folder_refused(OUTLINE, line, "too_many", limit=MAX_SECTIONS)
    return order


def _file_names(files: Mapping[str, bytes], outline: Outline, tags: Sequence[str]) -> list[str]:
    """The file of each locale, however its tag is written there. Refuses files that belong to none."""
    by_tag: dict[str, str] = {}
    for name in sorted(files):
        if name in (OUTLINE, MARK) or (name.startswith(".") and "/" not in name):
            continue
        stem, dot, extension = name.rpartition(".")
        try:
            tag = canonical_tag(stem) if dot and extension == "md" else ""
        except Refusal:
            tag = ""
        if tag not in tags or tag in by_tag:
            raise folder_refused(name, 0, "unknown_file")
        by_tag[tag] = name
    return [by_tag.get(tag, f"{tag}.md") for tag in tags]


def _parts(files: Mapping[str, bytes], name: str, order: Sequence[str]) -> dict[str, Text]:
    """A locale's texts by section: exactly those of the outline; an absent front is an empty one."""
    found: dict[str, Part] = {part.id: part for part in read_parts(name, _file(files, name))}
    for part in found.values():
        if part.id not in order:
            raise folder_refused(name, part.line, "section_unknown", section=part.id)
    for id in order:
        if id not in found and id != FRONT:
            raise folder_refused(name, 0, "section_missing", section=id)
    return {id: found[id].text if id in found else () for id in order}


def _paired(
    source_locale: str, order: Sequence[str], parts: Mapping[str, Mapping[str, Text]]
) -> tuple[Sections, set[tuple[str, str]]]:
    """Texts by section and locale, every one with a first block; and the (section, locale) that pair as a whole."""
    sections: Sections = {}
    whole = set()
    for id in order:
        source = parts[source_locale][id] or (Block(new_block_id(), "heading1"),)
        sections[id] = {source_locale: source}
        for locale, texts in parts.items():
            if locale == source_locale:
                continue
            target = texts[id] or (Block(new_block_id(), "heading1"),)
            sections[id][locale], is_whole = paired_with_source(source, target)
            if is_whole and texts[id]:
                whole.add((id, locale))
    return sections, whole


def _reviews(
    actor: Actor, source_locale: str, sections: Sections, whole: set[tuple[str, str]]
) -> tuple[list[Event], dict[str, bytes]]:
    """Who brings a whole translation in says that it is approved; one event for each text."""
    sources = {id: [_source_side(block) for block in sections[id][source_locale]] for id in {id for id, _ in whole}}
    contents = {side["body"]: body for sides in sources.values() for side, body in sides}
    events = []
    for id, locale in sorted(whole):
        pairs = zip(sources[id], sections[id][locale], strict=True)
        blocks = [{**side, "target": block_digest(target)} for (side, _), target in pairs]
        data = {
            "section": id,
            "locale": locale,
            "state": "approved",
            "blocks": blocks,
            "network": None,
            "reason": "",
            "origin": "import",
        }
        events.append(Event(Kind.TRANSLATION_REVIEW, data, actor.account, actor.channel))
    return events, contents


def _source_side(block: Block) -> tuple[dict[str, str], bytes]:
    body = body_bytes((block,))
    return {"id": block.id, "source": block_digest(block), "body": body_digest((block,))}, body


async def export_declaration(ports: Ports, actor: Actor, *, slug: str, edition: int | None = None) -> dict[str, bytes]:
    """The folder of the workshop as it stands, or of an edition as it was frozen or last released.

    Raises ``not_found``, and ``not_allowed`` for whoever takes no part, unless the edition is released.
    """
    declaration = await load_declaration(ports, slug)
    if edition is None:
        _require_reader(ports, actor, declaration)
        texts = await _live_texts(ports, declaration)
        look = declaration.look, await read_mark(ports, declaration.look)
        order = [section.id for section in declaration.live_sections()]
        return await asyncio.to_thread(_written, declaration, order, texts, look)
    chosen = find_edition(declaration, edition)
    if chosen.status is not EditionStatus.RELEASED:
        _require_reader(ports, actor, declaration)
    content = await read_content(ports, chosen.releases[-1].content if chosen.releases else chosen.content)
    order = [section["id"] for section in content["sections"]]
    return _written(declaration, order, _frozen_texts(content), frozen_look(content))


def _require_reader(ports: Ports, actor: Actor, declaration: Declaration) -> None:
    if actor.account != OPERATOR:
        authorise(declaration, actor, Action.READ, Subject(), ports.clock.now())


async def _live_texts(ports: Ports, declaration: Declaration) -> dict[tuple[str, str], Text]:
    places = [(section.id, locale) for section in declaration.live_sections() for locale in declaration.locales]
    texts = await asyncio.gather(*(ports.workshops.read(declaration.text_name(id, loc)) for id, loc in places))
    return dict(zip(places, texts, strict=True))


def _frozen_texts(content: Mapping[str, Any]) -> dict[tuple[str, str], Text]:
    """A locale that shows the source in place of a translation has an empty section here."""
    return {
        (section["id"], locale): from_json(text["body"]) if text["status"] != "source" else ()
        for section in content["sections"]
        for locale, text in section["texts"].items()
    }


def _written(
    declaration: Declaration,
    order: Sequence[str],
    texts: Mapping[tuple[str, str], Text],
    look: tuple[Look, bytes],
) -> dict[str, bytes]:
    said, drawn = look_files(*look)
    charter = declaration.charter.to_json()
    values = {
        "slug": declaration.slug,
        "source_locale": declaration.source_locale,
        "authentic_locales": list(declaration.authentic_locales),
        "locales": list(declaration.locales),
        "preset": charter.pop("preset"),
        "sections": list(order),
        "title": dict(sorted(declaration.title.items())),
        "charter": charter,
        **said,
    }
    files = {OUTLINE: write_outline(values).encode(), **drawn}
    for locale in declaration.locales:
        files[f"{locale}.md"] = write_parts({id: texts.get((id, locale), ()) for id in order}).encode()
    return files
