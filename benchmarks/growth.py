"""How cost grows with writers, rooms, sections and history, by the rooms themselves over a real log, without sockets.

``python -m benchmarks.growth`` prints the tables. Times are of this process's processor, so that others disturb little.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pycrdt import Doc, Text

from drafting.actions.writing_ports import Author, UpdateLog
from drafting.domain.prose import Block, Run
from drafting.stores.opening import open_stores
from drafting.sync import markup, wire
from drafting.sync.participants import CloseCode, Guest, Level, Participant, Rights
from drafting.sync.replica import Replica
from drafting.sync.room import Room, Times
from drafting.sync.rooms import Rooms

TOMBSTONES = 200_000
ROOMS = 1_000
ADA = Author("ada", "net")
LINE = (Block("a", "paragraph", (Run("We drink from one."),)),)


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Deaf:
    """An outbox that counts."""

    def __init__(self) -> None:
        self.frames = 0

    def send(self, frame: bytes) -> None:
        self.frames += 1

    def send_all(self, frames: Sequence[bytes]) -> None:
        self.frames += len(frames)

    def close(self, code: CloseCode, reason: str = "") -> None: ...


class Hand:
    """Somebody who types in a room; the updates are made beforehand."""

    def __init__(self, room: Room, keys: int) -> None:
        self._room = room
        self.outbox = Deaf()
        self.updates = typed(room.replica.whole, keys)
        guest, rights = Guest("ada", "Ada"), Rights(Level.WRITE, "net")
        self.participant = Participant(guest, rights, self.outbox, recheck, prefix=b"\x01a", is_acknowledged=True)
        room.join(self.participant)

    def type(self, number: int) -> None:
        self._room.offer(self.participant, self.updates[number], is_answer=False)

    def leave(self) -> None:
        self._room.leave(self.participant)


async def recheck() -> None: ...


def typed(whole: bytes, keys: int) -> list[bytes]:
    """The updates of somebody who types behind what is there."""
    doc: Doc[Any] = Doc()
    doc.apply_update(whole)
    body = doc.get("body", type=Text)
    made: list[bytes] = []

    def keep(event: Any) -> None:
        made.append(event.update)

    watching = doc.observe(keep)
    for _ in range(keys):
        body.insert(len(body), "a", {})
    doc.unobserve(watching)
    return made


@asynccontextmanager
async def opened(times: Times | None = None) -> AsyncIterator[tuple[Rooms, UpdateLog]]:
    with tempfile.TemporaryDirectory() as folder:
        clock = SystemClock()
        stores = await open_stores(None, Path(folder), smtp=None, clock=clock)
        rooms = Rooms(stores.log, clock, times or Times(idle=3600))
        yield rooms, stores.log
        await rooms.close()
        await stores.close()


async def with_writers(writers: int) -> float:
    """µs of the processor for an update, in a room where so many type at once."""
    keys = max(3, 600 // writers)
    async with opened() as (rooms, _):
        await rooms.create("d.front.en", LINE, ADA)
        room = await rooms.open("d.front.en")
        return await _type_on([Hand(room, keys) for _ in range(writers)], [room], keys)


async def with_rooms(count: int) -> float:
    """The same for rooms of two."""
    keys = max(2, 600 // count)
    async with opened() as (rooms, _):
        names = await _create(rooms, count)
        live = [await rooms.open(name) for name in names]
        hands = [Hand(room, keys) for room in live for _ in range(2)]
        return await _type_on(hands, live, keys)


async def _type_on(hands: Sequence[Hand], rooms: Sequence[Room], keys: int) -> float:
    began = time.process_time()
    for number in range(keys):
        for hand in hands:
            hand.type(number)
        for room in rooms:
            await room.settle()
    return (time.process_time() - began) * 1e6 / (keys * len(hands))


async def _create(rooms: Rooms, count: int) -> list[str]:
    names = [f"d{number}.front.en" for number in range(count)]
    for name in names:
        await rooms.create(name, LINE, ADA)
    return names


async def with_sections(sections: int) -> float:
    """ms of the processor until a declaration's texts are open and read."""
    async with opened() as (rooms, _):
        names = await _create(rooms, sections)
        began = time.process_time()
        for name in names:
            await rooms.read(name)
        return (time.process_time() - began) * 1e3


async def with_history(edits: int) -> float:
    """ms of the processor until a text that was written in so many edits is open and read; checkpoints are kept."""
    async with opened() as (rooms, log):
        await rooms.create("d.front.en", LINE, ADA)
        room = await rooms.open("d.front.en")
        updates = typed(room.replica.whole, edits)
        hand = Hand(room, 0)
        hand.updates = updates
        for start in range(0, edits, 1000):
            for number in range(start, min(edits, start + 1000)):
                hand.type(number)
            await room.settle()
        again = Rooms(log, SystemClock(), Times(idle=3600))
        began = time.process_time()
        await again.read("d.front.en")
        return (time.process_time() - began) * 1e3


def tombstones(count: int) -> float:
    """Seconds until a text is loaded that has so many deleted pieces, each between two letters that stayed."""
    doc: Doc[Any] = Doc(client_id=7)
    roots = markup.roots(doc)
    roots.body.insert_embed(0, {"b": "a"}, {})
    roots.body.insert(1, "ab" * count, {})
    ranges = b"".join(wire.uint(1 + 2 * number) + wire.uint(1) for number in range(count))
    doc.apply_update(b"\x00\x01" + wire.uint(7) + wire.uint(count) + ranges)
    whole = doc.get_update()
    began = time.perf_counter()
    text = Replica([whole]).text
    assert sum(len(block.words) for block in text) == count
    return time.perf_counter() - began


def idle_rooms(count: int) -> int:
    """How many of so many rooms are still in memory when nobody is there and their time has come."""

    async def count_left() -> int:
        async with opened(Times(idle=0.05)) as (rooms, _):
            for name in await _create(rooms, count):
                Hand(await rooms.open(name), 0).leave()
            for _ in range(100):
                await asyncio.sleep(0.1)
                if not rooms.open_declarations():
                    break
            return len(rooms.open_declarations())

    return asyncio.run(count_left())


Measure = Callable[[int], Awaitable[float]]
SERIES: dict[str, tuple[Measure, list[int], str]] = {
    "writers in a room: µs an update": (with_writers, [1, 10, 50, 100, 200], "each"),
    "rooms of two: µs an update": (with_rooms, [1, 10, 100, 1000], "each"),
    "sections of a declaration: ms to open and read all": (with_sections, [10, 50, 100, 500], "all"),
    "edits in a text's history: ms to open and read": (with_history, [1_000, 5_000, 20_000, 50_000], "all"),
}


async def _series() -> AsyncIterator[str]:
    for what, (measure, sizes, kind) in SERIES.items():
        values = [await measure(size) for size in sizes]
        # Twice as much of it: does it cost twice as much (all together), or as much (each)?
        growth = values[-1] / values[0] / (1 if kind == "each" else sizes[-1] / sizes[0])
        yield (
            f"| {what} | "
            + " | ".join(f"{s:,}: {v:,.4g}" for s, v in zip(sizes, values, strict=True))
            + (" |" * (6 - len(sizes)) + f" × {growth:.2f} |")
        )


async def main() -> None:
    print("| | | | | | | beside linear growth |\n| --- | --- | --- | --- | --- | --- | --- |")
    async for line in _series():
        print(line, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
    print(f"\n{TOMBSTONES:,} deleted pieces load in {tombstones(TOMBSTONES):.2f} s")
    print(f"{idle_rooms(ROOMS)} of {ROOMS:,} idle rooms stay in memory")
