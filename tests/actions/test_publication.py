"""From agreement to public pages: by value, by two people of different networks, resumable anywhere."""

import json

import pytest

from drafting.actions.release.publication import (
    FORMATS,
    Approved,
    approve_edition,
    freeze_edition,
    read_manifest,
    release_translations,
)
from drafting.actions.release.releasing import ask_again, rebuild_edition, releases_up, run_job, work_on_jobs
from drafting.actions.writing.translations import approve_blocks
from drafting.domain.declaration import Charter, Preset, Status
from drafting.domain.editions import Edition, EditionStatus
from drafting.domain.errors import Code, Refusal
from tests.actions.coalition import SLUG, Coalition, found


async def agreed(charter: Charter | None = None) -> Coalition:
    coalition = await found(charter=charter)
    for section in coalition.sections:
        await coalition.table(section)
    for network in coalition.networks:
        await coalition.agree(network)
    return coalition


async def freeze(coalition: Coalition) -> Edition:
    whole = await read_manifest(coalition.ports, SLUG)
    return await freeze_edition(coalition.ports, coalition.initiator, slug=SLUG, manifest_digest=whole.digest)


async def approve(coalition: Coalition, edition: Edition, network: str, number: int = 1) -> Approved:
    return await approve_edition(
        coalition.ports,
        coalition.delegate(network, number),
        slug=SLUG,
        n=edition.n,
        manifest_digest=edition.manifest_digest,
    )


async def release(coalition: Coalition) -> Edition:
    edition = await freeze(coalition)
    await approve(coalition, edition, "river")
    await approve(coalition, edition, "salt")
    await work_on_jobs(coalition.ports)
    return (await coalition.state()).editions[-1]


async def test_an_edition_holds_the_words_positions_and_networks_by_value() -> None:
    coalition = await found()
    for section in coalition.sections:
        await coalition.table(section)
    await coalition.take("night", "water", "reservation", statement={"locale": "en", "text": "Not the last line."})
    for network in coalition.networks:
        await coalition.agree(network)
    edition = await freeze(coalition)
    content = json.loads(await coalition.ports.ledger.content(edition.content))
    water = content["sections"][1]
    assert [section["id"] for section in content["sections"]] == ["front", "water"]
    assert water["texts"]["en"]["status"] == "authentic"
    assert water["texts"]["en"]["body"][1]["runs"] == [{"marks": {}, "text": "We speak of water."}]
    assert water["texts"]["ar"]["status"] == "source"
    reserves = [p for p in water["positions"] if p["status"] == "reserves"]
    assert reserves[0]["statement"] == {
        "original": "en",
        "texts": {"en": {"approved": True, "text": "Not the last line."}},
    }
    assert [network["name"] for network in content["networks"]] == ["River", "Salt", "Night"]
    assert content["manifest_signed_by"] == ["night", "river", "salt"]


async def test_what_is_not_agreed_is_not_frozen_and_the_refusal_says_why() -> None:
    coalition = await found()
    await coalition.table("water")
    await coalition.take("salt", "water", "objection", harms="Our aim", remedy="Other words")
    with pytest.raises(Refusal) as refusal:
        await freeze(coalition)
    assert refusal.value.code is Code.RULE_NOT_MET
    assert refusal.value.data["blocked"] == [
        {"section": "front", "code": "not_tabled", "networks": []},
        {"section": "water", "code": "objection", "networks": ["salt"]},
    ]


async def test_silence_is_no_consent_and_delays_no_longer_than_the_time_to_answer() -> None:
    coalition = await found()
    for section in coalition.sections:
        await coalition.table(section)
    await coalition.agree("river")
    assert {b.code for b in (await read_manifest(coalition.ports, SLUG)).blocked} == {"too_few_consents"}
    await coalition.agree("salt")
    whole = await read_manifest(coalition.ports, SLUG)
    assert {(b.code, b.networks) for b in whole.blocked} == {("still_answering", ("night",))}
    coalition.fakes.clock.step(hours=168)
    assert (await read_manifest(coalition.ports, SLUG)).blocked == ()


