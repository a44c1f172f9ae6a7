"""One file that holds an installation: every table as JSON lines, the keys, and a list of it all with digests.

The file is a zip archive: ``tables/*.jsonl``, ``files/…`` from the data folder, ``manifest.json``. Left out: public
pages (``drafting publish`` makes them again), letters already written to files, answers remembered for a day,
and who is shut out. Bytes stand in base64, times in microseconds, so it restores into SQLite and PostgreSQL alike,
whichever it came from. Reading is one moment of the database; the server may go on writing meanwhile.
"""

import asyncio
import base64
import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import BigInteger, Boolean, ColumnClause, LargeBinary, Table, TableClause, Text, column, select, table
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from drafting.actions.ports import CannotSave
from drafting.stores import tables
from drafting.stores.database import Database
from drafting.stores.migrating import schema_number

FORMAT: Final = 1
BACKED_UP: Final = (
    tables.texts,
    tables.owners,
    tables.updates,
    tables.checkpoints,
    tables.ledger,
    tables.contents,
    tables.accounts,
    tables.passes,
    tables.passkeys,
    tables.letters,
    tables.jobs,
    tables.sealing,
    tables.signatures,
    tables.signature_links,
    tables.signature_counts,
    tables.rolls,
    tables.roll_files,
    tables.signature_logos,
    tables.mailings,
    tables.geography,
)
"""In an order in which rows only refer to rows of tables before."""
LEFT_OUT: Final = ("public", "public.making", "mail")
ROWS_AT_A_TIME: Final = 500
KINDS: Final[dict[str, TypeEngine[Any]]] = {
    "number": BigInteger(),
    "truth": Boolean(),
    "text": Text(),
    "bytes": LargeBinary(),
}


@dataclass(frozen=True, slots=True)
class TableList:
    """What the archive says of one table: column name → kind, number of rows, SHA-256 of its lines."""

    columns: dict[str, str]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds. ``files``: path below the data folder → SHA-256."""

    format: int
    schema: int
    tables: dict[str, TableList] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()


def raw_table(name: str, columns: dict[str, str]) -> TableClause:
    """A table whose values are numbers, texts and bytes, as they are kept."""
    made: list[ColumnClause[Any]] = [column(key, KINDS[kind]) for key, kind in columns.items()]
    return table(name, *made)


async def backup(database: Database, data: Path, target: Path) -> Manifest:
    """Write the archive, whole or not at all. Raises :class:`CannotSave` where it cannot be written."""
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with _create(aside) as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                manifest = await _write(database, data, archive, target)
                archive.writestr("manifest.json", manifest.to_json())
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        os.replace(aside, target)
    except OSError as error:
        raise CannotSave(str(error)) from error
    finally:
        aside.unlink(missing_ok=True)
    return manifest


def _create(path: Path) -> IO[bytes]:
    """A new file for its owner alone: an archive holds addresses and keys."""
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


async def _write(database: Database, data: Path, archive: zipfile.ZipFile, target: Path) -> Manifest:
    async with database.reading_one_moment() as connection:
        manifest = Manifest(FORMAT, await schema_number(connection))
        for each in BACKED_UP:
            with archive.open(f"tables/{each.name}.jsonl", "w", force_zip64=True) as lines:
                manifest.tables[each.name] = await _write_table(connection, each, lines)
    for path in sorted(_own_files(data, target)):
        name = path.relative_to(data).as_posix()
        with path.open("rb") as source, archive.open(f"files/{name}", "w", force_zip64=True) as copy:
            manifest.files[name] = _copy(source, copy)
    return manifest


async def _write_table(connection: AsyncConnection, source: Table, lines: IO[bytes]) -> TableList:
    columns = {c.name: kind_of(c.type) for c in source.columns}
    raw = raw_table(source.name, columns)
    digest = hashlib.sha256()
    count = 0
    query = select(*raw.columns).order_by(*(raw.c[c.name] for c in source.primary_key.columns))
    async for row in await connection.stream(query, execution_options={"yield_per": ROWS_AT_A_TIME}):
        line = _line(list(row))
        digest.update(line)
        lines.write(line)
        count += 1
    return TableList(columns, count, digest.hexdigest())


def _line(values: list[Any]) -> bytes:
    plain = [base64.b64encode(v).decode() if isinstance(v, bytes | memoryview) else v for v in values]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def kind_of(kept: TypeEngine[Any]) -> str:
    """How values of a column stand in the archive: one of :data:`KINDS`."""
    impl = getattr(kept, "impl_instance", kept)
    if isinstance(impl, Boolean):
        return "truth"
    if isinstance(impl, LargeBinary):
        return "bytes"
    return "text" if isinstance(impl, Text) else "number"


def _own_files(data: Path, target: Path) -> Iterator[Path]:
    """What lies in the data folder and is not made again: the keys, and whatever the operator put there."""
    for entry in data.iterdir() if data.is_dir() else ():
        if entry.name.startswith((".", "drafting.sqlite")) or entry.name in LEFT_OUT:
            continue
        for path in [entry] if entry.is_file() else entry.rglob("*"):
            if path.is_file() and not path.is_symlink() and path.resolve() != target.resolve():
                yield path


def _copy(source: IO[bytes], copy: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := source.read(1 << 20):
        digest.update(piece)
        copy.write(piece)
    return digest.hexdigest()
