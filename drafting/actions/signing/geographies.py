"""Where people signed, as it is published: counted anew only once enough people came or left since the last time."""

from drafting.actions.ports import Ports
from drafting.domain.geography import LEAST, Geography, Movers, retold, together

AT_A_TIME = 1000


async def told_geography(ports: Ports, slug: str, n: int) -> Geography:
    """What may be published now; the same as before until ten people or more came or left."""
    before = await ports.signatures.geography(slug, n)
    if not await _have_enough_moved(ports, slug, n, before.index):
        return before
    countries = await ports.signatures.countries(slug, n)
    places = together(await ports.signatures.places(slug, n), before.places)
    # Read after the counts, so that nobody who is in this table is taken for news before the next one.
    index = await _last(ports, slug, before.index)
    after = Geography(index, retold(before.countries, countries), retold(before.places, places))
    return await ports.signatures.keep_geography(slug, n, before, after)


async def _have_enough_moved(ports: Ports, slug: str, n: int, index: int) -> bool:
    moved = Movers(n)
    while entries := await ports.signatures.entries(slug, index, AT_A_TIME):
        moved.note(entries)
        index = entries[-1].index
    return len(moved) >= LEAST


async def _last(ports: Ports, slug: str, index: int) -> int:
    while entries := await ports.signatures.entries(slug, index, AT_A_TIME):
        index = entries[-1].index
    return index
