"""Answers to requests with an ``Idempotency-Key``: asked again within a day, the same request gets the same answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from drafting.actions.ports import Clock
from drafting.domain.errors import Code, Refusal
from drafting.stores.database import Database
from drafting.stores.tables import remembered

KEPT: Final = timedelta(hours=24)
GIVEN_UP: Final = timedelta(minutes=2)
"""After this a request without an answer counts as lost with its process, and may be made again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: HTTP status, the headers worth repeating, the bytes."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Remembered:
    """``begin``, then do the work, then ``finish``; or ``forget`` where the work failed and may be tried again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, account: str, key: str, fingerprint: str) -> Answer | None:
        """None: nobody has asked yet, go on. Of any number of callers at once exactly one is told so.

        ``fingerprint`` is a digest of the request. Raises ``bad_input`` (``reason`` "reused") where the key stood for
        another request, ``taken`` (``reason`` "running") while the first one is still being answered.
        """
        now = self._clock.now()
        old = remembered.c.at <= now - KEPT
        lost = and_(remembered.c.answer.is_(None), remembered.c.at <= now - GIVEN_UP)
        claim = {"account": account, "key": key, "fingerprint": fingerprint, "at": now}
        async with self._database.writing() as connection:
            await connection.execute(delete(remembered).where(old | (lost & _named(account, key))))
            made = upsert(remembered).values(claim).on_conflict_do_nothing().returning(remembered.c.at)
            if await connection.scalar(made) is not None:
                return None
            row: Any = (await connection.execute(select(remembered).where(_named(account, key)))).first()
        if row is None or (row.answer is None and row.fingerprint == fingerprint):
            raise Refusal(Code.TAKEN, field="Idempotency-Key", reason="running")
        if row.fingerprint != fingerprint:
            raise Refusal(Code.BAD_INPUT, field="Idempotency-Key", reason="reused")
        return Answer(row.answer["status"], bytes(row.body), row.answer["headers"])

    async def finish(self, account: str, key: str, answer: Answer) -> None:
        """Keep the answer for a day, counted from ``begin``."""
        kept = {"answer": {"status": answer.status, "headers": dict(answer.headers)}, "body": answer.body}
        async with self._database.writing() as connection:
            await connection.execute(update(remembered).where(_named(account, key)).values(kept))

    async def forget(self, account: str, key: str) -> None:
        """The work failed: the same key may be used again."""
        async with self._database.writing() as connection:
            await connection.execute(delete(remembered).where(_named(account, key)))


def _named(account: str, key: str) -> ColumnElement[bool]:
    return and_(remembered.c.account == account, remembered.c.key == key)
