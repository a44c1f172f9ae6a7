"""Looks into the ledger for what other processes append: open pages hear of it, and a right that was taken away there
ends here too."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from drafting.actions.core import load_declaration
from drafting.actions.ports import CannotSave, Ports
from drafting.domain.declaration import Declaration
from drafting.domain.events import Entry, Kind
from drafting.sync.rooms import Rooms
from drafting.web.notices import Notices

LOG: Final = logging.getLogger(__name__)
EVERY_SECONDS: Final = 0.5
ABOUT_RIGHTS: Final = frozenset(
    {
        *(Kind.MANDATE_GRANT, Kind.MANDATE_END, Kind.MEMBER_JOIN, Kind.MEMBER_LEAVE, Kind.DECLARATION_CLAIM),
        *(Kind.SECTION_SPLIT, Kind.SECTION_DROP),
        # What is frozen nobody writes, until it is out or void.
        *(Kind.EDITION_FREEZE, Kind.EDITION_VOID, Kind.EDITION_RELEASE),
    }
)


async def watch(ports: Ports, rooms: Rooms, notices: Notices) -> None:
    """Twice a second, for each declaration with an open text or page: new entries, and mandates that ran out
    meanwhile. While the database is away, nothing is forgotten: what came in between is seen afterwards."""
    seen: dict[str, int] = {}
    looked = ports.clock.now()
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        now = ports.clock.now()
        try:
            for slug in rooms.open_declarations() | notices.streams:
                await _look(ports, rooms, notices, slug, seen, looked, now)
        except CannotSave as error:
            LOG.warning("cannot look into the ledger now: %s", error)
            continue
        looked = now


async def _look(
    ports: Ports, rooms: Rooms, notices: Notices, slug: str, seen: dict[str, int], since: datetime, now: datetime
) -> None:
    known = seen.get(slug)
    entries = await ports.ledger.read(slug, known) if known is not None else ()
    notices.tell(entries)
    declaration = await load_declaration(ports, slug)
    if _is_about_rights(entries, declaration, since, now):
        await rooms.recheck(slug)
    seen[slug] = entries[-1].index if entries else known if known is not None else declaration.index


def _is_about_rights(entries: Sequence[Entry], declaration: Declaration, since: datetime, now: datetime) -> bool:
    return any(entry.event.kind in ABOUT_RIGHTS for entry in entries) or _ran_out(declaration, since, now)


def _ran_out(declaration: Declaration, since: datetime, now: datetime) -> bool:
    return any(m.until is not None and since < m.until <= now for m in declaration.mandates.values())
