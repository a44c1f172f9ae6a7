"""The log of live texts: numbers without gaps, durable, one author to a client id."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from drafting.actions.ports import CannotSave
from drafting.actions.writing_ports import LogMoved, Standing, Update, UpdateLog
from drafting.stores.opening import Stores, open_stores
from tests.stores.conftest import Hands

BIG = 2**53 - 1


def update(text: str, data: bytes, clock: Hands, account: str = "ana", clients: tuple[int, ...] = ()) -> Update:
    return Update(text, data, account, "terra", clock.now(), clients)


async def test_keeps_and_loads(stores: Stores, clock: Hands) -> None:
    log: UpdateLog = stores.log
    assert await log.append([update("d/a/en", b"1", clock, clients=(7, BIG))]) == [1]
    assert await log.append([update("d/a/en", b"2", clock), update("d/b/en", b"x", clock)]) == [2, 1]
    stored = await log.load("d/a/en")
    assert stored is not None
    assert (stored.sequence, stored.checkpoint, stored.updates) == (2, None, (b"1", b"2"))
    assert stored.owners == {7: "ana", BIG: "ana"}
    assert (stored.epoch, stored.retired) == (1, False)


async def test_knows_nothing_of_a_text_that_was_never_written(stores: Stores) -> None:
    assert await stores.log.load("d/none/en") is None
    assert await stores.log.read("d/none/en") == []
    assert await stores.log.append([]) == []


async def test_history_tells_who_wrote_what_when(stores: Stores, clock: Hands) -> None:
    first = update("d/a/en", b"1", clock)
    clock.forward(microseconds=1)
    second = update("d/a/en", b"\x00\xff", clock, account="bo")
    await stores.log.append([first])
    await stores.log.append([second])
    read = await stores.log.read("d/a/en")
    assert [(u.sequence, u.data, u.account, u.network, u.at) for u in read] == [
        (1, b"1", "ana", "terra", first.at),
        (2, b"\x00\xff", "bo", "terra", second.at),
    ]
    assert [u.sequence for u in await stores.log.read("d/a/en", after=1)] == [2]
    assert [u.sequence for u in await stores.log.read("d/a/en", until=1)] == [1]


async def test_a_checkpoint_shortens_the_load_and_never_the_history(stores: Stores, clock: Hands) -> None:
    await stores.log.append([update("d/a/en", bytes([n]), clock) for n in range(5)])
    await stores.log.keep_checkpoint("d/a/en", 3, b"state at 3")
    await stores.log.keep_checkpoint("d/a/en", 2, b"late and older")
    stored = await stores.log.load("d/a/en")
    assert stored is not None
    assert (stored.sequence, stored.checkpoint, stored.updates) == (5, b"state at 3", (b"\x03", b"\x04"))
    assert len(await stores.log.read("d/a/en")) == 5


async def test_a_retired_text_says_so(stores: Stores, clock: Hands) -> None:
    await stores.log.append([update("d/a/en", b"1", clock)])
    await stores.log.retire("d/a/en")
    stored = await stores.log.load("d/a/en")
    assert stored is not None
    assert stored.retired


async def test_an_append_expects_the_log_where_its_sender_knows_it(stores: Stores, clock: Hands) -> None:
    log: UpdateLog = stores.log
    assert await log.append([update("d/a/en", b"1", clock, clients=(1,))], after=0) == [1]
    for after in (0, 2):
        with pytest.raises(LogMoved):
            await log.append([update("d/a/en", b"x", clock, clients=(2,))], after=after)
    with pytest.raises(LogMoved):
        await log.append([update("d/none/en", b"x", clock)], after=1)
    assert await log.append([update("d/a/en", b"2", clock)] * 2, after=1) == [2, 3]
    stored = await log.load("d/a/en")
    assert stored is not None
    assert (stored.updates, stored.owners) == ((b"1", b"2", b"2"), {1: "ana"})
    assert await log.load("d/none/en") is None
    await log.retire("d/a/en")
    with pytest.raises(LogMoved):
        await log.append([update("d/a/en", b"3", clock)], after=3)


async def test_one_that_moved_does_not_hold_up_the_others(stores: Stores, clock: Hands) -> None:
    first = asyncio.ensure_future(stores.log.append([update("d/first/en", b"1", clock)]))
    ways = [("d/a/en", 0), ("d/b/en", 3), ("d/c/en", 0), ("d/a/en", 1)]
    answers = await asyncio.gather(
        first, *(stores.log.append([update(name, b"1", clock)], after) for name, after in ways), return_exceptions=True
    )
    assert [answers[1], answers[3], answers[4]] == [[1], [1], [2]]
    assert isinstance(answers[2], LogMoved)


async def test_of_two_that_create_a_text_one_does(
    stores: Stores, database_url: str, tmp_path: Path, clock: Hands
) -> None:
    other = await open_stores(
        database_url, tmp_path / "other", smtp=None, clock=clock, keys=tmp_path / "data/keys/addresses"
    )
    answers = await asyncio.gather(
        *(s.log.append([update("d/a/en", b"seed", clock)], after=0) for s in (stores, other)), return_exceptions=True
    )
    await other.close()
    assert sorted(map(str, answers)) == ["[1]", "d/a/en"]
    stored = await stores.log.load("d/a/en")
    assert stored is not None
    assert stored.updates == (b"seed",)


async def test_one_look_at_many_texts(stores: Stores, clock: Hands) -> None:
    await stores.log.append([update("d/a/en", b"1", clock)] * 2 + [update("d/b/en", b"1", clock)])
    await stores.log.retire("d/b/en")
    seen = await stores.log.look(["d/a/en", "d/b/en", "d/none/en"])
    assert seen == {"d/a/en": Standing(2), "d/b/en": Standing(1, retired=True)}


async def test_the_first_account_keeps_a_client_id(stores: Stores, clock: Hands) -> None:
    await stores.log.append([update("d/a/en", b"1", clock, "ana", (5,))])
    await stores.log.append([update("d/a/en", b"2", clock, "bo", (5, 6)), update("d/b/en", b"2", clock, "bo", (5,))])
    first, second = await stores.log.load("d/a/en"), await stores.log.load("d/b/en")
    assert first is not None
    assert second is not None
    assert first.owners == {5: "ana", 6: "bo"}
    assert second.owners == {5: "bo"}


async def test_many_rooms_at_once_leave_no_gap(stores: Stores, clock: Hands) -> None:
    async def room(name: str) -> list[int]:
        numbers: list[int] = []
        for n in range(20):
            numbers += await stores.log.append([update(name, bytes([n]), clock, clients=(n,))] * (1 + n % 3))
        return numbers

    names = [f"d/s{n}/en" for n in range(30)]
    for numbers in await asyncio.gather(*(room(name) for name in names)):
        assert numbers == list(range(1, len(numbers) + 1))
    for name in names:
        assert [u.sequence for u in await stores.log.read(name)] == numbers


async def test_two_nodes_share_one_row_of_numbers(
    stores: Stores, database_url: str, tmp_path: Path, clock: Hands
) -> None:
    """Two processes: nodes on PostgreSQL, or a command at the terminal beside the server on SQLite."""
    other = await open_stores(
        database_url, tmp_path / "other", smtp=None, clock=clock, keys=tmp_path / "data/keys/addresses"
    )

    async def node(log: UpdateLog, names: list[str]) -> list[tuple[str, int]]:
        kept: list[tuple[str, int]] = []
        for n in range(25):
            numbers = await log.append([update(name, bytes([n]), clock, clients=(n,)) for name in names])
            kept += zip(names, numbers, strict=True)
        return kept

    # Opposite orders of names would make the two wait for each other, were the rows not locked in one order.
    ways = [["d/a/en", "d/b/en", "d/c/en"], ["d/c/en", "d/a/en", "d/b/en"]]
    kept = await asyncio.gather(node(stores.log, ways[0]), node(other.log, ways[1]))
    await other.close()
    for name in ways[0]:
        numbers = sorted(number for part in kept for text, number in part if text == name)
        assert numbers == list(range(1, 51))
        assert [u.sequence for u in await stores.log.read(name)] == numbers


async def test_what_cannot_be_written_does_not_harm_the_others(stores: Stores, clock: Hands) -> None:
    unwritable = update("d/bad/en", b"1", clock, clients=(2**70,))
    good = [update(f"d/s{n}/en", b"1", clock) for n in range(3)]
    first = asyncio.ensure_future(stores.log.append([good[0]]))
    answers = await asyncio.gather(
        first, *(stores.log.append([u]) for u in (good[1], unwritable, good[2])), return_exceptions=True
    )
    assert [answers[0], answers[1], answers[3]] == [[1], [1], [1]]
    assert isinstance(answers[2], Exception)
    assert not isinstance(answers[2], CannotSave)
    assert await stores.log.load("d/bad/en") is None


async def test_survives_a_restart(stores: Stores, database_url: str, tmp_path: Path, clock: Hands) -> None:
    await stores.log.append([update("d/a/en", b"1", clock, clients=(3,))])
    await stores.log.close()
    again = await open_stores(database_url, tmp_path / "data", smtp=None, clock=clock)
    assert await again.log.append([update("d/a/en", b"2", clock, clients=(3,))]) == [2]
    await again.close()


async def test_numbers_count_from_what_the_database_says(stores: Stores, clock: Hands) -> None:
    """Another connection of the same process moved the number on; what the writer remembers is out of date."""
    await stores.log.append([update("d/a/en", b"1", clock)])
    async with stores.database.writing() as connection:
        await connection.execute(sql("UPDATE texts SET last = 41 WHERE name = 'd/a/en'"))
    assert await stores.log.append([update("d/a/en", b"2", clock)]) == [42]


@pytest.mark.parametrize("count", [1, 2, 3, 1023, 1024, 1025, 3000])
async def test_every_size_of_batch(stores: Stores, clock: Hands, count: int) -> None:
    numbers = await stores.log.append([update("d/a/en", bytes([n % 256]), clock, clients=(n,)) for n in range(count)])
    assert numbers == list(range(1, count + 1))
    stored = await stores.log.load("d/a/en")
    assert stored is not None
    assert stored.updates == tuple(bytes([n % 256]) for n in range(count))
    assert len(stored.owners) == count
