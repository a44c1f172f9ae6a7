"""Names and counters of passkeys, alike in both databases."""

import asyncio

from drafting.stores.opening import Stores


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
