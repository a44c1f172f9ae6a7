"""Passkeys beside the ledger: names, which may tell who somebody is, and counters, which change with each use."""

from collections.abc import Mapping

from sqlalchemy import and_, insert, or_, select, update

from drafting.stores.database import Database
from drafting.stores.tables import passkeys


class SqlPasskeys:
    """:class:`drafting.actions.passkey_ports.Passkeys`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, id: str, account: str, name: str, counter: int) -> None:
        values = {"id": id, "account": account, "name": name, "counter": counter}
        async with self._database.writing() as connection:
            await connection.execute(insert(passkeys).values(values))

    async def names(self, account: str) -> Mapping[str, str]:
        query = select(passkeys.c.id, passkeys.c.name).where(passkeys.c.account == account)
        async with self._database.reading() as connection:
            return {row.id: row.name for row in await connection.execute(query)}

    async def count(self, id: str, counter: int) -> bool:
        goes_on = passkeys.c.counter < counter
        if counter == 0:
            goes_on = or_(goes_on, passkeys.c.counter == 0)
        noted = update(passkeys).where(and_(passkeys.c.id == id, goes_on)).values(counter=counter)
        async with self._database.writing() as connection:
            return await connection.scalar(noted.returning(passkeys.c.id)) is not None
