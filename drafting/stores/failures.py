"""Which failures of a database mean "not now": a full disk, a lost connection, a lock that nobody gave up."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg
from sqlalchemy import exc

from drafting.actions.ports import CannotSave

_OURS: Final = (
    exc.IntegrityError,
    exc.ProgrammingError,
    exc.DataError,
    sqlite3.IntegrityError,
    sqlite3.ProgrammingError,
    sqlite3.DataError,
)
"""Mistakes of the program or of its input, which must stay visible as what they are."""

# PostgreSQL's classes of errors, https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES_PASSING: Final = ("08", "25006", "40", "53", "55P03", "57", "58", "XX")

# asyncpg calls it an internal error when a statement meets the farewell of a server that is going down.
_PASSING: Final = (
    exc.DBAPIError,
    exc.TimeoutError,
    sqlite3.DatabaseError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


def is_passing(error: Exception) -> bool:
    """True where trying again later may work, and nothing was kept."""
    if isinstance(error, _OURS):
        return False
    original = getattr(error, "orig", error)
    if getattr(original, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return False
    state = getattr(original, "sqlstate", None)
    return state is None or str(state).startswith(_POSTGRES_PASSING)


@contextmanager
def saving() -> Iterator[None]:
    """Turns passing failures into :class:`CannotSave`."""
    try:
        yield
    except (*_PASSING, asyncpg.PostgresError) as error:
        if not is_passing(error):
            raise
        raise CannotSave(str(error)) from error
