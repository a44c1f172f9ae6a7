"""A list that counts is taken back as a whole: by two networks, with a reason, each row once, and for good."""

from dataclasses import replace
from typing import Any

import pytest

from drafting.actions.core import Actor
from drafting.actions.desk import desk
from drafting.actions.rolls.check import HELD, STEP
from drafting.actions.rolls.taking import ask_roll_back, keep_roll, take_roll_back
from drafting.actions.rolls.upkeep import sweep_rolls
from drafting.actions.rolls.work import work_on_rolls
from drafting.actions.signing.links import confirm_signature, withdraw_signature
from drafting.actions.signing.moderation import Reason, invalidate, restore
from drafting.domain.errors import Code
from drafting.domain.events import Kind
from drafting.domain.rolls import Roll, RollState, Rows
from drafting.domain.signatures import Counts, SignatureState, Tally, stream_of
from tests.actions import test_rolls
from tests.actions.coalition import SLUG, Coalition
from tests.actions.refusals import refused
from tests.actions.test_rolls import LIST, brought, vouched
from tests.actions.test_signing import ask, count, person, secret_in
from tests.actions.test_vouching import end

coalition = test_rolls.coalition


async def asked_back(coalition: Coalition, roll: Roll, reason: str = "made_up", note: str = "") -> Roll:
    return await ask_roll_back(
        coalition.ports, coalition.delegate("night"), slug=SLUG, id=roll.id, reason=reason, note=note
    )


async def taken_back(coalition: Coalition, roll: Roll) -> Roll:
    """Asked for by one network, agreed to by another, and out of the count."""
    await asked_back(coalition, roll)
    await take_roll_back(coalition.ports, coalition.delegate("salt"), slug=SLUG, id=roll.id, reason="made_up")
    await work_on_rolls(coalition.ports)
    return await coalition.ports.rolls.get(roll.id)


async def replayed(coalition: Coalition) -> Counts:
    return Tally().apply(await coalition.ports.ledger.read(stream_of(SLUG))).counts(1)


async def test_a_list_goes_once_two_networks_say_so(coalition: Coalition) -> None:
    ports, roll = coalition.ports, await vouched(coalition, await brought(coalition))
    coalition.fakes.mail.take()
    asked = await asked_back(coalition, roll, note="Amina says that she never signed.")
    assert (asked.state, asked.reason) == (RollState.ASKED_BACK, "Amina says that she never signed.")
    told = {letter.to for letter in coalition.fakes.mail.take() if letter.subject == "list_asked_back"}
    assert told == {f"person{n}@example.org" for n in range(1, 5)}
    assert await work_on_rolls(ports) == 0
    assert (await count(coalition)).people == 3, "it counts until somebody agrees"
    await take_roll_back(ports, coalition.delegate("salt"), slug=SLUG, id=roll.id, reason="made_up")
    assert await work_on_rolls(ports) == 1
    assert await count(coalition) == await replayed(coalition) == Counts()
    assert (await ports.rolls.get(roll.id)).state is RollState.TAKEN_BACK
    assert await work_on_rolls(ports) == 0


async def test_the_ledger_says_who_took_it_back_and_why_and_no_word_of_the_note(coalition: Coalition) -> None:
    roll = await vouched(coalition, await brought(coalition))
    await asked_back(coalition, roll, note="Amina says that she never signed.")
    await take_roll_back(coalition.ports, coalition.delegate("salt"), slug=SLUG, id=roll.id, reason="made_up")
    await work_on_rolls(coalition.ports)
    entries = await coalition.ports.ledger.read(SLUG)
    events = [entry.event for entry in entries if "roll" in entry.event.data][3:]
    assert [event.kind for event in events] == [Kind.ROLL_ASK_BACK, Kind.ROLL_TAKE_BACK, Kind.ROLL_UNCOUNT]
    assert (events[0].data["reason"], events[1].data["network"], events[2].data["taken"]) == ("made_up", "salt", 3)
    rows = [entry.event for entry in await coalition.ports.ledger.read(stream_of(SLUG))][3:]
    assert [(e.kind, e.data["reason"], e.data["roll"], e.actor) for e in rows] == [
        (Kind.SIGNATURE_INVALIDATE, "list", roll.id, coalition.delegate("salt").account)
    ] * 3
    assert "Amina" not in str([entry.event.data for entry in entries] + [event.data for event in rows])


