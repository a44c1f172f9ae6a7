"""What lists and moderators ask the store of signatures."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from drafting.actions.letter_ports import Letter
from drafting.actions.signature_ports import SignatureChange, SignatureMoved
from drafting.domain.geography import Cell, Geography
from drafting.domain.signatures import SignatoryKind, SignatureState
from drafting.stores.database import Database
from drafting.stores.mail.outbox import Fault, Outbox
from drafting.stores.migrating import migrate
from drafting.stores.opening import Stores
from drafting.stores.signing.signatures import SqlSignatures
from tests.stores.conftest import Hands
from tests.stores.test_signatures import asked, signature, signed

KEPT = ("open-well", 1)


async def test_organisations_can_be_listed_alone(stores: Stores, clock: Hands) -> None:
    for n, kind in enumerate((SignatoryKind.PERSON, SignatoryKind.ORGANISATION, SignatoryKind.PERSON)):
        await signed(stores, clock, signature(clock, f"s{n}", f"p{n}@people.example", kind=kind))
    found = await stores.signatures.listed(*KEPT, kind=SignatoryKind.ORGANISATION)
    assert [one.id for one in found] == ["s1"]


async def test_a_page_of_names_is_found_without_going_through_all_of_them(tmp_path: Path, clock: Hands) -> None:
    database = Database(f"sqlite:///{tmp_path / 'drafting.sqlite'}")
    await migrate(database)
    store = SqlSignatures(database, Outbox(database))
    said: list[tuple[str, tuple[object, ...]]] = []
    event.listen(
        database.engine.sync_engine, "before_cursor_execute", lambda *told: said.append((str(told[2]), tuple(told[3])))
    )
    await store.listed(*KEPT, 500)
    await store.listed(*KEPT, newest_first=True)
    await store.listed(*KEPT, kind=SignatoryKind.ORGANISATION)
    queries = [each for each in said if "FROM signatures" in each[0]]
    async with database.reading() as connection:
        plans = [
            str((await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)).all())
            for query, values in queries
        ]
    await database.close()
    assert ["signatures_listed (" in plan for plan in plans] == [True, True, False]
    assert "signatures_organisations (" in plans[2]
    assert not any("TEMP B-TREE" in plan for plan in plans)


async def test_places_in_the_ledger_are_looked_up_together(stores: Stores, clock: Hands) -> None:
    await stores.signatures.request(asked(signature(clock, "waits", "waits@people.example")), clock.now())
    ids = [f"s{n}" for n in range(1000)]  # As many as are asked for at once.
    for id in ids[:2]:
        await signed(stores, clock, signature(clock, id, f"{id}@people.example"))
    assert await stores.signatures.indexes([*ids, "waits"]) == {"s0": 1, "s1": 2, "waits": 0}
    assert await stores.signatures.indexes([]) == {}


async def test_a_state_is_read_newest_first_and_since_a_moment(stores: Stores, clock: Hands) -> None:
    for n in range(3):
        clock.forward(minutes=1)
        await signed(stores, clock, signature(clock, f"s{n}", f"p{n}@people.example"))
    held = await stores.signatures.get("s1")
    await stores.signatures.change(SignatureChange(held, replace(held, state=SignatureState.QUARANTINED)), clock.now())
    confirmed = await stores.signatures.in_state(*KEPT, SignatureState.CONFIRMED, 10)
    assert [one.id for one in confirmed] == ["s2", "s0"]
    assert [one.id for one in await stores.signatures.in_state(*KEPT, SignatureState.CONFIRMED, 1)] == ["s2"]
    recent = await stores.signatures.in_state(
        *KEPT, SignatureState.CONFIRMED, 10, since=clock.now() - timedelta(seconds=30)
    )
    assert [one.id for one in recent] == ["s2"]
    assert [one.id for one in await stores.signatures.in_state(*KEPT, SignatureState.QUARANTINED, 10)] == ["s1"]


async def test_places_are_counted_of_those_who_may_be_published(stores: Stores, clock: Hands) -> None:
    for n, changes in enumerate(({}, {}, {"publish": ""}, {"place": ""}, {"place": "Quito"})):
        values = {"place": "Dakar", **changes}
        await signed(stores, clock, signature(clock, f"s{n}", f"p{n}@people.example", **values))
    assert await stores.signatures.places(*KEPT) == {"Dakar": 2, "Quito": 1}


async def test_letters_that_wait_are_counted_up_to_a_limit(stores: Stores, clock: Hands) -> None:
    await stores.mail.send([Letter("a@people.example", "s", "b")] * 5, clock.now())
    assert [await stores.mail.waiting(limit) for limit in (3, 10)] == [3, 5]
    left, given_up = await stores.mail.lease(clock.now(), 2)
    await stores.mail.delivered(left)
    await stores.mail.give_up(given_up, Fault.BOUNCED, "no such mailbox", clock.now())
    assert await stores.mail.waiting(10) == 3


async def test_after_a_while_nobody_knows_from_which_network_one_signed(stores: Stores, clock: Hands) -> None:
    await signed(stores, clock, signature(clock, "old", "old@people.example", prefix="203.0.113.0/24"))
    clock.forward(days=30)
    await signed(stores, clock, signature(clock, "new", "new@people.example", prefix="203.0.113.0/24"))
    assert await stores.signatures.forget_prefixes(clock.now() - timedelta(days=1)) == 1
    assert (await stores.signatures.get("old")).prefix == ""
    assert (await stores.signatures.get("new")).prefix == "203.0.113.0/24"
    assert await stores.signatures.forget_prefixes(clock.now() - timedelta(days=1)) == 0


async def test_bounces_are_counted_and_the_newest_are_shown(stores: Stores, clock: Hands) -> None:
    for n in range(3):
        request = asked(signature(clock, f"s{n}", f"p{n}@people.example"))
        await stores.signatures.request(request, clock.now())
    for parcel in await stores.mail.lease(clock.now(), 2):
        clock.forward(seconds=1)
        await stores.mail.give_up(parcel, Fault.BOUNCED, "550 no such mailbox", clock.now())
    count, newest = await stores.signatures.bounced(*KEPT, 1)
    assert (count, [one.id for one in newest]) == (2, ["s1"])
    assert [s.id for s in await stores.signatures.unreminded(clock.now(), clock.now())] == ["s2"]


async def test_who_changes_a_signature_meanwhile_does_not_lose_that_it_bounced(stores: Stores, clock: Hands) -> None:
    await stores.signatures.request(asked(signature(clock, "s", "p@people.example")), clock.now())
    before = await stores.signatures.get("s")
    (parcel,) = await stores.mail.lease(clock.now())
    await stores.mail.give_up(parcel, Fault.BOUNCED, "550", clock.now())
    with pytest.raises(SignatureMoved):
        await stores.signatures.change(SignatureChange(before, replace(before, reminded=clock.now())), clock.now())


async def test_countries_are_counted_of_those_who_may_be_published(stores: Stores, clock: Hands) -> None:
    for n, changes in enumerate(({}, {}, {"publish": ""}, {"country": ""}, {"country": "EC"})):
        values = {"country": "SN", **changes}
        await signed(stores, clock, signature(clock, f"s{n}", f"p{n}@people.example", **values))
    assert await stores.signatures.countries(*KEPT) == {"SN": 2, "EC": 1}
    assert (await stores.signatures.get("s0")).country == "SN"


async def test_of_two_nodes_one_tells_where_people_signed(stores: Stores) -> None:
    before = await stores.signatures.geography(*KEPT)
    assert before == Geography()
    one = Geography(10, {"SN": Cell(10, 12)}, {"Dakar": Cell(10, 11)})
    assert await stores.signatures.keep_geography(*KEPT, before, one) == one
    assert await stores.signatures.keep_geography(*KEPT, before, Geography(11)) == one
    assert await stores.signatures.keep_geography(*KEPT, one, Geography(20)) == Geography(20)
