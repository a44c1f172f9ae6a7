"""Who looks after the list of signatures, what they decide, and what the rule against floods holds back."""

from dataclasses import replace

import pytest

from drafting.actions.core import Actor
from drafting.actions.signing.links import confirm_signature, withdraw_signature
from drafting.actions.signing.moderation import (
    PREFIX_FLOOD,
    hold_back_floods,
    invalidate,
    look_over,
    quarantine,
    restore,
)
from drafting.actions.signing.upkeep import remind_signatories, sweep_signatures
from drafting.domain.errors import Code
from drafting.domain.events import Kind
from drafting.domain.signatures import Counts, SignatureState, stream_of
from tests.actions.coalition import SLUG, Coalition
from tests.actions.refusals import refused
from tests.actions.test_signing import ask, count, person, released


@pytest.fixture
async def coalition() -> Coalition:
    return await released()


async def signed(coalition: Coalition, address: str = "amina@people.example", **changes: object) -> str:
    signature = await confirm_signature(coalition.ports, await ask(coalition, person(address, **changes)))
    return signature.id


async def test_a_signature_is_held_back_refused_and_brought_back_with_reasons(coalition: Coalition) -> None:
    ports, moderator = coalition.ports, coalition.initiator
    id = await signed(coalition)
    held = await quarantine(ports, moderator, slug=SLUG, id=id, reason="made_up", note="Looks so.")
    assert (held.state, await count(coalition)) == (SignatureState.QUARANTINED, Counts())
    assert [s.id for s in (await look_over(ports, moderator, slug=SLUG, n=1)).waiting] == [id]
    out = await invalidate(ports, moderator, slug=SLUG, id=id, reason="not_theirs", note="Nobody of this name.")
    assert (out.state, out.details["note"]) == (SignatureState.INVALIDATED, "Nobody of this name.")
    back = await restore(ports, moderator, slug=SLUG, id=id, reason="looked_at")
    assert (back.state, await count(coalition)) == (SignatureState.CONFIRMED, Counts(people=1))
    entries = await ports.ledger.read(stream_of(SLUG))
    assert [(e.event.kind, e.event.actor, e.event.data.get("reason")) for e in entries[1:]] == [
        (Kind.SIGNATURE_QUARANTINE, moderator.account, "made_up"),
        (Kind.SIGNATURE_INVALIDATE, moderator.account, "not_theirs"),
        (Kind.SIGNATURE_RESTORE, moderator.account, "looked_at"),
    ]


async def test_what_cannot_be_decided(coalition: Coalition) -> None:
    ports, moderator = coalition.ports, coalition.initiator
    own = await ask(coalition, person())
    id = (await confirm_signature(ports, own)).id
    await refused(Code.BAD_INPUT, quarantine(ports, moderator, slug=SLUG, id=id, reason="  "))
    await refused(Code.NOT_ALLOWED, quarantine(ports, Actor("somebody"), slug=SLUG, id=id, reason="other"))
    await refused(Code.NOT_ALLOWED, look_over(ports, Actor("somebody"), slug=SLUG, n=1))
    await refused(Code.BAD_INPUT, restore(ports, moderator, slug=SLUG, id=id, reason="other"))
    await refused(Code.NOT_FOUND, quarantine(ports, moderator, slug=SLUG, id="nobody", reason="other"))
    await withdraw_signature(ports, own)
    await refused(Code.BAD_INPUT, invalidate(ports, moderator, slug=SLUG, id=id, reason="other"))


async def test_an_invalidated_address_cannot_just_sign_again(coalition: Coalition) -> None:
    id = await signed(coalition)
    await invalidate(coalition.ports, coalition.initiator, slug=SLUG, id=id, reason="made_up")
    again = await ask(coalition, person())
    await refused(Code.LINK_USED, confirm_signature(coalition.ports, again))
    assert await count(coalition) == Counts()


async def test_a_flood_from_one_network_is_held_back_and_others_are_not(coalition: Coalition) -> None:
    for n in range(PREFIX_FLOOD):
        await signed(coalition, f"p{n}@flood.example", prefix="203.0.113.0/24")
    kept = [await signed(coalition, f"q{n}@mail.example", prefix=f"198.51.{n}.0/24") for n in range(3)]
    desk = await look_over(coalition.ports, coalition.initiator, slug=SLUG, n=1)
    assert [(t.of, t.value, t.count, t.is_flood) for t in desk.trends] == [
        ("domain", "flood.example", PREFIX_FLOOD, False),
        ("prefix", "203.0.113.0/24", PREFIX_FLOOD, True),
    ]
    assert await hold_back_floods(coalition.ports, SLUG, 1) == PREFIX_FLOOD
    assert await count(coalition) == Counts(people=len(kept))
    assert await hold_back_floods(coalition.ports, SLUG, 1) == 0
    waiting = (await look_over(coalition.ports, coalition.initiator, slug=SLUG, n=1)).waiting
    back = waiting[0].id
    await restore(coalition.ports, coalition.initiator, slug=SLUG, id=back, reason="looked_at")
    for n in range(PREFIX_FLOOD):
        await signed(coalition, f"r{n}@flood.example", prefix="203.0.113.0/24")
    await hold_back_floods(coalition.ports, SLUG, 1)
    assert (await coalition.ports.signatures.get(back)).state is SignatureState.CONFIRMED


async def test_an_hour_later_the_flood_is_over(coalition: Coalition) -> None:
    for n in range(PREFIX_FLOOD):
        await signed(coalition, f"p{n}@flood.example", prefix="203.0.113.0/24")
    coalition.fakes.clock.step(hours=2)
    assert await hold_back_floods(coalition.ports, SLUG, 1) == 0


async def test_the_network_of_a_signature_is_forgotten_after_a_month(coalition: Coalition) -> None:
    id = await signed(coalition, prefix="203.0.113.0/24")
    await sweep_signatures(coalition.ports)
    assert (await coalition.ports.signatures.get(id)).prefix == "203.0.113.0/24"
    coalition.fakes.clock.step(days=31)
    await sweep_signatures(coalition.ports)
    assert (await coalition.ports.signatures.get(id)).prefix == ""


async def test_addresses_that_refuse_letters_are_counted_and_shown_and_not_reminded(coalition: Coalition) -> None:
    ports, kept = coalition.ports, coalition.fakes.signatures.by_id
    secret = await ask(coalition, person())
    (id,) = kept
    kept[id] = replace(kept[id], bounced=ports.clock.now())
    desk = await look_over(ports, coalition.initiator, slug=SLUG, n=1)
    assert (desk.bounces, [s.id for s in desk.bounced]) == (1, [id])
    coalition.fakes.clock.step(days=4)
    assert await remind_signatories(ports) == 0
    await confirm_signature(ports, secret)
    assert (await look_over(ports, coalition.initiator, slug=SLUG, n=1)).bounces == 0
