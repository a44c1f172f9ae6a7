"""What cannot be kept is refused and leaves nothing behind; nothing is confirmed before it is on the disk."""

import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event

from drafting.actions.letter_ports import Letter
from drafting.actions.ports import CannotSave
from drafting.actions.writing_ports import Update, UpdateLog
from drafting.domain.errors import Refusal
from drafting.domain.events import Event, Kind
from drafting.stores.database import Database, connect_postgres
from drafting.stores.logs.postgres_log import PostgresLog
from drafting.stores.logs.sqlite_log import SqliteLog, open_connection
from drafting.stores.migrating import migrate
from drafting.stores.opening import Stores, open_stores
from tests.services import Postgres
from tests.stores.conftest import Hands

KIB = 1024


def update(data: bytes, clock: Hands, text: str = "d/a/en") -> Update:
    return Update(text, data, "ana", "terra", clock.now(), (1,))


def fact(size: int = 1) -> Event:
    return Event(Kind.SECTION_ADD, {"words": "x" * size}, "ana")


class Scripted(sqlite3.Connection):
    """A connection whose ``script`` is called before every statement, and may raise or wait."""

    script: Callable[[str], None] = staticmethod(lambda sql: None)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        type(self).script(sql)
        return super().execute(sql, parameters)


def connect_scripted(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Scripted)


