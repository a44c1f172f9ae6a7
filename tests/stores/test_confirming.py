"""A link that many follow at once, over the real stores: one of them confirms."""

import asyncio
from dataclasses import replace
from pathlib import Path

from drafting.actions.signature_ports import LinkRole
from drafting.actions.signing.asking import sign
from drafting.actions.signing.ending import close_signing, count_ended
from drafting.actions.signing.links import confirm_signature
from drafting.domain.declaration import Declaration
from drafting.domain.editions import UNDER_WAY, Signing
from drafting.domain.errors import Code, Refusal
from drafting.domain.folding.fold import fold
from drafting.domain.signatures import Counts, Signature, Tally
from drafting.publishing.signature_lists import StaticLists
from drafting.stores.opening import Stores
from tests.actions.coalition import SLUG
from tests.actions.refusals import refused
from tests.actions.test_signing import person, released
from tests.fakes import Fakes
from tests.stores.conftest import Hands
from tests.stores.test_signatures import asked, signature


async def test_of_fifty_confirmations_of_one_link_one_counts(stores: Stores, clock: Hands) -> None:
    await stores.signatures.request(asked(signature(clock), "secret"), clock.now())
    ports = Fakes().ports(signatures=stores.signatures, clock=clock)

    async def follow() -> Signature | Code:
        try:
            return await confirm_signature(ports, "secret")
        except Refusal as refusal:
            return refusal.code

    results = await asyncio.gather(*(follow() for _ in range(50)))
    assert sum(isinstance(result, Signature) for result in results) == 1
    assert results.count(Code.LINK_USED) == 49
    assert await stores.signatures.counts("open-well", 1) == Counts(people=1)
    assert Tally().apply(await stores.signatures.entries("open-well")).counts(1) == Counts(people=1)
    known = await stores.signatures.find("secret")
    assert known is not None
    assert known[1] is LinkRole.OWN


async def test_known_and_unknown_addresses_are_the_same_work(stores: Stores, clock: Hands) -> None:
    """Both letters are written and sealed before anybody looks who has signed; only one row more or less is kept."""
    counts = []
    for id, address in (("one", "amina@people.example"), ("two", "amina@people.example"), ("new", "b@people.example")):
        request = asked(signature(clock, id, address))
        await stores.signatures.request(request, clock.now())
        if id == "one":
            await confirm_signature(Fakes().ports(signatures=stores.signatures, clock=clock), f"secret-{id}")
        counts.append(await stores.mail.waiting(100))
    assert counts == [1, 2, 3]
    found = [await stores.signatures.find(f"secret-{id}") for id in ("two", "new")]
    assert [known is not None for known in found] == [True, True]


async def test_the_end_of_signing_holds_and_is_counted_over_the_real_stores(
    stores: Stores, clock: Hands, tmp_path: Path
) -> None:
    coalition = await released()
    told = coalition.fakes.ledger
    events = [entry.event for entry in told.entries[SLUG]]
    await stores.ledger.append(SLUG, events, expected=0, at=clock.now(), contents=told.contents)
    lists = StaticLists(tmp_path)
    ports = replace(coalition.ports, ledger=stores.ledger, signatures=stores.signatures, lists=lists, clock=clock)
    under_way = asked(signature(clock, "one", "amina@people.example", declaration=SLUG), "secret")
    await stores.signatures.request(under_way, clock.now())
    await close_signing(ports, coalition.initiator, slug=SLUG, n=1)
    refusal = await refused(Code.SIGNING_ENDED, sign(ports, slug=SLUG, n=1, asked=person("b@people.example")))
    assert refusal["ended"] == clock.now()
    await confirm_signature(ports, "secret")
    clock.forward(days=UNDER_WAY.days)
    assert [await count_ended(ports), await count_ended(ports)] == [1, 0]
    edition = fold(Declaration(SLUG), await stores.ledger.read(SLUG)).editions[0]
    assert edition.counted
    assert (edition.counted.people, edition.counted.index, edition.signing(clock.now())) == (1, 1, Signing.ENDED)
