"""What was answered is there, whenever the process is killed."""

import asyncio
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from drafting.stores import tables
from drafting.stores.opening import open_stores
from tests.stores.conftest import Hands

ANSWERED_BEFORE_THE_END = 150


def answered_until_killed(database_url: str, data: Path) -> list[str]:
    """The ids that a process says it has kept, before and while it is killed."""
    command = [sys.executable, "-m", "tests.stores.signer", database_url, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as signer:
        assert signer.stdout
        answered = [signer.stdout.readline() for _ in range(ANSWERED_BEFORE_THE_END)]
        signer.kill()
        # A line that was cut off by the kill was not read whole, so it does not count as an answer.
        answered += [line for line in signer.stdout if line.endswith("\n")]
    return [line.strip() for line in answered]


async def test_what_was_answered_before_a_kill_is_there(database_url: str, tmp_path: Path, clock: Hands) -> None:
    data = tmp_path / "data"
    answered = await asyncio.to_thread(answered_until_killed, database_url, data)
    stores = await open_stores(database_url, data, smtp=None, clock=clock)
    async with stores.database.reading() as connection:
        kept = {*await connection.scalars(select(tables.signatures.c.id))}
        letters = [*await connection.scalars(select(tables.signature_links.c.letter))]
        waiting = {*await connection.scalars(select(tables.letters.c.id))}
    await stores.close()
    assert set(answered) <= kept
    assert len(letters) == len(kept)
    assert set(letters) == waiting
