"""Signatures: requests and changes gathered into transactions, each with its ledger entries, letters and counts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Row, delete, func, literal, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from drafting.actions.signature_ports import AddressHasSigned, LinkRole, SignatureChange, SignatureRequest
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Entry
from drafting.domain.geography import Geography
from drafting.domain.signatures import Counts, Shown, SignatoryKind, Signature, SignatureState, Source, stream_of
from drafting.stores.database import Database
from drafting.stores.gathering import Gathering
from drafting.stores.ledger import entry_of
from drafting.stores.mail.outbox import Outbox
from drafting.stores.signing.changes import keep_changes, keep_new
from drafting.stores.signing.requests import keep_requests
from drafting.stores.signing.rows import link_digest
from drafting.stores.tables import geography, ledger, signature_counts, signature_links, signature_logos, signatures

SWEPT_AT_A_TIME: Final = 500
IS_LISTED: Final[ColumnElement[bool]] = literal_column("signatures.listed")
"""Bare, as the indexes have it: of ``listed = 1``, which SQLAlchemy makes for SQLite, its planner does not know that
they serve, and goes through all names for each page of them."""


class SqlSignatures:
    """:class:`drafting.actions.signature_ports.Signatures`."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox
        self._requests: Gathering[tuple[SignatureRequest, datetime], None] = Gathering("sign", self._keep_requests)
        self._changes: Gathering[tuple[SignatureChange, datetime], Signature] = Gathering("confirm", self._keep_changes)

    async def close(self) -> None:
        """Waits for what is being written."""
        await self._requests.close()
        await self._changes.close()

    async def request(self, asked: SignatureRequest, at: datetime) -> None:
        await self._requests.ask((asked, at))

    async def _keep_requests(self, batch: Sequence[tuple[SignatureRequest, datetime]]) -> Sequence[None]:
        async with self._database.writing() as connection:
            await keep_requests(connection, batch)
        self._outbox.arrived.set()
        return [None] * len(batch)

    async def change(self, change: SignatureChange, at: datetime) -> Signature:
        try:
            return await self._changes.ask((change, at))
        except IntegrityError as error:
            raise AddressHasSigned(change.before.id) from error

    async def _keep_changes(self, batch: Sequence[tuple[SignatureChange, datetime]]) -> Sequence[Signature | Exception]:
        async with self._database.writing() as connection:
            kept = await keep_changes(connection, batch, is_sqlite=self._database.is_sqlite)
        if any(change.links for change, _ in batch):
            self._outbox.arrived.set()
        return kept

    async def add(self, changes: Sequence[SignatureChange], at: datetime) -> Sequence[Signature | None]:
        async with self._database.writing() as connection:
            kept = await keep_new(connection, changes, at, is_sqlite=self._database.is_sqlite)
        self._outbox.arrived.set()
        return kept

    async def find(self, secret: str) -> tuple[Signature, LinkRole] | None:
        query = (
            select(signatures, signature_links.c.role.label("link_role"))
            .join_from(signature_links, signatures, signatures.c.id == signature_links.c.signature)
            .where(signature_links.c.secret == link_digest(secret))
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else (signature_of(row), LinkRole(row.link_role))

    async def get(self, id: str) -> Signature:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(signatures).where(signatures.c.id == id))).first()
        if row is None:
            raise Refusal(Code.NOT_FOUND, signature=id)
        return signature_of(row)

    async def indexes(self, ids: Collection[str]) -> Mapping[str, int]:
        query = select(signatures.c.id, signatures.c.ledger_index).where(signatures.c.id.in_(ids))
        async with self._database.reading() as connection:
            return {row.id: row.ledger_index or 0 for row in await connection.execute(query)}

    async def counts(self, declaration: str, edition: int) -> Counts:
        query = select(signature_counts).where(
            signature_counts.c.declaration == declaration, signature_counts.c.edition == edition
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return Counts()
        return Counts(row.people, row.organisations, row.people_on_paper, row.organisations_on_paper)

    async def listed(
        self,
        declaration: str,
        edition: int,
        after: int = 0,
        limit: int = 100,
        *,
        newest_first: bool = False,
        kind: SignatoryKind | None = None,
    ) -> Sequence[Signature]:
        place = signatures.c.ledger_index
        query = select(signatures).where(
            signatures.c.declaration == declaration, signatures.c.edition == edition, IS_LISTED
        )
        if kind:
            # In the words of the statement, so that PostgreSQL's plan for any value knows the index of organisations.
            query = query.where(signatures.c.kind == literal(kind.value, literal_execute=True))
        if newest_first:
            query = query.where(place < after) if after else query
            query = query.order_by(place.desc())
        else:
            query = query.where(place > after).order_by(place)
        async with self._database.reading() as connection:
            return [signature_of(row) for row in await connection.execute(query.limit(limit))]

    async def in_state(
        self,
        declaration: str,
        edition: int,
        state: SignatureState,
        limit: int,
        *,
        since: datetime | None = None,
        but: Collection[Source] = (),
    ) -> Sequence[Signature]:
        query = select(signatures).where(
            signatures.c.declaration == declaration,
            signatures.c.edition == edition,
            signatures.c.state == state.value,
        )
        if since:
            query = query.where(signatures.c.changed > since)
        if but:
            query = query.where(signatures.c.source.not_in([source.value for source in but]))
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(signatures.c.changed.desc()).limit(limit))
            return [signature_of(row) for row in rows]

    async def bounced(self, declaration: str, edition: int, limit: int) -> tuple[int, Sequence[Signature]]:
        which = (
            signatures.c.declaration == declaration,
            signatures.c.edition == edition,
            signatures.c.bounced.is_not(None),
        )
        newest = select(signatures).where(*which).order_by(signatures.c.bounced.desc()).limit(limit)
        async with self._database.reading_one_moment() as connection:
            count = await connection.scalar(select(func.count()).select_from(signatures).where(*which))
            return int(count or 0), [signature_of(row) for row in await connection.execute(newest)]

    async def places(self, declaration: str, edition: int) -> Mapping[str, int]:
        return await self._published_by(signatures.c.place, declaration, edition)

    async def countries(self, declaration: str, edition: int) -> Mapping[str, int]:
        return await self._published_by(signatures.c.country, declaration, edition)

    async def _published_by(self, column: Column[str], declaration: str, edition: int) -> Mapping[str, int]:
        """What those who count and agreed to be published say in a column, and how many; not those who say nothing."""
        query = select(column.label("said"), func.count().label("people")).where(
            signatures.c.declaration == declaration,
            signatures.c.edition == edition,
            signatures.c.state == SignatureState.CONFIRMED.value,
            signatures.c.publish != "",
            column != "",
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query.group_by(column))
            return {row.said: row.people for row in rows}

    async def geography(self, declaration: str, edition: int) -> Geography:
        query = select(geography).where(geography.c.declaration == declaration, geography.c.edition == edition)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return Geography() if row is None else Geography.of_json(row.place, row.told)

    async def keep_geography(self, declaration: str, edition: int, before: Geography, after: Geography) -> Geography:
        row = {"declaration": declaration, "edition": edition, "place": after.index, "told": after.to_json()}
        kept = upsert(geography).values(row)
        changed = {"place": kept.excluded.place, "told": kept.excluded.told}
        kept = kept.on_conflict_do_update(
            index_elements=["declaration", "edition"], set_=changed, where=geography.c.place == before.index
        )
        async with self._database.writing() as connection:
            await connection.execute(kept)
        return await self.geography(declaration, edition)

    async def entries(self, declaration: str, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        query = select(ledger).where(ledger.c.stream == stream_of(declaration), ledger.c.place > after)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(ledger.c.place).limit(limit))
            return [entry_of(row) for row in rows]

    async def unreminded(self, before: datetime, at: datetime, limit: int = 100) -> Sequence[Signature]:
        query = select(signatures).where(
            signatures.c.state == SignatureState.PENDING.value,
            signatures.c.requested < before,
            signatures.c.expires > at,
            signatures.c.reminded.is_(None),
            signatures.c.contact_confirmed.is_(None),
            signatures.c.bounced.is_(None),
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(signatures.c.requested).limit(limit))
            return [signature_of(row) for row in rows]

    async def unproven(self, before: datetime, at: datetime, limit: int = 50) -> Sequence[Signature]:
        query = select(signatures).where(
            signatures.c.state == SignatureState.PENDING.value,
            signatures.c.domain != "",
            signatures.c.changed < before,
            signatures.c.expires > at,
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(signatures.c.changed).limit(limit))
            return [signature_of(row) for row in rows]

    async def logo(self, id: str) -> bytes | None:
        query = select(signature_logos.c.data).where(signature_logos.c.signature == id)
        async with self._database.reading() as connection:
            found = await connection.scalar(query)
        return None if found is None else bytes(found)

    async def forget_prefixes(self, before: datetime) -> int:
        old = (
            select(signatures.c.id)
            .where(signatures.c.prefix != "", signatures.c.requested < before)
            .limit(SWEPT_AT_A_TIME)
        )
        forgotten = 0
        while True:
            async with self._database.writing() as connection:
                ids = [*await connection.scalars(old)]
                await connection.execute(update(signatures).where(signatures.c.id.in_(ids)).values(prefix=""))
            forgotten += len(ids)
            if len(ids) < SWEPT_AT_A_TIME:
                return forgotten

    async def sweep(self, before: datetime) -> int:
        old = (
            select(signatures.c.id)
            .where(signatures.c.state == SignatureState.PENDING.value, signatures.c.expires < before)
            .limit(SWEPT_AT_A_TIME)
        )
        swept = 0
        while True:
            async with self._database.writing() as connection:
                ids = [*await connection.scalars(old)]
                await connection.execute(delete(signature_links).where(signature_links.c.signature.in_(ids)))
                await connection.execute(delete(signature_logos).where(signature_logos.c.signature.in_(ids)))
                await connection.execute(delete(signatures).where(signatures.c.id.in_(ids)))
            swept += len(ids)
            if len(ids) < SWEPT_AT_A_TIME:
                return swept


def signature_of(row: Row[Any]) -> Signature:
    """A row as the record that actions know."""
    return Signature(
        id=row.id,
        declaration=row.declaration,
        edition=row.edition,
        kind=SignatoryKind(row.kind),
        state=SignatureState(row.state),
        name=row.name,
        address=row.address,
        shown=Shown(row.shown),
        locale=row.locale,
        salt=bytes(row.salt),
        commitment=row.commitment,
        requested=row.requested,
        expires=row.expires,
        affiliation=row.affiliation,
        role=row.role,
        place=row.place,
        publish=row.publish,
        updates=row.updates,
        source=Source(row.source),
        second_address=row.second_address,
        contact_confirmed=row.contact_confirmed,
        second_confirmed=row.second_confirmed,
        confirmed=row.confirmed,
        changed=row.changed,
        reminded=row.reminded,
        index=row.ledger_index,
        turn=row.turn,
        prefix=row.prefix,
        reason=row.reason,
        details=row.details,
        country=row.country,
        bounced=row.bounced,
        domain=row.domain,
        roll=row.roll or "",
    )
