"""One database, two kinds: SQLite in a file, PostgreSQL by URL. Stores read and write through :class:`Database`.

SQLite: write-ahead log, an fsync at every commit, one writer at a time in the order of asking. PostgreSQL:
``synchronous_commit`` on, so that a commit is on the disk when it returns.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy import Connection, Row, Select, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_only

from drafting.actions.ports import CannotSave
from drafting.stores.failures import saving
from drafting.stores.secrets.address_keys import Keys
from drafting.stores.secrets.addresses import unlock
from drafting.stores.sqlite_rows import BUSY_MILLISECONDS, SqliteRows

PAUSE_MILLISECONDS: Final = 20
CONNECT_SECONDS: Final = 5.0
COMMAND_SECONDS: Final = 30.0
PRAGMAS: Final = (
    f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -16384",
    "PRAGMA secure_delete = ON",  # What was erased must not stay in the file's free space.
)
POSTGRES_SETTINGS: Final = {"synchronous_commit": "on", "application_name": "drafting"}


def sqlite_path(url: str) -> Path | None:
    """The file of a ``sqlite:///…`` URL (four slashes for an absolute path); None for a PostgreSQL URL."""
    if url.startswith(("postgresql://", "postgres://")):
        return None
    if not url.startswith("sqlite:///"):
        raise ValueError("a database URL starts with sqlite:/// or postgresql://")
    return Path(url.removeprefix("sqlite:///"))


async def connect_postgres(url: str) -> Any:
    """An asyncpg connection with this project's settings."""
    return await asyncpg.connect(
        url, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS, server_settings=POSTGRES_SETTINGS
    )


class Database:
    """The way to the tables. ``turn`` is None on PostgreSQL; on SQLite whoever writes holds it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.path = sqlite_path(url)
        self.turn = asyncio.Lock() if self.path else None
        self.engine = _sqlite_engine(self.path) if self.path else _postgres_engine(url)
        self._sqlite_rows = SqliteRows(self.path) if self.path else None

    @property
    def is_sqlite(self) -> bool:
        return self.path is not None

    def unlock(self, keys: Keys) -> None:
        """From now on personal data is read and written with these keys; without any it is not at all."""
        unlock(self.engine.dialect, keys)
        if self._sqlite_rows:
            unlock(self._sqlite_rows.engine.dialect, keys)

    async def rows(self, statement: Select[Any], values: Mapping[str, Any] = {}) -> Sequence[Row[Any]]:
        """What one statement finds, the quickest way. Building a statement takes as long as asking it, so what is asked
        often is built once, with ``bindparam`` for these values. May raise :class:`CannotSave`."""
        if self._sqlite_rows:
            with saving():
                return await self._sqlite_rows.find(statement, values)
        async with self.reading() as connection:
            found: Sequence[Row[Any]] = (await connection.execute(statement, values)).all()
        return found

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for one statement; of several each would see its own moment."""
        alone = {"begins": ""} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        with saving():
            async with self.engine.connect() as connection:
                yield await connection.execution_options(**alone)

    @asynccontextmanager
    async def reading_one_moment(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose statements all see the same moment, however long they take."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with saving():
            async with self.engine.connect() as connection:
                await connection.execution_options(**level)
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One durable transaction, kept when the block ends, dropped when it raises. May raise :class:`CannotSave`."""
        async with AsyncExitStack() as stack:
            if self.turn:
                await stack.enter_async_context(self.turn)
            stack.enter_context(saving())
            connection = await stack.enter_async_context(self.engine.connect())
            await connection.execution_options(begins="BEGIN IMMEDIATE")
            await stack.enter_async_context(connection.begin())
            yield connection

    async def is_ready(self) -> bool:
        """Whether the database answers now."""
        try:
            async with self.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except CannotSave:
            return False
        return True

    async def close(self) -> None:
        if self._sqlite_rows:
            self._sqlite_rows.close()
        await self.engine.dispose()


# Values are hidden in errors, since errors reach the log, where no address and no secret may stand.


def _sqlite_engine(path: Path) -> AsyncEngine:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite's own would be readable for everybody here.
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=4, max_overflow=0, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        _insist(cursor, pragma)
    cursor.close()


def _insist(cursor: DBAPICursor, pragma: str) -> None:
    """Whoever turns a new file to WAL while others do the same is told "locked" at once, whatever the busy timeout."""
    for _ in range(BUSY_MILLISECONDS // PAUSE_MILLISECONDS):
        try:
            cursor.execute(pragma)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        await_only(asyncio.sleep(PAUSE_MILLISECONDS / 1000))
    cursor.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins by reading and then writes may find that another one wrote in between, and fail: hence
    # BEGIN IMMEDIATE for writers. A lone statement needs none, and each statement is a trip to another thread.
    begins = connection.get_execution_options().get("begins", "BEGIN")
    if begins:
        connection.exec_driver_sql(begins)


def _postgres_engine(url: str) -> AsyncEngine:
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: connect_postgres(url),
        pool_size=8,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        hide_parameters=True,
    )
