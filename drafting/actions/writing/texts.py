"""Reading a text as it is, was or was tabled, and writing into the workshop without the editor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from drafting.actions.core import Actor, authorise, commit, load_declaration
from drafting.actions.names import new_block_id
from drafting.actions.ports import Ports
from drafting.actions.writing.markdown import from_markdown
from drafting.actions.writing.pairing import paired_with_source, with_identities
from drafting.actions.writing.sections import known_section, network_of
from drafting.actions.writing.tabling import read_revision
from drafting.actions.writing.translations import reviews_of
from drafting.actions.writing_ports import Author, Edit, WrittenBlock
from drafting.domain.characters import faults
from drafting.domain.declaration import Declaration, Section, text_place
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.policy import Action, Subject, may
from drafting.domain.prose import Block, Text, digest
from drafting.domain.translations import BlockState, block_states


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text by the name of its live one. ``states``, of a translation in the workshop: by source block id."""

    name: str
    digest: str
    text: Text
    states: Mapping[str, BlockState] | None = None


async def read_text(
    ports: Ports,
    actor: Actor,
    *,
    slug: str,
    section: str,
    locale: str,
    at: Literal["workshop"] | int | str = "workshop",
) -> ReadText:
    """The workshop's text, or that of a revision by its number: its own words, or the translation made of it.

    Raises ``not_found`` with what there is none of, ``not_allowed``.
    """
    declaration = await load_declaration(ports, slug)
    part = _readable(ports, actor, declaration, section, locale)
    name = declaration.text_name(section, locale)
    if at != "workshop":
        if not isinstance(at, int):
            raise Refusal(Code.BAD_INPUT, field="at")
        tabled = await read_revision(ports, slug, section, at, locale)
        return ReadText(name, digest(tabled), tabled)
    return await _live(ports, declaration, part, locale)


def _readable(ports: Ports, actor: Actor, declaration: Declaration, section: str, locale: str) -> Section:
    """The section, where the actor may read its texts; retired ones stay readable."""
    authorise(declaration, actor, Action.READ, Subject(), ports.clock.now())
    if section not in declaration.sections:
        raise Refusal(Code.NOT_FOUND, section=section)
    if locale not in declaration.locales:
        raise Refusal(Code.NOT_FOUND, locale=locale)
    return declaration.sections[section]


async def _live(ports: Ports, declaration: Declaration, part: Section, locale: str) -> ReadText:
    name = declaration.text_name(part.id, locale)
    text = await ports.workshops.read(name)
    if locale == declaration.source_locale:
        return ReadText(name, digest(text), text)
    source = await ports.workshops.read(declaration.text_name(part.id, declaration.source_locale))
    states = block_states(source, text, reviews_of(part, locale))
    return ReadText(name, digest(text), text, {state.block: state for state in states})


async def write_text(
    ports: Ports, actor: Actor, *, slug: str, section: str, locale: str, markdown: str, seen: str
) -> ReadText:
    """Turn the workshop's text into these words; ``seen`` is the digest of those that the actor had before them.

    Blocks that go on keep their identity, and in a translation what they render. Raises ``text_changed`` with ``now``,
    ``markdown_refused`` with ``line`` and ``what``, ``text_refused`` with ``block`` (its place, from 0), ``offset`` and
    ``code_point``, ``text_retired``, ``frozen``, ``not_allowed``, ``too_large``.
    """
    declaration = await load_declaration(ports, slug)
    part, author = _writable(ports, actor, declaration, section, locale)
    name = declaration.text_name(section, locale)
    before = await ports.workshops.read(name)
    if digest(before) != seen:
        raise Refusal(Code.TEXT_CHANGED, now=digest(before))
    text = with_identities(before, _read_words(markdown)) or _untitled(before)
    if locale != declaration.source_locale and any(block.of is None for block in text):
        source = await ports.workshops.read(declaration.text_name(section, declaration.source_locale))
        paired, is_whole = paired_with_source(source, text)
        text = paired if is_whole else text
    await ports.workshops.write(name, text, author, seen)
    return await _live(ports, declaration, part, locale)


