"""The log of live texts in SQLite: one thread that writes, a few that read, the standard library's sqlite3.

The thread that serves everybody holds the interpreter lock most of the time, and each SQLite call gives the lock up
and has to win it back (up to 5 ms under load). So a batch is written with few calls, not with few bytes: rows go in
by statements of 1, 2, 4, … rows, whose texts stay prepared.
"""

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeVar

from drafting.actions.writing_ports import Standing, Stored, Update
from drafting.stores.columns import micros, moment
from drafting.stores.database import PRAGMAS
from drafting.stores.failures import saving
from drafting.stores.logs.batches import MOVED, Batches

READERS: Final = 3
LARGEST_STATEMENT: Final = 1024
MAX_KNOWN: Final = 50_000

T = TypeVar("T")

_ADD: Final = ("INSERT INTO updates (text, sequence, at, account, network, data) VALUES ", "(?,?,?,?,?,?)", "")
_MOVE: Final = ("UPDATE texts SET last = v.column2 FROM (VALUES ", "(?,?)", ") AS v WHERE texts.id = v.column1")
_OWN: Final = ("INSERT INTO owners (text, client, account) VALUES ", "(?,?,?)", " ON CONFLICT DO NOTHING")


def open_connection(path: Path) -> sqlite3.Connection:
    """A connection for use in any one thread at a time; transactions are begun and ended by hand."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    return connection


def write_rows(connection: sqlite3.Connection, statement: tuple[str, str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Write rows by as few statements as there are bits in their number."""
    start, row, end = statement
    done = 0
    while done < len(rows):
        size = min(LARGEST_STATEMENT, 1 << ((len(rows) - done).bit_length() - 1))
        sql = f"{start}{','.join([row] * size)}{end}"
        connection.execute(sql, list(chain.from_iterable(rows[done : done + size])))
        done += size


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str = "BEGIN") -> Iterator[None]:
    """Commits at the end; on any error nothing is kept."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


class Writer:
    """Numbers and writes updates. Belongs to one thread; what it remembers of the database is checked at each turn."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._texts: dict[str, tuple[int, int]] = {}
        self._owned: set[tuple[int, int]] = set()
        self._seen = -1

    def keep(self, updates: Sequence[Update], expected: Mapping[str, int] = {}) -> list[int]:
        """All or none, on the disk when it returns; their sequence numbers. Raises sqlite3's errors.

        ``expected``: text → its last number; updates of those that are elsewhere or retired are left out: ``MOVED``.
        """
        if self._connection is None:
            self._connection = self._connect()
        try:
            with transaction(self._connection, "BEGIN IMMEDIATE"):
                return self._write(self._connection, updates, expected)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Forget everything: after a failure the next turn starts from what the database says."""
        connection, self._connection = self._connection, None
        self._forget()
        if connection is not None:
            connection.close()

    def _forget(self) -> None:
        self._texts.clear()
        self._owned.clear()

    def _write(
        self, connection: sqlite3.Connection, updates: Sequence[Update], expected: Mapping[str, int]
    ) -> list[int]:
        self._notice_others(connection)
        unfit = {name for name, after in expected.items() if not self._is_at(connection, name, after)}
        sequences: list[int] = []
        rows: list[tuple[Any, ...]] = []
        owned: dict[tuple[int, int], str] = {}
        moved: dict[int, int] = {}
        for update in updates:
            if update.text in unfit:
                sequences.append(MOVED)
                continue
            text, last = self._texts.get(update.text) or self._find(connection, update.text)
            last += 1
            self._texts[update.text] = (text, last)
            moved[text] = last
            sequences.append(last)
            rows.append((text, last, micros(update.at), update.account, update.network, update.data))
            for client in update.clients:
                if (text, client) not in self._owned:
                    owned.setdefault((text, client), update.account)
        rows.sort()  # neighbours in the table: a page of it is then touched once
        write_rows(connection, _ADD, rows)
        write_rows(connection, _MOVE, list(moved.items()))
        write_rows(connection, _OWN, [(*pair, account) for pair, account in owned.items()])
        self._owned.update(owned)
        return sequences

    def _notice_others(self, connection: sqlite3.Connection) -> None:
        """Another connection, perhaps of a command at the terminal, may have written: its numbers count."""
        (seen,) = connection.execute("PRAGMA data_version").fetchone()
        if seen != self._seen or len(self._texts) > MAX_KNOWN or len(self._owned) > MAX_KNOWN:
            self._forget()
        self._seen = seen

    def _is_at(self, connection: sqlite3.Connection, name: str, after: int) -> bool:
        """What is remembered is not retired: retiring is another connection's doing, and makes this one forget."""
        known = self._texts.get(name)
        if known is None:
            found = connection.execute("SELECT id, last, retired FROM texts WHERE name = ?", (name,)).fetchone()
            if found is None:
                return after == 0
            if found[2]:
                return False
            known = self._texts[name] = int(found[0]), int(found[1])
        return known[1] == after

    def _find(self, connection: sqlite3.Connection, name: str) -> tuple[int, int]:
        found = connection.execute("SELECT id, last FROM texts WHERE name = ?", (name,)).fetchone()
        if found is None:
            made = connection.execute("INSERT INTO texts (name) VALUES (?)", (name,))
            return int(made.lastrowid or 0), 0
        return int(found[0]), int(found[1])


