"""Many signatures change: one transaction keeps rows, ledger entries, letters and counts, all of them or none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Text as SqlText
from sqlalchemy import bindparam, delete, func, insert, select, text, type_coerce, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from drafting.actions.signature_ports import AddressHasSigned, LinkRole, SignatureChange, SignatureMoved
from drafting.domain.events import Entry, Kind
from drafting.domain.signatures import (
    HOLDING_STATES,
    ON_PAPER,
    SignatoryKind,
    Signature,
    SignatureState,
    folded,
    stream_of,
)
from drafting.stores.ledger import row_of_entry
from drafting.stores.mail.outbox import letter_row
from drafting.stores.signing.rows import key_of, left_key, link_row, place_of, row_of
from drafting.stores.tables import (
    ledger,
    letters,
    mailings,
    signature_counts,
    signature_links,
    signature_logos,
    signatures,
)

Place = tuple[str, int, str]

_OWN: Final = "own_id"
_NUMBERS: Final = ("people", "organisations", "people_on_paper", "organisations_on_paper")
_UPDATE: Final = (
    update(signatures)
    .where(signatures.c.id == bindparam(_OWN))
    .values({c.name: bindparam(f"new_{c.name}") for c in signatures.columns if c.name not in ("number", "id")})
)


@dataclass(slots=True)
class _Batch:
    """What one transaction will write."""

    at: datetime
    last: dict[str, int]
    entries: list[Entry] = field(default_factory=list)
    new: list[Signature] = field(default_factory=list)
    changed: list[Signature] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    silenced: list[str] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)
    logos: dict[str, bytes] = field(default_factory=dict)
    counts: dict[tuple[str, int], list[int]] = field(default_factory=dict)

    def take(self, change: SignatureChange, *, is_new: bool = False) -> Signature:
        """Note a change; the signature as it will be kept."""
        before, after = change.before, change.after
        stream = stream_of(before.declaration)
        index = after.index
        for event in change.events:
            self.last[stream] += 1
            self.entries.append(Entry(stream, self.last[stream], self.at, event))
            index = self.last[stream] if event.kind is Kind.SIGNATURE_CONFIRM else index
        kept = replace(after, index=index, turn=before.turn + (not is_new))
        (self.new if is_new else self.changed).append(kept)
        self._count(before, -_weight(before) * (not is_new))
        self._count(after, _weight(after))
        if change.logo is not None:
            self.logos[kept.id] = change.logo
        if before.updates and not (after.updates and after.state is SignatureState.CONFIRMED):
            self.silenced.append(kept.id)
        if kept.state is SignatureState.TAKEN_BACK:
            self.unsent.append(kept.id)
        if kept.is_erased:
            self.erased.append(kept.id)
            # Whoever stood on a list that was taken back has asked for nothing: another list may bring them in.
            if before.address and before.index is not None and kept.state is SignatureState.WITHDRAWN:
                self.left[kept.id] = left_key(before.declaration, before.edition, folded(before.address))
        for link in change.links:
            letter = letter_row(link.letter, self.at)
            self.letters.append(letter)
            self.links.append(link_row(link.secret, kept.id, link.role, str(letter["id"]), self.at))
        return kept

    def _count(self, signature: Signature, by: int) -> None:
        if by:
            numbers = self.counts.setdefault((signature.declaration, signature.edition), [0, 0, 0, 0])
            place = int(signature.kind is SignatoryKind.ORGANISATION)
            numbers[place] += by
            numbers[place + 2] += by * (signature.source in ON_PAPER)


def _weight(signature: Signature) -> int:
    return int(signature.state is SignatureState.CONFIRMED)


async def keep_changes(
    connection: AsyncConnection, asked: Sequence[tuple[SignatureChange, datetime]], *, is_sqlite: bool
) -> list[Signature | Exception]:
    """Each as kept, or why it was left out."""
    changes = [change for change, _ in asked]
    last = await _begin(connection, changes, is_sqlite)
    turns = await _turns(connection, [change.before.id for change in changes])
    holders = await _holders(connection, changes)
    batch = _Batch(max(at for _, at in asked), last)
    results: list[Signature | Exception] = []
    for change in changes:
        place = place_of(change.after, connection.engine.dialect)
        if turns.get(change.before.id) != change.before.turn:
            results.append(SignatureMoved(change.before.id))
            continue
        if change.after.state in HOLDING_STATES:
            if holders.get(place, change.before.id) != change.before.id:
                results.append(AddressHasSigned(change.before.id))
                continue
            holders[place] = change.before.id
        kept = batch.take(change)
        turns[kept.id] = kept.turn
        results.append(kept)
    await _write(connection, batch)
    return results


async def keep_new(
    connection: AsyncConnection, changes: Sequence[SignatureChange], at: datetime, *, is_sqlite: bool
) -> list[Signature | None]:
    """New signatures as they are; None for those whose address holds one already."""
    last = await _begin(connection, changes, is_sqlite)
    holders = await _holders(connection, changes)
    batch = _Batch(at, last)
    results: list[Signature | None] = []
    for change in changes:
        place = place_of(change.after, connection.engine.dialect)
        if change.after.state in HOLDING_STATES and place in holders:
            results.append(None)
            continue
        if change.after.state in HOLDING_STATES:
            holders[place] = change.after.id
        results.append(batch.take(change, is_new=True))
    await _write(connection, batch)
    return results


async def hold_stream(connection: AsyncConnection, stream: str, *, is_sqlite: bool) -> None:
    """From here to the end of the transaction nobody else changes a signature of this stream, on any node; what is read
    behind it stays true. Whoever comes meanwhile waits here instead of failing at their first entry."""
    if not is_sqlite:  # There whoever writes is alone.
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:s, 0))"), {"s": stream})


async def _begin(connection: AsyncConnection, changes: Sequence[SignatureChange], is_sqlite: bool) -> dict[str, int]:
    """The last index of each stream, which is then this transaction's to go on with."""
    last = {}
    for stream in sorted({stream_of(change.before.declaration) for change in changes}):
        await hold_stream(connection, stream, is_sqlite=is_sqlite)
        found = await connection.scalar(select(func.max(ledger.c.place)).where(ledger.c.stream == stream))
        last[stream] = found or 0
    return last


