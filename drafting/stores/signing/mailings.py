"""Updates on their way to signatories: letters, links and the place in the ledger move on in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from drafting.actions.mailing_ports import Addressed, Mailing
from drafting.actions.signature_ports import LinkRole
from drafting.domain.signatures import Signature, SignatureState
from drafting.stores.database import Database
from drafting.stores.mail.outbox import Outbox, letter_row
from drafting.stores.signing.rows import link_row
from drafting.stores.signing.signatures import signature_of
from drafting.stores.tables import letters, mailings, signature_links, signatures


class SqlMailings:
    """:class:`drafting.actions.mailing_ports.Mailings`."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def begin(self, id: str, declaration: str, edition: int, at: datetime) -> Mailing:
        wanting = select(func.count(), func.max(signatures.c.ledger_index)).where(*_wants(declaration, edition))
        async with self._database.writing() as connection:
            total, until = (await connection.execute(wanting)).one()
            row = {
                "id": id,
                "declaration": declaration,
                "edition": edition,
                "place": 0,
                "until": until or 0,
                "total": total,
                "handed": 0,
                "refused": 0,
                "begun": at,
            }
            await connection.execute(upsert(mailings).values(row).on_conflict_do_nothing())
        found = await self.find(id)
        assert found is not None
        return found

    async def find(self, id: str) -> Mailing | None:
        found = await self._found(mailings.c.id == id)
        return found[0] if found else None

    async def open(self) -> Sequence[Mailing]:
        return await self._found(mailings.c.ended.is_(None))

    async def _found(self, which: ColumnElement[bool]) -> Sequence[Mailing]:
        waiting = (
            select(func.count())
            .select_from(letters)
            .where(letters.c.about == mailings.c.id, letters.c.due.is_not(None))
            .scalar_subquery()
            .label("waiting")
        )
        query = select(mailings, waiting).where(which).order_by(mailings.c.begun, mailings.c.id)
        async with self._database.reading() as connection:
            return [_mailing(row) for row in await connection.execute(query)]

    async def recipients(self, mailing: Mailing, limit: int) -> Sequence[Signature]:
        query = (
            select(signatures)
            .where(
                *_wants(mailing.declaration, mailing.edition),
                signatures.c.ledger_index > mailing.place,
                signatures.c.ledger_index <= mailing.until,
            )
            .order_by(signatures.c.ledger_index)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [signature_of(row) for row in await connection.execute(query)]

    async def hand_over(self, mailing: Mailing, place: int, letters: Sequence[Addressed], at: datetime) -> bool:
        async with self._database.writing() as connection:
            moved = (
                update(mailings)
                .where(mailings.c.id == mailing.id, mailings.c.place == mailing.place, mailings.c.ended.is_(None))
                .values(place=place)
            )
            if (await connection.execute(moved)).rowcount != 1:
                return False
            still = await _still_want(connection, mailing, [addressed.signature for addressed in letters])
            await _keep(connection, mailing, [a for a in letters if a.signature in still], at)
        self._outbox.arrived.set()
        return True

    async def end(self, mailing: Mailing, at: datetime) -> Mailing:
        ended = update(mailings).where(mailings.c.id == mailing.id, mailings.c.ended.is_(None)).values(ended=at)
        async with self._database.writing() as connection:
            await connection.execute(ended)
        found = await self.find(mailing.id)
        assert found is not None
        return found


def _wants(declaration: str, edition: int) -> tuple[ColumnElement[bool], ...]:
    """Who counts, agreed to updates, and has an address that takes letters."""
    return (
        signatures.c.declaration == declaration,
        signatures.c.edition == edition,
        signatures.c.updates != "",
        signatures.c.state == SignatureState.CONFIRMED.value,
        signatures.c.bounced.is_(None),
    )


async def _still_want(connection: AsyncConnection, mailing: Mailing, ids: Sequence[str]) -> set[str]:
    """Locked for the rest of the transaction, so that nobody who withdraws now is passed by."""
    query = select(signatures.c.id).where(*_wants(mailing.declaration, mailing.edition), signatures.c.id.in_(ids))
    return {*await connection.scalars(query.order_by(signatures.c.id).with_for_update())}


async def _keep(connection: AsyncConnection, mailing: Mailing, addressed: Sequence[Addressed], at: datetime) -> None:
    if not addressed:
        return
    rows = [letter_row(each.letter, at) for each in addressed]
    links = [
        link_row(each.secret, each.signature, LinkRole.LEAVE, str(row["id"]), at)
        for each, row in zip(addressed, rows, strict=True)
    ]
    await connection.execute(insert(letters), rows)
    await connection.execute(insert(signature_links), links)
    counted = update(mailings).where(mailings.c.id == mailing.id).values(handed=mailings.c.handed + len(rows))
    await connection.execute(counted)


def _mailing(row: Row[Any]) -> Mailing:
    return Mailing(
        id=row.id,
        declaration=row.declaration,
        edition=row.edition,
        place=row.place,
        until=row.until,
        total=row.total,
        handed=row.handed,
        refused=row.refused,
        begun=row.begun,
        ended=row.ended,
        waiting=row.waiting,
    )