async def test_a_freeze_of_an_older_whole_is_refused() -> None:
    coalition = await agreed()
    with pytest.raises(Refusal) as refusal:
        await freeze_edition(coalition.ports, coalition.initiator, slug=SLUG, manifest_digest="sha256:0")
    assert refusal.value.code is Code.TEXT_CHANGED


async def test_one_person_or_one_network_cannot_approve_twice() -> None:
    coalition = await agreed()
    edition = await freeze(coalition)
    await approve(coalition, edition, "river")
    for number in (1, 2):
        with pytest.raises(Refusal) as refusal:
            await approve(coalition, edition, "river", number)
        assert refusal.value.code is Code.SECOND_NETWORK_REQUIRED
    assert len((await coalition.state()).editions[0].approvals) == 1


async def test_the_second_network_starts_the_release() -> None:
    coalition = await agreed()
    edition = await freeze(coalition)
    assert await approve(coalition, edition, "river") == Approved(1, 2, None)
    outcome = await approve(coalition, edition, "salt")
    assert (outcome.approvals, outcome.needed, outcome.job is not None) == (2, 2, True)
    assert (await coalition.state()).editions[0].status is EditionStatus.FROZEN
    await work_on_jobs(coalition.ports)
    state = await coalition.state()
    assert (state.status, state.editions[0].releases[0].locales) == (Status.RELEASED, ("en",))


async def test_during_the_window_nobody_approves_and_an_objection_opens_the_edition_again() -> None:
    coalition = await agreed(Charter(Preset.PLAIN, 2, 168, 24))
    edition = await freeze(coalition)
    with pytest.raises(Refusal) as refusal:
        await approve(coalition, edition, "river")
    assert refusal.value.code is Code.WINDOW_OPEN
    with pytest.raises(Refusal) as refusal:
        await coalition.take("salt", "water", "stand_aside")
    assert refusal.value.code is Code.FROZEN
    await coalition.take("salt", "water", "objection", harms="Our aim", remedy="Other words")
    state = await coalition.state()
    assert (state.editions[0].status, state.status) == (EditionStatus.VOID, Status.ASKING)


async def test_after_the_window_an_objection_comes_too_late() -> None:
    coalition = await agreed(Charter(Preset.PLAIN, 2, 168, 24))
    await freeze(coalition)
    coalition.fakes.clock.step(hours=24)
    with pytest.raises(Refusal) as refusal:
        await coalition.take("salt", "water", "objection", harms="Our aim", remedy="Other words")
    assert refusal.value.code is Code.FROZEN


async def test_nothing_is_public_until_every_file_is_made() -> None:
    coalition = await agreed()
    coalition.fakes.press.failing = {("en", "pdf")}
    await release(coalition)
    job = next(iter(coalition.fakes.jobs.by_id.values()))
    assert [(s.format, s.status, s.error) for s in job.steps] == [
        ("html", "done", ""),
        ("pdf", "failed", "rendering_failed"),
        *((format, "done", "") for format in FORMATS[2:]),
    ]
    assert (await coalition.state()).released == []
    assert coalition.fakes.press.opened == []
    coalition.fakes.press.failing = set()
    await ask_again(coalition.ports, job.id)
    await work_on_jobs(coalition.ports)
    assert [e.n for e in (await coalition.state()).released] == [1]


async def test_a_release_that_was_interrupted_goes_on_and_happens_once() -> None:
    coalition = await agreed()
    edition = await release(coalition)
    job = next(iter(coalition.fakes.jobs.by_id))
    await run_job(coalition.ports, job)
    assert len((await coalition.state()).editions[0].releases) == len(edition.releases) == 1


async def test_no_release_is_told_of_whose_pages_the_disk_has_no_room_for() -> None:
    coalition = await agreed()
    coalition.fakes.press.refusals["rehearse"] = Refusal(Code.RENDERING_FAILED, reason="disk_full")
    await release(coalition)
    job = next(iter(coalition.fakes.jobs.by_id.values()))
    assert (job.status, job.error, job.done) == ("queued", "disk_full", job.total)
    assert (await coalition.state()).released == []
    coalition.fakes.press.refusals.clear()
    await work_on_jobs(coalition.ports)
    assert [e.n for e in (await coalition.state()).released] == [1]