@pytest.fixture
async def scripted(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    database = Database(f"sqlite:///{tmp_path}/store.sqlite")
    await migrate(database)
    assert database.path
    assert database.turn
    log = SqliteLog(database.path, database.turn, connect_scripted)
    yield log
    Scripted.script = staticmethod(lambda sql: None)
    await log.close()
    await database.close()


async def sequence(log: UpdateLog, text: str = "d/a/en") -> int:
    stored = await log.load(text)
    assert stored is not None
    assert len(stored.updates) == stored.sequence
    return stored.sequence


@pytest.mark.parametrize("at", ["BEGIN IMMEDIATE", "INSERT INTO updates", "UPDATE texts", "COMMIT"])
async def test_a_failing_statement_keeps_nothing(scripted: SqliteLog, clock: Hands, at: str) -> None:
    await scripted.append([update(b"1", clock)])

    def fail(sql: str) -> None:
        if sql.startswith(at):
            raise sqlite3.OperationalError("disk I/O error")

    Scripted.script = staticmethod(fail)
    attempts = [scripted.append([update(b"2", clock), update(b"3", clock)]) for _ in range(3)]
    for answer in await asyncio.gather(*attempts, return_exceptions=True):
        assert isinstance(answer, CannotSave)
    Scripted.script = staticmethod(lambda sql: None)
    assert await sequence(scripted) == 1
    assert await scripted.append([update(b"4", clock)]) == [2]


async def test_nothing_is_confirmed_before_the_commit(scripted: SqliteLog, clock: Hands) -> None:
    reached, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def pause(sql: str) -> None:
        if sql == "COMMIT":
            loop.call_soon_threadsafe(reached.set)
            go_on.wait()

    Scripted.script = staticmethod(pause)
    appended = asyncio.create_task(scripted.append([update(b"1", clock)]))
    await reached.wait()
    assert not appended.done()
    go_on.set()
    assert await appended == [1]


async def test_what_gathers_during_a_commit_is_kept_by_one(scripted: SqliteLog, clock: Hands) -> None:
    commits: list[str] = []
    Scripted.script = staticmethod(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    await asyncio.gather(*(scripted.append([update(b"1", clock, f"d/s{n}/en")]) for n in range(200)))
    assert len(commits) <= 2


@contextmanager
def disk_with(room: int, folder: Path) -> Iterator[None]:
    """The system refuses to write a file beyond ``room`` bytes more than the largest has now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(path.stat().st_size for path in folder.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
async def on_sqlite(tmp_path: Path, clock: Hands) -> AsyncIterator[Stores]:
    stores = await open_stores(f"sqlite:///{tmp_path}/store.sqlite", tmp_path / "data", smtp=None, clock=clock)
    yield stores
    await stores.close()


@pytest.fixture
async def on_postgresql(postgres_database: str, tmp_path: Path, clock: Hands) -> AsyncIterator[Stores]:
    stores = await open_stores(postgres_database, tmp_path / "data", smtp=None, clock=clock)
    yield stores
    await stores.close()


async def fill(log: UpdateLog, clock: Hands) -> int:
    """Append until nothing more goes in; how many were confirmed."""
    confirmed = 0
    for n in range(1000):
        try:
            (confirmed,) = await log.append([update(bytes([n % 256]) * 4 * KIB, clock)])
        except CannotSave:
            return confirmed
    raise AssertionError("the disk never was full")


async def test_a_full_disk_refuses_and_recovers(on_sqlite: Stores, tmp_path: Path, clock: Hands) -> None:
    await on_sqlite.log.append([update(b"1", clock)])
    with disk_with(200 * KIB, tmp_path):
        confirmed = await fill(on_sqlite.log, clock)
        with pytest.raises(CannotSave):
            await on_sqlite.log.append([update(b"x" * 100 * KIB, clock)])
        with pytest.raises(CannotSave):
            await on_sqlite.ledger.append("water", [fact(300 * KIB)], expected=0, at=clock.now(), contents={"d": b"d"})
        assert await sequence(on_sqlite.log) == confirmed
    assert await on_sqlite.ledger.read("water") == []
    assert await on_sqlite.log.append([update(b"2", clock)]) == [confirmed + 1]
    await on_sqlite.ledger.append("water", [fact()], expected=0, at=clock.now())


async def test_a_database_at_its_limit_refuses_and_recovers(tmp_path: Path, clock: Hands) -> None:
    database = Database(f"sqlite:///{tmp_path}/store.sqlite")
    await migrate(database)
    pages = 200
    event.listen(database.engine.sync_engine, "connect", lambda c, _: c.cursor().execute("PRAGMA max_page_count = 60"))

    def connect(path: Path) -> sqlite3.Connection:
        connection = open_connection(path)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    assert database.path
    assert database.turn
    log = SqliteLog(database.path, database.turn, connect)
    confirmed = await fill(log, clock)
    assert await sequence(log) == confirmed > 10
    pages = 2000
    assert await log.append([update(b"2", clock)]) == [confirmed + 1]
    await log.close()
    await database.close()


@asynccontextmanager
async def postgres_log(url: str, connect: Any = connect_postgres) -> AsyncIterator[PostgresLog]:
    log = PostgresLog(url, connect)
    yield log
    await log.close()


async def test_postgresql_with_a_full_disk(on_postgresql: Stores, clock: Hands) -> None:
    full = True

    class Full:
        def __init__(self, real: Any) -> None:
            self._real = real

        def __getattr__(self, name: str) -> Any:
            return getattr(self._real, name)

        async def fetch(self, *asked: Any) -> Any:
            found = await self._real.fetch(*asked)
            if full:
                raise asyncpg.DiskFullError("could not extend file")
            return found

    async def connect(url: str) -> Any:
        return Full(await connect_postgres(url))

    async with postgres_log(on_postgresql.database.url, connect) as log:
        with pytest.raises(CannotSave):
            await log.append([update(b"1", clock)])
        assert await log.load("d/a/en") is None
        full = False
        assert await log.append([update(b"1", clock)]) == [1]


async def test_postgresql_away_and_back(postgres: Postgres, on_postgresql: Stores, clock: Hands) -> None:
    stores = on_postgresql
    await stores.log.append([update(b"1", clock)])
    await stores.ledger.append("water", [fact()], expected=0, at=clock.now())
    assert await stores.ready()
    postgres.stop()
    try:
        with pytest.raises(CannotSave):
            await stores.log.append([update(b"2", clock)])
        with pytest.raises(CannotSave):
            await stores.log.load("d/a/en")
        with pytest.raises(CannotSave):
            await stores.ledger.append("water", [fact()], expected=1, at=clock.now())
        with pytest.raises(CannotSave):
            await stores.mail.send([Letter("ana@example.org", "s", "b")], clock.now())
        assert not await stores.ready()
    finally:
        postgres.start()
    assert await stores.ready()
    assert await stores.log.append([update(b"2", clock)]) == [2]
    assert len(await stores.ledger.append("water", [fact()], expected=1, at=clock.now())) == 1


async def test_a_connection_that_dies_is_replaced(on_postgresql: Stores, clock: Hands) -> None:
    stores = on_postgresql
    await stores.log.append([update(b"1", clock)])
    killer = await asyncpg.connect(stores.database.url)
    await killer.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = current_database()"
    )
    await killer.close()
    confirmed = 1
    for _ in range(3):
        try:
            (confirmed,) = await stores.log.append([update(b"2", clock)])
        except CannotSave:
            continue
    assert await sequence(stores.log) == confirmed >= 3
    await stores.ledger.append("water", [fact()], expected=0, at=clock.now())


async def test_input_that_no_database_takes_is_no_failure_of_the_disk(stores: Stores, clock: Hands) -> None:
    with pytest.raises(Exception) as raised:
        await stores.accounts.open("\ud800@example.org")
    assert not isinstance(raised.value, CannotSave | Refusal)


WRITES_FOR_EVER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from drafting.actions.writing_ports import Update
from drafting.stores.opening import open_stores

class Now:
    def now(self):
        return datetime.now(UTC)

async def main():
    stores = await open_stores(sys.argv[1], Path(sys.argv[2]), smtp=None, clock=Now(), keys=Path(sys.argv[3]))
    while True:
        for number in await stores.log.append([Update("d/a/en", b"x" * 100, "ana", "", Now().now())] * 3):
            print(number, flush=True)

asyncio.run(main())
"""


def write_until_killed(*arguments: str) -> int:
    """The last number that a process was told is on the disk before it was killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES_FOR_EVER, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout
    confirmed = [int(process.stdout.readline()) for _ in range(40)]
    os.kill(process.pid, signal.SIGKILL)
    confirmed += [int(line) for line in process.stdout if line.endswith("\n")]
    process.stdout.close()
    process.wait()
    return confirmed[-1]


async def test_what_was_confirmed_survives_a_kill(stores: Stores, database_url: str, tmp_path: Path) -> None:
    keys = tmp_path / "data/keys/addresses"
    for _ in range(3):
        confirmed = await asyncio.to_thread(write_until_killed, database_url, str(tmp_path / "other"), str(keys))
        assert await sequence(stores.log) >= confirmed
