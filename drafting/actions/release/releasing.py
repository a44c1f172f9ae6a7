"""The work behind a release: files made one after the other, resumable anywhere, then made public at once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from drafting.actions.core import commit, list_declarations, load_declaration
from drafting.actions.editions import approved_content, find_edition, public_locales, read_content, released_content
from drafting.actions.leases import while_held
from drafting.actions.ports import Ports
from drafting.actions.publishing_ports import Job, Made
from drafting.actions.release.bundling import publish_bundles
from drafting.actions.release.publication import FORMATS, PUBLISH, is_approved, open_job
from drafting.domain.declaration import Declaration
from drafting.domain.editions import Edition, EditionStatus, Release
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind

ENDED: Final = ("done", "failed")
# What the operator mends; the server then goes on without being asked.
WAITED_FOR: Final = frozenset({"disk_full", "cannot_write"})


async def work_on_jobs(ports: Ports) -> int:
    """Do all open work, oldest first, and what a crash left without a job. Returns how many jobs others are at.

    Pages that were made and could not be put up are put up by the next call that can.

    May run any number of times, anywhere: files are named by their content and a release happens once.
    """
    for declaration in await list_declarations(ports):
        edition = declaration.open_edition
        if edition and is_approved(edition):
            await open_job(ports, declaration.slug, edition)
    done = [await run_job(ports, job.id) for job in await ports.jobs.open() if job.kind == PUBLISH]
    return sum(job.status not in ENDED and not job.error for job in done)


async def ask_again(ports: Ports, job_id: str) -> Job:
    """Queue what failed once more; a job that goes on by itself stays as it is."""
    job = await ports.jobs.get(job_id)
    if job.status != "failed":
        return job
    steps = tuple(step if step.status == "done" else replace(step, status="queued", error="") for step in job.steps)
    job = replace(job, status="queued", steps=steps, error="", changed=ports.clock.now())
    await ports.jobs.save(job)
    return job


async def run_job(ports: Ports, job_id: str) -> Job:
    """Make every file of the job, then release. A failure is named in its step and stops no other.

    Where another node is at it, or took it over, the job as it stands.
    """
    done = await while_held(ports, job_id, lambda holder: _work(ports, job_id, holder))
    return done or await ports.jobs.get(job_id)


async def _work(ports: Ports, job_id: str, holder: str) -> Job:
    job = await ports.jobs.get(job_id)
    edition = find_edition(await load_declaration(ports, job.data["declaration"]), job.data["n"])
    content = approved_content(edition, await read_content(ports, job.data["content"]))
    progress = _Progress(ports, job, holder)
    await progress.begin()
    gate = asyncio.Semaphore(ports.press.at_once)
    making = [asyncio.ensure_future(_make(progress, gate, content, place)) for place in range(job.total)]
    try:
        made = await asyncio.gather(*making)
    finally:
        for task in making:
            task.cancel()
    files = [file for file in made if file is not None]
    error = "" if len(files) < job.total else await _try_to_release(progress, content, files)
    return await progress.close(error)


async def _try_to_release(progress: "_Progress", content: Mapping[str, Any], files: Sequence[Made]) -> str:
    """Empty, or why the pages could not be put up; the next try goes on from there."""
    await progress.begin()
    data = progress.job.data
    try:
        await _rehearse(progress.ports, data, content, files)
        await _release(progress.ports, data, content, files)
    except Refusal as refusal:
        if refusal.code is not Code.RENDERING_FAILED:
            raise
        return _reason(refusal)
    return ""


def _reason(refusal: Refusal) -> str:
    return str(refusal.data.get("reason", refusal.code.value))


class _Progress:
    """The job as it is now; every change is kept before the next one is made, or ``JobTaken`` is raised."""

    def __init__(self, ports: Ports, job: Job, holder: str) -> None:
        self.ports = ports
        self.job = job
        self.holder = holder
        self.turn = asyncio.Lock()

    async def begin(self) -> None:
        async with self.turn:
            await self._save(status="running", error="")

    async def mark(self, place: int, status: str, error: str = "") -> None:
        async with self.turn:
            steps = list(self.job.steps)
            steps[place] = replace(steps[place], status=status, error=error)
            await self._save(steps=tuple(steps))

    async def close(self, error: str) -> Job:
        async with self.turn:
            is_done = self.job.done == self.job.total and not error
            await self._save(status="done" if is_done else "queued" if error in WAITED_FOR else "failed", error=error)
        return self.job

    async def _save(self, **changes: Any) -> None:
        self.job = replace(self.job, changed=self.ports.clock.now(), **changes)
        await self.ports.jobs.save(self.job, self.holder)


async def _make(progress: _Progress, gate: asyncio.Semaphore, content: Mapping[str, Any], place: int) -> Made | None:
    """Steps that were done before a restart are gone through again: the press knows what it has, and that proves it."""
    step = progress.job.steps[place]
    async with gate:
        await progress.mark(place, "running")
        try:
            made = await progress.ports.press.make(content, step.locale, step.format)
        except Refusal as refusal:
            await progress.mark(place, "failed", _reason(refusal))
            return None
        await progress.mark(place, "done")
        return made


async def _rehearse(ports: Ports, data: Mapping[str, Any], content: Mapping[str, Any], files: Sequence[Made]) -> None:
    """Find out, before the ledger tells of a release, whether the disk has room for its pages."""
    declaration = await load_declaration(ports, data["declaration"])
    contents, made = await _public(ports, declaration)
    former = contents.get(data["n"], {}).get("released_at", [])
    contents[data["n"]] = {**content, "released_at": [*former, ports.clock.now().isoformat()]}
    await ports.press.rehearse(list(contents.values()), {**made, data["n"]: files})


async def _release(ports: Ports, data: Mapping[str, Any], content: Mapping[str, Any], files: Sequence[Made]) -> None:
    """Record the release, once, and put the entry pages up; the pages come last, so that nothing is public before."""
    listed = [
        {"locale": f.locale, "format": f.format, "path": f.path, "bytes": f.bytes, "sha256": f.sha256} for f in files
    ]

    def decide(declaration: Declaration) -> Sequence[Event]:
        edition = find_edition(declaration, data["n"])
        if edition.status is EditionStatus.VOID or _is_overtaken(edition, data["content"]):
            return []
        known = sum(len(release.errata) for release in edition.releases)
        event = {
            "n": edition.n,
            "content": data["content"],
            "locales": public_locales(content),
            "files": listed,
            "errata": list(content.get("errata", ()))[known:],
        }
        return [Event(Kind.EDITION_RELEASE, event, "system", "system")]

    declaration = await commit(ports, data["declaration"], decide)
    if find_edition(declaration, data["n"]).status is EditionStatus.RELEASED:
        await ports.workshops.recheck(declaration.slug)  # writing can go on, towards another edition
        await open_entry_pages(ports, declaration)


def _is_overtaken(edition: Edition, content: str) -> bool:
    """Whether this content is out already, or one that was asked for after it; that one holds all of it."""
    order = [edition.content, *edition.asked]
    place = order.index(content) if content in order else 0
    return any(release.content in order[place:] for release in edition.releases)


async def open_entry_pages(ports: Ports, declaration: Declaration) -> None:
    """The chooser, the feed and whatever leads to the released editions, made from their contents.

    The ledger says by now that they are out: what takes longer than their pages comes a moment after them.
    """
    contents, files = await _public(ports, declaration)
    editions = list(contents.values())
    await ports.press.open(editions, files)
    await publish_bundles(ports, declaration)
    await ports.press.compare(editions)


async def _public(
    ports: Ports, declaration: Declaration
) -> tuple[dict[int, Mapping[str, Any]], dict[int, Sequence[Made]]]:
    """The contents of the released editions and their files, by the editions' numbers, oldest first."""
    contents = {edition.n: await released_content(ports, edition) for edition in declaration.released}
    files: dict[int, Sequence[Made]] = {
        edition.n: [
            Made(f["locale"], f["format"], f["path"], f["bytes"], f["sha256"]) for f in edition.releases[-1].files
        ]
        for edition in declaration.released
    }
    return contents, files


def releases_up(edition: Edition, job: Job | None) -> Sequence[Release]:
    """The releases whose pages are public; ``job`` is the one that makes the newest pages."""
    if job is None or job.status == "done":
        return edition.releases
    return [release for release in edition.releases if release.content != job.data["content"]]


async def rebuild_edition(ports: Ports, slug: str, n: int) -> list[Made]:
    """Make a released edition's files again from what was frozen. Raises ``not_released``."""
    declaration = await load_declaration(ports, slug)
    edition = next((edition for edition in declaration.released if edition.n == n), None)
    if edition is None:
        raise Refusal(Code.NOT_RELEASED, edition=n)
    content = approved_content(edition, await read_content(ports, edition.releases[-1].content))
    files = [await ports.press.make(content, loc, format) for loc in public_locales(content) for format in FORMATS]
    await open_entry_pages(ports, declaration)
    return files
