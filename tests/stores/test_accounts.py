"""Who signs in."""

import asyncio

import pytest

from drafting.domain.errors import Code, Refusal
from drafting.stores.opening import Stores


async def test_an_address_opens_one_account(stores: Stores) -> None:
    account, made = await stores.accounts.open(" Ana.Straße@Example.org ", "Ana", "de")
    assert made
    assert (account.address, account.name, account.locale) == ("Ana.Straße@Example.org", "Ana", "de")
    assert await stores.accounts.open("ANA.STRASSE@example.ORG", "Somebody", "en") == (account, False)
    assert await stores.accounts.find("ana.strasse@example.org") == account
    assert await stores.accounts.find("bo@example.org") is None
    assert await stores.accounts.get(account.id) == account


async def test_many_at_once_open_one(stores: Stores) -> None:
    opened = await asyncio.gather(*(stores.accounts.open("ana@example.org") for _ in range(20)))
    assert [made for _, made in opened].count(True) == 1
    assert len({account.id for account, _ in opened}) == 1


async def test_an_account_takes_a_name_and_a_language(stores: Stores) -> None:
    account, _ = await stores.accounts.open("ana@example.org")
    assert (await stores.accounts.describe(account.id, name="Ana")).name == "Ana"
    assert (await stores.accounts.describe(account.id, locale="qu")).locale == "qu"
    kept = await stores.accounts.describe(account.id)
    assert (kept.name, kept.locale) == ("Ana", "qu")


async def test_names_are_found_for_known_accounts(stores: Stores) -> None:
    ana, _ = await stores.accounts.open("ana@example.org", "Ana")
    bo, _ = await stores.accounts.open("bo@example.org", "Bo")
    asked = [ana.id, bo.id, "unknown", ana.id, *(f"nobody{n}" for n in range(600))]
    assert await stores.accounts.names(asked) == {ana.id: "Ana", bo.id: "Bo"}
    assert await stores.accounts.names([]) == {}


async def test_an_unknown_account_is_refused(stores: Stores) -> None:
    for asked in (stores.accounts.get("nobody"), stores.accounts.describe("nobody", name="N")):
        with pytest.raises(Refusal) as refused:
            await asked
        assert refused.value.code is Code.NOT_FOUND


async def test_an_error_does_not_tell_addresses(stores: Stores) -> None:
    with pytest.raises(Exception) as raised:
        await stores.accounts.open("planted@example.org", locale="\ud800")
    assert "planted" not in str(raised.value)
