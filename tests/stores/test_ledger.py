"""The append-only record: indexes without gaps, one winner, contents beside the entries."""

import asyncio
from pathlib import Path

import pytest

from drafting.actions.ports import LedgerMoved
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import PLATFORM, Event, Kind
from drafting.stores.opening import Stores, open_stores
from tests.stores.conftest import Hands


def event(n: object = 1) -> Event:
    return Event(Kind.SECTION_ADD, {"n": n, "words": ["é", "\x00", "🌍"], "none": None}, "ana", "api")


async def test_appends_and_reads(stores: Stores, clock: Hands) -> None:
    ledger = stores.ledger
    entries = await ledger.append("water", [event(1), event(2)], expected=0, at=clock.now())
    assert [(entry.stream, entry.index, entry.at) for entry in entries] == [
        ("water", 1, clock.now()),
        ("water", 2, clock.now()),
    ]
    more = await ledger.append("water", [event(3)], expected=2, at=clock.now())
    assert await ledger.read("water") == [*entries, *more]
    assert await ledger.read("water", after=2) == more
    assert await ledger.read("water", most=1) == [*entries, *more][:1]
    assert await ledger.read("water", after=1, most=1) == [*entries, *more][1:2]
    assert await ledger.read("unknown") == []
    await ledger.append(PLATFORM, [event()], expected=0, at=clock.now())
    assert await ledger.streams() == [PLATFORM, "water"]


@pytest.mark.parametrize("expected", [0, 2, 7])
async def test_another_last_index_is_refused_and_keeps_nothing(stores: Stores, clock: Hands, expected: int) -> None:
    await stores.ledger.append("water", [event()], expected=0, at=clock.now())
    with pytest.raises(LedgerMoved):
        await stores.ledger.append("water", [event()], expected=expected, at=clock.now(), contents={"sha256:x": b"x"})
    assert len(await stores.ledger.read("water")) == 1
    with pytest.raises(Refusal) as refused:
        await stores.ledger.content("sha256:x")
    assert refused.value.code is Code.NOT_FOUND


async def test_contents_are_kept_once(stores: Stores, clock: Hands) -> None:
    contents = {"sha256:b": b"\x00b", "sha256:a": b"a"}
    await stores.ledger.append("water", [event()], expected=0, at=clock.now(), contents=contents)
    await stores.ledger.append("water", [event()], expected=1, at=clock.now(), contents=contents)
    assert await stores.ledger.content("sha256:b") == b"\x00b"
    assert await stores.ledger.content("sha256:a") == b"a"


async def test_of_two_nodes_one_wins(stores: Stores, database_url: str, tmp_path: Path, clock: Hands) -> None:
    other = await open_stores(
        database_url, tmp_path / "other", smtp=None, clock=clock, keys=tmp_path / "data/keys/addresses"
    )

    async def attempt(node: Stores, n: int) -> bool:
        try:
            await node.ledger.append("water", [event(n), event(n)], expected=0, at=clock.now(), contents={"d": b"d"})
        except LedgerMoved:
            return False
        return True

    won = await asyncio.gather(*(attempt((stores, other)[n % 2], n) for n in range(20)))
    await other.close()
    assert won.count(True) == 1
    entries = await stores.ledger.read("water")
    assert [entry.index for entry in entries] == [1, 2]
    assert {entry.event.data["n"] for entry in entries} == {won.index(True)}
