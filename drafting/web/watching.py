"""Looks into the ledger for what other processes append, so that a right that was taken away there ends here too."""

import asyncio
from datetime import datetime
from typing import Final

from drafting.actions.core import load_declaration
from drafting.actions.ports import Ports
from drafting.domain.declaration import Declaration
from drafting.domain.events import Kind
from drafting.sync.rooms import Rooms

EVERY_SECONDS: Final = 0.5
ABOUT_RIGHTS: Final = frozenset(
    {Kind.MANDATE_GRANT, Kind.MANDATE_END, Kind.MEMBER_JOIN, Kind.MEMBER_LEAVE, Kind.SECTION_SPLIT, Kind.SECTION_DROP}
)


async def watch(ports: Ports, rooms: Rooms) -> None:
    """Twice a second, for each declaration with an open text: new entries, and mandates that ran out meanwhile."""
    seen: dict[str, int] = {}
    looked = ports.clock.now()
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        now = ports.clock.now()
        for slug in rooms.open_declarations():
            if await _has_changed(ports, slug, seen, looked, now):
                await rooms.recheck(slug)
        looked = now


async def _has_changed(ports: Ports, slug: str, seen: dict[str, int], since: datetime, now: datetime) -> bool:
    known = seen.get(slug)
    entries = await ports.ledger.read(slug, known) if known is not None else ()
    declaration = await load_declaration(ports, slug)
    seen[slug] = declaration.index
    return any(entry.event.kind in ABOUT_RIGHTS for entry in entries) or _ran_out(declaration, since, now)


def _ran_out(declaration: Declaration, since: datetime, now: datetime) -> bool:
    return any(m.until is not None and since < m.until <= now for m in declaration.mandates.values())
