"""Many people ask to sign: one transaction keeps their rows, links and letters."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Text as SqlText
from sqlalchemy import insert, select, type_coerce
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from drafting.actions.signature_ports import LinkRole, SignatureRequest
from drafting.domain.signatures import HOLDING_STATES, SignatureState
from drafting.stores.mail.outbox import letter_row
from drafting.stores.signing.rows import key_of, link_row, place_of, row_of
from drafting.stores.tables import contents, letters, signature_links, signatures

LETTERS_A_DAY: Final = 3
DAY: Final = timedelta(days=1)

Place = tuple[str, int, str]


class _Known:
    """What the database says of the addresses of a batch: who has signed, and how often each was asked today."""

    def __init__(self) -> None:
        self.holders: dict[Place, str] = {}
        self.letters: Counter[Place] = Counter()


async def keep_requests(connection: AsyncConnection, batch: Sequence[tuple[SignatureRequest, datetime]]) -> None:
    """New signatures with their letters; another letter to those who have signed; nothing for who was asked enough."""
    dialect = connection.engine.dialect
    since = min(at for _, at in batch) - DAY
    known = await _known(connection, [request for request, _ in batch], since)
    rows, links, mail = [], [], []
    for request, at in batch:
        place = place_of(request.signature, dialect)
        holder = known.holders.get(place)
        if known.letters[place] >= LETTERS_A_DAY:
            continue
        known.letters[place] += 1
        letter = letter_row(request.known if holder else request.letter, at)
        mail.append(letter)
        if holder is None:
            rows.append(row_of(request.signature))
        links.append(link_row(request.secret, holder or request.signature.id, LinkRole.OWN, str(letter["id"]), at))
    for table, values in ((signatures, rows), (signature_links, links), (letters, mail)):
        if values:
            await connection.execute(insert(table), values)
    await _keep_wordings(connection, batch)


async def _known(connection: AsyncConnection, requests: Sequence[SignatureRequest], since: datetime) -> _Known:
    keys = list({key_of(request.signature) for request in requests})
    query = (
        select(
            signatures.c.id,
            signatures.c.declaration,
            signatures.c.edition,
            type_coerce(signatures.c.found_by, SqlText).label("kept_key"),
            signatures.c.state,
            signature_links.c.at,
        )
        .outerjoin_from(
            signatures,
            signature_links,
            (signature_links.c.signature == signatures.c.id)
            & (signature_links.c.at > since)
            & (signature_links.c.role == LinkRole.OWN.value),
        )
        .where(signatures.c.found_by.in_(keys))
    )
    known = _Known()
    holding = {state.value for state in HOLDING_STATES}
    for row in await connection.execute(query):
        place = (row.declaration, row.edition, row.kept_key)
        if row.state in holding:
            known.holders[place] = row.id
        if row.at is not None and row.state != SignatureState.WITHDRAWN.value:
            known.letters[place] += 1
    return known


async def _keep_wordings(connection: AsyncConnection, batch: Sequence[tuple[SignatureRequest, datetime]]) -> None:
    found = {digest: data for request, _ in batch for digest, data in request.contents.items()}
    # In the order of their digests, so that two nodes that keep the same ones never wait for each other.
    rows: list[dict[str, Any]] = [{"digest": digest, "data": data} for digest, data in sorted(found.items())]
    if rows:
        await connection.execute(upsert(contents).on_conflict_do_nothing(), rows)
