"""A correction is listed for good, comes with a further release, and changes nothing that was agreed."""

import json

import pytest

from drafting.actions.core import Actor
from drafting.actions.release.errata import MAX_ERRATUM, list_erratum
from drafting.actions.release.publication import release_translations
from drafting.actions.release.releasing import ask_again, work_on_jobs
from drafting.actions.writing.translations import approve_blocks
from drafting.domain.editions import Edition
from drafting.domain.errors import Code, Refusal
from tests.actions.coalition import SLUG, Coalition
from tests.actions.test_publication import agreed, release


async def correct(coalition: Coalition, text: str = "For “wells” read “well”.", section: str = "water") -> str:
    return await list_erratum(
        coalition.ports, coalition.initiator, slug=SLUG, n=1, locale="en", text=text, section=section
    )


async def edition_of(coalition: Coalition) -> Edition:
    return (await coalition.state()).editions[0]


async def content_of(coalition: Coalition, digest: str) -> dict[str, object]:
    return dict(json.loads(await coalition.ports.ledger.content(digest)))


async def test_an_erratum_is_listed_by_a_further_release_of_the_same_edition() -> None:
    coalition = await agreed()
    first = await release(coalition)
    await correct(coalition)
    await work_on_jobs(coalition.ports)
    again = await edition_of(coalition)
    assert [[e.text for e in r.errata] for r in again.releases] == [[], ["For “wells” read “well”."]]
    assert again.manifest_digest == first.manifest_digest
    before, after = [await content_of(coalition, r.content) for r in again.releases]
    assert before["sections"] == after["sections"]
    assert {f["path"] for f in again.releases[0].files} <= {f["path"] for f in again.releases[1].files}


async def test_a_release_says_only_what_it_corrects_and_the_edition_keeps_all() -> None:
    coalition = await agreed()
    await release(coalition)
    for text in ("One.", "Two."):
        await correct(coalition, text)
        await work_on_jobs(coalition.ports)
    again = await edition_of(coalition)
    assert [[e.text for e in r.errata] for r in again.releases] == [[], ["One."], ["Two."]]
    listed = (await content_of(coalition, again.releases[-1].content))["errata"]
    assert [(e["n"], e["text"]) for e in listed] == [(1, "One."), (2, "Two.")]  # type: ignore[attr-defined]


async def test_nothing_that_was_asked_for_is_lost_when_work_fails_and_is_done_later() -> None:
    coalition = await agreed()
    await release(coalition)
    coalition.fakes.press.failing = {("en", "pdf")}
    failed = await correct(coalition, "One.")
    await work_on_jobs(coalition.ports)
    assert len((await edition_of(coalition)).releases) == 1
    coalition.fakes.press.failing = set()
    for section in coalition.sections:
        await coalition.write(section, (f"t{section}1", "عن"), (f"t{section}2", "كلام."), locale="ar", of=True)
        await approve_blocks(coalition.ports, coalition.initiator, slug=SLUG, section=section, locale="ar")
    await release_translations(coalition.ports, coalition.initiator, slug=SLUG, n=1)
    await work_on_jobs(coalition.ports)
    await ask_again(coalition.ports, failed)
    await work_on_jobs(coalition.ports)
    again = await edition_of(coalition)
    assert [(r.locales, [e.text for e in r.errata]) for r in again.releases] == [
        (("en",), []),
        (("en", "ar"), ["One."]),
    ]


async def test_the_same_correction_is_listed_once() -> None:
    coalition = await agreed()
    await release(coalition)
    await correct(coalition)
    with pytest.raises(Refusal) as refusal:
        await correct(coalition)
    assert refusal.value.code is Code.NOTHING_CHANGED


@pytest.mark.parametrize("text", ["", "  ", "x" * (MAX_ERRATUM + 1), "a\u202eb"])
async def test_what_is_no_correction_is_refused(text: str) -> None:
    coalition = await agreed()
    await release(coalition)
    with pytest.raises(Refusal) as refusal:
        await correct(coalition, text)
    assert (refusal.value.code, refusal.value.data["field"]) == (Code.BAD_INPUT, "erratum")
    assert (await edition_of(coalition)).asked == []


async def test_it_names_a_section_and_a_language_of_the_edition() -> None:
    coalition = await agreed()
    await release(coalition)
    with pytest.raises(Refusal) as refusal:
        await correct(coalition, section="elsewhere")
    assert refusal.value.data["field"] == "section"
    with pytest.raises(Refusal) as refusal:
        await list_erratum(coalition.ports, coalition.initiator, slug=SLUG, n=1, locale="tlh", text="A.")
    assert refusal.value.code is Code.UNKNOWN_LOCALE


async def test_only_those_who_may_freeze_correct() -> None:
    coalition = await agreed()
    await release(coalition)
    with pytest.raises(Refusal) as refusal:
        await list_erratum(coalition.ports, Actor("stranger", "web"), slug=SLUG, n=1, locale="en", text="A.")
    assert refusal.value.code is Code.NOT_ALLOWED
