"""Long work that outlives a restart."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from drafting.actions.publishing_ports import Job, JobTaken, Step
from drafting.domain.errors import Code, Refusal
from drafting.stores.columns import EPOCH
from drafting.stores.database import Database
from drafting.stores.tables import jobs

OPEN = ("queued", "running")


class SqlJobs:
    """:class:`drafting.actions.publishing_ports.Jobs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, kind: str, data: Mapping[str, Any], steps: Sequence[Step], at: datetime) -> Job:
        job = Job(_id_of(kind, data), kind, dict(data), "queued", tuple(steps), at, at)
        async with self._database.writing() as connection:
            row = {**_row(job), "holder": "", "held_until": EPOCH}
            await connection.execute(upsert(jobs).values(row).on_conflict_do_nothing())
        return await self.get(job.id)

    async def get(self, job: str) -> Job:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(jobs).where(jobs.c.id == job))).first()
        if row is None:
            raise Refusal(Code.NOT_FOUND, job=job)
        return _job(row)

    async def save(self, job: Job, holder: str = "") -> None:
        whose = [jobs.c.id == job.id, *([jobs.c.holder == holder] if holder else [])]
        async with self._database.writing() as connection:
            saved = await connection.execute(update(jobs).where(*whose).values(_row(job)))
        if holder and not saved.rowcount:
            raise JobTaken(job.id)

    async def take(self, job: str, holder: str, at: datetime, until: datetime) -> bool:
        is_free = or_(jobs.c.holder.in_(["", holder]), jobs.c.held_until <= at)
        mine = update(jobs).where(jobs.c.id == job, is_free).values(holder=holder, held_until=until)
        async with self._database.writing() as connection:
            return bool((await connection.execute(mine)).rowcount)

    async def let_go(self, job: str, holder: str) -> None:
        mine = update(jobs).where(jobs.c.id == job, jobs.c.holder == holder)
        async with self._database.writing() as connection:
            await connection.execute(mine.values(holder="", held_until=EPOCH))

    async def open(self) -> Sequence[Job]:
        query = select(jobs).where(jobs.c.status.in_(OPEN)).order_by(jobs.c.created, jobs.c.id)
        async with self._database.reading() as connection:
            return [_job(row) for row in await connection.execute(query)]

    async def find(self, kind: str, data: Mapping[str, Any]) -> Job | None:
        query = select(jobs).where(jobs.c.kind == kind, jobs.c.data == dict(data))
        newest = query.order_by(jobs.c.created.desc(), jobs.c.id.desc()).limit(1)
        async with self._database.reading() as connection:
            row = (await connection.execute(newest)).first()
        return None if row is None else _job(row)


def _id_of(kind: str, data: Mapping[str, Any]) -> str:
    """The same work has the same id, so that two who ask for it at once get one job."""
    return sha256(f"{kind} {json.dumps(dict(data), sort_keys=True)}".encode()).hexdigest()[:20]


def _row(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "data": job.data,
        "status": job.status,
        "steps": [asdict(step) for step in job.steps],
        "created": job.created,
        "changed": job.changed,
        "error": job.error,
    }


def _job(row: Row[Any]) -> Job:
    steps = tuple(Step(**step) for step in row.steps)
    return Job(row.id, row.kind, row.data, row.status, steps, row.created, row.changed, row.error)
