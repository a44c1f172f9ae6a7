"""Names and counters of passkeys, alike in both databases."""

import asyncio
from pathlib import Path

from drafting.actions.core import Actor
from drafting.actions.membership.passkeys import add_passkey, ask_for_passkey, list_passkeys
from drafting.actions.ports import Ports
from drafting.domain.errors import Code
from drafting.stores.opening import Stores, open_stores
from tests.actions.refusals import refused
from tests.device import Device
from tests.fakes import make_ports
from tests.stores.conftest import Hands


async def test_names_are_those_of_the_account(stores: Stores) -> None:
    await stores.passkeys.keep("k1", "ada", "Téléphone 📱", 0)
    await stores.passkeys.keep("k2", "ada", "", 7)
    await stores.passkeys.keep("k3", "ben", "Key", 0)
    assert await stores.passkeys.names("ada") == {"k1": "Téléphone 📱", "k2": ""}
    assert await stores.passkeys.names("nobody") == {}


async def test_a_counter_goes_on_or_is_never_used(stores: Stores) -> None:
    await stores.passkeys.keep("never", "ada", "", 0)
    assert [await stores.passkeys.count("never", n) for n in (0, 0)] == [True, True]
    assert [await stores.passkeys.count("never", n) for n in (5, 0, 5, 4, 6, 2**32 - 1)] == [
        True, False, False, False, True, True,
    ]  # fmt: skip
    assert not await stores.passkeys.count("unknown", 1)


async def test_of_many_at_once_with_the_same_counter_one_counts(stores: Stores) -> None:
    await stores.passkeys.keep("k", "ada", "", 3)
    assert sum(await asyncio.gather(*(stores.passkeys.count("k", 4) for _ in range(20)))) == 1


async def test_what_one_node_asked_another_takes_once(
    stores: Stores, database_url: str, tmp_path: Path, clock: Hands
) -> None:
    other = await open_stores(database_url, tmp_path / "data", smtp=None, clock=clock)
    here, there = (_ports(node, clock) for node in (stores, other))
    account, _ = await stores.accounts.open("ada@example.org", "Ada")
    actor, device = Actor(account.id), Device(origin=here.origin)
    asking = await ask_for_passkey(here, actor)
    made = await add_passkey(there, actor, **device.added(asking.challenge, "Telephone"))
    again = Device(seed=8, origin=here.origin).added(asking.challenge)
    for node in (here, there):
        await refused(Code.BAD_INPUT, add_passkey(node, actor, **again))
        assert [(passkey.id, name) for passkey, name in await list_passkeys(node, account.id)] == [
            (made.id, "Telephone")
        ]
    await other.close()


def _ports(node: Stores, clock: Hands) -> Ports:
    return make_ports(
        passes=node.passes, passkeys=node.passkeys, ledger=node.ledger, accounts=node.accounts, clock=clock
    )