async def _turns(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, int]:
    query = select(signatures.c.id, signatures.c.turn).where(signatures.c.id.in_(ids)).order_by(signatures.c.id)
    return {row.id: row.turn for row in await connection.execute(query.with_for_update())}


async def _holders(connection: AsyncConnection, changes: Sequence[SignatureChange]) -> dict[Place, str]:
    keys = list({key_of(change.after) for change in changes if change.after.state in HOLDING_STATES})
    if not keys:
        return {}
    query = select(
        signatures.c.id,
        signatures.c.declaration,
        signatures.c.edition,
        type_coerce(signatures.c.found_by, SqlText).label("kept_key"),
    ).where(signatures.c.found_by.in_(keys), signatures.c.state.in_([state.value for state in HOLDING_STATES]))
    return {(row.declaration, row.edition, row.kept_key): row.id for row in await connection.execute(query)}


async def _write(connection: AsyncConnection, batch: _Batch) -> None:
    if batch.new:
        await connection.execute(insert(signatures), [row_of(signature) for signature in batch.new])
    if batch.changed:
        await connection.execute(_UPDATE, [_update_row(each, batch.left.get(each.id)) for each in batch.changed])
    if batch.entries:
        await connection.execute(insert(ledger), [row_of_entry(entry) for entry in batch.entries])
    for table, rows in ((signature_links, batch.links), (letters, batch.letters)):
        if rows:
            await connection.execute(insert(table), rows)
    if batch.logos:
        await _keep_logos(connection, batch.logos)
    if batch.silenced:
        await _silence(connection, batch.silenced)
    if batch.unsent:
        await _hold_letters(connection, batch.unsent)
    if batch.erased:
        await _forget(connection, batch.erased)
    await _recount(connection, batch)


def _update_row(signature: Signature, left: str | None) -> dict[str, Any]:
    row = row_of(signature) | ({"found_by": left} if left else {})
    return {_OWN: row.pop("id"), **{f"new_{name}": value for name, value in row.items()}}


async def _silence(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """Updates that still wait for those who want or get none any more."""
    links = signature_links.c.signature.in_(ids) & (signature_links.c.role == LinkRole.LEAVE.value)
    which = letters.c.id.in_(select(signature_links.c.letter).where(links)) & letters.c.due.is_not(None)
    dropped = Counter([*await connection.scalars(delete(letters).where(which).returning(letters.c.about))])
    for about, count in sorted(dropped.items()):
        fewer = {"handed": mailings.c.handed - count}
        await connection.execute(update(mailings).where(mailings.c.id == about).values(fewer))


async def _hold_letters(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """Letters that still wait and would say that a signature counts; their links stay."""
    own = select(signature_links.c.letter).where(signature_links.c.signature.in_(ids))
    await connection.execute(delete(letters).where(letters.c.id.in_(own), letters.c.due.is_not(None)))


async def _forget(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """An erased signature's letters that still wait, its links and its logo."""
    own = signature_links.c.signature.in_(ids)
    await connection.execute(delete(letters).where(letters.c.id.in_(select(signature_links.c.letter).where(own))))
    await connection.execute(delete(signature_links).where(own))
    await connection.execute(delete(signature_logos).where(signature_logos.c.signature.in_(ids)))


async def _keep_logos(connection: AsyncConnection, logos: Mapping[str, bytes]) -> None:
    await connection.execute(delete(signature_logos).where(signature_logos.c.signature.in_(list(logos))))
    rows = [{"signature": id, "data": data} for id, data in logos.items() if data]
    if rows:
        await connection.execute(insert(signature_logos), rows)


async def _recount(connection: AsyncConnection, batch: _Batch) -> None:
    for (declaration, edition), numbers in sorted(batch.counts.items()):
        row = {"declaration": declaration, "edition": edition, **dict(zip(_NUMBERS, numbers, strict=True))}
        added = upsert(signature_counts).values(row)
        grown = {name: signature_counts.c[name] + added.excluded[name] for name in _NUMBERS}
        await connection.execute(added.on_conflict_do_update(index_elements=["declaration", "edition"], set_=grown))
