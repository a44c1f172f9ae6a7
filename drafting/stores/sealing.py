"""Seals what the database holds with the current key: plain rows of an older program, and rows of a former key.

The table ``sealing`` has one row, once anything is sealed: the key's name and a word sealed with it, which shows at
every start that the keys at hand are those that the database was written with.
"""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import RowMapping, Table, TableClause, bindparam, insert, literal, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from drafting.stores.backup import kind_of, raw_table
from drafting.stores.database import Database
from drafting.stores.secrets.address_keys import Keys, KeysMissing, make_keys, read_keys
from drafting.stores.secrets.addresses import FoundBy, Sealed, SealedJson
from drafting.stores.tables import metadata, sealing

_PROOF: Final = "drafting"
_LOCK: Final = 7_105_871_240_132
_ROWS: Final = 500


async def unlock(database: Database, file: Path) -> None:
    """Let the database use the keys of this file, made now where nothing was ever sealed; seal what is not yet.

    Raises :class:`KeysMissing` where the database was written with other keys, and changes nothing then.
    """
    async with database.writing() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        known = (await connection.execute(select(sealing))).first()
        keys = read_keys(file)
        if keys is None:
            if known:
                raise KeysMissing(f"{file}, with the key {known.key} that the database was written with, is missing")
            keys = make_keys(file)
        if known and not _opens(keys, known.proof):
            raise KeysMissing(f"{file} lacks the key {known.key} that the database was written with")
        if not known or known.key != keys.current:
            for table in metadata.sorted_tables:
                await _seal_table(connection, table, keys, known is None)
            await connection.execute(sealing.delete())
            await connection.execute(insert(sealing).values(key=keys.current, proof=_proof(keys)))
    database.unlock(keys)


def _proof(keys: Keys) -> str:
    return keys.seal(f"{_PROOF} {keys.digest(_PROOF)}")


def _opens(keys: Keys, proof: str) -> bool:
    try:
        return keys.open(proof) == f"{_PROOF} {keys.digest(_PROOF)}"
    except KeysMissing:
        return False


async def _seal_table(connection: AsyncConnection, source: Table, keys: Keys, are_plain: bool) -> None:
    sealed = [c.name for c in source.columns if isinstance(c.type, Sealed | SealedJson)]
    found = [c.name for c in source.columns if are_plain and isinstance(c.type, FoundBy)]
    if not sealed and not found:
        return
    own = [c.name for c in source.primary_key.columns]
    raw = raw_table(source.name, {name: kind_of(source.c[name].type) for name in (*own, *sealed, *found)})
    change = update(raw).where(*(raw.c[name] == bindparam(f"own_{name}") for name in own))
    change = change.values({name: bindparam(f"new_{name}") for name in (*sealed, *found)})

    def sealed_anew(row: RowMapping) -> dict[str, Any]:
        return (
            {f"own_{name}": row[name] for name in own}
            | {f"new_{name}": _sealed(row[name], keys, are_plain) for name in sealed}
            | {f"new_{name}": keys.digest(row[name]) for name in found}
        )

    async for rows in _batches(connection, raw, own):
        await connection.execute(change, [sealed_anew(row) for row in rows])


async def _batches(
    connection: AsyncConnection, raw: TableClause, own: Sequence[str]
) -> AsyncIterator[Sequence[RowMapping]]:
    place = [raw.c[name] for name in own]
    query = select(*raw.columns).order_by(*place).limit(_ROWS)
    rows = (await connection.execute(query)).mappings().all()
    while rows:
        yield rows
        last = tuple_(*(literal(rows[-1][c.name], c.type) for c in place))
        rows = (await connection.execute(query.where(tuple_(*place) > last))).mappings().all()


def _sealed(value: str | None, keys: Keys, is_plain: bool) -> str | None:
    return None if value is None else keys.seal(value if is_plain else keys.open(value))
