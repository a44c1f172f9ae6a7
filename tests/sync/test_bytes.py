"""What a keystroke costs on the wire, for whoever pays by the megabyte."""

from collections.abc import AsyncIterator

import pytest

from drafting.actions.writing_ports import Author
from drafting.sync import wire
from drafting.sync.rooms import Rooms
from tests.fakes import block
from tests.sync.clients import Client, soon
from tests.sync.logs import FixedClock, ScriptedLog

NAME = "open-well.front.en"
PREFIX = wire.string(NAME)
KEYS = 100
# A WebSocket frame bears 2 bytes of its own from the server, and 6 from a client.
FROM_SERVER, FROM_CLIENT = 2, 6


class Counting(Client):
    received = 0

    def send(self, frame: bytes) -> None:
        self.received += len(frame) + FROM_SERVER
        super().send(frame)


@pytest.fixture
async def rooms() -> AsyncIterator[Rooms]:
    rooms = Rooms(ScriptedLog(), FixedClock())
    await rooms.create(NAME, (block("a", "We drink from one."),), Author("ada", "net"))
    yield rooms
    await rooms.close()


async def test_a_keystroke_costs_less_than_a_hundred_bytes(rooms: Rooms) -> None:
    room = await rooms.open(NAME)
    ada = await Counting(room, 4_000_000_001, prefix=PREFIX).join()
    ben = await Counting(room, 4_000_000_002, "ben", prefix=PREFIX).join()
    before = ada.received, ben.received
    sent = 0
    for letter in "abcdefghij" * (KEYS // 10):
        ada.type(letter)
        sent += sum(len(PREFIX + wire.update(update)) + FROM_CLIENT for update in ada.made)
        ada.send_made()
        told = len(ada.statuses) + 1
        await soon(lambda told=told: len(ada.statuses) == told)
    author, reader = ada.received - before[0], ben.received - before[1]
    assert ben.words == ada.words
    assert sent <= KEYS * 64, "what the author sends"
    assert author <= KEYS * 26, "what the author is told"
    assert reader <= KEYS * 60, "what each reader gets"
