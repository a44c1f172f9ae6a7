"""Looking after a locale: blocks are submitted, approved or sent back; a whole section becomes immutable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from drafting.actions.core import Actor, authorise, commit, load_declaration
from drafting.actions.ports import Ports
from drafting.actions.writing.bodies import body_bytes, body_digest, contents_of, read_body
from drafting.domain.declaration import Declaration, Section
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.policy import Action, Subject
from drafting.domain.prose import (
    Block,
    Text,
    block_digest,
    digest,
)
from drafting.domain.translations import (
    BlockState,
    Review,
    ReviewState,
    TranslationState,
    block_states,
    summary,
)

MAX_REASON: Final = 2_000


@dataclass(frozen=True, slots=True)
class Board:
    """A section side by side: the source as it stands in the workshop, the translation, and where each block stands."""

    section: str
    locale: str
    source: Text
    target: Text
    states: tuple[BlockState, ...]
    source_name: str
    target_name: str

    @property
    def target_blocks(self) -> dict[str, Block]:
        """Source block id → the block that renders it."""
        return {block.of: block for block in reversed(self.target) if block.of}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a locale is, in blocks; counts what is approved, not what is typed."""

    locale: str
    approved: int = 0
    in_review: int = 0
    draft: int = 0
    outdated: int = 0
    total: int = 0
    sections: Mapping[str, tuple[TranslationState, int, int, int]] | None = None


def reviews_of(part: Section, locale: str) -> dict[str, Review]:
    """The last review of each source block in a locale."""
    return {block: review for (loc, block), review in part.reviews.items() if loc == locale}


async def translation_board(ports: Ports, declaration: Declaration, section: str, locale: str) -> Board:
    """Raises ``not_found`` for an unknown section, ``unknown_locale`` for one that is no translation of this text."""
    part = declaration.sections.get(section)
    if part is None:
        raise Refusal(Code.NOT_FOUND, section=section)
    if locale not in declaration.locales or locale == declaration.source_locale:
        raise Refusal(Code.UNKNOWN_LOCALE, locale=locale)
    source_name = declaration.text_name(section, declaration.source_locale)
    target_name = declaration.text_name(section, locale)
    source, target = await ports.workshops.read(source_name), await ports.workshops.read(target_name)
    states = block_states(source, target, reviews_of(part, locale))
    return Board(section, locale, source, target, tuple(states), source_name, target_name)


async def translation_progress(ports: Ports, declaration: Declaration, locale: str) -> Progress:
    """All sections of one locale, added up."""
    states: list[BlockState] = []
    sections: dict[str, tuple[TranslationState, int, int, int]] = {}
    for part in declaration.live_sections():
        board = await translation_board(ports, declaration, part.id, locale)
        sections[part.id] = summary(board.states)
        states.extend(board.states)
    count = {state: sum(s.state is state for s in states) for state in TranslationState}
    return Progress(
        locale,
        count[TranslationState.APPROVED],
        count[TranslationState.IN_REVIEW],
        count[TranslationState.DRAFT],
        sum(s.outdated for s in states),
        len(states),
        sections,
    )


async def submit_blocks(
    ports: Ports, actor: Actor, *, slug: str, section: str, locale: str, blocks: Sequence[str] | None = None
) -> Board:
    """Say that these source blocks (all translated ones when None) are rendered as they stand, for review."""
    return await _review(ports, actor, slug, section, locale, ReviewState.SUBMITTED, blocks)


async def approve_blocks(
    ports: Ports, actor: Actor, *, slug: str, section: str, locale: str, blocks: Sequence[str] | None = None
) -> Board:
    """Approve them; when all of a section are, its translation becomes immutable and bound to the tabled revision.

    Also says "leave as it is" of a block whose source changed without changing the translation.
    """
    return await _review(ports, actor, slug, section, locale, ReviewState.APPROVED, blocks)


async def reject_blocks(
    ports: Ports, actor: Actor, *, slug: str, section: str, locale: str, blocks: Sequence[str], reason: str
) -> Board:
    """Send them back with a reason, which the translator reads."""
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Refusal(Code.REASON_REQUIRED, field="reason", kind="rejection")
    return await _review(ports, actor, slug, section, locale, ReviewState.REJECTED, blocks, reason.strip())


