"""The log of live texts in PostgreSQL, by asyncpg itself. One statement, and so one round trip, keeps a whole batch."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from drafting.actions.writing_ports import Standing, Stored, Update
from drafting.stores.columns import micros, moment
from drafting.stores.database import COMMAND_SECONDS, CONNECT_SECONDS, POSTGRES_SETTINGS, connect_postgres
from drafting.stores.failures import saving
from drafting.stores.logs.batches import MOVED, Batches

READERS: Final = 4
MAX_KNOWN: Final = 50_000

_CREATE: Final = (
    "INSERT INTO texts (name) SELECT name FROM unnest($1::text[]) AS name ORDER BY name ON CONFLICT DO NOTHING"
)

# Rows are locked in the order of their names, so that two nodes never wait for each other; FOR UPDATE reads the
# number that the other one has just committed, whenever this statement began.
_KEEP: Final = """
WITH locked AS MATERIALIZED (
  SELECT id, name, last, retired FROM texts WHERE name = ANY($1::text[]) ORDER BY name FOR UPDATE
), fit AS MATERIALIZED (
  SELECT id, name, last, n.added
  FROM locked JOIN unnest($1::text[], $2::bigint[], $12::bigint[]) AS n (name, added, expected) USING (name)
  WHERE n.expected IS NULL OR (n.expected = last AND NOT retired)
), moved AS (
  UPDATE texts SET last = fit.last + fit.added FROM fit WHERE texts.id = fit.id
), owned AS (
  INSERT INTO owners (text, client, account)
  SELECT fit.id, o.client, o.account
  FROM unnest($8::text[], $9::bigint[], $10::text[]) AS o (name, client, account) JOIN fit USING (name)
  ON CONFLICT DO NOTHING
), kept AS (
  INSERT INTO updates (text, sequence, at, account, network, data)
  SELECT fit.id, fit.last + u.nth, u.at, u.account, u.network, u.data
  FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $11::bytea[])
    AS u (name, nth, at, account, network, data) JOIN fit USING (name)
)
SELECT name, last FROM fit
"""

_LOOK: Final = "SELECT name, last, epoch, retired FROM texts WHERE name = ANY($1::text[])"
_LOAD: Final = "SELECT id, last, epoch, retired FROM texts WHERE name = $1"
_HISTORY: Final = (
    "SELECT u.data, u.account, u.network, u.at, u.sequence FROM updates u JOIN texts t ON t.id = u.text"
    " WHERE t.name = $1 AND u.sequence > $2 AND u.sequence <= $3 ORDER BY u.sequence"
)
_CHECKPOINT: Final = (
    "INSERT INTO checkpoints (text, sequence, state) SELECT id, $2, $3 FROM texts WHERE name = $1"
    " ON CONFLICT (text) DO UPDATE SET sequence = excluded.sequence, state = excluded.state"
    " WHERE excluded.sequence > checkpoints.sequence"
)


class _Gathered:
    """A batch in columns. ``nth`` counts from 1 in each text."""

    def __init__(self, updates: Sequence[Update], expected: Mapping[str, int], owned: set[tuple[str, int]]) -> None:
        self.added: dict[str, int] = {}
        self.expected = expected
        self.nth: list[int] = []
        self.new_owners: dict[tuple[str, int], str] = {}
        self.updates = updates
        for update in updates:
            nth = self.added[update.text] = self.added.get(update.text, 0) + 1
            self.nth.append(nth)
            for client in update.clients:
                if (update.text, client) not in owned:
                    self.new_owners.setdefault((update.text, client), update.account)

    def columns(self) -> tuple[list[Any], ...]:
        """The parameters of the statement, in its order."""
        return (
            list(self.added),
            list(self.added.values()),
            [u.text for u in self.updates],
            self.nth,
            [micros(u.at) for u in self.updates],
            [u.account for u in self.updates],
            [u.network for u in self.updates],
            [text for text, _ in self.new_owners],
            [client for _, client in self.new_owners],
            list(self.new_owners.values()),
            [u.data for u in self.updates],
            [self.expected.get(text) for text in self.added],
        )

    def sequences(self, before: Mapping[str, int]) -> list[int]:
        """``before``: the last number of each text that was where it was expected."""
        return [
            before[update.text] + nth if update.text in before else MOVED
            for update, nth in zip(self.updates, self.nth, strict=True)
        ]


class PostgresLog:
    """:class:`drafting.actions.writing_ports.UpdateLog` on PostgreSQL; any number of nodes may write at once."""

    def __init__(self, url: str, connect: Callable[[str], Awaitable[Any]] = connect_postgres) -> None:
        self._url = url
        self._connect = connect
        self._connection: Any = None
        self._pool: Any = None
        self._opening = asyncio.Lock()
        self._texts: set[str] = set()
        self._owned: set[tuple[str, int]] = set()
        self._batches = Batches(self._keep)

    async def append(self, updates: Sequence[Update], after: int | None = None) -> Sequence[int]:
        return await self._batches.append(updates, after)

    async def _keep(self, updates: Sequence[Update], expected: Mapping[str, int]) -> Sequence[int]:
        gathered = _Gathered(updates, expected, self._owned)
        with saving():
            try:
                if self._connection is None or self._connection.is_closed():
                    self._connection = await self._connect(self._url)
                before = await self._write(self._connection, gathered)
            except BaseException:
                await self._hang_up()
                raise
        self._remember(gathered, before)
        return gathered.sequences(before)

    async def _write(self, connection: Any, gathered: _Gathered) -> dict[str, int]:
        unknown = [name for name in gathered.added if name not in self._texts and not gathered.expected.get(name)]
        if not unknown:
            return dict(await connection.fetch(_KEEP, *gathered.columns()))
        async with connection.transaction():
            await connection.execute(_CREATE, unknown)
            return dict(await connection.fetch(_KEEP, *gathered.columns()))

    def _remember(self, gathered: _Gathered, kept: Collection[str]) -> None:
        if len(self._texts) > MAX_KNOWN or len(self._owned) > MAX_KNOWN:
            self._texts.clear()
            self._owned.clear()
        self._texts.update(kept)
        self._owned.update(pair for pair in gathered.new_owners if pair[0] in kept)

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def load(self, text: str) -> Stored | None:
        async with self._reading() as connection:
            found = await connection.fetchrow(_LOAD, text)
            if found is None:
                return None
            number, last, epoch, retired = found
            kept = await connection.fetchrow("SELECT sequence, state FROM checkpoints WHERE text = $1", number)
            after, state = kept or (0, None)
            rows = await connection.fetch(
                "SELECT data FROM updates WHERE text = $1 AND sequence > $2 ORDER BY sequence", number, after
            )
            owners = await connection.fetch("SELECT client, account FROM owners WHERE text = $1", number)
        return Stored(last, state, tuple(row[0] for row in rows), dict(owners), epoch, retired)

    async def look(self, texts: Sequence[str]) -> Mapping[str, Standing]:
        with saving():
            rows = await (await self._opened()).fetch(_LOOK, list(texts))
        return {name: Standing(last, epoch, retired) for name, last, epoch, retired in rows}

    async def read(self, text: str, after: int = 0, until: int | None = None) -> Sequence[Update]:
        async with self._reading() as connection:
            rows = await connection.fetch(_HISTORY, text, after, 2**62 if until is None else until)
        return [
            Update(text, data, account, network, moment(at), (), sequence)
            for data, account, network, at, sequence in rows
        ]

    async def keep_checkpoint(self, text: str, sequence: int, state: bytes) -> None:
        with saving():
            await (await self._opened()).execute(_CHECKPOINT, text, sequence, state)

    async def retire(self, text: str) -> None:
        with saving():
            await (await self._opened()).execute("UPDATE texts SET retired = TRUE WHERE name = $1", text)

    async def close(self) -> None:
        """Waits for what is being written."""
        await self._batches.close()
        await self._hang_up()
        if self._pool is not None:
            await self._pool.close()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Any]:
        """A connection whose statements all see the same moment."""
        with saving():
            pool = await self._opened()
            async with (
                pool.acquire(timeout=CONNECT_SECONDS) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                yield connection

    async def _opened(self) -> Any:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=0,
                    max_size=READERS,
                    timeout=CONNECT_SECONDS,
                    command_timeout=COMMAND_SECONDS,
                    server_settings=POSTGRES_SETTINGS,
                )
        return self._pool
