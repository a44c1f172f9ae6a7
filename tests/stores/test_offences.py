"""Who ended a worker is known to all nodes and after a restart, for a week."""

from dataclasses import replace
from datetime import timedelta

from drafting.stores.offences import KEPT, Offence, What
from drafting.stores.opening import Stores
from tests.stores.conftest import Hands


def offence(clock: Hands, name: str = "ada", times: int = 1, what: What = What.SHUT_OUT) -> Offence:
    return Offence(what, name, times, clock.now(), clock.now() + timedelta(minutes=10))


async def test_what_is_kept_is_known(stores: Stores, clock: Hands) -> None:
    kept = [offence(clock, what.value, what=what) for what in What]
    await stores.offences.keep(kept, clock.now())
    assert sorted(await stores.offences.known(clock.now()), key=lambda one: one.name) == sorted(
        kept, key=lambda one: one.name
    )


async def test_of_two_nodes_that_tell_of_it_the_worse_counts(stores: Stores, clock: Hands) -> None:
    worse = replace(offence(clock, times=3), until=clock.now() + timedelta(hours=1))
    for told in (offence(clock), worse, offence(clock, times=2)):
        await stores.offences.keep([told], clock.now())
    assert await stores.offences.known(clock.now()) == [worse]


async def test_it_is_forgotten_and_erased_in_time(stores: Stores, clock: Hands) -> None:
    await stores.offences.keep([offence(clock)], clock.now())
    clock.time += KEPT
    assert len(await stores.offences.known(clock.now())) == 1
    clock.forward(seconds=1)
    assert await stores.offences.known(clock.now()) == []
    await stores.offences.keep([], clock.now())
    clock.time -= KEPT
    assert await stores.offences.known(clock.now()) == []
