"""Split a section: its texts are retired, and each locale gets two new ones, divided along the source's blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drafting.actions.core import Actor, authorise, commit, load_declaration
from drafting.actions.names import checked_slug, new_block_id
from drafting.actions.ports import Ports
from drafting.actions.writing.sections import known_section, network_of, refuse_new_section
from drafting.actions.writing.seeding import named, seed_texts
from drafting.actions.writing_ports import Author
from drafting.domain.declaration import Declaration, Section
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.policy import Action, Subject
from drafting.domain.prose import HEADINGS, Block, Text, digest
from drafting.domain.translations import Review


@dataclass(frozen=True, slots=True)
class Halves:
    """A section's texts by locale, before the split line and after it."""

    first: Mapping[str, Text]
    second: Mapping[str, Text]


async def split_section(
    ports: Ports, actor: Actor, *, slug: str, section: str, before_block: str, id: str
) -> Declaration:
    """The blocks of the source from ``before_block`` on become the new section ``id``, which follows the old one.

    Translations are divided by the source block that each of their blocks renders; footnotes go where they are
    referred to, reviews follow their blocks. An objection to the old section attaches to both. Raises
    ``block_unknown``, ``bad_input`` with ``field`` where nothing would be left of the first half, ``taken``.
    """
    checked_slug(id, "id")

    def check(now: Declaration) -> Section:
        part = known_section(now, section)
        authorise(now, actor, Action.SHAPE, Subject(section=part), ports.clock.now())
        refuse_new_section(now, id)
        return part

    declaration = await load_declaration(ports, slug)
    generation = check(declaration).generation
    author = Author(actor.account, network_of(declaration, actor, ports) or "")
    title = new_block_id()
    halves = divided(declaration.source_locale, await _read(ports, declaration, section), before_block, title)
    new_texts = {
        **named(declaration, section, halves.first, generation + 1),
        **named(declaration, id, halves.second),
    }
    await seed_texts(ports, new_texts, author)

    def decide(now: Declaration) -> Sequence[Event]:
        part = check(now)
        if part.generation != generation:
            raise Refusal(Code.TEXT_RETIRED, section=section)
        data = {"section": section, "id": id, "before_block": before_block}
        moved = {block.id for block in halves.second[now.source_locale]}
        return [Event(Kind.SECTION_SPLIT, data, actor.account, actor.channel), *_carried_reviews(part, id, moved)]

    split = await commit(ports, slug, decide)
    for locale in declaration.locales:
        await ports.workshops.retire(declaration.text_name(section, locale, generation))
    late = await _read(ports, declaration, section, generation)
    if any(block.id == before_block for block in late[declaration.source_locale]):
        now = divided(declaration.source_locale, late, before_block, title)
        await _bring_late_words(ports, split, section, id, halves, now, author)
    return split


async def _read(ports: Ports, declaration: Declaration, section: str, generation: int | None = None) -> dict[str, Text]:
    names = {loc: declaration.text_name(section, loc, generation) for loc in declaration.locales}
    return {loc: await ports.workshops.read(name) for loc, name in names.items()}


async def _bring_late_words(
    ports: Ports, split: Declaration, section: str, id: str, seeded: Halves, late: Halves, author: Author
) -> None:
    """Words that arrived between reading the old texts and retiring them, where nobody wrote in the new ones yet."""
    for part, before, after in ((section, seeded.first, late.first), (id, seeded.second, late.second)):
        for locale, text in after.items():
            if digest(text) == digest(before[locale]):
                continue
            try:
                await ports.workshops.write(split.text_name(part, locale), text, author, digest(before[locale]))
            except Refusal as refusal:
                if refusal.code is not Code.TEXT_CHANGED:
                    raise


def divided(source_locale: str, texts: Mapping[str, Text], before_block: str, title: str) -> Halves:
    """Every locale's text in two. ``title``: the id of the heading that a second half without one begins with.

    Raises ``block_unknown`` and ``bad_input``, as :func:`split_section` says.
    """
    source = texts[source_locale]
    at = next((n for n, block in enumerate(source) if block.id == before_block), None)
    if at is None:
        raise Refusal(Code.BLOCK_UNKNOWN, block=before_block)
    if at == 0 or source[at].kind == "footnote":
        raise Refusal(Code.BAD_INPUT, field="before_block")
    later = {block.id for block in source[at:]}
    needs_title = source[at].kind not in HEADINGS
    first, second = {}, {}
    for locale, text in texts.items():
        is_source = locale == source_locale
        behind = _blocks_behind(text, later, is_source)
        first[locale] = _with_notes(text, tuple(b for n, b in enumerate(text) if n not in behind))
        rest = _with_notes(text, tuple(text[n] for n in sorted(behind)))
        second[locale] = (_title(title, is_source), *rest) if needs_title else rest
    return Halves(first, second)


def _title(id: str, is_source: bool) -> Block:
    return Block(id, "heading1") if is_source else Block(new_block_id(), "heading1", of=id)


def _blocks_behind(text: Text, later: set[str], is_source: bool) -> set[int]:
    """Places of the blocks of the second half; a translated block that renders none stays with the one before it."""
    behind: set[int] = set()
    is_behind = False
    for n, block in enumerate(text):
        rendered = block.id if is_source else block.of
        if rendered is not None and block.kind != "footnote":
            is_behind = rendered in later
        if is_behind:
            behind.add(n)
    return behind


def _with_notes(whole: Text, half: Text) -> Text:
    """A half with exactly the footnotes that it refers to, and those nobody refers to where they happen to stand."""
    referred = {run.note for block in half for run in block.runs if run.note is not None}
    anywhere = {run.note for block in whole for run in block.runs if run.note is not None}
    kept = tuple(b for b in half if b.kind != "footnote" or b.id in referred or b.id not in anywhere)
    there = {block.id for block in kept}
    return kept + tuple(b for b in whole if b.kind == "footnote" and b.id in referred and b.id not in there)


def _carried_reviews(section: Section, id: str, moved: set[str]) -> list[Event]:
    """What reviewers said of the moved blocks, said again of the new section, in their name and saying so."""
    carried = [review for (_, block), review in section.reviews.items() if block in moved]
    return [_restated(review, section.id, id) for review in carried]


def _restated(review: Review, old: str, new: str) -> Event:
    block = {
        "id": review.block,
        "source": review.source_digest,
        "target": review.target_digest,
        "body": review.source_body,
    }
    data = {
        "section": new,
        "locale": review.locale,
        "state": review.state.value,
        "blocks": [block],
        "network": review.network,
        "reason": review.reason,
        "carried_from": old,
    }
    return Event(Kind.TRANSLATION_REVIEW, data, review.account, "system")
