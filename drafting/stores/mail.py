"""Letters: kept in the outbox when an action says so, carried soon after, again and again until it works.

The outbox row is the promise. A worker leases a letter, so that of several nodes one carries it, and deletes the row
when the carrier has taken it. A process that dies in between carries it once more, under the same Message-ID.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, select, update

from drafting.actions.ports import CannotSave, Clock, Letter
from drafting.stores.carriers import CannotDeliver, Carrier, Parcel, WillNeverDeliver
from drafting.stores.database import Database
from drafting.stores.ids import new_id
from drafting.stores.tables import letters as table

LEASE: Final = timedelta(minutes=10)
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30, 60))
"""How long to wait after the first failure, the second, …; the last one is repeated."""
GIVES_UP_AFTER: Final = timedelta(days=5)
KEPT_AFTER_GIVING_UP: Final = timedelta(days=30)
POLL_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A letter that could not be delivered, for the operator to see."""

    id: str
    at: datetime
    recipient: str
    error: str


class Outbox:
    """:class:`drafting.actions.ports.Mail`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.arrived = asyncio.Event()

    async def send(self, letters: Sequence[Letter], at: datetime) -> None:
        if letters:
            async with self._database.writing() as connection:
                await connection.execute(insert(table), [letter_row(letter, at) for letter in letters])
            self.arrived.set()

    async def lease(self, now: datetime) -> Parcel | None:
        """The next letter that is due, for this caller alone until the lease runs out."""
        due = select(table.c.number).where(table.c.due <= now).order_by(table.c.due, table.c.number).limit(1)
        async with self._database.writing() as connection:
            number = await connection.scalar(due.with_for_update(skip_locked=True))
            if number is None:
                return None
            leased = update(table).where(table.c.number == number).values(due=now + LEASE).returning(table)
            row = (await connection.execute(leased)).one()
        letter = Letter(row.recipient, row.subject, row.body, row.locale)
        return Parcel(row.number, row.id, row.at, row.attempts, letter)

    async def delivered(self, parcel: Parcel) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.number == parcel.number))

    async def postpone(self, parcel: Parcel, due: datetime | None, error: str) -> None:
        """Try again at ``due``, or never."""
        values = {"due": due, "error": error, "attempts": parcel.attempts + 1}
        async with self._database.writing() as connection:
            await connection.execute(update(table).where(table.c.number == parcel.number).values(values))

    async def next_due(self) -> datetime | None:
        async with self._database.reading() as connection:
            found: datetime | None = await connection.scalar(select(func.min(table.c.due)))
        return found

    async def waiting(self, limit: int) -> int:
        some = select(table.c.number).where(table.c.due.is_not(None)).limit(limit).subquery()
        async with self._database.reading() as connection:
            return int(await connection.scalar(select(func.count()).select_from(some)) or 0)

    async def given_up(self) -> Sequence[GivenUp]:
        """What could not be delivered, oldest first."""
        query = select(table).where(table.c.due.is_(None)).order_by(table.c.number)
        async with self._database.reading() as connection:
            return [GivenUp(row.id, row.at, row.recipient, row.error) for row in await connection.execute(query)]

    async def sweep(self, now: datetime) -> None:
        """Drop what was given up long ago: it holds addresses."""
        old = table.c.at < now - GIVES_UP_AFTER - KEPT_AFTER_GIVING_UP
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.due.is_(None), old))


def letter_row(letter: Letter, at: datetime) -> dict[str, object]:
    """A letter as it enters the outbox, for those who keep it together with something else."""
    return {
        "id": new_id(),
        "at": at,
        "recipient": letter.to,
        "subject": letter.subject,
        "body": letter.body,
        "locale": letter.locale,
        "attempts": 0,
        "due": at,
        "error": "",
    }


class Courier:
    """Carries what lies in the outbox."""

    def __init__(self, outbox: Outbox, carrier: Carrier, clock: Clock) -> None:
        self._outbox = outbox
        self._carrier = carrier
        self._clock = clock

    async def work(self) -> None:
        """For ever: carry what is due, then wait for a letter or for the next time. Cancel it to stop."""
        while True:
            self._outbox.arrived.clear()
            with suppress(CannotSave):  # The database is away; the letters are in it.
                await self.deliver()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._outbox.arrived.wait(), POLL_SECONDS)

    async def deliver(self) -> int:
        """Carry what is due now; how many letters were taken. Stops early where the carrier cannot be reached."""
        await self._outbox.sweep(self._clock.now())
        count = 0
        while parcel := await self._outbox.lease(self._clock.now()):
            try:
                await asyncio.to_thread(self._carrier.carry, parcel)
            except WillNeverDeliver as error:
                await self._outbox.postpone(parcel, None, str(error))
            except CannotDeliver as error:
                await self._outbox.postpone(parcel, self._again(parcel), str(error))
                if error.concerns_all:
                    break
            else:
                await self._outbox.delivered(parcel)
                count += 1
        return count

    def _again(self, parcel: Parcel) -> datetime | None:
        now = self._clock.now()
        if now - parcel.at >= GIVES_UP_AFTER:
            return None
        return now + PAUSES[min(parcel.attempts, len(PAUSES) - 1)]
