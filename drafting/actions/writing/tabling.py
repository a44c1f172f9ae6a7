"""Tabling: the exact words that networks take positions on, and reading them again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from drafting.actions import letters
from drafting.actions.core import Actor, authorise, commit, load_declaration
from drafting.actions.ports import Ports
from drafting.actions.writing.bodies import body_digest, contents_of, read_body
from drafting.actions.writing.sections import known_section
from drafting.actions.writing.translations import complete_translations, lagging_locales
from drafting.domain.characters import faults
from drafting.domain.declaration import Declaration, Section
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.policy import Action, Subject
from drafting.domain.positions import Change, Revision, revision_digest
from drafting.domain.prose import (
    Text,
    block_digest,
    digest,
    title,
)

MAX_WORDS: Final = 5_000
QUIET_BETWEEN_LETTERS: Final = timedelta(hours=1)


async def table_revision(
    ports: Ports,
    actor: Actor,
    *,
    slug: str,
    section: str,
    seen: Mapping[str, str],
    change: str = "substantive",
    why: str = "",
) -> Revision:
    """Put the workshop's words before the networks, as they were seen.

    ``seen``: locale → digest of every authentic text. Raises ``text_changed`` with ``now`` where a word has changed
    since, ``authentic_text_lags`` with ``locales``, ``nothing_changed``, ``text_refused``, ``frozen``.
    """
    declaration = await load_declaration(ports, slug)
    part = known_section(declaration, section)
    authorise(declaration, actor, Action.TABLE, Subject(section=part), ports.clock.now())
    if change not in set(Change) or len(why) > MAX_WORDS:
        raise Refusal(Code.BAD_INPUT, field="change" if change not in set(Change) else "why")
    generation, authentic = part.generation, declaration.authentic_locales
    texts = {loc: await ports.workshops.read(declaration.text_name(section, loc, generation)) for loc in authentic}
    digests = {loc: digest(text) for loc, text in texts.items()}
    if dict(seen) != digests:
        raise Refusal(Code.TEXT_CHANGED, now=digests)
    _refuse_faults(texts)
    lagging = await lagging_locales(declaration, part, texts)
    if lagging:
        raise Refusal(Code.AUTHENTIC_TEXT_LAGS, locales=lagging)
    data = _revision_data(part, texts, digests, change, why)

    def decide(now: Declaration) -> Sequence[Event]:
        current = known_section(now, section)
        if now.open_edition:
            raise Refusal(Code.FROZEN, edition=now.open_edition.n)
        if current.generation != generation:
            raise Refusal(Code.TEXT_CHANGED, now=digests)
        if current.revision and current.revision.digest == data["digest"]:
            raise Refusal(Code.NOTHING_CHANGED, n=current.revision.n)
        n = len(current.revisions) + 1
        return [
            Event(
                Kind.REVISION_TABLE, {**data, "n": n, "network": current.holder_network}, actor.account, actor.channel
            )
        ]

    contents = {key: value for text in texts.values() for key, value in contents_of(text).items()}
    before = _last_tabling(declaration)
    declaration = await commit(ports, slug, decide, contents)
    revision = declaration.sections[section].revision
    assert revision is not None
    await complete_translations(ports, slug, section)
    if before is None or revision.at - before > QUIET_BETWEEN_LETTERS:
        await letters.tell_tabled(ports, declaration, revision)
    return revision


def _refuse_faults(texts: Mapping[str, Text]) -> None:
    for locale, text in texts.items():
        found = faults(text)
        if found:
            raise Refusal(
                Code.TEXT_REFUSED,
                locale=locale,
                block=found[0].block,
                offset=found[0].offset,
                code_point=found[0].code_point,
            )


def _revision_data(
    part: Section, texts: Mapping[str, Text], digests: Mapping[str, str], change: str, why: str
) -> dict[str, Any]:
    source = next(iter(texts.values()))
    return {
        "section": part.id,
        "digest": revision_digest(part.id, digests),
        "texts": dict(digests),
        "bodies": {locale: body_digest(text) for locale, text in texts.items()},
        "blocks": [{"id": b.id, "digest": block_digest(b)} for b in source if not b.is_empty],
        "title": title(source),
        "change": change,
        "why": why.strip(),
        "generation": part.generation,
    }


def _last_tabling(declaration: Declaration) -> datetime | None:
    return max((s.revisions[-1].at for s in declaration.sections.values() if s.revisions), default=None)


async def read_revision(ports: Ports, slug: str, section: str, n: int, locale: str) -> Text:
    """The exact words of a revision: an authentic text, or the newest translation bound to it. Raises ``not_found``."""
    declaration = await load_declaration(ports, slug)
    part = declaration.sections.get(section)
    if part is None or not 1 <= n <= len(part.revisions):
        raise Refusal(Code.NOT_FOUND, section=section, revision=n)
    revision = part.revisions[n - 1]
    body = revision.bodies.get(locale) or next(
        (t.body for t in reversed(part.translations) if t.locale == locale and t.revision_digest == revision.digest),
        None,
    )
    if body is None:
        raise Refusal(Code.NOT_FOUND, section=section, revision=n, locale=locale)
    return await read_body(ports, body)
