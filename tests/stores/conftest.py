"""One contract for every store: each test that asks for ``stores`` or ``database_url`` runs on both databases."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from drafting.stores.database import Database
from drafting.stores.migrating import migrate
from drafting.stores.opening import Stores, open_stores
from tests.services import Postgres


class Hands:
    """A clock that moves when a test says so."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock() -> Hands:
    return Hands()


def emptied(url: str) -> str:
    """The database, with nothing in it: far quicker than a new one, which PostgreSQL copies file by file."""

    async def empty() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await connection.close()

    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, empty()).result()
    return url


@pytest.fixture(scope="session")
def postgres_databases(postgres: Postgres) -> tuple[str, str]:
    return postgres.create_database(), postgres.create_database()


@pytest.fixture
def postgres_database(postgres_databases: tuple[str, str]) -> str:
    return emptied(postgres_databases[0])


@pytest.fixture
def second_postgres_database(postgres_databases: tuple[str, str]) -> str:
    return emptied(postgres_databases[1])


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.sqlite"
    url: str = request.getfixturevalue("postgres_database")
    return url


@pytest.fixture
async def stores(database_url: str, tmp_path: Path, clock: Hands) -> AsyncIterator[Stores]:
    opened = await open_stores(database_url, tmp_path / "data", smtp=None, clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    await migrate(opened)
    yield opened
    await opened.close()
