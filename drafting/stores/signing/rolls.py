"""Rolls: names on paper and lists, with their files, and the way in which their rows become signatures, each once."""

import base64
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, or_, select, type_coerce, update
from sqlalchemy import Text as SqlText
from sqlalchemy.ext.asyncio import AsyncConnection

from drafting.actions.roll_ports import RollMoved
from drafting.actions.signature_ports import SignatureChange
from drafting.domain.errors import Code, Refusal
from drafting.domain.rolls import ENDED_STATES, Outcome, Reading, Report, Roll, RollState, Rows
from drafting.domain.signatures import HOLDING_STATES, ON_PAPER, Signature, SignatureState, stream_of
from drafting.stores.database import Database
from drafting.stores.mail.outbox import Outbox
from drafting.stores.secrets.addresses import FoundBy
from drafting.stores.signing.changes import hold_stream, keep_changes, keep_new
from drafting.stores.signing.rows import key_of, left_key
from drafting.stores.signing.signatures import signature_of
from drafting.stores.tables import roll_files, rolls, signatures

_FOUND_BY: Final = FoundBy()
_HOLDING: Final = frozenset(state.value for state in HOLDING_STATES)
_SIGNED: Final = (*sorted(_HOLDING), SignatureState.WITHDRAWN.value)


class SqlRolls:
    """:class:`drafting.actions.roll_ports.Rolls`."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def keep(self, roll: Roll, data: bytes) -> None:
        packed = base64.b64encode(zlib.compress(data)).decode()
        async with self._database.writing() as connection:
            await connection.execute(insert(rolls).values(_row(roll)))
            await connection.execute(insert(roll_files).values(roll=roll.id, data=packed))

    async def get(self, id: str) -> Roll:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(rolls).where(rolls.c.id == id))).first()
        if row is None:
            raise Refusal(Code.NOT_FOUND, roll=id)
        return _roll(row)

    async def file(self, id: str) -> bytes:
        async with self._database.reading() as connection:
            packed = await connection.scalar(select(roll_files.c.data).where(roll_files.c.roll == id))
        if packed is None:
            raise Refusal(Code.NOT_FOUND, roll=id)
        return zlib.decompress(base64.b64decode(packed))

    async def of_edition(self, declaration: str, edition: int) -> Sequence[Roll]:
        query = select(rolls).where(rolls.c.declaration == declaration, rolls.c.edition == edition)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(rolls.c.created.desc(), rolls.c.id))
            return [_roll(row) for row in rows]

    async def in_states(
        self, states: Collection[RollState], *, due: datetime | None = None, limit: int = 100
    ) -> Sequence[Roll]:
        query = select(rolls).where(rolls.c.state.in_([state.value for state in states]))
        if due:
            query = query.where(rolls.c.due <= due)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(rolls.c.created, rolls.c.id).limit(limit))
            return [_roll(row) for row in rows]

    async def save(self, roll: Roll, *, drops_file: bool = False) -> Roll:
        async with self._database.writing() as connection:
            kept = await _move(connection, roll)
            if drops_file:
                await connection.execute(delete(roll_files).where(roll_files.c.roll == roll.id))
        return kept

    async def count(
        self,
        roll: Roll,
        changes: Sequence[SignatureChange],
        at: datetime,
        settle: Callable[[Sequence[Outcome]], Roll],
    ) -> Roll:
        async with self._database.writing() as connection:
            await _require(connection, roll)
            # Who confirms and takes it back between the look below and the entries would be counted by the list.
            await hold_stream(connection, stream_of(roll.declaration), is_sqlite=self._database.is_sqlite)
            keys = {key_of(change.after) for change in changes if change.after.address}
            standing = await _standing(connection, roll.declaration, roll.edition, keys)
            known = [standing.get(key_of(change.after)) for change in changes]
            asked = [change for change, is_signed in zip(changes, known, strict=True) if is_signed is None]
            added = iter(await keep_new(connection, asked, at, is_sqlite=self._database.is_sqlite))
            told = [_outcome(is_signed, added) for is_signed in known]
            kept = await _move(connection, settle(told))
        self._outbox.arrived.set()
        return kept

    async def change_rows(
        self,
        roll: Roll,
        states: Collection[SignatureState],
        at: datetime,
        decide: Callable[[Signature], SignatureChange],
        settle: Callable[[int], Roll],
        limit: int,
    ) -> Roll:
        own = select(signatures).where(
            signatures.c.roll == roll.id,
            signatures.c.state.in_([state.value for state in states]),
            signatures.c.salt != b"",
        )
        async with self._database.writing() as connection:
            await _require(connection, roll)
            await hold_stream(connection, stream_of(roll.declaration), is_sqlite=self._database.is_sqlite)
            found = await connection.execute(own.order_by(signatures.c.number).limit(limit).with_for_update())
            changes = [(decide(signature_of(row)), at) for row in found]
            if changes:
                await keep_changes(connection, changes, is_sqlite=self._database.is_sqlite)
            return await _move(connection, settle(len(changes)))

    async def rows(self, roll: str) -> Rows:
        query = select(signatures.c.state, signatures.c.listed, func.count().label("number"))
        query = query.where(signatures.c.roll == roll).group_by(signatures.c.state, signatures.c.listed)
        found: Counter[str] = Counter()
        async with self._database.reading() as connection:
            for row in await connection.execute(query):
                found["listed" if row.listed else row.state] += row.number
        counting = found["listed"] + found[SignatureState.CONFIRMED]
        held = found[SignatureState.QUARANTINED] + found[SignatureState.INVALIDATED]
        return Rows(counting, found["listed"], held, found.total() - counting - held)

    async def forget_words(self, before: datetime) -> int:
        old = update(rolls).where(
            rolls.c.state.in_([state.value for state in ENDED_STATES]),
            rolls.c.changed < before,
            or_(rolls.c.name != "", rolls.c.reason != ""),
        )
        async with self._database.writing() as connection:
            # The turn moves on, so that nobody who looked before writes the words back.
            return (await connection.execute(old.values(name="", reason="", turn=rolls.c.turn + 1))).rowcount

    async def standing(self, declaration: str, edition: int, addresses: Collection[str]) -> Mapping[str, bool]:
        async with self._database.reading() as connection:
            return await _standing(connection, declaration, edition, addresses)

    async def without_address(self, declaration: str, edition: int, name: str, limit: int = 50) -> Sequence[Signature]:
        query = select(signatures).where(
            signatures.c.declaration == declaration,
            signatures.c.edition == edition,
            signatures.c.state.in_(_HOLDING),
            signatures.c.source.in_([source.value for source in ON_PAPER]),
            signatures.c.address == "",
            signatures.c.name == name,
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(signatures.c.number).limit(limit))
            return [signature_of(row) for row in rows]

    async def names(
        self, declaration: str, edition: int, after: int = 0, limit: int = 5000
    ) -> Sequence[tuple[int, str, str]]:
        query = select(signatures.c.number, signatures.c.name, signatures.c.place).where(
            signatures.c.number > after,
            signatures.c.declaration == declaration,
            signatures.c.edition == edition,
            signatures.c.state.in_(_HOLDING),
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(signatures.c.number).limit(limit))
            return [(row.number, row.name, row.place) for row in rows]


async def _standing(
    connection: AsyncConnection, declaration: str, edition: int, addresses: Collection[str]
) -> dict[str, bool]:
    if not addresses:
        return {}
    dialect = connection.engine.dialect
    keys = {key: each for each in addresses for key in (each, left_key(declaration, edition, each))}
    by_key = {str(_FOUND_BY.process_bind_param(key, dialect)): address for key, address in keys.items()}
    query = select(type_coerce(signatures.c.found_by, SqlText).label("kept_key"), signatures.c.state).where(
        signatures.c.found_by.in_(list(keys)),
        signatures.c.declaration == declaration,
        signatures.c.edition == edition,
        signatures.c.state.in_(_SIGNED),
    )
    found: dict[str, bool] = {}
    for row in await connection.execute(query):
        address = by_key[row.kept_key]
        found[address] = found.get(address, False) or row.state in _HOLDING
    return found


def _outcome(is_signed: bool | None, added: Iterator[Signature | None]) -> Outcome:
    if is_signed is None:
        return Outcome.SIGNED if next(added) is None else Outcome.FITS
    return Outcome.SIGNED if is_signed else Outcome.LEFT


async def _require(connection: AsyncConnection, roll: Roll) -> None:
    """Of several nodes one goes on; the others wait here for its end, and then find that the roll has moved."""
    query = select(rolls.c.turn).where(rolls.c.id == roll.id).with_for_update()
    if await connection.scalar(query) != roll.turn:
        raise RollMoved(roll.id)


async def _move(connection: AsyncConnection, roll: Roll) -> Roll:
    row = {**_row(roll), "turn": roll.turn + 1}
    change = update(rolls).where(rolls.c.id == roll.id, rolls.c.turn == roll.turn).values(row)
    if (await connection.execute(change)).rowcount != 1:
        raise RollMoved(roll.id)
    return replace(roll, turn=roll.turn + 1)


def _row(roll: Roll) -> dict[str, Any]:
    return {
        "id": roll.id,
        "declaration": roll.declaration,
        "edition": roll.edition,
        "state": roll.state.value,
        "name": roll.name,
        "account": roll.account,
        "created": roll.created,
        "changed": roll.changed,
        "salt": roll.salt,
        "reading": roll.reading.to_json() if roll.reading else {},
        "digest": roll.digest,
        "total": roll.total,
        "done": roll.done,
        "report": roll.report.to_json(),
        "counted": roll.counted.to_json(),
        "reason": roll.reason,
        "due": roll.due,
        "turn": roll.turn,
    }


def _roll(row: Row[Any]) -> Roll:
    return Roll(
        id=row.id,
        declaration=row.declaration,
        edition=row.edition,
        state=RollState(row.state),
        name=row.name,
        account=row.account,
        created=row.created,
        changed=row.changed,
        salt=bytes(row.salt),
        reading=Reading.of(row.reading) if row.reading else None,
        digest=row.digest,
        total=row.total,
        done=row.done,
        report=Report.of(row.report),
        counted=Report.of(row.counted),
        reason=row.reason,
        due=row.due,
        turn=row.turn,
    )