async def _review(
    ports: Ports,
    actor: Actor,
    slug: str,
    section: str,
    locale: str,
    state: ReviewState,
    blocks: Sequence[str] | None,
    reason: str = "",
) -> Board:
    declaration = await load_declaration(ports, slug)
    board = await translation_board(ports, declaration, section, locale)
    reviewed, contents = _reviewed_blocks(board, blocks)

    def decide(now: Declaration) -> Sequence[Event]:
        at = ports.clock.now()
        part = now.sections[section]
        authorise(now, actor, Action.REVIEW_TRANSLATION, Subject(section=part, locale=locale), at)
        if part.retired:
            raise Refusal(Code.TEXT_RETIRED, section=section)
        network = next((m.network for m in now.live_mandates(actor.account, at) if m.network), None)
        data = {
            "section": section,
            "locale": locale,
            "state": state.value,
            "blocks": reviewed,
            "network": network,
            "reason": reason,
        }
        return [Event(Kind.TRANSLATION_REVIEW, data, actor.account, actor.channel)]

    if reviewed:
        await commit(ports, slug, decide, contents)
        await complete_translations(ports, slug, section, locale)
    return await translation_board(ports, await load_declaration(ports, slug), section, locale)


def _reviewed_blocks(board: Board, wanted: Sequence[str] | None) -> tuple[list[dict[str, str]], dict[str, bytes]]:
    """Both sides of each block as digests, and the source block's words for the difference shown later."""
    targets = board.target_blocks
    there = {state.block for state in board.states if state.target}
    for block in wanted or ():
        if block not in there:
            raise Refusal(Code.BLOCK_UNKNOWN, block=block)
    reviewed: list[dict[str, str]] = []
    contents: dict[str, bytes] = {}
    for source in board.source:
        if source.id not in (there if wanted is None else set(wanted)):
            continue
        contents[body_digest((source,))] = body_bytes((source,))
        reviewed.append(
            {
                "id": source.id,
                "source": block_digest(source),
                "target": block_digest(targets[source.id]),
                "body": body_digest((source,)),
            }
        )
    return reviewed, contents


async def reviewed_source(ports: Ports, review: Review) -> Block | None:
    """The source block as it stood when the translation was last reviewed, to show what changed since."""
    if not review.source_body:
        return None
    return (await read_body(ports, review.source_body))[0]


async def complete_translations(ports: Ports, slug: str, section: str, locale: str | None = None) -> None:
    """Make the immutable translation of the tabled revision wherever every block of it is approved."""
    declaration = await load_declaration(ports, slug)
    part = declaration.sections[section]
    revision = part.revision
    if revision is None or part.retired:
        return
    source = await read_body(ports, revision.bodies[declaration.source_locale])
    locales = [locale] if locale else [tag for tag in declaration.locales if tag not in declaration.authentic_locales]
    for tag in locales:
        if tag in declaration.authentic_locales:
            continue
        target = await ports.workshops.read(declaration.text_name(section, tag))
        await _complete(ports, slug, section, tag, revision.digest, source, target)


async def _complete(
    ports: Ports, slug: str, section: str, locale: str, revision_digest: str, source: Text, target: Text
) -> None:
    contents = contents_of(target)

    def decide(now: Declaration) -> Sequence[Event]:
        part = now.sections[section]
        if part.revision is None or part.revision.digest != revision_digest:
            return []
        states = block_states(source, target, reviews_of(part, locale))
        if not states or any(s.state is not TranslationState.APPROVED for s in states):
            return []
        last = next((t for t in reversed(part.translations) if t.locale == locale), None)
        if last and (last.revision_digest, last.text_digest) == (revision_digest, digest(target)):
            return []
        data: dict[str, Any] = {
            "section": section,
            "locale": locale,
            "revision": revision_digest,
            "text": digest(target),
            "body": body_digest(target),
            "approved_by": sorted({s.review.account for s in states if s.review}),
        }
        return [Event(Kind.TRANSLATION_COMPLETE, data, "system", "system")]

    await commit(ports, slug, decide, contents)


async def lagging_locales(declaration: Declaration, part: Section, texts: Mapping[str, Text]) -> list[str]:
    """The authentic locales whose text is not attested, block by block, against the source as it stands."""
    source = texts[declaration.source_locale]
    lagging = []
    for locale, text in texts.items():
        if locale == declaration.source_locale:
            continue
        states = block_states(source, text, reviews_of(part, locale))
        if any(s.state is not TranslationState.APPROVED for s in states):
            lagging.append(locale)
    return lagging
