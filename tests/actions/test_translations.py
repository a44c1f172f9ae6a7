"""Translations: a block counts while both its sides are what somebody reviewed; a whole section becomes immutable."""

import pytest

from drafting.actions.writing.tabling import read_revision
from drafting.actions.writing.translations import (
    approve_blocks,
    reject_blocks,
    reviewed_source,
    reviews_of,
    submit_blocks,
    translation_board,
    translation_progress,
)
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import digest
from drafting.domain.translations import TranslationState
from tests.actions.coalition import SLUG, Coalition, found


async def translated(coalition: Coalition) -> None:
    await coalition.write("water", ("twater1", "عن الماء"), ("twater2", "نتكلم عن الماء."), locale="ar", of=True)


async def states(coalition: Coalition) -> list[tuple[str, TranslationState, bool]]:
    board = await translation_board(coalition.ports, await coalition.state(), "water", "ar")
    return [(s.block, s.state, s.outdated) for s in board.states]


async def approve(coalition: Coalition, **changes: object) -> None:
    await approve_blocks(
        coalition.ports,
        coalition.initiator,
        **{"slug": SLUG, "section": "water", "locale": "ar", **changes},  # type: ignore[arg-type]
    )


async def test_words_are_a_draft_until_somebody_submits_and_approves_them() -> None:
    coalition = await found()
    assert {state for _, state, _ in await states(coalition)} == {TranslationState.UNTRANSLATED}
    await translated(coalition)
    assert {state for _, state, _ in await states(coalition)} == {TranslationState.DRAFT}
    await submit_blocks(coalition.ports, coalition.initiator, slug=SLUG, section="water", locale="ar")
    assert {state for _, state, _ in await states(coalition)} == {TranslationState.IN_REVIEW}
    await approve(coalition, blocks=["water1"])
    assert [state for _, state, _ in await states(coalition)] == [TranslationState.APPROVED, TranslationState.IN_REVIEW]


async def test_an_approved_block_is_outdated_once_its_source_changes_and_says_what_it_followed() -> None:
    coalition = await found()
    await translated(coalition)
    await approve(coalition)
    await coalition.write("water", ("water1", "About water"), ("water2", "We speak of every water."))
    assert await states(coalition) == [
        ("water1", TranslationState.APPROVED, False),
        ("water2", TranslationState.DRAFT, True),
    ]
    review = reviews_of((await coalition.state()).sections["water"], "ar")["water2"]
    followed = await reviewed_source(coalition.ports, review)
    assert followed is not None
    assert followed.words == "We speak of water."


async def test_editing_an_approved_translation_drops_its_approval() -> None:
    coalition = await found()
    await translated(coalition)
    await approve(coalition)
    await coalition.write("water", ("twater1", "عن الماء"), ("twater2", "كلام آخر."), locale="ar", of=True)
    assert [state for _, state, _ in await states(coalition)] == [TranslationState.APPROVED, TranslationState.DRAFT]


async def test_leaving_it_as_it_is_makes_it_current_again() -> None:
    coalition = await found()
    await translated(coalition)
    await approve(coalition)
    await coalition.write("water", ("water1", "About water"), ("water2", "We speak of water!"))
    await approve(coalition, blocks=["water2"])
    assert {(state, outdated) for _, state, outdated in await states(coalition)} == {(TranslationState.APPROVED, False)}


async def test_a_whole_approved_section_becomes_immutable_and_bound_to_the_revision() -> None:
    coalition = await found()
    revision = await coalition.table("water")
    await translated(coalition)
    words = await coalition.words("water", "ar")
    await approve(coalition, blocks=["water1"])
    assert (await coalition.state()).sections["water"].translations == []
    await approve(coalition, blocks=["water2"])
    made = (await coalition.state()).sections["water"].translations
    assert [(t.locale, t.revision_digest, t.text_digest) for t in made] == [("ar", revision.digest, digest(words))]
    assert await read_revision(coalition.ports, SLUG, "water", 1, "ar") == words


async def test_what_was_approved_before_the_tabling_is_bound_by_the_tabling() -> None:
    coalition = await found()
    await translated(coalition)
    await approve(coalition)
    revision = await coalition.table("water")
    made = (await coalition.state()).sections["water"].translations
    assert [t.revision_digest for t in made] == [revision.digest]


async def test_a_delegate_may_consent_to_the_translation_they_read() -> None:
    coalition = await found()
    await coalition.table("water")
    await translated(coalition)
    await approve(coalition)
    read = digest(await coalition.words("water", "ar"))
    position = await coalition.take("salt", "water", read_locale="ar", read_digest=read)
    assert (position.read_locale, position.read_digest) == ("ar", read)


async def test_sending_back_needs_a_reason() -> None:
    coalition = await found()
    await translated(coalition)
    with pytest.raises(Refusal) as refusal:
        await reject_blocks(
            coalition.ports,
            coalition.initiator,
            slug=SLUG,
            section="water",
            locale="ar",
            blocks=["water1"],
            reason=" ",
        )
    assert refusal.value.code is Code.REASON_REQUIRED


async def test_a_block_that_is_not_translated_cannot_be_approved() -> None:
    coalition = await found()
    with pytest.raises(Refusal) as refusal:
        await approve(coalition, blocks=["water2"])
    assert refusal.value.code is Code.BLOCK_UNKNOWN


async def test_the_source_and_unknown_languages_have_no_board() -> None:
    coalition = await found()
    for locale in ("en", "xx"):
        with pytest.raises(Refusal) as refusal:
            await translation_board(coalition.ports, await coalition.state(), "water", locale)
        assert refusal.value.code is Code.UNKNOWN_LOCALE


async def test_progress_counts_what_is_approved_not_what_is_typed() -> None:
    coalition = await found()
    await translated(coalition)
    progress = await translation_progress(coalition.ports, await coalition.state(), "ar")
    assert (progress.approved, progress.draft, progress.total) == (0, 2, 4)
    await approve(coalition)
    progress = await translation_progress(coalition.ports, await coalition.state(), "ar")
    assert (progress.approved, progress.draft, progress.total) == (2, 0, 4)
