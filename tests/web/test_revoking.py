"""What was taken away while a text was being opened, or while none was open, is gone for the socket too."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest

from drafting.actions.ports import CannotSave
from drafting.actions.writing_ports import Author
from drafting.domain.prose import Block, Run
from drafting.sync import wire
from drafting.sync.participants import CloseCode, Guest, Level, Rights
from drafting.sync.room import Times
from drafting.sync.rooms import Rooms
from drafting.web.live.admission import LIMITS, Crowd, Limits
from drafting.web.live.connections import SharedSocket
from drafting.web.papers import Papers
from tests.sync.clients import soon
from tests.sync.logs import FixedClock, ScriptedLog

NAMES = ("manifesto.front.en", "manifesto.front.ar")
TEXT = (Block("p1", "paragraph", (Run("First words."),)),)
LEAVE = b"\x07"


class Mandates:
    """Implements ``Admission``: one session, of Ada. What is asked while ``answers`` is cleared is answered later."""

    def __init__(self) -> None:
        self.has_session = True
        self.level = Level.WRITE
        self.asked = 0
        self.answers = asyncio.Event()
        self.answers.set()
        self.is_away = False
        self.named = 0

    async def person(self, *, cookie: str | None, token: str | None) -> Guest | None:
        self.named += 1
        if self.is_away:
            raise CannotSave
        return Guest("ada", "Ada") if self.has_session else None

    async def rights(self, account: str, text: str) -> Rights:
        level, self.asked = self.level, self.asked + 1
        await self.answers.wait()
        return Rights(level)


class Wire:
    """A browser's end of a socket."""

    def __init__(self, rooms: Rooms, mandates: Mandates, limits: Limits = LIMITS) -> None:
        self.said: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self.heard: list[MutableMapping[str, Any]] = []
        self.rooms = rooms
        socket = SharedSocket(rooms, mandates, limits, Crowd(), Papers("secret", None), self._hear)
        self.task = asyncio.ensure_future(socket.serve(self.said.get))

    async def _hear(self, message: MutableMapping[str, Any]) -> None:
        self.heard.append(message)

    def say(self, name: str, body: bytes) -> None:
        self.said.put_nowait({"type": "websocket.receive", "bytes": wire.string(name) + body})

    def open(self, name: str) -> None:
        self.say(name, b"\x02\x00" + wire.string("") + wire.string("4.8.0"))

    @property
    def code(self) -> int | None:
        return next((message["code"] for message in self.heard if message["type"] == "websocket.close"), None)

    async def close(self) -> None:
        self.said.put_nowait({"type": "websocket.disconnect"})
        await self.task


@pytest.fixture
async def rooms() -> AsyncIterator[Rooms]:
    rooms = Rooms(ScriptedLog(), FixedClock(), Times(quiet=60, presence=0, idle=60))
    for name in NAMES:
        await rooms.create(name, TEXT, Author("ben", ""))
    yield rooms
    await rooms.close()


@pytest.fixture
def mandates() -> Mandates:
    return Mandates()


@pytest.fixture
async def browser(rooms: Rooms, mandates: Mandates) -> AsyncIterator[Wire]:
    browser = Wire(rooms, mandates)
    yield browser
    await browser.close()


async def test_a_session_that_ended_opens_no_further_text_on_its_socket(
    rooms: Rooms, mandates: Mandates, browser: Wire
) -> None:
    browser.open(NAMES[0])
    room = await rooms.open(NAMES[0])
    await soon(lambda: room.participants)
    browser.say(NAMES[0], LEAVE)
    await soon(lambda: not room.participants)
    mandates.has_session = False
    await rooms.recheck_account("ada")
    browser.open(NAMES[1])
    assert await soon(lambda: browser.code) == CloseCode.SIGN_IN


async def test_a_mandate_that_ends_while_a_text_is_opened_is_noticed(
    rooms: Rooms, mandates: Mandates, browser: Wire
) -> None:
    mandates.answers.clear()
    browser.open(NAMES[0])
    await soon(lambda: mandates.asked)
    mandates.level = Level.NONE
    await rooms.recheck("manifesto")
    mandates.answers.set()
    assert await soon(lambda: browser.code) == CloseCode.NOT_ALLOWED


async def test_an_answer_from_before_a_mandate_ended_is_not_the_last_word(
    rooms: Rooms, mandates: Mandates, browser: Wire
) -> None:
    browser.open(NAMES[0])
    room = await rooms.open(NAMES[0])
    (ada,) = await soon(lambda: room.participants)
    mandates.answers.clear()
    slow = asyncio.ensure_future(rooms.recheck("manifesto"))
    asked = mandates.asked
    await soon(lambda: mandates.asked > asked)
    mandates.level, late, mandates.answers = Level.READ, mandates.answers, asyncio.Event()
    mandates.answers.set()
    await rooms.recheck("manifesto")
    late.set()
    await slow
    assert not ada.may_write


async def test_a_session_that_ends_where_nobody_tells_ends_its_socket_in_time(rooms: Rooms, mandates: Mandates) -> None:
    browser = Wire(rooms, mandates, Limits(known=0.01))
    for name in NAMES:
        browser.open(name)
    one, other = [await rooms.open(name) for name in NAMES]
    await soon(lambda: one.participants and other.participants)
    people = one.participants | other.participants
    named, mandates.is_away = mandates.named, True
    await soon(lambda: mandates.named > named)
    assert browser.code is None, "a database that is away sends nobody away"
    mandates.is_away = mandates.has_session = False
    assert await soon(lambda: browser.code) == CloseCode.SIGN_IN
    assert not any(person.may_write for person in people)
    await browser.close()
