"""Addresses at rest: nothing in the database reads as one, and without its keys nobody opens it."""

import secrets
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from drafting.actions.letter_ports import Letter
from drafting.stores.backup import BACKED_UP, backup, kind_of, raw_table
from drafting.stores.database import Database
from drafting.stores.migrating import migrate
from drafting.stores.opening import KEYS_FILE, Stores, open_stores
from drafting.stores.restoring import restore
from drafting.stores.secrets.address_keys import Keys, KeysMissing, make_keys, read_keys
from tests.stores.conftest import Hands

ADDRESS = "Planted.Person@example.org"


async def everything(database: Database) -> str:
    """Every value of every table, as the database holds it."""
    found = []
    async with database.reading_one_moment() as connection:
        for table in BACKED_UP:
            raw = raw_table(table.name, {c.name: kind_of(c.type) for c in table.columns})
            found += [repr(tuple(row)) for row in await connection.execute(raw.select())]
    return "\n".join(found)


async def fill(stores: Stores, clock: Hands) -> None:
    account, _ = await stores.accounts.open(ADDRESS, "Ana")
    await stores.passes.issue("invitation", account.id, clock.now(), clock.now(), {"address": ADDRESS})
    await stores.mail.send([Letter(ADDRESS, f"For {ADDRESS}", f"Dear {ADDRESS}")], clock.now())


async def test_no_address_is_in_the_database_in_the_clear(stores: Stores, clock: Hands) -> None:
    await fill(stores, clock)
    assert "planted" not in (await everything(stores.database)).lower()
    (parcel,) = await stores.mail.lease(clock.now())
    assert (parcel.letter.to, parcel.letter.subject, parcel.letter.body) == (
        ADDRESS,
        f"For {ADDRESS}",
        f"Dear {ADDRESS}",
    )
    found = await stores.accounts.find(ADDRESS.upper())
    assert found is not None
    assert found.address == ADDRESS


async def test_the_key_file_is_for_its_owner_and_made_once(stores: Stores, tmp_path: Path) -> None:
    file = tmp_path / "data" / KEYS_FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    first = file.read_text()
    make_keys(file)
    assert file.read_text() == first


async def test_without_its_keys_a_database_is_not_opened(
    stores: Stores, database_url: str, tmp_path: Path, clock: Hands
) -> None:
    await fill(stores, clock)
    before = await everything(stores.database)
    other = tmp_path / "other"
    make_keys(tmp_path / "foreign")
    for keys in (None, tmp_path / "foreign"):
        with pytest.raises(KeysMissing, match="k1"):
            await open_stores(database_url, other, smtp=None, clock=clock, keys=keys)
    assert not (other / KEYS_FILE).exists()
    assert await everything(stores.database) == before


async def test_a_new_key_seals_everything_anew_and_the_old_one_can_go(
    stores: Stores, database_url: str, tmp_path: Path, clock: Hands
) -> None:
    await fill(stores, clock)
    for n in range(1200):
        await stores.accounts.open(f"p{n}@example.org")
    file = tmp_path / "data" / KEYS_FILE
    head, find, old = file.read_text().splitlines()
    new = f"k2 {secrets.token_urlsafe(32)}"
    file.write_text("\n".join([head, find, old, new]))
    again = await open_stores(database_url, tmp_path / "data", smtp=None, clock=clock)
    assert "k1:" not in await everything(again.database)
    await again.close()
    file.write_text("\n".join([head, find, new]))
    last = await open_stores(database_url, tmp_path / "data", smtp=None, clock=clock)
    for address in (ADDRESS, "p0@example.org", "p1199@example.org"):
        account = await last.accounts.find(address)
        assert account is not None
        assert account.address == address
    await last.close()


async def test_rows_of_before_are_sealed_at_the_first_opening(database_url: str, tmp_path: Path, clock: Hands) -> None:
    old = Database(database_url)
    await migrate(old, until=1)
    async with old.writing() as connection:
        await connection.execute(
            text("INSERT INTO accounts (id, found_by, address, name, locale) VALUES ('a', :f, :a, 'Ana', 'en')"),
            {"f": ADDRESS.casefold(), "a": ADDRESS},
        )
    await old.close()
    stores = await open_stores(database_url, tmp_path / "data", smtp=None, clock=clock)
    account, is_new = await stores.accounts.open(ADDRESS)
    assert (account.id, account.address, is_new) == ("a", ADDRESS, False)
    assert "planted" not in (await everything(stores.database)).lower()
    await stores.close()


async def test_a_backup_carries_the_keys_of_the_data_folder(stores: Stores, tmp_path: Path, clock: Hands) -> None:
    await fill(stores, clock)
    await backup(stores.database, tmp_path / "data", tmp_path / "b.zip")
    url = f"sqlite:///{tmp_path}/new.sqlite"
    # A server that was started once has keys of its own, which give way.
    await (await open_stores(url, tmp_path / "new", smtp=None, clock=clock)).close()
    target = Database(url)
    await restore(tmp_path / "b.zip", target, tmp_path / "new")
    await target.close()
    again = await open_stores(url, tmp_path / "new", smtp=None, clock=clock)
    assert await again.accounts.find(ADDRESS) is not None
    await again.close()


@pytest.mark.parametrize(
    "lines", [[], ["find x"], ["find " + "A" * 43], ["k1 " + "A" * 43], ["find " + "A" * 43, "k1 short"], ["\x00"]]
)
def test_a_file_that_is_not_of_keys_is_refused(tmp_path: Path, lines: Sequence[str]) -> None:
    (tmp_path / "keys").write_text("\n".join(lines))
    with pytest.raises(KeysMissing):
        read_keys(tmp_path / "keys")


def test_what_was_changed_is_not_opened(tmp_path: Path) -> None:
    keys: Keys = make_keys(tmp_path / "keys")
    sealed = keys.seal("words")
    assert keys.open(sealed) == "words"
    assert keys.seal("words") != sealed
    assert keys.digest("words") == keys.digest("words") != keys.digest("word")
    for changed in (sealed[:-6] + "AAAA==", "k9:" + sealed[3:], sealed[:8], "planted@example.org"):
        with pytest.raises(KeysMissing) as missing:
            keys.open(changed)
        assert "planted" not in str(missing.value)
    assert keys.open(keys.seal("")) == keys.digest("") == ""
