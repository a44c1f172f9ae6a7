"""All stores at once, as the server opens them."""

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select

from drafting.actions.ports import CannotSave
from drafting.stores.database import Database
from drafting.stores.opening import DATABASE_FILE, Stores, open_stores
from drafting.stores.tables import accounts
from tests.processes import find_free_port
from tests.stores.conftest import Hands


async def test_without_a_url_the_database_is_a_file_for_its_owner(tmp_path: Path, clock: Hands) -> None:
    data = tmp_path / "new/data"
    stores = await open_stores(None, data, smtp=None, clock=clock)
    assert await stores.ready()
    await stores.accounts.open("ana@example.org")
    modes = {path.name: path.stat().st_mode & 0o777 for path in data.iterdir() if path.is_file()}
    assert modes[DATABASE_FILE] == 0o600
    assert set(modes.values()) == {0o600}
    await stores.close()


async def test_a_relative_url_and_an_absolute_one(
    tmp_path: Path, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite:///data/here.sqlite", f"sqlite:///{tmp_path}/there.sqlite"):
        stores = await open_stores(url, tmp_path / "data", smtp=None, clock=clock)
        await stores.close()
    assert "here.sqlite" in os.listdir("data")
    assert "there.sqlite" in os.listdir()


async def test_closing_twice_does_no_harm(stores: Stores) -> None:
    await stores.close()
    await stores.close()


async def test_a_database_that_is_away(tmp_path: Path, clock: Hands) -> None:
    url = f"postgresql://nobody@127.0.0.1:{find_free_port()}/none"
    with pytest.raises(CannotSave):
        await open_stores(url, tmp_path, smtp=None, clock=clock)
    database = Database(url)
    assert not await database.is_ready()
    await database.close()


async def test_reading_sees_one_moment(stores: Stores) -> None:
    async with stores.database.reading_one_moment() as connection:
        before = await connection.scalar(select(func.count()).select_from(accounts))
        await stores.accounts.open("ana@example.org")
        assert await connection.scalar(select(func.count()).select_from(accounts)) == before == 0
