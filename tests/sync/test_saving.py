""" "Saved" is said when the commit, which ends with an fsync, has come back: not before."""

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

from drafting.actions.writing_ports import Author
from drafting.stores.database import PRAGMAS
from drafting.stores.logs.sqlite_log import SqliteLog
from drafting.stores.opening import open_stores
from drafting.sync.rooms import Rooms
from tests.fakes import block
from tests.sync.clients import Client, soon
from tests.sync.logs import FixedClock

NAME = "open-well.front.en"


class Disk:
    """Commits come back when they ``may_commit``."""

    def __init__(self) -> None:
        self.may_commit = threading.Event()
        self.may_commit.set()
        self.is_asked = threading.Event()

    def connect(self, path: Path) -> sqlite3.Connection:
        disk = self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
                if sql == "COMMIT" and not disk.may_commit.is_set():
                    disk.is_asked.set()
                    disk.may_commit.wait()
                return super().execute(sql, parameters)

        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Connection)
        for pragma in PRAGMAS:
            connection.execute(pragma)
        return connection


def kept(path: Path) -> int:
    """How many updates the database holds, as another process sees it."""
    connection = sqlite3.connect(path)
    try:
        (count,) = connection.execute("SELECT count(*) FROM updates").fetchone()
    finally:
        connection.close()
    return int(count)


async def test_saved_is_said_after_the_commit_and_not_before(tmp_path: Path) -> None:
    stores = await open_stores(None, tmp_path, smtp=None, clock=FixedClock())
    path, turn = stores.database.path, stores.database.turn
    assert path is not None
    assert turn is not None
    disk = Disk()
    log = SqliteLog(path, turn, disk.connect)
    rooms = Rooms(log, FixedClock())
    await rooms.create(NAME, (block("a", "We drink from one."),), Author("ada", "net"))
    room = await rooms.open(NAME)
    ada, ben = await Client(room, 11).join(), await Client(room, 12, "ben").join()
    before = kept(path), len(ada.statuses), ben.updates

    disk.may_commit.clear()
    ada.type("!")
    ada.send_made()
    await asyncio.to_thread(disk.is_asked.wait)
    for _ in range(100):
        await asyncio.sleep(0)
    assert (kept(path), len(ada.statuses), ben.updates) == before

    disk.may_commit.set()
    await soon(lambda: ben.updates > before[2])
    assert ada.statuses[before[1] :] == [True]
    assert kept(path) == before[0] + 1
    await rooms.close()
    await log.close()
    await stores.close()
