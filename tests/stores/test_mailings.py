"""Updates on their way: once to each who wants them, resumed where they stopped, and to nobody who left meanwhile."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from drafting.actions.letter_ports import Letter
from drafting.actions.mailing_ports import Addressed, Mailing
from drafting.actions.signature_ports import LinkRole, SignatureChange
from drafting.actions.signing.links import withdrawal
from drafting.domain.signatures import Signature, SignatureState
from drafting.stores.mail.outbox import Fault
from drafting.stores.opening import Stores
from tests.stores.conftest import Hands
from tests.stores.test_signatures import asked, signature, signed

HEARS = {"updates": "sha256:updates"}


def addressed(found: Sequence[Signature], update: str = "u") -> list[Addressed]:
    return [
        Addressed(s.id, f"leave-{update}-{s.id}", Letter(s.address, "News", "Words", "en", update, f"https://l/{s.id}"))
        for s in found
    ]


async def waiting(stores: Stores) -> list[str]:
    """The recipients of updates in the outbox, as they would leave."""
    return [p.letter.to for p in await stores.mail.lease(Hands().now(), 1000) if p.letter.about]


@pytest.fixture
async def hearers(stores: Stores, clock: Hands) -> Stores:
    """Six who want to hear, and some who do not."""
    for n in range(6):
        await signed(stores, clock, signature(clock, f"s{n}", f"p{n}@people.example", **HEARS))
    await signed(stores, clock, signature(clock, "silent", "silent@people.example"))
    await signed(stores, clock, signature(clock, "elsewhere", "p0@people.example", edition=2, **HEARS))
    await stores.signatures.request(asked(signature(clock, "pending", "pending@people.example", **HEARS)), clock.now())
    for parcel in await stores.mail.lease(clock.now(), 100):
        await stores.mail.delivered(parcel)
    return stores


async def begin(stores: Stores, clock: Hands) -> Mailing:
    return await stores.mailings.begin("u", "open-well", 1, clock.now())


async def again(stores: Stores) -> Mailing:
    found = await stores.mailings.find("u")
    assert found
    return found


async def test_an_update_goes_to_each_once_batch_by_batch(hearers: Stores, clock: Hands) -> None:
    mailing = await begin(hearers, clock)
    assert (mailing.total, mailing.handed) == (6, 0)
    first = await hearers.mailings.recipients(mailing, 4)
    assert [s.id for s in first] == ["s0", "s1", "s2", "s3"]
    place = first[-1].index or 0
    assert await hearers.mailings.hand_over(mailing, place, addressed(first), clock.now())
    assert not await hearers.mailings.hand_over(mailing, place, addressed(first), clock.now())
    mailing = await begin(hearers, clock)
    assert (mailing.place, mailing.handed, mailing.waiting) == (place, 4, 4)
    rest = await hearers.mailings.recipients(mailing, 4)
    assert [s.id for s in rest] == ["s4", "s5"]
    assert await hearers.mailings.hand_over(mailing, rest[-1].index or 0, addressed(rest), clock.now())
    mailing = await again(hearers)
    assert await hearers.mailings.recipients(mailing, 4) == []
    assert [m.id for m in await hearers.mailings.open()] == ["u"]
    assert (await hearers.mailings.end(mailing, clock.now())).ended == clock.now()
    assert await hearers.mailings.open() == []
    assert await waiting(hearers) == [f"p{n}@people.example" for n in range(6)]


async def test_of_two_nodes_one_hands_a_batch_over(hearers: Stores, clock: Hands) -> None:
    mailing = await begin(hearers, clock)
    found = await hearers.mailings.recipients(mailing, 10)

    async def node(number: int) -> bool:
        return await hearers.mailings.hand_over(
            mailing, found[-1].index or 0, addressed(found, f"u{number}"), clock.now()
        )

    assert sorted(await asyncio.gather(*(node(n) for n in range(4)))) == [False, False, False, True]
    assert (await again(hearers)).handed == 6


async def change(stores: Stores, clock: Hands, id: str, **changes: object) -> None:
    before = await stores.signatures.get(id)
    await stores.signatures.change(SignatureChange(before, replace(before, **changes)), clock.now())  # type: ignore[arg-type]


async def leave_withdraw_and_be_taken_out(stores: Stores, clock: Hands) -> None:
    await change(stores, clock, "s0", updates="")
    await change(stores, clock, "s1", state=SignatureState.WITHDRAWN)
    await change(stores, clock, "s2", state=SignatureState.INVALIDATED)
    await change(stores, clock, "s3", state=SignatureState.QUARANTINED)
    gone = await stores.signatures.get("s4")
    await stores.signatures.change(withdrawal(gone, clock.now(), erase=True), clock.now())


async def test_who_left_before_the_letters_were_written_gets_none(hearers: Stores, clock: Hands) -> None:
    await leave_withdraw_and_be_taken_out(hearers, clock)
    mailing = await begin(hearers, clock)
    assert mailing.total == 1
    assert [s.id for s in await hearers.mailings.recipients(mailing, 10)] == ["s5"]


async def test_who_leaves_while_the_letters_are_written_gets_none(hearers: Stores, clock: Hands) -> None:
    mailing = await begin(hearers, clock)
    found = await hearers.mailings.recipients(mailing, 10)
    await leave_withdraw_and_be_taken_out(hearers, clock)
    await hearers.mailings.hand_over(mailing, found[-1].index or 0, addressed(found), clock.now())
    assert (await again(hearers)).handed == 1
    assert await waiting(hearers) == ["p5@people.example"]


async def test_who_leaves_while_the_letter_waits_gets_none(hearers: Stores, clock: Hands) -> None:
    mailing = await begin(hearers, clock)
    found = await hearers.mailings.recipients(mailing, 10)
    await hearers.mailings.hand_over(mailing, found[-1].index or 0, addressed(found), clock.now())
    await leave_withdraw_and_be_taken_out(hearers, clock)
    mailing = await again(hearers)
    assert (mailing.handed, mailing.waiting, mailing.left) == (1, 1, 0)
    assert await waiting(hearers) == ["p5@people.example"]


async def test_letters_of_signing_leave_before_updates(hearers: Stores, clock: Hands) -> None:
    mailing = await begin(hearers, clock)
    found = await hearers.mailings.recipients(mailing, 10)
    await hearers.mailings.hand_over(mailing, found[-1].index or 0, addressed(found), clock.now())
    clock.forward(minutes=1)
    await hearers.mail.send([Letter("first@people.example", "confirm", "b")], clock.now())
    assert (await hearers.mail.outlook(clock.now())).waiting == 1
    first, second = await hearers.mail.lease(clock.now(), 2)
    assert (first.letter.to, second.letter.leave) == ("first@people.example", "https://l/s0")


async def test_the_link_of_an_update_leads_to_its_reader_and_can_only_leave(hearers: Stores, clock: Hands) -> None:
    mailing = await begin(hearers, clock)
    found = await hearers.mailings.recipients(mailing, 1)
    await hearers.mailings.hand_over(mailing, found[-1].index or 0, addressed(found), clock.now())
    known = await hearers.signatures.find("leave-u-s0")
    assert known is not None
    assert (known[0].id, known[1]) == ("s0", LinkRole.LEAVE)


async def test_an_address_that_refuses_an_update_gets_no_other(hearers: Stores, clock: Hands) -> None:
    mailing = await begin(hearers, clock)
    found = await hearers.mailings.recipients(mailing, 2)
    await hearers.mailings.hand_over(mailing, found[-1].index or 0, addressed(found), clock.now())
    (parcel,) = await hearers.mail.lease(clock.now())
    await hearers.mail.give_up(parcel, Fault.BOUNCED, "550 5.1.1", clock.now())
    mailing = await again(hearers)
    assert (mailing.handed, mailing.waiting, mailing.refused, mailing.left) == (2, 1, 1, 0)
    following = await hearers.mailings.begin("next", "open-well", 1, clock.now())
    assert "s0" not in {s.id for s in await hearers.mailings.recipients(following, 10)}


async def test_updates_do_not_use_up_the_letters_that_an_address_may_ask_for(hearers: Stores, clock: Hands) -> None:
    for n in range(5):
        mailing = await hearers.mailings.begin(f"u{n}", "open-well", 1, clock.now())
        found = await hearers.mailings.recipients(mailing, 1)
        await hearers.mailings.hand_over(mailing, found[-1].index or 0, addressed(found, f"u{n}"), clock.now())
    await hearers.signatures.request(asked(signature(clock, "more", "p0@people.example"), "own"), clock.now())
    assert await hearers.signatures.find("own") is not None
