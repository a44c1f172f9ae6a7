"""All rows of every table as lines, at one moment; and back into an empty database, of either kind.

One JSON object a line: first the schema's number, then the tables in an order in which they can be filled. Bytes are
base64 in ``{"bytes": …}``; times and JSON stand as the database keeps them.
"""

import base64
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Table, bindparam, func, select, text, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator

from drafting.stores.database import Database
from drafting.stores.migrating import migrations
from drafting.stores.tables import metadata

_CHUNK: Final = 500


class NotEmpty(Exception):
    """The database already holds something."""


class DumpRefused(Exception):
    """The lines are not what :func:`dump` writes, or were written by a newer program."""


async def dump(database: Database) -> AsyncIterator[bytes]:
    """Everything, as of one moment; other processes may go on writing meanwhile."""
    yield _line({"schema": len(migrations())})
    async with database.reading() as connection:
        for table in metadata.sorted_tables:
            yield _line({"table": table.name, "columns": [column.name for column in table.columns]})
            result = await connection.stream(select(*(type_coerce(c, _kept(c)) for c in table.columns)))
            async for row in result:
                yield _line([_plain(value) for value in row])


def _kept(column: Column[Any]) -> Any:
    """The type of a column's values as the database keeps them."""
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    return value


async def load(database: Database, lines: Iterable[bytes]) -> None:
    """Fill an empty, migrated database in one transaction. Raises :class:`NotEmpty`, :class:`DumpRefused`."""
    async with database.writing() as connection:
        for table in metadata.sorted_tables:
            if await connection.scalar(select(func.count()).select_from(table)):
                raise NotEmpty(table.name)
        try:
            await _load(connection, lines)
        except (ValueError, KeyError, TypeError) as error:
            raise DumpRefused(str(error)) from error
        if not database.is_sqlite:
            await _count_on(connection)


async def _load(connection: AsyncConnection, lines: Iterable[bytes]) -> None:
    rows: list[Mapping[str, Any]] = []
    table: Table | None = None
    columns: list[str] = []
    for line in lines:
        value = json.loads(line)
        if isinstance(value, list):
            rows.append(dict(zip(columns, map(_value, value), strict=True)))
        if table is not None and rows and (len(rows) >= _CHUNK or not isinstance(value, list)):
            await _insert(connection, table, rows)
            rows = []
        if isinstance(value, dict) and "table" in value:
            table, columns = metadata.tables[value["table"]], value["columns"]
        elif isinstance(value, dict) and value["schema"] > len(migrations()):
            raise DumpRefused(f"schema {value['schema']}")
    if table is not None and rows:
        await _insert(connection, table, rows)


def _value(value: Any) -> Any:
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) else value


async def _insert(connection: AsyncConnection, table: Table, rows: list[Mapping[str, Any]]) -> None:
    """Past the types of the columns: the values are as the database keeps them."""
    names = list(rows[0])
    if not set(names) <= set(table.columns.keys()):
        raise DumpRefused(table.name)
    places = ", ".join(f":{name}" for name in names)
    statement = text(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})")  # noqa: S608
    kinds = [bindparam(name, type_=_kept(table.columns[name])) for name in names]
    await connection.execute(statement.bindparams(*kinds), rows)


async def _count_on(connection: AsyncConnection) -> None:
    """Numbers that PostgreSQL gives by itself go on after those that were loaded."""
    for table in metadata.sorted_tables:
        keys = list(table.primary_key.columns)
        if len(keys) == 1 and isinstance(keys[0].type, BigInteger):
            most = await connection.scalar(select(func.max(keys[0])))
            if most is not None:
                statement = text("SELECT setval(pg_get_serial_sequence(:table, :column), :most)")
                await connection.execute(statement, {"table": table.name, "column": keys[0].name, "most": most})
