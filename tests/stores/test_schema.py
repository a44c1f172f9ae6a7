"""What the migrations make is what the queries expect; they run once, one process at a time."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Connection, Table, inspect, text

from drafting.stores import database as databases
from drafting.stores.backup import kind_of, raw_table
from drafting.stores.database import Database
from drafting.stores.migrating import SchemaAhead, migrate, migrations
from drafting.stores.tables import metadata

KINDS = {"BIGINT": "number", "INTEGER": "number", "BLOB": "bytes", "BYTEA": "bytes", "TEXT": "text"}


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


def shape(connection: Connection) -> dict[str, Any]:
    found = inspect(connection)
    return {
        name: (
            {c["name"]: (KINDS.get(str(c["type"]), str(c["type"])), c["nullable"]) for c in found.get_columns(name)},
            found.get_pk_constraint(name)["constrained_columns"],
        )
        for name in found.get_table_names()
        if name != "schema_number"
    }


def expected(table: Table, dialect: Any) -> Any:
    columns = {
        c.name: (KINDS.get(c.type.compile(dialect), c.type.compile(dialect)), bool(c.nullable)) for c in table.columns
    }
    return columns, [c.name for c in table.primary_key.columns]


async def test_the_tables_are_those_that_queries_expect(database: Database) -> None:
    async with database.reading() as connection:
        made = await connection.run_sync(shape)
    dialect = database.engine.dialect
    assert made == {name: expected(table, dialect) for name, table in metadata.tables.items()}


def test_numbers_count_from_one_without_gaps() -> None:
    assert [migration.number for migration in migrations()] == list(range(1, len(migrations()) + 1))


async def test_many_processes_migrate_once(empty: Database, database_url: str) -> None:
    others = [Database(database_url) for _ in range(4)]
    assert set(await asyncio.gather(*(migrate(one) for one in [empty, *others]))) == {len(migrations())}
    assert await migrate(empty) == len(migrations())
    for other in others:
        await other.close()


async def test_a_newer_schema_is_left_alone(empty: Database) -> None:
    await migrate(empty)
    async with empty.writing() as connection:
        await connection.execute(text("UPDATE schema_number SET number = 999"))
    with pytest.raises(SchemaAhead):
        await migrate(empty)


async def test_commits_reach_the_disk(empty: Database) -> None:
    async with empty.reading() as connection:
        if empty.is_sqlite:
            values = [
                await connection.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
            assert values == ["wal", 2, 1, databases.BUSY_MILLISECONDS]
        else:
            assert await connection.scalar(text("SHOW synchronous_commit")) == "on"


@pytest.mark.parametrize("url", ["", "mysql://x", "sqlite://", "drafting.sqlite"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="starts with sqlite:/// or postgresql://"):
        Database(url)


async def test_signatures_of_older_lists_learn_on_which_they_came_in(empty: Database) -> None:
    await migrate(empty, until=9)
    async with empty.writing() as connection:
        for id in ("one", "other"):
            await connection.execute(old_row("rolls", id=id))
        for number, (source, said) in enumerate((("paper", '{"line":2,"roll":"one"}'), ("paper", "{}"), ("web", "{}"))):
            row = {"number": number + 1, "id": str(number), "state": "pending", "source": source, "details": said}
            await connection.execute(old_row("signatures", **row))
    await migrate(empty)
    async with empty.reading() as connection:
        found = await connection.execute(text("SELECT roll FROM signatures ORDER BY number"))
        assert [*found.scalars()] == ["one", None, None]


def old_row(table: str, **values: Any) -> Any:
    """A row as it was before the last column came, with nothing in what is not said."""
    nothing = {"text": "", "number": 0, "bytes": b"", "truth": False}
    columns = {c.name: kind_of(c.type) for c in metadata.tables[table].columns if c.name != "roll"}
    row = {name: nothing[kind] for name, kind in columns.items()}
    return raw_table(table, columns).insert().values({**row, **values})
