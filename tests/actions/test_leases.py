"""Of several nodes one makes an edition's files; when it dies, another goes on."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from drafting.actions import leases
from drafting.actions.leases import HELD
from drafting.actions.publishing_ports import Made
from drafting.actions.release.releasing import run_job, work_on_jobs
from tests.actions.coalition import Coalition
from tests.actions.test_publication import agreed, approve, freeze
from tests.fakes import ScriptedPress


class SlowPress(ScriptedPress):
    """Makes nothing until it may; ``busy`` once it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.busy = asyncio.Event()
        self.may = asyncio.Event()

    async def make(self, edition: Mapping[str, Any], locale: str, format: str) -> Made:
        self.busy.set()
        await self.may.wait()
        return await super().make(edition, locale, format)


async def approved() -> tuple[Coalition, str]:
    coalition = await agreed()
    edition = await freeze(coalition)
    await approve(coalition, edition, "river")
    job = (await approve(coalition, edition, "salt")).job
    assert job
    return coalition, job


@pytest.fixture
def quick_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0)


async def test_what_one_node_makes_another_leaves_alone() -> None:
    coalition, job = await approved()
    slow = SlowPress()
    first = asyncio.create_task(run_job(coalition.fakes.ports(press=slow), job))
    await slow.busy.wait()
    assert await work_on_jobs(coalition.ports) == 1
    assert coalition.fakes.press.made == []
    slow.may.set()
    assert (await first).status == "done"
    assert await work_on_jobs(coalition.ports) == 0
    assert len(slow.made) == len(set(slow.made)) == (await first).total


async def test_a_node_that_lives_keeps_its_work_however_long_it_takes(quick_beats: None) -> None:
    coalition, job = await approved()
    slow = SlowPress()
    first = asyncio.create_task(run_job(coalition.fakes.ports(press=slow), job))
    await slow.busy.wait()
    for _ in range(5):
        coalition.fakes.clock.step(seconds=HELD.total_seconds() / 2)
        for _ in range(5):
            await asyncio.sleep(0)
        assert await work_on_jobs(coalition.ports) == 1
    slow.may.set()
    assert (await first).status == "done"


async def test_when_a_node_dies_another_takes_its_work_over() -> None:
    coalition, job = await approved()
    dead = coalition.fakes.clock.now() + HELD
    assert await coalition.fakes.jobs.take(job, "dead", coalition.fakes.clock.now(), dead)
    assert await work_on_jobs(coalition.ports) == 1
    coalition.fakes.clock.step(seconds=HELD.total_seconds())
    assert await work_on_jobs(coalition.ports) == 0
    assert [e.n for e in (await coalition.state()).released] == [1]


async def test_a_node_that_slept_too_long_stops_and_spoils_nothing() -> None:
    coalition, job = await approved()
    slow = SlowPress()
    sleeper = asyncio.create_task(run_job(coalition.fakes.ports(press=slow), job))
    await slow.busy.wait()
    coalition.fakes.clock.step(seconds=HELD.total_seconds())
    assert (await run_job(coalition.ports, job)).status == "done"
    slow.may.set()
    assert (await sleeper).status == "done"
    assert slow.opened == []
    assert len((await coalition.state()).editions[0].releases) == 1


async def test_a_node_that_ends_in_order_leaves_its_work_to_the_next_at_once() -> None:
    coalition, job = await approved()
    slow = SlowPress()
    leaving = asyncio.create_task(run_job(coalition.fakes.ports(press=slow), job))
    await slow.busy.wait()
    leaving.cancel()
    await asyncio.wait([leaving])
    assert (await run_job(coalition.ports, job)).status == "done"
