"""Texts in the workshop and as tabled, their history, and the review of translations."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from drafting.actions.writing import texts as acts
from drafting.actions.writing import translations
from drafting.actions.writing.markdown import to_markdown
from drafting.actions.writing.texts import ReadText
from drafting.actions.writing.translations import Board
from drafting.actions.writing_ports import WrittenBlock
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import Block, Text, digest, to_json
from drafting.domain.translations import BlockState, Review, TranslationState
from drafting.web.api import answers, bodies, verdicts
from drafting.web.api.calls import Call
from drafting.web.api.consent import difference
from drafting.web.api.operations import Operations

texts = Operations("Texts")
add = texts.add
TEXT = "/declarations/{slug}/sections/{section}/texts/{locale}"
SOURCE = "source"


@add("GET", TEXT, queries={"at": "workshop, else the number of a revision"}, answer=answers.TextAnswer)
async def read_text(call: Call) -> Response:
    """A text in one locale; as Markdown where the caller accepts text/markdown only."""
    at = call.query("at") or "workshop"
    place: str | int = at if at == "workshop" else call.number("at", 0)
    found = await acts.read_text(
        call.ports, call.actor, slug=call.slug, section=call.part("section"), locale=call.part("locale"), at=place
    )
    return _answered(call, found)


@add("PUT", TEXT, answer=answers.TextAnswer)
async def write_text(call: Call, body: bodies.TextWords) -> Response:
    """Put other words into the workshop; If-Match holds the digest of those that were seen."""
    found = await acts.write_text(
        call.ports,
        call.actor,
        slug=call.slug,
        section=call.part("section"),
        locale=call.part("locale"),
        markdown=body.markdown,
        seen=_seen(call),
    )
    return _answered(call, found)


def _seen(call: Call) -> str:
    seen = call.request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    if not seen:
        raise Refusal(Code.BAD_INPUT, field="If-Match", reason="the digest of the text that was seen is needed")
    return seen


def _answered(call: Call, found: ReadText) -> Response:
    """JSON, or Markdown for who prefers it; with the digest as entity tag either way."""
    headers = {"etag": f'"{found.digest}"', "vary": "Accept, Authorization, Cookie", "cache-control": "no-store"}
    accepted = call.request.headers.get("accept", "")
    if "text/markdown" in accepted and "application/json" not in accepted:
        return Response(to_markdown(found.text), 200, headers, "text/markdown; charset=utf-8")
    answer = _text(found.name, found.text, found.states)
    return Response(msgspec.json.encode(answer), 200, headers, "application/json")


def _text(
    name: str,
    text: Text,
    states: Mapping[str, BlockState] | None,
    unknown: TranslationState = TranslationState.APPROVED,
) -> answers.TextAnswer:
    """``states`` by source block; None for a source text and for tabled words, whose translations were approved."""
    blocks = [_block(block, value, states, unknown) for block, value in zip(text, to_json(text), strict=True)]
    return answers.TextAnswer(name=name, digest=digest(text), blocks=blocks)


def _block(
    block: Block, value: Mapping[str, Any], states: Mapping[str, BlockState] | None, unknown: TranslationState
) -> answers.BlockAnswer:
    if states is None:
        state, outdated = SOURCE if block.of is None else unknown.value, False
    elif known := states.get(block.of or ""):
        state, outdated = known.state.value, known.outdated
    else:
        state, outdated = TranslationState.DRAFT.value, False
    return answers.BlockAnswer(**value, state=state, outdated=outdated)


# ---- history


@add("GET", TEXT + "/history")
async def text_history(call: Call) -> answers.Page[answers.EditAnswer]:
    """Who wrote when; a sequence number names a moment of the text."""
    edits = await acts.text_history(
        call.ports, call.actor, slug=call.slug, section=call.part("section"), locale=call.part("locale")
    )
    return call.page(
        [answers.EditAnswer(sequence=e.sequence, at=e.at, account=e.account, network=e.network or None) for e in edits]
    )


@add("GET", TEXT + "/history/{sequence}")
async def read_moment(call: Call) -> answers.TextAnswer:
    """The text as it was right after an edit."""
    found = await acts.read_moment(
        call.ports,
        call.actor,
        slug=call.slug,
        section=call.part("section"),
        locale=call.part("locale"),
        sequence=call.count("sequence"),
    )
    return _text(found.name, found.text, None, TranslationState.DRAFT)


@add("GET", TEXT + "/history/{sequence}/authorship")
async def read_authorship(call: Call) -> answers.AuthorshipAnswer:
    """Who wrote which words of the text as it was right after an edit."""
    sequence = call.count("sequence")
    blocks = await acts.read_authorship(
        call.ports,
        call.actor,
        slug=call.slug,
        section=call.part("section"),
        locale=call.part("locale"),
        sequence=sequence,
    )
    return answers.AuthorshipAnswer(sequence=sequence, blocks=[_written(block) for block in blocks])


def _written(found: WrittenBlock) -> answers.WrittenBlockAnswer:
    words = [
        answers.WrittenAnswer(
            text=each.run.text,
            marks={name: value for name, value in zip(("strong", "em", "link"), each.run.marks, strict=True) if value},
            note=each.run.note,
            account=each.author.account,
            network=each.author.network or None,
        )
        for each in found.words
    ]
    return answers.WrittenBlockAnswer(id=found.block.id, kind=found.block.kind, depth=found.block.depth, words=words)


@add("GET", TEXT + "/history/{sequence}/diff", queries={"from": "number of the other edit, else the one before it"})
async def compare_moments(call: Call) -> verdicts.DiffAnswer:
    """What changed from one edit to another, word by word."""
    to = call.count("sequence")
    older = call.number("from", max(1, to - 1))
    locale = call.part("locale")
    old, new = await acts.compare_moments(
        call.ports, call.actor, slug=call.slug, section=call.part("section"), locale=locale, older=older, newer=to
    )
    return await asyncio.to_thread(difference, locale, older, to, old, new)


@add("POST", TEXT + "/restore", answer=answers.TextAnswer)
async def restore_moment(call: Call, body: bodies.Moment) -> Response:
    """Bring the words of an earlier moment back, as a new edit."""
    found = await acts.restore_moment(
        call.ports,
        call.actor,
        slug=call.slug,
        section=call.part("section"),
        locale=call.part("locale"),
        sequence=body.sequence,
    )
    return _answered(call, found)


# ---- translations


@add("GET", "/declarations/{slug}/translations")
async def translation_progress(call: Call) -> answers.Page[answers.ProgressAnswer]:
    """How far every language is."""
    declaration = await call.declaration()
    found = [
        await translations.translation_progress(call.ports, declaration, locale)
        for locale in declaration.locales
        if locale != declaration.source_locale
    ]
    return call.page(
        [
            answers.ProgressAnswer(
                locale=p.locale,
                approved=p.approved,
                in_review=p.in_review,
                draft=p.draft,
                outdated=p.outdated,
                total=p.total,
            )
            for p in found
        ]
    )


@add("GET", TEXT + "/translation")
async def translation_board(call: Call) -> answers.BoardAnswer:
    """A section side by side: source, translation, and where each block stands."""
    declaration, part = await call.section()
    return _board(await translations.translation_board(call.ports, declaration, part.id, call.part("locale")))


@add("POST", TEXT + "/submit")
async def submit_blocks(call: Call, body: bodies.Blocks) -> answers.BoardAnswer:
    """Hand translated blocks in for review."""
    return _board(await translations.submit_blocks(call.ports, call.actor, **_place(call), blocks=body.blocks))


@add("POST", TEXT + "/approve")
async def approve_blocks(call: Call, body: bodies.Blocks) -> answers.BoardAnswer:
    """Approve translated blocks; also says "leave as it is" of a block whose source changed."""
    return _board(await translations.approve_blocks(call.ports, call.actor, **_place(call), blocks=body.blocks))


@add("POST", TEXT + "/reject")
async def reject_blocks(call: Call, body: bodies.Rejection) -> answers.BoardAnswer:
    """Send translated blocks back with a reason."""
    return _board(
        await translations.reject_blocks(call.ports, call.actor, **_place(call), blocks=body.blocks, reason=body.reason)
    )


def _place(call: Call) -> dict[str, str]:
    return {"slug": call.slug, "section": call.part("section"), "locale": call.part("locale")}


def _board(board: Board) -> answers.BoardAnswer:
    return answers.BoardAnswer(
        section=board.section,
        locale=board.locale,
        source=_text(board.source_name, board.source, None),
        target=_text(board.target_name, board.target, {state.block: state for state in board.states}),
        blocks=[
            answers.BoardBlock(
                block=s.block, target=s.target, state=s.state.value, outdated=s.outdated, review=_review(s.review)
            )
            for s in board.states
        ],
    )


def _review(review: Review | None) -> answers.ReviewAnswer | None:
    if review is None:
        return None
    return answers.ReviewAnswer(
        state=review.state.value,
        account=review.account,
        network=review.network,
        at=review.at,
        reason=review.reason,
    )
