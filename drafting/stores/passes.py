"""Sessions, tokens, links, codes, invitations: what is kept is SHA-256 of a secret that has 256 bits of its own."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, and_, bindparam, delete, insert, select, update

from drafting.actions.ports import Pass
from drafting.stores.database import Database
from drafting.stores.ids import new_id
from drafting.stores.tables import passes

KEPT_AFTER_EXPIRY: Final = timedelta(days=30)
"""How long a pass past its time stays, so that "this link was used" can still be told from "no such link"."""

_OPENED: Final = and_(
    passes.c.secret == bindparam("digest"), passes.c.purpose == bindparam("for"), passes.c.expires > bindparam("at")
)
_FOUND: Final = select(passes).where(_OPENED)


class SqlPasses:
    """:class:`drafting.actions.ports.Passes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def issue(
        self, purpose: str, account: str, expires: datetime, at: datetime, data: Mapping[str, Any] = {}
    ) -> tuple[str, Pass]:
        secret = secrets.token_urlsafe(32)
        made = Pass(new_id(), purpose, account, dict(data), at, expires)
        values = {
            "id": made.id,
            "purpose": purpose,
            "secret": _digest(secret),
            "account": account,
            "data": made.data,
            "created": at,
            "expires": expires,
        }
        async with self._database.writing() as connection:
            await connection.execute(delete(passes).where(passes.c.expires < at - KEPT_AFTER_EXPIRY))
            await connection.execute(insert(passes).values(values))
        return secret, made

    async def find(self, purpose: str, secret: str, at: datetime) -> Pass | None:
        found = await self._database.rows(_FOUND, {"digest": _digest(secret), "for": purpose, "at": at})
        return _pass(found[0]) if found else None

    async def spend(self, purpose: str, secret: str, at: datetime) -> Pass | None:
        spent = update(passes).where(_OPENED, passes.c.used.is_(None)).values(used=at)
        values = {"digest": _digest(secret), "for": purpose, "at": at}
        async with self._database.writing() as connection:
            row = (await connection.execute(spent.returning(passes), values)).first()
        return None if row is None else _pass(row)

    async def change(
        self, pass_id: str, *, data: Mapping[str, Any] | None = None, seen: datetime | None = None
    ) -> None:
        changes = {key: value for key, value in (("data", data), ("seen", seen)) if value is not None}
        if changes:
            async with self._database.writing() as connection:
                await connection.execute(update(passes).where(passes.c.id == pass_id).values(changes))

    async def of_account(self, purpose: str, account: str, at: datetime) -> Sequence[Pass]:
        live = (
            passes.c.purpose == purpose,
            passes.c.account == account,
            passes.c.expires > at,
            passes.c.used.is_(None),
        )
        query = select(passes).where(*live).order_by(passes.c.created.desc(), passes.c.id)
        async with self._database.reading() as connection:
            return [_pass(row) for row in await connection.execute(query)]

    async def revoke(self, pass_id: str, account: str) -> bool:
        """Whether the account had such a pass until now."""
        revoked = delete(passes).where(passes.c.id == pass_id, passes.c.account == account).returning(passes.c.id)
        async with self._database.writing() as connection:
            return await connection.scalar(revoked) is not None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _pass(row: Row[Any]) -> Pass:
    return Pass(row.id, row.purpose, row.account, row.data, row.created, row.expires, row.used, row.seen)