async def test_the_second_word_is_another_persons_of_another_network(coalition: Coalition) -> None:
    ports, roll = coalition.ports, await vouched(coalition, await brought(coalition))
    salt = coalition.delegate("salt")
    await refused(Code.BAD_INPUT, take_roll_back(ports, salt, slug=SLUG, id=roll.id, reason="made_up"))
    await asked_back(coalition, roll)
    await refused(Code.BAD_INPUT, asked_back(coalition, roll))
    for same in (coalition.delegate("night"), coalition.delegate("night", 2)):
        word = take_roll_back(ports, same, slug=SLUG, id=roll.id, reason="made_up")
        await refused(Code.SECOND_NETWORK_REQUIRED, word)
    await refused(Code.TEXT_CHANGED, take_roll_back(ports, salt, slug=SLUG, id=roll.id, reason="twice"))
    tired = replace(salt, fresh=False)
    await refused(Code.SIGN_IN_ANEW, take_roll_back(ports, tired, slug=SLUG, id=roll.id, reason="made_up"))
    stranger = Actor("somebody")
    await refused(Code.NOT_ALLOWED, take_roll_back(ports, stranger, slug=SLUG, id=roll.id, reason="made_up"))
    await refused(Code.NOT_ALLOWED, ask_roll_back(ports, stranger, slug=SLUG, id=roll.id, reason="made_up"))
    await refused(Code.NOT_ALLOWED, keep_roll(ports, stranger, slug=SLUG, id=roll.id))


async def test_a_reason_is_one_of_a_few(coalition: Coalition) -> None:
    roll = await vouched(coalition, await brought(coalition))
    refusal = await refused(Code.BAD_INPUT, asked_back(coalition, roll, reason="because"))
    assert refusal["field"] == "reason"


async def test_what_does_not_count_yet_is_declined_and_not_taken_back(coalition: Coalition) -> None:
    await refused(Code.BAD_INPUT, asked_back(coalition, await brought(coalition)))


async def test_a_first_word_lapses_with_the_mandate_behind_it(coalition: Coalition) -> None:
    ports, roll = coalition.ports, await vouched(coalition, await brought(coalition))
    await asked_back(coalition, roll)
    await end(coalition, "night")
    known = await take_roll_back(ports, coalition.delegate("salt"), slug=SLUG, id=roll.id, reason="made_up")
    assert not known.is_taken_back
    known = await take_roll_back(ports, coalition.delegate("river"), slug=SLUG, id=roll.id, reason="made_up")
    assert known.is_taken_back


async def test_another_network_may_let_it_go_on_counting(coalition: Coalition) -> None:
    ports, roll = coalition.ports, await vouched(coalition, await brought(coalition))
    await asked_back(coalition, roll, note="They are made up.")
    kept = await keep_roll(ports, coalition.delegate("salt"), slug=SLUG, id=roll.id)
    assert (kept.state, kept.reason) == (RollState.COUNTED, "")
    await refused(
        Code.BAD_INPUT, take_roll_back(ports, coalition.delegate("river"), slug=SLUG, id=roll.id, reason="made_up")
    )
    assert (await asked_back(coalition, roll, reason="twice")).state is RollState.ASKED_BACK
    await take_roll_back(ports, coalition.delegate("salt"), slug=SLUG, id=roll.id, reason="twice")
    await refused(Code.BAD_INPUT, keep_roll(ports, coalition.delegate("night"), slug=SLUG, id=roll.id))


async def test_what_no_second_network_wants_back_goes_on_counting_in_time(coalition: Coalition) -> None:
    ports, roll = coalition.ports, await vouched(coalition, await brought(coalition))
    await asked_back(coalition, roll)
    coalition.fakes.clock.step(days=31)
    assert await sweep_rolls(ports) == 1
    assert (await ports.rolls.get(roll.id)).state is RollState.COUNTED
    assert not (await coalition.state()).rolls[roll.id].doubters


async def test_the_desk_of_another_network_says_that_a_list_is_asked_back(coalition: Coalition) -> None:
    roll = await vouched(coalition, await brought(coalition))
    await asked_back(coalition, roll)

    async def waiting(network: str) -> list[tuple[str, ...]]:
        found = desk(await coalition.state(), coalition.delegate(network).account, coalition.fakes.clock.now())
        return [matter.others for matter in found if matter.kind == "take_back"]

    assert (await waiting("night"), await waiting("salt")) == ([], [(roll.id,)])
    await take_roll_back(coalition.ports, coalition.delegate("salt"), slug=SLUG, id=roll.id, reason="made_up")
    assert await waiting("river") == []


