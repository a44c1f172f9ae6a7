"""Letters: kept in the outbox when an action says so; :mod:`drafting.stores.mail.courier` carries them.

The outbox row is the promise. A courier leases letters, so that of several nodes one carries each, and the row is
deleted when the carrier has taken it. A process that dies in between carries it once more, under the same Message-ID.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, func, insert, select, update

from drafting.actions.letter_ports import Letter, Outlook
from drafting.stores.database import Database
from drafting.stores.gathering import Gathering
from drafting.stores.ids import new_id
from drafting.stores.mail.carriers import Parcel
from drafting.stores.mail.pace import Pace
from drafting.stores.tables import letters as table
from drafting.stores.tables import mailings, signature_links, signatures

LEASE: Final = timedelta(minutes=15)
"""Longer than the slowest handing over that a carrier waits for."""
GIVES_UP_AFTER: Final = timedelta(days=5)
KEPT_AFTER_GIVING_UP: Final = timedelta(days=30)
MOST_COUNTED: Final = 100_000
USUAL: Final = 0
LATER: Final = 1
"""Updates, and letters to all who stand on a list: thousands at once, which nobody waits for."""


class Fault(StrEnum):
    """Why a letter was given up: its mailbox was refused, the letter was, or nothing worked for days."""

    BOUNCED = "bounced"
    REFUSED = "refused"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A letter that could not be delivered, for the operator to see. ``error``: what the mail server said."""

    id: str
    at: datetime
    recipient: str
    fault: Fault
    error: str


class Outbox:
    """:class:`drafting.actions.letter_ports.Mail`."""

    def __init__(self, database: Database, pace: Pace | None = None) -> None:
        self._database = database
        self.pace = pace or Pace()
        self.arrived = asyncio.Event()
        self._delivered: Gathering[int, None] = Gathering("delivered", self._drop)

    async def send(self, letters: Sequence[Letter], at: datetime) -> None:
        if letters:
            async with self._database.writing() as connection:
                await connection.execute(insert(table), [letter_row(letter, at) for letter in letters])
            self.arrived.set()

    async def lease(self, now: datetime, most: int = 1) -> Sequence[Parcel]:
        """The next letters that are due, for this caller alone until the lease runs out."""
        due = select(table.c.number).where(table.c.due <= now).order_by(table.c.rank, table.c.due, table.c.number)
        async with self._database.writing() as connection:
            numbers = [*await connection.scalars(due.limit(most).with_for_update(skip_locked=True))]
            if not numbers:
                return []
            leased = update(table).where(table.c.number.in_(numbers)).values(due=now + LEASE).returning(table)
            rows = (await connection.execute(leased)).all()
        return [
            Parcel(
                row.number,
                row.id,
                row.at,
                row.attempts,
                Letter(row.recipient, row.subject, row.body, row.locale, row.about, row.leaving or ""),
            )
            for row in sorted(rows, key=lambda row: (row.rank, row.number))
        ]

    async def delivered(self, parcel: Parcel) -> None:
        """It has left; whatever else leaves meanwhile shares the transaction."""
        await self._delivered.ask(parcel.number)

    async def _drop(self, numbers: Sequence[int]) -> Sequence[None]:
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.number.in_(numbers)))
        return [None] * len(numbers)

    async def put_back(self, parcels: Sequence[Parcel], due: datetime) -> None:
        """They were leased for nothing: the next caller gets them, and no attempt is counted."""
        numbers = [parcel.number for parcel in parcels]
        async with self._database.writing() as connection:
            await connection.execute(update(table).where(table.c.number.in_(numbers)).values(due=due))

    async def postpone(self, parcel: Parcel, due: datetime, said: str) -> None:
        """Try again at ``due``."""
        values = {"due": due, "said": said, "attempts": parcel.attempts + 1}
        async with self._database.writing() as connection:
            await connection.execute(update(table).where(table.c.number == parcel.number).values(values))

    async def give_up(self, parcel: Parcel, fault: Fault, said: str, at: datetime) -> None:
        """Never try it again. Its words are dropped; a signature whose mailbox was refused is marked."""
        values = {"due": None, "fault": fault.value, "said": said, "attempts": parcel.attempts + 1, "body": ""}
        async with self._database.writing() as connection:
            await connection.execute(update(table).where(table.c.number == parcel.number).values(values))
            if fault is Fault.BOUNCED:
                own = select(signature_links.c.signature).where(signature_links.c.letter == parcel.id)
                marked = {"bounced": at, "turn": signatures.c.turn + 1}
                await connection.execute(
                    update(signatures).where(signatures.c.id.in_(own), signatures.c.bounced.is_(None)).values(marked)
                )
            if parcel.letter.about:
                counted = {"refused": mailings.c.refused + 1}
                await connection.execute(update(mailings).where(mailings.c.id == parcel.letter.about).values(counted))

    async def next_due(self) -> datetime | None:
        async with self._database.reading() as connection:
            found: datetime | None = await connection.scalar(select(func.min(table.c.due)))
        return found

    async def waiting(self, limit: int) -> int:
        some = select(table.c.number).where(table.c.due.is_not(None)).limit(limit).subquery()
        async with self._database.reading() as connection:
            return int(await connection.scalar(select(func.count()).select_from(some)) or 0)

    async def outlook(self, at: datetime) -> Outlook:
        """Letters that were refused for the moment wait by themselves and hold nobody up, so they are not counted."""
        before = (table.c.rank == USUAL, table.c.due.is_not(None), table.c.attempts == 0)
        some = select(table.c.number).where(*before).limit(MOST_COUNTED).subquery()
        async with self._database.reading() as connection:
            count = int(await connection.scalar(select(func.count()).select_from(some)) or 0)
        return self.pace.outlook(count, at)

    async def given_up(self) -> Sequence[GivenUp]:
        """What could not be delivered, oldest first."""
        query = select(table).where(table.c.due.is_(None)).order_by(table.c.number)
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return [GivenUp(r.id, r.at, r.recipient, Fault(r.fault or "refused"), r.said or "") for r in rows]

    async def sweep(self, now: datetime) -> None:
        """Drop what was given up long ago: it holds addresses."""
        old = table.c.at < now - GIVES_UP_AFTER - KEPT_AFTER_GIVING_UP
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.due.is_(None), old))

    async def close(self) -> None:
        """Waits for what is being marked."""
        await self._delivered.close()


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
        "rank": LATER if letter.about or letter.can_wait else USUAL,
        "about": letter.about,
        "leaving": letter.leave or None,
        "fault": "",
    }
