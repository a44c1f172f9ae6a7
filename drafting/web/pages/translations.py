"""Languages of a declaration: how far each is, and the bench where source and translation lie side by side."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from drafting.actions.writing.translations import (
    Board,
    Progress,
    approve_blocks,
    reject_blocks,
    reviewed_source,
    submit_blocks,
    translation_board,
    translation_progress,
)
from drafting.domain.declaration import Declaration
from drafting.domain.differences import Piece, diff_blocks
from drafting.domain.errors import Code, Refusal
from drafting.domain.locales import Locale
from drafting.domain.policy import Action, Subject, may
from drafting.domain.prose import Block
from drafting.domain.translations import BlockState, TranslationState, summary
from drafting.web.outline import Part, outline, part_of
from drafting.web.pages.translation_checks import faults_between
from drafting.web.pages.workshop import around, live_text
from drafting.web.visits import Visit


@dataclass(frozen=True, slots=True)
class Pair:
    """A source block and what renders it. ``pieces``: how the source changed since it was last reviewed."""

    source: Block
    target: Block | None
    state: BlockState
    pieces: Sequence[Piece]
    faults: Sequence[str]

    @property
    def is_open(self) -> bool:
        return self.state.state is not TranslationState.APPROVED


def targets(declaration: Declaration) -> list[Locale]:
    """The languages that are translations."""
    return [locale for tag, locale in declaration.locales.items() if tag != declaration.source_locale]


async def index(visit: Visit) -> Response:
    declaration = await visit.declaration()
    progress = await asyncio.gather(
        *(translation_progress(visit.ports, declaration, locale.tag) for locale in targets(declaration))
    )
    return visit.page(
        "workshop/translations.html",
        declaration=declaration,
        rows=list(zip(targets(declaration), progress, strict=True)),
        people=await _people(visit, declaration),
    )


async def _people(visit: Visit, declaration: Declaration) -> dict[str, list[str]]:
    """Locale → the names of those whose mandate names it."""
    found: dict[str, list[str]] = {}
    live = [m for m in declaration.mandates.values() if m.is_live(visit.at) and m.locales]
    names = await visit.ports.accounts.names([m.account for m in live])
    for mandate in live:
        for tag in mandate.locales:
            found.setdefault(tag, []).append(names.get(mandate.account, ""))
    return {tag: sorted(filter(None, people)) for tag, people in found.items()}


def _locale(visit: Visit, declaration: Declaration) -> Locale:
    locale = declaration.locales.get(visit.part("locale"))
    if locale is None or locale.tag == declaration.source_locale:
        raise Refusal(Code.NOT_FOUND, locale=visit.part("locale"))
    return locale


async def language(visit: Visit) -> Response:
    declaration = await visit.declaration()
    locale = _locale(visit, declaration)
    progress: Progress = await translation_progress(visit.ports, declaration, locale.tag)
    parts = await outline(visit, declaration)
    return visit.page(
        "workshop/language.html",
        declaration=declaration,
        locale=locale,
        progress=progress,
        rows=[(part, (progress.sections or {})[part.id]) for part in parts],
        people=(await _people(visit, declaration)).get(locale.tag, []),
        next_part=next((p for p in parts if (progress.sections or {})[p.id][0] is not TranslationState.APPROVED), None),
    )


async def bench(visit: Visit) -> Response:
    return await _bench(visit, None)


async def _bench(visit: Visit, refusal: Refusal | None) -> Response:
    declaration = await visit.declaration()
    locale = _locale(visit, declaration)
    parts = await outline(visit, declaration)
    part = part_of(parts, visit.part("section"))
    if part is None:
        raise Refusal(Code.NOT_FOUND, section=visit.part("section"))
    board = await translation_board(visit.ports, declaration, part.id, locale.tag)
    pairs = [await _pair(visit, declaration, board, state) for state in board.states]
    state, approved, outdated, total = summary(board.states)
    shared = await around(visit, declaration, parts)
    return visit.page(
        "workshop/bench.html",
        **shared,
        locale=locale,
        part=part,
        pairs=pairs,
        source=await live_text(visit, declaration, part, declaration.source_locale),
        target=await live_text(visit, declaration, part, locale.tag),
        approved=approved,
        outdated=outdated,
        total=total,
        state=state,
        may_review=_may_review(visit, declaration, part, locale.tag),
        next_block=next((pair.source.id for pair in pairs if pair.is_open), ""),
        next_part=_next_part(parts, part),
        fault=refusal.data.get("field", "") if refusal else "",
    )


def _may_review(visit: Visit, declaration: Declaration, part: Part, locale: str) -> bool:
    subject = Subject(section=part.section, locale=locale)
    return may(declaration, visit.actor.account, Action.REVIEW_TRANSLATION, subject, visit.at)


def _next_part(parts: Sequence[Part], part: Part) -> Part | None:
    at = [p.id for p in parts].index(part.id)
    return parts[at + 1] if at + 1 < len(parts) else None


async def _pair(visit: Visit, declaration: Declaration, board: Board, state: BlockState) -> Pair:
    source = next(block for block in board.source if block.id == state.block)
    target = board.target_blocks.get(state.block) if state.target else None
    pieces: Sequence[Piece] = ()
    if state.outdated and state.review:
        before = await reviewed_source(visit.ports, state.review)
        pieces = diff_blocks(before, source) if before else ()
    return Pair(source, target, state, pieces, faults_between(visit.words, source, target))


async def submit(visit: Visit) -> Response:
    """Blocks ready for review; one at a time from the bench, or all that are translated."""
    form = await visit.form()
    chosen = form.all("block") or None
    await submit_blocks(visit.ports, visit.actor, blocks=chosen, **_place(visit))
    return _onward(visit, chosen)


async def approve(visit: Visit) -> Response:
    form = await visit.form()
    chosen = form.all("block") or None
    await approve_blocks(visit.ports, visit.actor, blocks=chosen, **_place(visit))
    return _onward(visit, chosen)


async def reject(visit: Visit) -> Response:
    form = await visit.form()
    try:
        await reject_blocks(
            visit.ports, visit.actor, blocks=form.all("block"), reason=form.text("reason"), **_place(visit)
        )
    except Refusal as refusal:
        if refusal.code is not Code.REASON_REQUIRED:
            raise
        return await _bench(visit, refusal)
    return _onward(visit, form.all("block"))


def _place(visit: Visit) -> dict[str, str]:
    return {"slug": visit.part("declaration"), "section": visit.part("section"), "locale": visit.part("locale")}


def _onward(visit: Visit, blocks: list[str] | None) -> Response:
    """Back to the bench, at the block that was acted on."""
    there = visit.go("workshop", visit.part("declaration"), "translations", visit.part("locale"), visit.part("section"))
    if blocks and len(blocks) == 1:
        there.headers["location"] += f"#b-{blocks[0]}"
    return there