class SqliteLog:
    """:class:`drafting.actions.writing_ports.UpdateLog` on SQLite. ``turn``: the lock that every writer here holds."""

    def __init__(
        self, path: Path, turn: asyncio.Lock, connect: Callable[[Path], sqlite3.Connection] = open_connection
    ) -> None:
        self._turn = turn
        self._writer = Writer(lambda: connect(path))
        self._thread = ThreadPoolExecutor(1, "log writer")
        self._readers = ThreadPoolExecutor(READERS, "log reader")
        self._open: list[sqlite3.Connection] = []
        self._local = threading.local()
        self._connect: Callable[[], sqlite3.Connection] = lambda: connect(path)
        self._batches = Batches(self._keep)

    async def append(self, updates: Sequence[Update], after: int | None = None) -> Sequence[int]:
        return await self._batches.append(updates, after)

    async def _keep(self, updates: Sequence[Update], expected: Mapping[str, int]) -> Sequence[int]:
        with saving():
            async with self._turn:
                return await asyncio.get_running_loop().run_in_executor(
                    self._thread, self._writer.keep, updates, expected
                )

    async def load(self, text: str) -> Stored | None:
        return await self._read(lambda connection: _load(connection, text))

    async def look(self, texts: Sequence[str]) -> Mapping[str, Standing]:
        return await self._read(lambda connection: _look(connection, texts))

    async def read(self, text: str, after: int = 0, until: int | None = None) -> Sequence[Update]:
        return await self._read(lambda connection: list(_history(connection, text, after, until)))

    async def keep_checkpoint(self, text: str, sequence: int, state: bytes) -> None:
        await self._change(
            "INSERT INTO checkpoints (text, sequence, state) SELECT id, ?2, ?3 FROM texts WHERE name = ?1"
            " ON CONFLICT (text) DO UPDATE SET sequence = excluded.sequence, state = excluded.state"
            " WHERE excluded.sequence > checkpoints.sequence",
            (text, sequence, state),
        )

    async def retire(self, text: str) -> None:
        await self._change("UPDATE texts SET retired = TRUE WHERE name = ?", (text,))

    async def close(self) -> None:
        """Waits for what is being written."""
        await self._batches.close()
        self._thread.shutdown()
        self._readers.shutdown()
        self._writer.close()
        for connection in self._open:
            connection.close()

    async def _change(self, sql: str, values: Sequence[Any]) -> None:
        with saving():
            async with self._turn:
                await asyncio.get_running_loop().run_in_executor(self._readers, self._execute, sql, values)

    def _execute(self, sql: str, values: Sequence[Any]) -> None:
        connection = self._reader()
        with transaction(connection, "BEGIN IMMEDIATE"):
            connection.execute(sql, values)

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with saving():
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._in_one_moment, work)

    def _in_one_moment(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._reader()
        with transaction(connection):
            return work(connection)

    def _reader(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
            self._open.append(connection)
        return connection


def _look(connection: sqlite3.Connection, names: Sequence[str]) -> dict[str, Standing]:
    sql = "SELECT name, last, epoch, retired FROM texts WHERE name IN (SELECT value FROM json_each(?))"
    rows = connection.execute(sql, (json.dumps(names),))
    return {name: Standing(last, epoch, bool(retired)) for name, last, epoch, retired in rows}


def _load(connection: sqlite3.Connection, name: str) -> Stored | None:
    found = connection.execute("SELECT id, last, epoch, retired FROM texts WHERE name = ?", (name,)).fetchone()
    if found is None:
        return None
    text, last, epoch, retired = found
    checkpoint = connection.execute("SELECT sequence, state FROM checkpoints WHERE text = ?", (text,)).fetchone()
    after, state = checkpoint or (0, None)
    rows: Iterable[tuple[bytes]] = connection.execute(
        "SELECT data FROM updates WHERE text = ? AND sequence > ? ORDER BY sequence", (text, after)
    )
    updates = tuple(row[0] for row in rows)
    owners = dict(connection.execute("SELECT client, account FROM owners WHERE text = ?", (text,)).fetchall())
    return Stored(last, state, updates, owners, epoch, bool(retired))


def _history(connection: sqlite3.Connection, name: str, after: int, until: int | None) -> Iterator[Update]:
    rows = connection.execute(
        "SELECT u.data, u.account, u.network, u.at, u.sequence FROM updates u JOIN texts t ON t.id = u.text"
        " WHERE t.name = ? AND u.sequence > ? AND u.sequence <= ? ORDER BY u.sequence",
        (name, after, 2**62 if until is None else until),
    )
    for data, account, network, at, sequence in rows:
        yield Update(name, data, account, network, moment(at), (), sequence)
