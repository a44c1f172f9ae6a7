"""Long work that outlives a restart."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from drafting.actions.publishing_ports import JobTaken, Step
from drafting.domain.errors import Code, Refusal
from drafting.stores.opening import Stores
from tests.stores.conftest import Hands

STEPS = [Step("fr", "html"), Step("ar", "pdf")]


async def test_a_job_keeps_how_far_it_is(stores: Stores, clock: Hands) -> None:
    job = await stores.jobs.create("publish", {"slug": "water", "n": 1}, STEPS, clock.now())
    assert (job.status, job.done, job.total) == ("queued", 0, 2)
    assert await stores.jobs.get(job.id) == job
    clock.forward(seconds=1)
    steps = (replace(STEPS[0], status="done"), replace(STEPS[1], status="failed", error="no font"))
    moved = replace(job, status="running", steps=steps, changed=clock.now(), error="…")
    await stores.jobs.save(moved)
    assert await stores.jobs.get(job.id) == moved
    assert moved.done == 1


async def test_the_open_ones_go_on_after_a_restart(stores: Stores, clock: Hands) -> None:
    made = []
    for n in range(4):
        made.append(await stores.jobs.create("publish", {"n": n}, STEPS, clock.now()))
        clock.forward(seconds=1)
    await stores.jobs.save(replace(made[0], status="running"))
    await stores.jobs.save(replace(made[1], status="done"))
    await stores.jobs.save(replace(made[2], status="failed"))
    assert [job.id for job in await stores.jobs.open()] == [made[0].id, made[3].id]


async def test_the_same_work_is_one_job_however_many_ask_for_it_at_once(stores: Stores, clock: Hands) -> None:
    data = {"slug": "water", "n": 1}
    made = await asyncio.gather(*(stores.jobs.create("publish", data, STEPS, clock.now()) for _ in range(10)))
    assert len({job.id for job in made}) == 1
    assert await stores.jobs.find("publish", data) == made[0]
    assert await stores.jobs.find("publish", {"slug": "water", "n": 2}) is None
    assert await stores.jobs.find("export", data) is None


async def test_work_that_is_under_way_is_not_begun_anew(stores: Stores, clock: Hands) -> None:
    job = await stores.jobs.create("publish", {"n": 1}, STEPS, clock.now())
    await stores.jobs.save(replace(job, status="done"))
    assert (await stores.jobs.create("publish", {"n": 1}, STEPS, clock.now())).status == "done"


async def test_an_unknown_job_is_refused(stores: Stores) -> None:
    with pytest.raises(Refusal) as refused:
        await stores.jobs.get("none")
    assert refused.value.code is Code.NOT_FOUND


async def test_one_of_many_holds_a_job_until_its_time_is_over_or_it_lets_go(stores: Stores, clock: Hands) -> None:
    job = await stores.jobs.create("publish", {"n": 1}, STEPS, clock.now())

    async def take(holder: str, seconds: int = 10) -> bool:
        return await stores.jobs.take(job.id, holder, clock.now(), clock.now() + timedelta(seconds=seconds))

    taken = await asyncio.gather(*(take(f"node {n}") for n in range(8)))
    assert taken.count(True) == 1
    first = f"node {taken.index(True)}"
    assert await take(first)
    assert not await take("other")
    clock.forward(seconds=9)
    assert not await take("other")
    assert await take(first)
    clock.forward(seconds=9)
    assert not await take("other")
    clock.forward(seconds=1)
    assert await take("other")
    assert not await take(first)
    await stores.jobs.let_go(job.id, first)
    assert not await take(first)
    await stores.jobs.let_go(job.id, "other")
    assert await take(first)
    assert not await stores.jobs.take("none", first, clock.now(), clock.now())


async def test_whoever_lost_a_job_keeps_nothing_of_it(stores: Stores, clock: Hands) -> None:
    job = await stores.jobs.create("publish", {"n": 1}, STEPS, clock.now())
    for holder in ("lost", "holds"):
        assert await stores.jobs.take(job.id, holder, clock.now(), clock.now())
    moved = replace(job, status="running")
    with pytest.raises(JobTaken):
        await stores.jobs.save(moved, "lost")
    assert await stores.jobs.get(job.id) == job
    await stores.jobs.save(moved, "holds")
    assert await stores.jobs.get(job.id) == moved
