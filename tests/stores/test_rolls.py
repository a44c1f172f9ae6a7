"""Rolls: sealed files, one transaction for rows and progress, and addresses found by their keyed hash."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from drafting.actions.letter_ports import Letter
from drafting.actions.roll_ports import RollMoved
from drafting.actions.signature_ports import AddressHasSigned, LinkRole, SignatureChange, SignatureLink
from drafting.actions.signing.links import counted, erased, withdrawal
from drafting.domain.errors import Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.rolls import Outcome, Reading, Report, Roll, RollState, Rows
from drafting.domain.signatures import HOLDING_STATES, Counts, Signature, SignatureState, Source, Tally, stream_of
from drafting.stores import tables
from drafting.stores.opening import Stores, open_stores
from drafting.stores.signing import rolls as roll_store
from tests.stores.conftest import Hands
from tests.stores.test_signatures import asked, replayed, signature, signed

FILE = b"Name,E-mail\nAmina,amina@people.example\n"


def roll(clock: Hands, id: str = "one", state: RollState = RollState.NEW) -> Roll:
    at = clock.now()
    return Roll(id, "open-well", 1, state, "list.csv", "account", at, at, at, b"salt")


async def test_a_roll_and_its_file_come_back_as_they_were(stores: Stores, clock: Hands) -> None:
    report = Report()
    report.note(Outcome.FAULT, 7, "name:empty")
    reading = Reading("utf-8", ";", True, ("name", "", "address"), "ar")
    kept = replace(roll(clock), reading=reading, report=report, total=3)
    await stores.rolls.keep(kept, FILE)
    assert await stores.rolls.get("one") == kept
    assert await stores.rolls.file("one") == FILE
    assert await stores.rolls.of_edition("open-well", 1) == [kept]
    assert await stores.rolls.of_edition("open-well", 2) == []


async def test_the_file_lies_sealed_and_goes(stores: Stores, clock: Hands) -> None:
    await stores.rolls.keep(roll(clock), FILE)
    async with stores.database.reading() as connection:
        raw = await connection.exec_driver_sql("SELECT data FROM roll_files")
        assert "Amina" not in str(raw.scalar())
    await stores.rolls.save(replace(roll(clock), state=RollState.DROPPED), drops_file=True)
    with pytest.raises(Refusal):
        await stores.rolls.file("one")
    async with stores.database.reading() as connection:
        assert (await connection.execute(select(tables.roll_files))).all() == []


async def test_of_two_who_change_a_roll_one_has_to_look_again(stores: Stores, clock: Hands) -> None:
    await stores.rolls.keep(roll(clock), FILE)
    first = await stores.rolls.save(replace(roll(clock), total=3))
    with pytest.raises(RollMoved):
        await stores.rolls.save(replace(roll(clock), total=4))
    assert await stores.rolls.get("one") == first


async def test_work_is_found_by_its_state_and_left_to_who_is_at_it(stores: Stores, clock: Hands) -> None:
    await stores.rolls.keep(roll(clock, "new"), FILE)
    await stores.rolls.keep(roll(clock, "open", RollState.CHECKING), FILE)
    later = clock.now() + timedelta(seconds=30)
    await stores.rolls.keep(replace(roll(clock, "held", RollState.COUNTING), due=later), FILE)
    states = {RollState.CHECKING, RollState.COUNTING}
    assert [each.id for each in await stores.rolls.in_states(states, due=clock.now())] == ["open"]
    clock.forward(seconds=30)
    assert [each.id for each in await stores.rolls.in_states(states, due=clock.now())] == ["held", "open"]


async def test_rows_and_progress_are_kept_together_and_once(stores: Stores, clock: Hands) -> None:
    await signed(stores, clock, signature(clock, "web", "amina@people.example"))
    left = await signed(stores, clock, signature(clock, "left", "left@people.example"))
    await stores.signatures.change(withdrawal(left, clock.now(), erase=False), clock.now())
    started = replace(roll(clock), state=RollState.COUNTING)
    await stores.rolls.keep(started, FILE)
    addresses = ["a.mina+x@people.example", "left@people.example", "new@people.example", "NEW@people.example", "", ""]
    new = [
        replace(signature(clock, f"p{n}", address), state=SignatureState.CONFIRMED, source=Source.PAPER)
        for n, address in enumerate(addresses)
    ]
    changes = [counted(one, one, clock.now(), "holder", "paper") for one in new]
    told: list[Outcome] = []

    def settle(outcomes: Sequence[Outcome]) -> Roll:
        told[:] = outcomes
        return replace(started, done=6)

    results = await asyncio.gather(
        *(stores.rolls.count(started, changes, clock.now(), settle) for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Roll", *["RollMoved"] * 3]
    assert told == [Outcome.SIGNED, Outcome.LEFT, Outcome.FITS, Outcome.SIGNED, Outcome.FITS, Outcome.FITS]
    assert (await stores.rolls.get("one")).done == 6
    assert await stores.signatures.counts("open-well", 1) == Counts(4, 0, 3) == await replayed(stores)
    assert [one.id for one in await stores.rolls.without_address("open-well", 1, "Amina")] == ["p4", "p5"]
    gone = await stores.signatures.get("p4")
    await stores.signatures.change(withdrawal(gone, clock.now(), erase=True), clock.now())
    assert await stores.signatures.counts("open-well", 1) == Counts(3, 0, 2) == await replayed(stores)
    assert Tally().apply(await stores.ledger.read(stream_of("open-well"))).counts(2) == Counts()


async def test_addresses_are_told_by_their_keyed_hash(stores: Stores, clock: Hands) -> None:
    await signed(stores, clock, signature(clock))
    left = await signed(stores, clock, signature(clock, "left", "left@people.example"))
    await stores.signatures.change(withdrawal(left, clock.now(), erase=False), clock.now())
    asked = ["amina@people.example", "left@people.example", "nobody@people.example"]
    assert await stores.rolls.standing("open-well", 1, asked) == {asked[0]: True, asked[1]: False}
    assert await stores.rolls.standing("open-well", 2, asked) == {}
    assert [name for _, *name in await stores.rolls.names("open-well", 1)] == [["Amina", ""]]


async def test_whoever_was_erased_is_told_from_strangers_by_a_keyed_hash_alone(stores: Stores, clock: Hands) -> None:
    amina = await signed(stores, clock, signature(clock))
    await stores.signatures.change(withdrawal(amina, clock.now(), erase=True), clock.now())
    addresses = ["amina@people.example", "nobody@people.example"]
    assert await stores.rolls.standing("open-well", 1, addresses) == {addresses[0]: False}
    assert await stores.rolls.standing("open-well", 2, addresses) == {}
    assert await stores.rolls.standing("other-well", 1, addresses) == {}
    async with stores.database.reading() as connection:
        assert "amina" not in str((await connection.exec_driver_sql("SELECT * FROM signatures")).all()).casefold()


async def test_whoever_was_erased_may_sign_again(stores: Stores, clock: Hands) -> None:
    amina = await signed(stores, clock, signature(clock))
    await stores.signatures.change(withdrawal(amina, clock.now(), erase=True), clock.now())
    again = await signed(stores, clock, signature(clock, "two"))
    assert again.state is SignatureState.CONFIRMED
    assert await stores.rolls.standing("open-well", 1, ["amina@people.example"]) == {"amina@people.example": True}


async def test_whoever_never_confirmed_and_is_erased_leaves_nothing(stores: Stores, clock: Hands) -> None:
    await stores.signatures.request(asked(signature(clock)), clock.now())
    pending = await stores.signatures.get("one")
    await stores.signatures.change(withdrawal(pending, clock.now(), erase=True), clock.now())
    assert await stores.rolls.standing("open-well", 1, ["amina@people.example"]) == {}


async def test_who_left_no_address_is_found_among_many_of_one_name(stores: Stores, clock: Hands) -> None:
    addresses = [*(f"p{n}@people.example" for n in range(3)), ""]
    new = [
        replace(signature(clock, f"p{n}", address), state=SignatureState.CONFIRMED, source=Source.PAPER)
        for n, address in enumerate(addresses)
    ]
    await stores.signatures.add([counted(one, one, clock.now(), "holder", "paper") for one in new], clock.now())
    assert [one.id for one in await stores.rolls.without_address("open-well", 1, "Amina", limit=2)] == ["p3"]


async def test_letters_of_a_list_let_those_go_first_that_somebody_waits_for(stores: Stores, clock: Hands) -> None:
    await stores.mail.send([Letter("amina@people.example", "on a list", "words", can_wait=True)], clock.now())
    clock.forward(minutes=1)
    await stores.mail.send([Letter("bo@people.example", "sign in", "words")], clock.now())
    assert (await stores.mail.outlook(clock.now())).waiting == 1
    assert [each.letter.subject for each in await stores.mail.lease(clock.now(), 2)] == ["sign in", "on a list"]


async def test_two_lists_at_once_count_an_address_once(stores: Stores, clock: Hands) -> None:
    lists = [replace(roll(clock, id), state=RollState.COUNTING) for id in ("one", "two", "three")]
    told: dict[str, list[Outcome]] = {}

    async def count(each: Roll) -> None:
        await stores.rolls.keep(each, FILE)
        rows = [
            replace(signature(clock, f"{each.id}-{n}", address), state=SignatureState.CONFIRMED, source=Source.PAPER)
            for n, address in enumerate(("amina@people.example", f"{each.id}@people.example"))
        ]
        changes = [counted(row, row, clock.now(), "holder", "paper") for row in rows]

        def settle(outcomes: Sequence[Outcome]) -> Roll:
            told[each.id] = [*outcomes]
            return replace(each, done=2)

        await stores.rolls.count(each, changes, clock.now(), settle)

    await asyncio.gather(*map(count, lists))
    assert sorted(first for first, _ in told.values()) == [Outcome.FITS, Outcome.SIGNED, Outcome.SIGNED]
    assert {second for _, second in told.values()} == {Outcome.FITS}
    assert await stores.signatures.counts("open-well", 1) == Counts(4, 0, 4) == await replayed(stores)


async def listed(stores: Stores, clock: Hands, id: str = "one") -> Roll:
    """A list of four that counts: two with an address, of whom one asked for news; one withdrew, one is held back."""
    wanted = replace(roll(clock, id), state=RollState.COUNTING)
    await stores.rolls.keep(wanted, FILE)
    rows = [
        replace(signature(clock, f"{id}-{n}", address), state=SignatureState.CONFIRMED, source=Source.PAPER, roll=id)
        for n, address in enumerate([f"a@{id}.example", f"b@{id}.example", "", ""])
    ]
    links = [SignatureLink(f"secret-{id}-{n}", LinkRole.OWN, Letter(rows[n].address, "counts", "")) for n in (0, 1)]
    changes = [
        replace(counted(row, row, clock.now(), "holder", "paper"), links=links[n : n + 1] if n < 2 else ())
        for n, row in enumerate(rows)
    ]
    kept = await stores.rolls.count(wanted, changes, clock.now(), lambda _: replace(wanted, state=RollState.LEAVING))
    b, d = await stores.signatures.get(f"{id}-1"), await stores.signatures.get(f"{id}-3")
    await stores.signatures.change(withdrawal(b, clock.now(), erase=False), clock.now())
    held = Event(Kind.SIGNATURE_QUARANTINE, {"edition": 1, "id": d.id}, "holder")
    after = replace(d, state=SignatureState.QUARANTINED)
    await stores.signatures.change(SignatureChange(d, after, [held]), clock.now())
    return kept


def leaving(row: Signature) -> SignatureChange:
    event = Event(Kind.SIGNATURE_INVALIDATE, {"edition": row.edition, "id": row.id}, "holder")
    return SignatureChange(row, replace(row, state=SignatureState.TAKEN_BACK), [event])


async def test_rows_of_a_list_leave_in_steps_and_once(stores: Stores, clock: Hands) -> None:
    one, other = await listed(stores, clock), await listed(stores, clock, "other")
    assert await stores.rolls.rows("one") == Rows(counting=2, published=2, held=1, gone=1)

    async def step(of: Roll) -> Roll:
        def settle(number: int) -> Roll:
            return replace(of, done=of.done + number)

        return await stores.rolls.change_rows(of, HOLDING_STATES, clock.now(), leaving, settle, 2)

    results = await asyncio.gather(*(step(one) for _ in range(3)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Roll", "RollMoved", "RollMoved"]
    half = next(result for result in results if isinstance(result, Roll))
    assert (half.done, await stores.rolls.rows("one")) == (2, Rows(counting=0, held=1, gone=3))
    whole = await step(half)
    assert (whole.done, (await step(whole)).done) == (3, 3)
    assert await stores.rolls.rows("one") == Rows(gone=4)
    assert await stores.rolls.rows("other") == Rows(counting=2, published=2, held=1, gone=1)
    assert await stores.signatures.counts("open-well", 1) == Counts(2, 0, 2) == await replayed(stores)
    entries = await stores.ledger.read(stream_of("open-well"))
    left = [entry.event.data["id"] for entry in entries if entry.event.kind is Kind.SIGNATURE_INVALIDATE]
    assert sorted(left) == ["one-0", "one-2", "one-3"]
    assert other.id == "other"


async def test_letters_of_a_list_that_is_taken_back_do_not_go_out(stores: Stores, clock: Hands) -> None:
    one = await listed(stores, clock)
    assert (await stores.mail.outlook(clock.now())).waiting == 2
    await stores.rolls.change_rows(one, HOLDING_STATES, clock.now(), leaving, lambda _: one, 9)
    assert (await stores.mail.outlook(clock.now())).waiting == 1, "who withdrew gets theirs"
    found = await stores.signatures.find("secret-one-0")
    assert found
    assert found[0].state is SignatureState.TAKEN_BACK


async def test_who_stood_on_a_list_that_was_taken_back_is_no_stranger_and_none_who_left(
    stores: Stores, clock: Hands
) -> None:
    one = await listed(stores, clock)
    one = await stores.rolls.change_rows(one, HOLDING_STATES, clock.now(), leaving, lambda _: one, 9)
    asked_for = ["a@one.example", "b@one.example"]
    assert await stores.rolls.standing("open-well", 1, asked_for) == {"b@one.example": False}
    again = await signed(stores, clock, signature(clock, "again", "a@one.example"))
    assert again.state is SignatureState.CONFIRMED

    def forget(row: Signature) -> SignatureChange:
        return SignatureChange(row, erased(row), [Event(Kind.SIGNATURE_ERASE, {"edition": 1, "id": row.id}, "system")])

    gone = {SignatureState.TAKEN_BACK}
    one = await stores.rolls.change_rows(one, gone, clock.now(), forget, lambda n: replace(one, done=n), 9)
    assert one.done == 3
    one = await stores.rolls.change_rows(one, gone, clock.now(), forget, lambda n: replace(one, done=n), 9)
    assert (one.done, await stores.rolls.rows("one")) == (0, Rows(gone=4)), "what is erased is not erased again"
    assert await stores.signatures.find("secret-one-0") is None
    assert await stores.rolls.standing("open-well", 1, asked_for) == {"a@one.example": True, "b@one.example": False}
    withdrawn = {SignatureState.WITHDRAWN}
    one = await stores.rolls.change_rows(one, withdrawn, clock.now(), forget, lambda n: replace(one, done=n), 9)
    assert (one.done, await stores.signatures.find("secret-one-1")) == (1, None)
    assert await stores.rolls.standing("open-well", 1, asked_for) == {"a@one.example": True, "b@one.example": False}


async def test_names_and_notes_of_lists_go_in_time(stores: Stores, clock: Hands) -> None:
    at = clock.now()
    for id, state in (("old", RollState.COUNTED), ("declined", RollState.DROPPED), ("open", RollState.WAITING)):
        await stores.rolls.keep(replace(roll(clock, id, state), reason="why"), FILE)
    clock.forward(days=1)
    await stores.rolls.keep(roll(clock, "new", RollState.COUNTED), FILE)
    assert await stores.rolls.forget_words(clock.now()) == 2
    assert await stores.rolls.forget_words(clock.now()) == 0
    kept = {id: await stores.rolls.get(id) for id in ("old", "declined", "open", "new")}
    assert {id: (each.name, each.reason) for id, each in kept.items()} == {
        "old": ("", ""),
        "declined": ("", ""),
        "open": ("list.csv", "why"),
        "new": ("list.csv", ""),
    }
    with pytest.raises(RollMoved):  # Whoever looked before must not write them back.
        await stores.rolls.save(replace(roll(clock, "old", RollState.COUNTED), changed=at))


async def test_nobody_signs_and_takes_it_back_unseen_while_a_list_is_counted(
    postgres_database: str, tmp_path: Path, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at who took it back and the first entry; on SQLite whoever writes is alone."""
    stores = await open_stores(postgres_database, tmp_path / "data", smtp=None, clock=clock)
    await stores.signatures.request(asked(signature(clock)), clock.now())
    pending = await stores.signatures.get("one")
    started = replace(roll(clock), state=RollState.COUNTING)
    await stores.rolls.keep(started, FILE)
    row = replace(signature(clock, "p1"), state=SignatureState.CONFIRMED, source=Source.PAPER)
    tasks: list[asyncio.Task[Signature]] = []

    async def signs_and_leaves() -> Signature:
        confirmed = await stores.signatures.change(counted(pending, pending, clock.now()), clock.now())
        return await stores.signatures.change(withdrawal(confirmed, clock.now(), erase=False), clock.now())

    async def somebody_waits() -> bool:
        async with stores.database.reading() as other:
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            return bool((await other.exec_driver_sql(waiting)).scalar())

    look = roll_store._standing

    async def looked(*args: Any) -> dict[str, bool]:
        found = await look(*args)
        tasks.append(asyncio.create_task(signs_and_leaves()))
        while not tasks[0].done() and not await somebody_waits():
            pass
        return found

    monkeypatch.setattr(roll_store, "_standing", looked)
    told: list[Outcome] = []

    def settle(outcomes: Sequence[Outcome]) -> Roll:
        told[:] = outcomes
        return replace(started, done=1)

    await stores.rolls.count(started, [counted(row, row, clock.now(), "holder", "paper")], clock.now(), settle)
    assert told == [Outcome.FITS]
    with pytest.raises(AddressHasSigned):
        await tasks[0]
    assert await stores.signatures.counts("open-well", 1) == Counts(1, 0, 1) == await replayed(stores)
    await stores.close()
