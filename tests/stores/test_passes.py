"""Secrets that let somebody in: only their hash is kept, and each is spent once."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from drafting.stores.opening import Stores, open_stores
from drafting.stores.passes import KEPT_AFTER_EXPIRY
from drafting.stores.tables import passes
from tests.stores.conftest import Hands

HOUR = timedelta(hours=1)


async def test_the_secret_is_not_kept(stores: Stores, clock: Hands) -> None:
    secret, made = await stores.passes.issue("session", "ana", clock.now() + HOUR, clock.now(), {"agent": "Firefox"})
    assert len(secret) == 43
    async with stores.database.reading() as connection:
        row = (await connection.execute(select(passes))).one()
    assert secret not in repr(row)
    assert secret.encode() not in bytes(row.secret)
    assert await stores.passes.find("session", secret, clock.now()) == made


async def test_is_found_for_its_purpose_and_time_only(stores: Stores, clock: Hands) -> None:
    secret, _ = await stores.passes.issue("session", "ana", clock.now() + HOUR, clock.now())
    assert await stores.passes.find("invitation", secret, clock.now()) is None
    assert await stores.passes.find("session", secret + "x", clock.now()) is None
    assert await stores.passes.find("session", "\ud800", clock.now()) is None
    clock.forward(hours=1)
    assert await stores.passes.find("session", secret, clock.now()) is None
    assert await stores.passes.spend("session", secret, clock.now()) is None


async def test_is_spent_once(stores: Stores, clock: Hands) -> None:
    secret, made = await stores.passes.issue("sign_in", "ana", clock.now() + HOUR, clock.now(), {"to": "/d/water"})
    assert await stores.passes.spend("other", secret, clock.now()) is None
    clock.forward(minutes=1)
    spent = await stores.passes.spend("sign_in", secret, clock.now())
    assert spent is not None
    assert (spent.id, spent.used, spent.data) == (made.id, clock.now(), {"to": "/d/water"})
    assert await stores.passes.spend("sign_in", secret, clock.now()) is None
    assert await stores.passes.find("sign_in", secret, clock.now()) == spent


async def test_of_fifty_at_once_one_gets_it(stores: Stores, database_url: str, tmp_path: Path, clock: Hands) -> None:
    other = await open_stores(
        database_url, tmp_path / "other", smtp=None, clock=clock, keys=tmp_path / "data/keys/addresses"
    )
    secret, _ = await stores.passes.issue("sign_in", "ana", clock.now() + HOUR, clock.now())
    nodes = (stores, other)
    got = await asyncio.gather(*(nodes[n % 2].passes.spend("sign_in", secret, clock.now()) for n in range(50)))
    await other.close()
    assert sum(one is not None for one in got) == 1


async def test_changes_and_lists_the_live_ones(stores: Stores, clock: Hands) -> None:
    _, first = await stores.passes.issue("session", "ana", clock.now() + HOUR, clock.now())
    clock.forward(minutes=1)
    _, second = await stores.passes.issue("session", "ana", clock.now() + 2 * HOUR, clock.now())
    await stores.passes.issue("session", "bo", clock.now() + HOUR, clock.now())
    await stores.passes.issue("token", "ana", clock.now() + HOUR, clock.now())
    assert [p.id for p in await stores.passes.of_account("session", "ana", clock.now())] == [second.id, first.id]
    await stores.passes.change(second.id, seen=clock.now())
    await stores.passes.change(second.id, data={"name": "laptop"})
    clock.forward(minutes=59)
    (live,) = await stores.passes.of_account("session", "ana", clock.now())
    assert (live.id, live.data, live.seen) == (second.id, {"name": "laptop"}, clock.now() - timedelta(minutes=59))


async def test_is_revoked_by_its_account_only(stores: Stores, clock: Hands) -> None:
    secret, made = await stores.passes.issue("token", "ana", clock.now() + HOUR, clock.now())
    assert not await stores.passes.revoke(made.id, "bo")
    assert await stores.passes.find("token", secret, clock.now()) == made
    assert await stores.passes.revoke(made.id, "ana")
    assert not await stores.passes.revoke(made.id, "ana")
    assert await stores.passes.find("token", secret, clock.now()) is None


async def test_old_ones_are_swept_away(stores: Stores, clock: Hands) -> None:
    await stores.passes.issue("sign_in", "ana", clock.now() + HOUR, clock.now())
    clock.time += KEPT_AFTER_EXPIRY + 2 * HOUR
    _, new = await stores.passes.issue("sign_in", "bo", clock.now() + HOUR, clock.now())
    async with stores.database.reading() as connection:
        assert [*await connection.scalars(select(passes.c.id))] == [new.id]