async def test_leaving_goes_on_where_it_was_cut_off_and_repeats_nothing(coalition: Coalition) -> None:
    size = 2 * STEP + 20
    rows = "Name,E-mail\n" + "".join(f"P{n},p{n}@people.example\n" for n in range(size))
    roll = await vouched(coalition, await brought(coalition, rows))
    await asked_back(coalition, roll)
    await take_roll_back(coalition.ports, coalition.delegate("salt"), slug=SLUG, id=roll.id, reason="made_up")

    class Killed(Exception):
        pass

    rolls, steps = coalition.fakes.rolls, iter([False, True])
    real = rolls.change_rows

    async def dying(*args: Any) -> Roll:
        if next(steps, False):
            raise Killed
        return await real(*args)

    rolls.change_rows = dying  # type: ignore[method-assign]
    with pytest.raises(Killed):
        await work_on_rolls(coalition.ports)
    half = await rolls.get(roll.id)
    assert (half.state, half.done, (await count(coalition)).people) == (RollState.LEAVING, STEP, size - STEP)
    assert await work_on_rolls(coalition.ports) == 0, "another process may still be at it"
    coalition.fakes.clock.step(seconds=HELD.total_seconds())
    assert await work_on_rolls(coalition.ports) == 1
    assert await count(coalition) == await replayed(coalition) == Counts()
    entries = await coalition.ports.ledger.read(stream_of(SLUG))
    left = [entry.event.data["id"] for entry in entries if entry.event.kind is Kind.SIGNATURE_INVALIDATE]
    assert len(left) == len(set(left)) == size


async def test_others_stay_and_those_held_back_go_too(coalition: Coalition) -> None:
    ports, holder = coalition.ports, coalition.delegate("river")
    await confirm_signature(ports, await ask(coalition, person("web@people.example")))
    roll = await vouched(coalition, await brought(coalition))
    ids = [roll.signature_id(line) for line in (2, 3)]
    await invalidate(ports, holder, slug=SLUG, id=ids[0], reason=Reason.MADE_UP)
    assert await ports.rolls.rows(roll.id) == Rows(counting=2, published=1, held=1)
    assert await ports.rolls.rows("other") == Rows()
    await taken_back(coalition, roll)
    assert await count(coalition) == await replayed(coalition) == Counts(people=1)
    assert await ports.rolls.rows(roll.id) == Rows(gone=3)
    await refused(Code.BAD_INPUT, restore(ports, holder, slug=SLUG, id=ids[0], reason=Reason.LOOKED_AT))


async def test_who_stood_on_it_can_sign_and_a_better_list_can_be_brought_in(coalition: Coalition) -> None:
    ports = coalition.ports
    await taken_back(coalition, await vouched(coalition, await brought(coalition)))
    await confirm_signature(ports, await ask(coalition, person("amina@people.example")))
    again = await vouched(coalition, await brought(coalition, LIST.replace("Chidi Obi", "Chidi Obí")))
    assert again.counted.numbers == {"fits": 2, "signed": 1}
    assert await count(coalition) == Counts(people=3, people_on_paper=2)


async def test_the_link_of_a_letter_can_still_erase(coalition: Coalition) -> None:
    roll = await vouched(coalition, await brought(coalition))
    (secret,) = [secret_in(letter) for letter in coalition.fakes.mail.take() if letter.to == "amina@people.example"]
    await taken_back(coalition, roll)
    signature = await withdraw_signature(coalition.ports, secret, erase=True)
    assert (signature.is_erased, signature.state) == (True, SignatureState.WITHDRAWN)
    assert await count(coalition) == await replayed(coalition) == Counts()


async def test_who_withdrew_before_is_erased_with_the_others_and_stays_out(coalition: Coalition) -> None:
    ports, roll = coalition.ports, await vouched(coalition, await brought(coalition))
    (secret,) = [secret_in(letter) for letter in coalition.fakes.mail.take() if letter.to == "amina@people.example"]
    withdrawn = await withdraw_signature(ports, secret)
    await taken_back(coalition, roll)
    coalition.fakes.clock.step(days=31)
    await sweep_rolls(ports)
    kept = coalition.fakes.signatures.by_id[withdrawn.id]
    assert (kept.name, kept.salt, kept.state) == ("", b"", SignatureState.WITHDRAWN)
    entries = await ports.ledger.read(stream_of(SLUG))
    told = {e.event.data["id"]: e.event.data for e in entries if e.event.kind is Kind.SIGNATURE_ERASE}
    assert len(told) == 3
    assert [id for id, data in told.items() if "roll" not in data] == [withdrawn.id], "who is told apart in the lists"


async def test_what_was_taken_back_is_erased_in_time(coalition: Coalition) -> None:
    ports = coalition.ports
    roll = await taken_back(coalition, await vouched(coalition, await brought(coalition)))
    coalition.fakes.clock.step(days=29)
    assert await sweep_rolls(ports) == 0
    coalition.fakes.clock.step(days=2)
    assert await sweep_rolls(ports) == 2
    kept = coalition.fakes.signatures.by_id.values()
    assert {(s.name, s.address, s.salt, s.state) for s in kept} == {("", "", b"", SignatureState.TAKEN_BACK)}
    assert (await ports.rolls.get(roll.id)).is_erased
    assert await sweep_rolls(ports) == 0
    assert await count(coalition) == await replayed(coalition) == Counts()
