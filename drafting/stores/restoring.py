"""Puts an archive made by :mod:`drafting.stores.backup` into an empty store, all of it or nothing.

Everything is checked on the way in: the digests of the archive, each content against its own digest, the indexes of
the ledger and the numbers of each text, which must have no gap. Every text gets a new epoch: a browser that kept words
from after the backup then knows that the text under its feet is another, and keeps them aside.
"""

import base64
import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Final

from sqlalchemy import Table, TableClause, column, func, insert, select, table, text
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from drafting.domain.prose import digest_of_bytes
from drafting.stores.backup import BACKED_UP, FORMAT, KINDS, ROWS_AT_A_TIME, Manifest, TableList, raw_table
from drafting.stores.database import Database
from drafting.stores.files import write_atomically
from drafting.stores.migrating import SchemaAhead, migrate, migrations
from drafting.stores.tables import sealing

_COUNTED: Final = {"texts": "id", "letters": "number", "signatures": "number"}


class BackupInvalid(Exception):
    """The archive is not what it says, or not what this program can read; the message names the part."""


class StoreNotEmpty(Exception):
    """There is something in this installation already; restoring into it would mix the two."""


async def restore(file: Path, database: Database, data: Path) -> Manifest:
    """Raises :class:`BackupInvalid`, :class:`StoreNotEmpty`, ``SchemaAhead``, ``CannotSave``; then nothing was kept."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            await migrate(database, until=manifest.schema)
            async with database.writing() as connection:
                tables = [each for each in BACKED_UP if each.name in manifest.tables or _is_of_today(manifest)]
                await _expect_empty(connection, tables)
                for each in tables:
                    await _restore_table(connection, archive, each.name, manifest.tables[each.name])
                await _begin_anew(connection, database)
                _restore_files(archive, manifest, data)
    except (zipfile.BadZipFile, zlib.error, StatementError, KeyError, OSError, EOFError) as error:
        raise BackupInvalid(f"{file.name}: {error}") from error
    await migrate(database)
    return manifest


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        value = json.loads(archive.read("manifest.json"))
        found = {name: TableList(**of) for name, of in value["tables"].items()}
        manifest = Manifest(value["format"], value["schema"], found, value["files"])
    except (ValueError, TypeError, AttributeError) as error:
        raise BackupInvalid(f"manifest.json: {error}") from error
    if manifest.format != FORMAT:
        raise BackupInvalid(f"manifest.json: format {manifest.format} is unknown")
    if manifest.schema > len(migrations()):
        raise SchemaAhead(f"the backup has schema {manifest.schema}, this program knows {len(migrations())}")
    if not all(kind in KINDS for of in found.values() for kind in of.columns.values()):
        raise BackupInvalid("manifest.json: a column of an unknown kind")
    return manifest


def _is_of_today(manifest: Manifest) -> bool:
    """An older archive lacks the tables that were added since; one of today's schema lacks none."""
    return manifest.schema == len(migrations())


async def _expect_empty(connection: AsyncConnection, tables: Sequence[Table]) -> None:
    if sealing in tables:  # It says which keys an installation has, however empty that is.
        await connection.execute(sealing.delete())
    for each in tables:
        if await connection.scalar(select(func.count()).select_from(each)):
            raise StoreNotEmpty(each.name)


async def _restore_table(connection: AsyncConnection, archive: zipfile.ZipFile, name: str, of: TableList) -> None:
    target = raw_table(name, of.columns)
    check = _CHECKS.get(name, _anything)()
    digest = hashlib.sha256()
    count = 0
    with archive.open(f"tables/{name}.jsonl") as lines:
        while batch := list(islice(lines, ROWS_AT_A_TIME)):
            rows = [_row(line, of, name) for line in batch]
            for line, row in zip(batch, rows, strict=True):
                digest.update(line)
                check(row)
            await _insert(connection, target, rows)
            count += len(rows)
    if (count, digest.hexdigest()) != (of.rows, of.sha256):
        raise BackupInvalid(f"tables/{name}.jsonl: not the rows that the manifest lists")


async def _insert(connection: AsyncConnection, target: TableClause, rows: Sequence[dict[str, Any]]) -> None:
    await connection.execute(insert(target), list(rows))


def _row(line: bytes, of: TableList, name: str) -> dict[str, Any]:
    try:
        values = dict(zip(of.columns, json.loads(line), strict=True))
        for key, kind in of.columns.items():
            if kind == "bytes" and values[key] is not None:
                values[key] = base64.b64decode(values[key], validate=True)
    except (ValueError, TypeError) as error:
        raise BackupInvalid(f"tables/{name}.jsonl: {error}") from error
    return values


Check = Callable[[dict[str, Any]], None]


def _anything() -> Check:
    return lambda row: None


def _without_gaps(stream: str, number: str, name: str) -> Callable[[], Check]:
    """Rows come ordered by stream; in each, numbers must go 1, 2, 3, …"""

    def begin() -> Check:
        last: dict[Any, int] = {}

        def check(row: dict[str, Any]) -> None:
            expected = last.get(row[stream], 0) + 1
            if row[number] != expected:
                raise BackupInvalid(f"tables/{name}.jsonl: {row[stream]} goes from {expected - 1} to {row[number]}")
            last[row[stream]] = expected

        return check

    return begin


def _content() -> Check:
    def check(row: dict[str, Any]) -> None:
        if digest_of_bytes(row["data"]) != row["digest"]:
            raise BackupInvalid(f"tables/contents.jsonl: {row['digest']} has other bytes")

    return check


_CHECKS: Final[dict[str, Callable[[], Check]]] = {
    "ledger": _without_gaps("stream", "place", "ledger"),
    "updates": _without_gaps("text", "sequence", "updates"),
    "contents": _content,
}


async def _begin_anew(connection: AsyncConnection, database: Database) -> None:
    wrong = text(
        "SELECT name FROM texts WHERE last <> (SELECT coalesce(max(sequence), 0) FROM updates WHERE text = texts.id)"
    )
    if name := await connection.scalar(wrong):
        raise BackupInvalid(f"tables/updates.jsonl: {name} has lost its last updates")
    await connection.execute(text("UPDATE texts SET epoch = epoch + 1"))
    if not database.is_sqlite:
        for name, number in _COUNTED.items():
            await connection.execute(
                select(
                    func.setval(
                        func.pg_get_serial_sequence(name, number),
                        select(func.coalesce(func.max(column(number)), 0) + 1)
                        .select_from(table(name))
                        .scalar_subquery(),
                        False,
                    )
                )
            )


def _restore_files(archive: zipfile.ZipFile, manifest: Manifest, data: Path) -> None:
    for name, sha256 in manifest.files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name:
            raise BackupInvalid(f"files/{name}: leads out of the folder")
        with archive.open(f"files/{name}") as source:
            content = source.read()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BackupInvalid(f"files/{name}: not the bytes that the manifest lists")
        write_atomically(data / path, content, mode=0o600)
