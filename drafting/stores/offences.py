"""What ended the program's workers, so that a restart and other nodes know of it: kept for a week."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from drafting.stores.database import Database
from drafting.stores.tables import offences

KEPT: Final = timedelta(days=8)
"""Longer than anything holds, so that the next time can still be known as one more."""


class What(StrEnum):
    """Of an account: nothing is taken from it. Of an update's digest: it is refused. Of a text: it is opened for
    nobody, or its updates are taken one at a time."""

    SHUT_OUT = "shut out"
    POISON = "poison"
    CLOSED = "closed"
    CAREFUL = "careful"


@dataclass(frozen=True, slots=True)
class Offence:
    """``name``: of the account or the text, or the digest in hexadecimal digits. It happened so many ``times``, the
    last time ``at``, and holds ``until``."""

    what: What
    name: str
    times: int
    at: datetime
    until: datetime


class SqlOffences:
    """Shared by all nodes of a database. Each method may raise :class:`CannotSave`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, told: Iterable[Offence], now: datetime) -> None:
        """Of what is known already, the greater number and the later time stay."""
        rows = [
            {"what": one.what.value, "name": one.name, "times": one.times, "at": one.at, "until": one.until}
            for one in told
        ]
        async with self._database.writing() as connection:
            await connection.execute(delete(offences).where(offences.c.at < now - KEPT))
            if rows:
                made = upsert(offences)
                greater = {
                    name: case((made.excluded[name] > offences.c[name], made.excluded[name]), else_=offences.c[name])
                    for name in ("times", "at", "until")
                }
                await connection.execute(
                    made.on_conflict_do_update(index_elements=["what", "name"], set_=greater), rows
                )

    async def known(self, now: datetime) -> Sequence[Offence]:
        """All that is not yet forgotten."""
        query = select(offences).where(offences.c.at >= now - KEPT).order_by(offences.c.at)
        async with self._database.reading() as connection:
            return [_offence(row) for row in await connection.execute(query)]


def _offence(row: Any) -> Offence:
    return Offence(What(row.what), row.name, row.times, row.at, row.until)
