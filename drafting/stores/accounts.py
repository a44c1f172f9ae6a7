"""Who signs in: the only table with names and addresses that outlives a letter."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from drafting.actions.ports import Account
from drafting.domain.errors import Code, Refusal
from drafting.stores.database import Database
from drafting.stores.ids import new_id
from drafting.stores.secrets.addresses import found_by
from drafting.stores.tables import accounts

_CHUNK = 500
_GOT: Final = select(accounts).where(accounts.c.id == bindparam("account"))


class SqlAccounts:
    """:class:`drafting.actions.ports.Accounts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, address: str, name: str = "", locale: str = "") -> tuple[Account, bool]:
        found = await self.find(address)
        if found:
            return found, False
        values = {"id": new_id(), "found_by": found_by(address), "address": address, "name": name, "locale": locale}
        made = upsert(accounts).values(values).on_conflict_do_nothing().returning(accounts.c.id)
        async with self._database.writing() as connection:
            is_new = await connection.scalar(made) is not None
            return await _one(connection, accounts.c.found_by == found_by(address)), is_new

    async def find(self, address: str) -> Account | None:
        async with self._database.reading() as connection:
            return await _first(connection, accounts.c.found_by == found_by(address))

    async def get(self, account: str) -> Account:
        found = await self._database.rows(_GOT, {"account": account})
        if not found:
            raise Refusal(Code.NOT_FOUND)
        return _account(found[0])

    async def describe(self, account: str, *, name: str | None = None, locale: str | None = None) -> Account:
        changes = {key: value for key, value in (("name", name), ("locale", locale)) if value is not None}
        async with self._database.writing() as connection:
            if changes:
                await connection.execute(update(accounts).where(accounts.c.id == account).values(changes))
            return await _one(connection, accounts.c.id == account)

    async def names(self, accounts: Sequence[str]) -> Mapping[str, str]:
        """Account id → the name to show; unknown ids are left out."""
        found: dict[str, str] = {}
        wanted = list(dict.fromkeys(accounts))
        async with self._database.reading() as connection:
            for start in range(0, len(wanted), _CHUNK):
                found.update(await _names(connection, wanted[start : start + _CHUNK]))
        return found


async def _names(connection: AsyncConnection, wanted: Sequence[str]) -> dict[str, str]:
    rows = await connection.execute(select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(wanted)))
    return {row.id: row.name for row in rows}


async def _first(connection: AsyncConnection, condition: ColumnElement[bool]) -> Account | None:
    row = (await connection.execute(select(accounts).where(condition))).first()
    return None if row is None else _account(row)


async def _one(connection: AsyncConnection, condition: ColumnElement[bool]) -> Account:
    found = await _first(connection, condition)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


def _account(row: Row[Any]) -> Account:
    return Account(row.id, row.address, row.name, row.locale)
