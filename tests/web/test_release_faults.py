"""A disk that fills up, or a process that dies, at any step of a release: what a visitor and a holder see, and what
becomes of it."""

import errno
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from drafting.actions.publishing_ports import Job
from drafting.actions.release.publication import approve_edition, freeze_edition, read_manifest
from drafting.actions.release.releasing import ask_again, work_on_jobs
from drafting.paths import LOCALES
from drafting.publishing.logs import StaticLogs
from drafting.publishing.making.press import StaticPress
from drafting.publishing.making.workers import Workers
from drafting.settings import Settings
from drafting.web.app import make_app, make_site
from drafting.web.i18n import Languages
from tests.actions.coalition import SLUG, Coalition, found
from tests.web.conftest import ORIGIN, World

NOTHING = "Nothing is public yet"
WAITS = "The server tries again by itself."
NOT_ALL = "Its pages are not all public yet."
READ = f'href="/d/{SLUG}/1/en/"'
# Of the steps of a release, which are some hundred, every so many-th is tried.
STRIDE = 7


class Died(BaseException):
    """The process ends here."""


class Disk:
    """Takes so many steps, and from then on none; ``fault`` is what those raise."""

    def __init__(self, fault: BaseException) -> None:
        self.fault = fault
        self.left = 10**9
        self.done = 0

    def step(self) -> None:
        self.left -= 1
        self.done += 1
        if self.left < 0:
            raise self.fault


@dataclass
class Office:
    """A coalition of which enough have approved an edition, its press over a real folder, and its pages."""

    world: World
    coalition: Coalition
    disk: Disk

    async def work(self) -> None:
        """The server's task, once."""
        with suppress(Died):
            await work_on_jobs(self.world.ports)

    async def job(self) -> Job:
        return next(iter(self.coalition.fakes.jobs.by_id.values()))

    async def is_public(self) -> bool:
        async with self.world.browser() as visitor:
            answers = [await visitor.get(path) for path in (f"/d/{SLUG}/1/en/", f"/d/{SLUG}/1/")]
        assert len({answer.status_code for answer in answers}) == 1
        return answers[0].status_code == 200

    async def holder_sees(self) -> str:
        account = await self.world.ports.accounts.get(self.coalition.initiator.account)
        holder: httpx.AsyncClient = await self.world.signed_in(account)
        async with holder:
            answer = await holder.get(f"/en/workshop/{SLUG}/publishing/1")
        assert answer.status_code == 200
        return answer.text


async def _light(self: Workers, edition: Mapping[str, Any], locale: str, format: str) -> dict[str, bytes]:
    """Files without a page maker."""
    folder = f"d/{SLUG}/{edition['n']}/{locale}"
    name = "index.html" if format == "html" else f"{SLUG}-{edition['n']}-{locale}.{format}"
    return {f"{folder}/{name}": f"{name} of {edition['title']['en']}".encode()}


async def _name(self: Workers, edition: Mapping[str, Any], locale: str, format: str) -> str:
    return f"{edition['n']}-{locale}-{format}"


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(OSError(errno.ENOSPC, "No space left on device"))
    sync, link, move = os.fsync, os.link, Path.replace

    def replaced(path: Path, target: Path) -> Path:
        made.step()
        return move(path, target)

    monkeypatch.setattr(os, "fsync", lambda handle: (made.step(), sync(handle)))
    monkeypatch.setattr(os, "link", lambda source, target: (made.step(), link(source, target)))
    monkeypatch.setattr(Path, "replace", replaced)
    monkeypatch.setattr(Workers, "run", _light)
    monkeypatch.setattr(Workers, "name", _name)
    return made


async def approved(disk: Disk, folder: Path) -> Office:
    coalition = await found(networks=("river", "salt"), sections=("front",), locales=("en",))
    await coalition.table("front")
    for network in coalition.networks:
        await coalition.agree(network)
    whole = (await read_manifest(coalition.ports, SLUG)).digest
    await freeze_edition(coalition.ports, coalition.initiator, slug=SLUG, manifest_digest=whole)
    for network in coalition.networks:
        await approve_edition(coalition.ports, coalition.delegate(network), slug=SLUG, n=1, manifest_digest=whole)
    settings = Settings(data=folder, origin=ORIGIN)
    logs = StaticLogs(settings.paths.public, settings.base, bytes(32), lambda body: bytes(64))
    ports = replace(coalition.ports, press=StaticPress(settings.paths.public), logs=logs, origin=settings.base)
    world = World(make_app(make_site(ports, settings, Languages(LOCALES))), ports, coalition.fakes, settings)
    return Office(world, coalition, disk)


async def each_step(disk: Disk, tmp_path: Path, fault: BaseException) -> AsyncIterator[Office]:
    """A release that met the fault at its first step, another that met it later, until one meets none."""
    disk.fault = fault
    at, is_met = 0, True
    while is_met:
        office = await approved(disk, tmp_path / str(at))
        disk.left = at
        await office.work()
        is_met = disk.left < 0
        yield office
        disk.left = 10**9
        at += STRIDE
    assert await office.is_public()


def _left_over(folder: Path) -> list[Path]:
    return list(folder.rglob("*.part"))


async def test_a_disk_that_fills_up_at_any_step_is_told_and_the_release_ends_once_there_is_room(
    disk: Disk, tmp_path: Path
) -> None:
    seen = set()
    async for office in each_step(disk, tmp_path, OSError(errno.ENOSPC, "No space left on device")):
        state = await office.coalition.state()
        page, job = await office.holder_sees(), await office.job()
        is_public = await office.is_public()
        assert (READ in page) <= is_public <= bool(state.released)
        told = NOTHING in page, WAITS in page, NOT_ALL in page
        seen.add((is_public, bool(state.released), *told))
        disk.left = 10**9
        if job.status == "failed":
            assert told == (True, False, False)
            assert not state.released
            await ask_again(office.world.ports, job.id)
        await office.work()
        page = await office.holder_sees()
        assert READ in page
        assert NOTHING not in page
        assert WAITS not in page
        assert NOT_ALL not in page
        assert await office.is_public()
        assert len((await office.coalition.state()).editions[0].releases) == 1
        assert _left_over(tmp_path) == []
    assert seen == {
        (False, False, True, False, False),  # while files were made
        (False, False, False, True, False),  # in the rehearsal
        (False, True, False, True, True),  # after the ledger had it, when somebody else took the room
        (True, True, False, True, True),  # after the pages, before the bundle
        (True, True, False, False, False),
    }


async def test_a_process_that_dies_at_any_step_goes_on_by_itself_when_it_is_back(disk: Disk, tmp_path: Path) -> None:
    async for office in each_step(disk, tmp_path, Died()):
        state, page = await office.coalition.state(), await office.holder_sees()
        assert (READ in page) <= await office.is_public() <= bool(state.released)
        disk.left = 10**9
        await office.work()
        assert await office.is_public()
        assert READ in await office.holder_sees()
        assert len((await office.coalition.state()).editions[0].releases) == 1
