"""Reads rows from SQLite by one trip to another thread for a statement, where the asynchronous driver makes five.

Who somebody is and what they may do is asked of the database at every request and every join, so these trips were half
of what a join took.
"""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, Row, Select, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

READERS: Final = 3
BUSY_MILLISECONDS: Final = 10_000


class SqliteRows:
    """Of one file, which has to be in use with a write-ahead log already."""

    def __init__(self, path: Path) -> None:
        self._threads = ThreadPoolExecutor(READERS, "row reader")
        self.engine: Engine = create_engine(
            f"sqlite:///{path}", pool_size=READERS, max_overflow=0, hide_parameters=True
        )
        event.listen(self.engine, "connect", _prepare)

    async def find(self, statement: Select[Any], values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._find, statement, values)

    def _find(self, statement: Select[Any], values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        with self.engine.connect() as connection:
            return connection.execute(statement, values).all()

    def close(self) -> None:
        """Waits for what is being read."""
        self._threads.shutdown()
        self.engine.dispose()


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA query_only = ON")
