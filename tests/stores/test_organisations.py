"""Logos and domains of organisations, on both databases."""

from dataclasses import replace
from datetime import timedelta

from drafting.actions.signature_ports import SignatureChange
from drafting.actions.signing.links import counted, withdrawal
from drafting.domain.signatures import SignatoryKind, Signature
from drafting.stores.opening import Stores
from tests.stores.conftest import Hands
from tests.stores.test_signatures import asked, rows, signature

PICTURE = bytes(range(256))


async def office(stores: Stores, clock: Hands, id: str = "office", domain: str = "keepers.example") -> Signature:
    """An organisation that has named its domain."""
    wanted = signature(clock, id, f"{id}@keepers.example", kind=SignatoryKind.ORGANISATION)
    await stores.signatures.request(asked(wanted), clock.now())
    found = await stores.signatures.get(id)
    named = replace(found, contact_confirmed=clock.now(), changed=clock.now(), domain=domain, details={"mandate": {}})
    return await stores.signatures.change(SignatureChange(found, named), clock.now())


async def with_logo(stores: Stores, clock: Hands, before: Signature, data: bytes = PICTURE) -> Signature:
    after = replace(before, details={"logo": {"digest": "0"}})
    return await stores.signatures.change(SignatureChange(before, after, logo=data), clock.now())


async def test_a_domain_is_kept_and_erased(stores: Stores, clock: Hands) -> None:
    named = await office(stores, clock)
    assert (await stores.signatures.get("office")).domain == "keepers.example"
    await stores.signatures.change(withdrawal(named, clock.now(), erase=True), clock.now())
    assert (await stores.signatures.get("office")).domain == ""


async def test_a_logo_comes_is_replaced_and_goes(stores: Stores, clock: Hands) -> None:
    named = await office(stores, clock)
    assert await stores.signatures.logo("office") is None
    first = await with_logo(stores, clock, named)
    assert await stores.signatures.logo("office") == PICTURE
    second = await with_logo(stores, clock, first, b"another")
    assert await stores.signatures.logo("office") == b"another"
    kept = await stores.signatures.change(counted(second, second, clock.now()), clock.now())
    assert await stores.signatures.logo("office") == b"another"
    await with_logo(stores, clock, kept, b"")
    assert await stores.signatures.logo("office") is None
    assert await rows(stores, "signature_logos") == 0


async def test_withdrawing_erasing_and_forgetting_take_the_logo_along(stores: Stores, clock: Hands) -> None:
    for id, erase in (("leaves", False), ("vanishes", True)):
        before = await with_logo(stores, clock, await office(stores, clock, id))
        await stores.signatures.change(withdrawal(before, clock.now(), erase=erase), clock.now())
    await with_logo(stores, clock, await office(stores, clock, "forgotten"))
    assert await rows(stores, "signature_logos") == 1
    clock.forward(days=8)
    assert await stores.signatures.sweep(clock.now()) == 1
    assert await rows(stores, "signature_logos") == 0


async def test_those_that_wait_longest_for_a_look_come_first(stores: Stores, clock: Hands) -> None:
    second = await office(stores, clock, "second")
    clock.forward(seconds=1)
    await office(stores, clock, "first")
    await office(stores, clock, "without", domain="")
    counts = await office(stores, clock, "counts")
    await stores.signatures.change(counted(counts, counts, clock.now()), clock.now())
    clock.forward(seconds=1)
    looked = replace(second, changed=clock.now())
    await stores.signatures.change(SignatureChange(second, looked), clock.now())

    async def waiting(limit: int = 50, **since: float) -> list[str]:
        found = await stores.signatures.unproven(clock.now() - timedelta(**since), clock.now(), limit)
        return [each.id for each in found]

    assert await waiting(hours=1) == []
    clock.forward(hours=1, seconds=1)
    assert await waiting(hours=1) == ["first", "second"]
    assert await waiting(1, hours=1) == ["first"]
    clock.forward(days=8)
    assert await waiting(hours=1) == []