def _writable(
    ports: Ports, actor: Actor, declaration: Declaration, section: str, locale: str
) -> tuple[Section, Author]:
    part = known_section(declaration, section)
    if locale not in declaration.locales:
        raise Refusal(Code.NOT_FOUND, locale=locale)
    authorise(declaration, actor, Action.EDIT_TEXT, Subject(section=part, locale=locale), ports.clock.now())
    if declaration.open_edition and locale in declaration.authentic_locales:
        raise Refusal(Code.FROZEN, edition=declaration.open_edition.n)
    return part, Author(actor.account, network_of(declaration, actor, ports) or "")


def _read_words(markdown: str) -> Text:
    text = from_markdown(markdown)
    places = {block.id: place for place, block in enumerate(text)}
    for fault in faults(text):
        data = {"block": places[fault.block], "offset": fault.offset, "code_point": fault.code_point}
        raise Refusal(Code.TEXT_REFUSED, **data)
    return text


def _untitled(before: Text) -> Text:
    """A text always has a first block for its title."""
    id, of = (before[0].id, before[0].of) if before else (new_block_id(), None)
    return (Block(id, "heading1", of=of),)


async def text_history(
    ports: Ports, actor: Actor, *, slug: str, section: str, locale: str, after: int = 0, until: int | None = None
) -> list[Edit]:
    """Every edit of the live text, oldest first; or those after the one, up to the other."""
    name = await _name(ports, actor, slug, section, locale)
    return list(await ports.workshops.history(name, after, until))


async def count_edits(ports: Ports, actor: Actor, *, slug: str, section: str, locale: str) -> int:
    """How many edits the live text has seen; the number of the last one."""
    return await ports.workshops.count(await _name(ports, actor, slug, section, locale))


async def read_authorship(
    ports: Ports, actor: Actor, *, slug: str, section: str, locale: str, sequence: int | None = None
) -> list[WrittenBlock]:
    """Who wrote which words of the text right after an edit, else of today's. Raises ``not_found``."""
    name = await _name(ports, actor, slug, section, locale)
    return list(await ports.workshops.authorship(name, sequence))


async def compare_moments(
    ports: Ports, actor: Actor, *, slug: str, section: str, locale: str, older: int, newer: int
) -> tuple[Text, Text]:
    """The texts right after two edits. Raises ``not_found``."""
    name = await _name(ports, actor, slug, section, locale)
    return await ports.workshops.read_at(name, older), await ports.workshops.read_at(name, newer)


async def _name(ports: Ports, actor: Actor, slug: str, section: str, locale: str) -> str:
    declaration = await load_declaration(ports, slug)
    _readable(ports, actor, declaration, section, locale)
    return declaration.text_name(section, locale)


async def read_moment(ports: Ports, actor: Actor, *, slug: str, section: str, locale: str, sequence: int) -> ReadText:
    """The text right after an edit. Raises ``not_found`` for a sequence number that no edit has."""
    name = await _name(ports, actor, slug, section, locale)
    text = await ports.workshops.read_at(name, sequence)
    return ReadText(name, digest(text), text)


async def restore_moment(
    ports: Ports, actor: Actor, *, slug: str, section: str, locale: str, sequence: int
) -> ReadText:
    """Write the words of an earlier moment again: an edit like any other, and a fact for the ledger."""
    declaration = await load_declaration(ports, slug)
    part, author = _writable(ports, actor, declaration, section, locale)
    name = declaration.text_name(section, locale)
    then = await ports.workshops.read_at(name, sequence)
    await ports.workshops.write(name, then, author)
    data = {"section": section, "locale": locale, "sequence": sequence, "digest": digest(then)}
    event = Event(Kind.TEXT_RESTORE, data, actor.account, actor.channel)
    declaration = await commit(ports, slug, lambda _: [event])
    return await _live(ports, declaration, part, locale)


def may_write(declaration: Declaration, account: str, name: str, at: datetime) -> bool:
    """Whether the account may write into the live text of that name now; for every single message of a socket."""
    try:
        slug, section, locale, generation = text_place(name)
    except ValueError:
        return False
    part = declaration.sections.get(section)
    if slug != declaration.slug or part is None or part.retired or part.generation != generation:
        return False
    if locale not in declaration.locales or (declaration.open_edition and locale in declaration.authentic_locales):
        return False
    return may(declaration, account, Action.EDIT_TEXT, Subject(section=part, locale=locale), at)