@pytest.mark.parametrize(("step", "opened"), [("open", []), ("compare", [[1]])])
async def test_pages_that_cannot_be_put_up_are_put_up_at_the_next_chance(step: str, opened: list[list[int]]) -> None:
    coalition = await agreed()
    coalition.fakes.press.refusals[step] = Refusal(Code.RENDERING_FAILED, reason="disk_full")
    edition = await release(coalition)
    job = next(iter(coalition.fakes.jobs.by_id.values()))
    assert (job.status, job.error, job.done) == ("queued", "disk_full", job.total)
    assert (len(edition.releases), releases_up(edition, job)) == (1, [])
    assert [editions for editions, _ in coalition.fakes.press.opened] == opened
    coalition.fakes.press.refusals.clear()
    assert await work_on_jobs(coalition.ports) == 0
    assert [editions for editions, _ in coalition.fakes.press.opened] == [*opened, [1]]
    state, job = await coalition.state(), await coalition.ports.jobs.get(job.id)
    assert (job.status, job.error, len(state.editions[0].releases)) == ("done", "", 1)
    assert releases_up(state.editions[0], job) == state.editions[0].releases


async def test_what_would_stop_again_by_itself_waits_for_somebody() -> None:
    coalition = await agreed()
    coalition.fakes.press.refusals["compare"] = Refusal(Code.RENDERING_FAILED, reason="crashed")
    await release(coalition)
    job = next(iter(coalition.fakes.jobs.by_id.values()))
    assert (job.status, job.error) == ("failed", "crashed")
    coalition.fakes.press.refusals.clear()
    await ask_again(coalition.ports, job.id)
    await work_on_jobs(coalition.ports)
    assert (await coalition.ports.jobs.get(job.id)).status == "done"


async def test_a_crash_between_the_last_approval_and_its_job_loses_no_release() -> None:
    coalition = await agreed()
    edition = await freeze(coalition)
    await approve(coalition, edition, "river")
    await approve(coalition, edition, "salt")
    coalition.fakes.jobs.by_id.clear()
    await work_on_jobs(coalition.ports)
    assert [e.n for e in (await coalition.state()).released] == [1]


async def test_a_translation_joins_as_a_further_release_and_leaves_the_manifest_as_it_is() -> None:
    coalition = await agreed()
    edition = await release(coalition)
    for section in coalition.sections:
        await coalition.write(section, (f"t{section}1", "عن"), (f"t{section}2", "كلام."), locale="ar", of=True)
        await approve_blocks(coalition.ports, coalition.initiator, slug=SLUG, section=section, locale="ar")
    await release_translations(coalition.ports, coalition.initiator, slug=SLUG, n=1)
    await work_on_jobs(coalition.ports)
    again = (await coalition.state()).editions[0]
    assert [r.locales for r in again.releases] == [("en",), ("en", "ar")]
    assert again.manifest_digest == edition.manifest_digest


async def test_an_edition_that_is_not_released_cannot_be_rebuilt() -> None:
    coalition = await agreed()
    await freeze(coalition)
    for n in (1, 2):
        with pytest.raises(Refusal) as refusal:
            await rebuild_edition(coalition.ports, SLUG, n)
        assert refusal.value.code is Code.NOT_RELEASED


async def test_new_words_lead_to_a_second_edition_beside_the_first() -> None:
    coalition = await agreed()
    await release(coalition)
    await coalition.write("water", ("water1", "About water"), ("water2", "Other words."))
    await coalition.table("water")
    assert (await coalition.state()).status is Status.ASKING
    for network in coalition.networks:
        await coalition.agree(network)
    second = await release(coalition)
    assert (second.n, second.status) == (2, EditionStatus.RELEASED)
    assert coalition.fakes.press.opened[-1][0] == [1, 2]
