"""The history of a text of 20,000 edits by seven people who write at once: what its page reads, from SQLite."""

import asyncio
import random
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from pycrdt import Doc, TransactionEvent

from benchmarks.measuring import ROUNDS, Row
from drafting.actions.writing_ports import Edit, Update
from drafting.stores.database import Database
from drafting.stores.logs.sqlite_log import SqliteLog
from drafting.stores.migrating import migrate
from drafting.sync import markup
from drafting.sync.authorship import Authorship
from drafting.web.pages.history import WINDOW, stretches

NAME = "bench.water.en"
EDITS = 20_000
PEOPLE = 7
BURST = 8
"""Edits in a row by one person, on average."""


def written() -> list[Update]:
    chance = random.Random(7)
    pens: list[Doc[Any]] = [Doc(client_id=number + 1) for number in range(PEOPLE)]
    bodies = [markup.roots(pen).body for pen in pens]
    made: list[bytes] = []

    def note(event: TransactionEvent) -> None:
        made.append(event.update)

    watching = [pen.observe(note) for pen in pens]
    updates: list[Update] = []
    person, place, at = 0, 1, datetime(2030, 3, 1, tzinfo=UTC)
    for number in range(EDITS):
        if chance.random() < 1 / BURST:
            person, place = chance.randrange(PEOPLE), chance.randrange(len(bodies[0]) + 1)
        made.clear()
        length = len(bodies[person])
        if number % 400 == 0:
            bodies[person].insert_embed(length, {"b": f"b{number}"}, {})
        elif place + 1 < length and chance.random() < 0.1:
            del bodies[person][place : place + 1]
        else:
            place = min(place + 1, length)
            bodies[person].insert(place, chance.choice("abcdefgh "), {})
        update = made[0]
        for other, pen in enumerate(pens):
            if other != person:
                pen.apply_update(update)
        at += timedelta(seconds=chance.random() * 20)
        updates.append(Update(NAME, update, f"account-{person}", f"network-{person}", at, (person + 1,)))
    for pen, subscription in zip(pens, watching, strict=True):
        pen.unobserve(subscription)
    return updates


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder) / "drafting.db"))


async def _measure(path: Path) -> list[Row]:
    await migrate(Database(f"sqlite:///{path}"))
    log = SqliteLog(path, asyncio.Lock())
    await log.append(written())
    warm = Authorship(log)

    async def listed() -> None:
        read = await log.read(NAME, EDITS - WINDOW)
        stretches([Edit(update.sequence, update.at, update.account, update.network) for update in read])

    works: dict[str, Callable[[], Awaitable[object]]] = {
        "who wrote a text of 20,000 edits: first time": lambda: Authorship(log).read(NAME),
        "the same again": lambda: warm.read(NAME),
        "the same in the middle of its history, again": lambda: warm.read(NAME, EDITS // 2 + 500),
        "the newest page of its stretches": listed,
    }
    rows = [await _row(what, work) for what, work in works.items()]
    await log.close()
    return rows


async def _row(what: str, work: Callable[[], Awaitable[object]]) -> Row:
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter()
        await work()
        taken.append((perf_counter() - began) * 1e3)
    return Row(what, median(taken), min(taken), max(taken), "ms")
