"""The services that other tests rely on are real, and what is missing is named."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from playwright.sync_api import Browser

from tests.processes import Process, ServiceMissing, executable
from tests.services import Postgres


async def test_postgres_is_durable_and_comes_back(postgres: Postgres, postgres_database: str) -> None:
    connection = await asyncpg.connect(postgres_database)
    assert await connection.fetchval("SHOW fsync") == "on"
    await connection.execute("CREATE TABLE kept (word text)")
    await connection.execute("INSERT INTO kept VALUES ('said')")
    await connection.close()
    postgres.stop("immediate")
    postgres.start()
    connection = await asyncpg.connect(postgres_database)
    assert await connection.fetchval("SELECT word FROM kept") == "said"
    await connection.close()


def test_redis_answers(redis: Process, redis_url: str) -> None:
    address = urlsplit(redis_url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(b"PING\r\n")
        assert connection.recv(16) == b"+PONG\r\n"


def test_chromium_shows_a_page(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<h1 lang=ar dir=rtl>إعلان</h1>")
    assert page.get_by_role("heading").inner_text() == "إعلان"
    page.close()


def test_a_missing_service_is_named() -> None:
    with pytest.raises(ServiceMissing, match=r"no-such-server.*make test.*the package nothing"):
        executable("no-such-server", apt="nothing")


def test_a_process_that_dies_shows_its_last_words(tmp_path: Path) -> None:
    process = Process(["sh", "-c", "echo enough; exit 7"], log=tmp_path / "log", is_ready=lambda: False)
    with pytest.raises(RuntimeError, match=r"ended with 7(.|\n)*enough"):
        process.start()
