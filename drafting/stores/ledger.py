"""The append-only record and the contents that it refers to by digest."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from drafting.actions.ports import LedgerMoved
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Entry, Event, Kind
from drafting.stores.database import Database
from drafting.stores.tables import contents, ledger

# From each stream to the next one by the primary key: a stream may have a million entries, which DISTINCT would read.
_STREAMS: Final = text(
    "WITH RECURSIVE found (stream) AS ("
    " SELECT min(stream) FROM ledger UNION ALL"
    " SELECT (SELECT min(ledger.stream) FROM ledger WHERE ledger.stream > found.stream)"
    " FROM found WHERE found.stream IS NOT NULL"
    ") SELECT stream FROM found WHERE stream IS NOT NULL ORDER BY stream"
)

_READ: Final = (
    select(ledger)
    .where(ledger.c.stream == bindparam("of"), ledger.c.place > bindparam("after"))
    .order_by(ledger.c.place)
)


class SqlLedger:
    """:class:`drafting.actions.ports.Ledger`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(
        self,
        stream: str,
        events: Sequence[Event],
        *,
        expected: int,
        at: datetime,
        contents: Mapping[str, bytes] = {},
    ) -> Sequence[Entry]:
        entries = [Entry(stream, place, at, event) for place, event in enumerate(events, start=expected + 1)]
        try:
            async with self._database.writing() as connection:
                await _expect(connection, stream, expected)
                if entries:
                    await connection.execute(insert(ledger), [row_of_entry(entry) for entry in entries])
                await _keep(connection, contents)
        except IntegrityError as error:
            raise LedgerMoved(stream, expected) from error
        return entries

    async def read(self, stream: str, after: int = 0, most: int | None = None) -> Sequence[Entry]:
        query = _READ if most is None else _READ.limit(most)
        return [entry_of(row) for row in await self._database.rows(query, {"of": stream, "after": after})]

    async def streams(self) -> Sequence[str]:
        async with self._database.reading() as connection:
            return [*await connection.scalars(_STREAMS)]

    async def content(self, digest: str) -> bytes:
        async with self._database.reading() as connection:
            found = await connection.scalar(select(contents.c.data).where(contents.c.digest == digest))
        if found is None:
            raise Refusal(Code.NOT_FOUND, digest=digest)
        return bytes(found)


async def _expect(connection: AsyncConnection, stream: str, expected: int) -> None:
    """Refuses early, and where ``expected`` would leave a gap; the primary key refuses what a racing node has taken."""
    last = await connection.scalar(select(func.max(ledger.c.place)).where(ledger.c.stream == stream))
    if (last or 0) != expected:
        raise LedgerMoved(stream, expected)


async def _keep(connection: AsyncConnection, found: Mapping[str, bytes]) -> None:
    # In the order of their digests, so that two nodes that keep the same contents never wait for each other.
    rows = [{"digest": digest, "data": data} for digest, data in sorted(found.items())]
    if rows:
        await connection.execute(upsert(contents).on_conflict_do_nothing(), rows)


def row_of_entry(entry: Entry) -> dict[str, Any]:
    """The columns of an entry."""
    event = entry.event
    return {
        "stream": entry.stream,
        "place": entry.index,
        "at": entry.at,
        "kind": event.kind.value,
        "data": event.data,
        "actor": event.actor,
        "channel": event.channel,
    }


def entry_of(row: Row[Any]) -> Entry:
    """The inverse of :func:`row_of_entry`."""
    return Entry(row.stream, row.place, row.at, Event(Kind(row.kind), row.data, row.actor, row.channel))
