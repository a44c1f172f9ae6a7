"""Signatures: one an address, counts that the ledger gives too, and nothing left of who asks to be forgotten."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from drafting.actions.letter_ports import Letter
from drafting.actions.ports import CannotSave
from drafting.actions.signature_ports import (
    AddressHasSigned,
    LinkRole,
    SignatureChange,
    SignatureLink,
    SignatureMoved,
    SignatureRequest,
)
from drafting.actions.signing.links import counted, withdrawal
from drafting.domain.signatures import (
    Counts,
    Shown,
    SignatoryKind,
    Signature,
    SignatureState,
    Tally,
    commitment,
    stream_of,
)
from drafting.stores import tables
from drafting.stores.opening import Stores, open_stores
from drafting.stores.signing.requests import LETTERS_A_DAY
from drafting.stores.signing.rows import row_of
from tests.stores.conftest import Hands


def signature(clock: Hands, id: str = "one", address: str = "amina@people.example", **changes: Any) -> Signature:
    made = Signature(
        id=id,
        declaration="open-well",
        edition=1,
        kind=SignatoryKind.PERSON,
        state=SignatureState.PENDING,
        name="Amina",
        address=address,
        shown=Shown.NAME,
        locale="en",
        salt=id.encode().ljust(32, b"."),
        commitment="",
        requested=clock.now(),
        expires=clock.now() + timedelta(days=7),
        publish="sha256:wording",
    )
    made = replace(made, **changes)
    return replace(made, commitment=commitment(made.salt, made.said()))


def asked(wanted: Signature, secret: str = "") -> SignatureRequest:
    letter = Letter(wanted.address, "confirm", secret)
    return SignatureRequest(wanted, secret or f"secret-{wanted.id}", letter, replace(letter, subject="known"))


async def signed(stores: Stores, clock: Hands, wanted: Signature) -> Signature:
    await stores.signatures.request(asked(wanted), clock.now())
    found = await stores.signatures.get(wanted.id)
    return await stores.signatures.change(counted(found, found, clock.now()), clock.now())


async def rows(stores: Stores, table: str) -> int:
    async with stores.database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(tables.metadata.tables[table])) or 0


async def subjects(stores: Stores) -> list[str]:
    async with stores.database.reading() as connection:
        return [*await connection.scalars(select(tables.letters.c.subject).order_by(tables.letters.c.number))]


async def replayed(stores: Stores) -> Counts:
    return Tally().apply(await stores.ledger.read(stream_of("open-well"))).counts(1)


async def test_a_request_keeps_row_link_letter_and_wording_together(stores: Stores, clock: Hands) -> None:
    wanted = signature(clock)
    await stores.signatures.request(replace(asked(wanted), contents={"sha256:w": b"words"}), clock.now())
    assert await stores.signatures.find("secret-one") == (wanted, LinkRole.OWN)
    assert await subjects(stores) == ["confirm"]
    assert await stores.ledger.content("sha256:w") == b"words"
    assert await stores.signatures.counts("open-well", 1) == Counts()
    assert await stores.signatures.find("another") is None


async def test_a_hundred_requests_share_transactions_and_none_is_lost(stores: Stores, clock: Hands) -> None:
    wanted = [signature(clock, f"s{n}", f"person{n}@people.example") for n in range(100)]
    await asyncio.gather(*(stores.signatures.request(asked(one), clock.now()) for one in wanted))
    assert await rows(stores, "signatures") == 100
    found = [await stores.signatures.get(one.id) for one in wanted]
    await asyncio.gather(*(stores.signatures.change(counted(one, one, clock.now()), clock.now()) for one in found))
    assert await stores.signatures.counts("open-well", 1) == Counts(people=100)
    assert await replayed(stores) == Counts(people=100)


async def test_one_address_signs_once_however_many_ask_at_once(stores: Stores, clock: Hands) -> None:
    spellings = ["amina.said@people.example", "AMINASAID@people.example", "aminasaid+{}@people.example"]
    wanted = [signature(clock, f"s{n}", spellings[n % 3].format(n)) for n in range(100)]
    await asyncio.gather(*(stores.signatures.request(asked(one), clock.now()) for one in wanted))
    assert await rows(stores, "signatures") == LETTERS_A_DAY == len(await subjects(stores))
    pending = [found[0] for one in wanted if (found := await stores.signatures.find(f"secret-{one.id}"))]
    attempts = [counted(one, one, clock.now()) for one in pending * 30]
    results = await asyncio.gather(
        *(stores.signatures.change(attempt, clock.now()) for attempt in attempts), return_exceptions=True
    )
    assert sum(isinstance(result, Signature) for result in results) == 1
    assert {type(result) for result in results} == {Signature, SignatureMoved, AddressHasSigned}
    assert await stores.signatures.counts("open-well", 1) == Counts(people=1) == await replayed(stores)


async def test_two_nodes_count_one_address_once(
    stores: Stores, database_url: str, tmp_path: Path, clock: Hands
) -> None:
    other = await open_stores(
        database_url, tmp_path / "other", smtp=None, clock=clock, keys=tmp_path / "data/keys/addresses"
    )
    wanted = [signature(clock, f"s{n}") for n in range(3)]
    for one in wanted:
        await stores.signatures.request(asked(one), clock.now())
    results = await asyncio.gather(
        *(
            node.signatures.change(counted(one, one, clock.now()), clock.now())
            for one in wanted
            for node in (stores, other)
            for _ in range(5)
        ),
        return_exceptions=True,
    )
    await other.close()
    assert sum(isinstance(result, Signature) for result in results) == 1
    assert not [result for result in results if isinstance(result, CannotSave)]
    assert await stores.signatures.counts("open-well", 1) == Counts(people=1) == await replayed(stores)


async def test_the_database_itself_refuses_a_second_one(stores: Stores, clock: Hands) -> None:
    await signed(stores, clock, signature(clock))
    second = replace(signature(clock, "two", "a.mina+2@people.example"), state=SignatureState.CONFIRMED)
    with pytest.raises(IntegrityError):
        async with stores.database.writing() as connection:
            await connection.execute(insert(tables.signatures), [row_of(second)])


async def test_who_has_signed_gets_another_letter_and_no_other_row(stores: Stores, clock: Hands) -> None:
    await signed(stores, clock, signature(clock))
    await stores.signatures.request(asked(signature(clock, "two", "A.MINA@people.example")), clock.now())
    assert await subjects(stores) == ["confirm", "known"]
    assert await rows(stores, "signatures") == 1
    found = await stores.signatures.find("secret-two")
    assert found is not None
    assert found[0].id == "one"


async def test_after_a_day_one_may_ask_again(stores: Stores, clock: Hands) -> None:
    for n in range(5):
        await stores.signatures.request(asked(signature(clock, f"s{n}")), clock.now())
    assert len(await subjects(stores)) == LETTERS_A_DAY
    clock.forward(days=1, seconds=1)
    await stores.signatures.request(asked(signature(clock, "later")), clock.now())
    assert len(await subjects(stores)) == LETTERS_A_DAY + 1


async def test_a_signature_withdrawn_can_be_given_again(stores: Stores, clock: Hands) -> None:
    first = await signed(stores, clock, signature(clock))
    await stores.signatures.change(withdrawal(first, clock.now(), erase=False), clock.now())
    assert await stores.signatures.counts("open-well", 1) == Counts() == await replayed(stores)
    assert await stores.signatures.listed("open-well", 1) == []
    await signed(stores, clock, signature(clock, "again"))
    assert await stores.signatures.counts("open-well", 1) == Counts(people=1) == await replayed(stores)


async def test_erasing_leaves_an_opaque_id(stores: Stores, clock: Hands) -> None:
    first = await signed(stores, clock, signature(clock))
    gone = await stores.signatures.change(withdrawal(first, clock.now(), erase=True), clock.now())
    assert (gone.name, gone.address, gone.salt, gone.publish) == ("", "", b"", "")
    assert await stores.signatures.find("secret-one") is None
    assert await subjects(stores) == []
    kept = await stores.signatures.get("one")
    assert kept.is_erased
    assert kept.commitment == first.commitment
    entries = await stores.ledger.read(stream_of("open-well"))
    assert [entry.event.kind.value.rsplit(":")[-1] for entry in entries] == ["confirm", "withdraw", "erase"]
    assert "mina" not in str(entries)


async def test_a_change_of_what_has_changed_meanwhile_is_refused(stores: Stores, clock: Hands) -> None:
    first = await signed(stores, clock, signature(clock))
    await stores.signatures.change(SignatureChange(first, replace(first, reason="seen")), clock.now())
    with pytest.raises(SignatureMoved):
        await stores.signatures.change(withdrawal(first, clock.now(), erase=False), clock.now())
    assert await stores.signatures.counts("open-well", 1) == Counts(people=1)


async def test_a_change_can_bring_letters_with_links(stores: Stores, clock: Hands) -> None:
    await stores.signatures.request(asked(signature(clock)), clock.now())
    found = await stores.signatures.get("one")
    link = SignatureLink("second-secret", LinkRole.SECOND, Letter("board@people.example", "second", ""))
    await stores.signatures.change(
        SignatureChange(found, replace(found, contact_confirmed=clock.now()), (), [link]), clock.now()
    )
    again = await stores.signatures.find("second-secret")
    assert again is not None
    assert (again[0].contact_confirmed, again[1]) == (clock.now(), LinkRole.SECOND)
    assert await subjects(stores) == ["confirm", "second"]


async def test_the_list_goes_on_from_a_place_in_the_ledger(stores: Stores, clock: Hands) -> None:
    for n in range(5):
        shown = Shown.COUNT if n == 2 else Shown.NAME
        await signed(stores, clock, signature(clock, f"s{n}", f"p{n}@people.example", shown=shown))
    await signed(stores, clock, signature(clock, "silent", "silent@people.example", publish=""))
    first = await stores.signatures.listed("open-well", 1, limit=2)
    rest = await stores.signatures.listed("open-well", 1, after=first[-1].index or 0)
    assert [[one.id for one in part] for part in (first, rest)] == [["s0", "s1"], ["s3", "s4"]]
    newest = await stores.signatures.listed("open-well", 1, limit=1, newest_first=True)
    assert [one.id for one in newest] == ["s4"]
    assert [entry.index for entry in await stores.signatures.entries("open-well", after=4)] == [5, 6]


async def test_lists_come_in_at_once_and_leave_out_who_has_signed(stores: Stores, clock: Hands) -> None:
    await signed(stores, clock, signature(clock))
    paper = [signature(clock, f"p{n}", f"p{n}@people.example") for n in range(3)]
    twice = signature(clock, "twice", "amina+paper@people.example")
    organisation = signature(clock, "org", "office@org.example", kind=SignatoryKind.ORGANISATION)
    changes = [counted(one, one, clock.now(), "holder") for one in [*paper, twice, organisation]]
    kept = await stores.signatures.add(changes, clock.now())
    assert [one.id if one else None for one in kept] == ["p0", "p1", "p2", None, "org"]
    assert [one.index for one in kept if one] == [2, 3, 4, 5]
    assert await stores.signatures.counts("open-well", 1) == Counts(4, 1) == await replayed(stores)


async def test_the_unconfirmed_are_reminded_once_and_then_forgotten(stores: Stores, clock: Hands) -> None:
    await stores.signatures.request(asked(signature(clock)), clock.now())
    clock.forward(days=4)
    await stores.signatures.request(asked(signature(clock, "new", "new@people.example")), clock.now())
    due = await stores.signatures.unreminded(clock.now() - timedelta(days=3), clock.now())
    assert [one.id for one in due] == ["one"]
    await stores.signatures.change(SignatureChange(due[0], replace(due[0], reminded=clock.now())), clock.now())
    assert not await stores.signatures.unreminded(clock.now() - timedelta(days=3), clock.now())
    clock.forward(days=4)
    assert await stores.signatures.sweep(clock.now()) == 1
    assert (await rows(stores, "signatures"), await rows(stores, "signature_links")) == (1, 1)
