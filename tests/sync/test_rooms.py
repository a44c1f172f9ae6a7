"""Rooms with a scripted log: who sees what, when, and what happens when something goes wrong."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from pycrdt import Doc

from drafting.actions.ports import CannotSave
from drafting.actions.writing_ports import Author
from drafting.domain import prose
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import Block, Run
from drafting.sync import wire
from drafting.sync.participants import CloseCode, Level
from drafting.sync.replica import Replica
from drafting.sync.room import Times
from drafting.sync.rooms import Rooms, restart_seconds
from tests.sync.clients import Client, soon
from tests.sync.logs import FixedClock, ScriptedLog

NAME = "manifesto.front.en"
TEXT = (Block("t1", "heading1", (Run("Title"),)), Block("p1", "paragraph", (Run("First words."),)))
ADA = Author("ada", "north")


@pytest.fixture
def log() -> ScriptedLog:
    return ScriptedLog()


@pytest.fixture
async def rooms(log: ScriptedLog) -> AsyncIterator[Rooms]:
    rooms = Rooms(log, FixedClock(), Times(quiet=60, presence=0, idle=60))
    await rooms.create(NAME, TEXT, ADA)
    yield rooms
    log.let_go()
    await rooms.close()


async def client(rooms: Rooms, number: int, account: str = "ada", level: Level = Level.WRITE) -> Client:
    return await Client(await rooms.open(NAME), number, account, level).join()


# ---- saved, then shared


async def test_two_clients_converge(rooms: Rooms) -> None:
    ada, ben = await client(rooms, 11), await client(rooms, 12, "ben")
    ada.type(" And more.")
    ben.type("Many ", at=1)
    ada.send_made()
    ben.send_made()
    await soon(lambda: ada.words == ben.words == "Many Title\nFirst words. And more.")
    assert ada.statuses == [True, True]
    assert prose.digest(await rooms.read(NAME)) == prose.digest(Replica([ada.doc.get_update()]).text)


async def test_nothing_is_said_to_be_saved_before_the_commit(rooms: Rooms, log: ScriptedLog) -> None:
    ada, ben = await client(rooms, 11), await client(rooms, 12, "ben")
    log.hold()
    ada.type("!")
    ada.send_made()
    await log.entered.wait()
    seen = len(ben.statuses), ben.updates
    ben.type("?", at=1)
    ben.send_made()
    reading = asyncio.create_task(rooms.read(NAME))
    for _ in range(50):
        await asyncio.sleep(0)
    assert ada.statuses == [True]
    assert (len(ben.statuses), ben.updates) == seen
    assert not reading.done()
    log.let_go()
    assert (await reading)[0].words == "?Title"
    await soon(lambda: ada.statuses == [True, True] and ben.statuses == [True, True])


async def test_what_arrives_during_a_commit_is_one_commit_and_one_frame(rooms: Rooms, log: ScriptedLog) -> None:
    ada, ben, eve = await client(rooms, 11), await client(rooms, 12, "ben"), await client(rooms, 13, "eve", Level.READ)
    log.hold()
    ada.type("1")
    ada.send_made()
    await log.entered.wait()
    for _ in range(20):
        ada.type("2")
        ben.type("3", at=1)
    ada.send_made()
    ben.send_made()
    frames, commits = eve.updates, log.commits
    log.let_go()
    await soon(lambda: eve.words == ada.words == ben.words and "2" in eve.words)
    assert (eve.updates - frames, log.commits - commits) == (2, 2)
    assert ada.statuses == [True] * 22
    assert ben.statuses == [True] * 21


async def test_each_update_is_kept_with_its_author(rooms: Rooms, log: ScriptedLog) -> None:
    ben = await client(rooms, 12, "ben")
    ben.type("x")
    ben.send_made()
    await soon(lambda: len(ben.statuses) == 2)
    edits = await rooms.history(NAME)
    assert [(edit.sequence, edit.account, edit.network) for edit in edits] == [
        (1, "ada", "north"),
        (2, "ben", "net-ben"),
    ]
    assert (await rooms.read_at(NAME, 1)) == TEXT
    assert (await rooms.read_at(NAME, 2))[1].words == "First words.x"
    assert log.owners[NAME][12] == "ben"


async def test_joining_again_saves_nothing_twice(rooms: Rooms, log: ScriptedLog) -> None:
    ada = await client(rooms, 11)
    ada.type("gone")
    ada.send_made()
    del ada.text.body[1:3]
    ada.send_made()
    await soon(lambda: len(ada.statuses) == 3)
    kept = len(log.updates[NAME])
    ada.room.leave(ada.participant)
    await ada.join()
    ada.answer()
    await soon(lambda: len(ada.statuses) == 5)
    assert all(ada.statuses)
    assert len(log.updates[NAME]) == kept


async def test_clients_that_open_a_text_together_get_one_room(rooms: Rooms, log: ScriptedLog) -> None:
    loads = log.loads
    opened = await asyncio.gather(*(rooms.open(NAME) for _ in range(10)))
    assert len(set(map(id, opened))) == 1
    assert log.loads == loads + 1
    with pytest.raises(Refusal) as refused:
        await rooms.open("manifesto.nothing.en")
    assert refused.value.code == Code.NOT_FOUND


# ---- gaps


async def test_an_update_with_a_gap_is_asked_for_again_and_applied_to_nothing(rooms: Rooms, log: ScriptedLog) -> None:
    ada, ben = await client(rooms, 11), await client(rooms, 12, "ben")
    ada.type("lost ")
    ada.made.clear()
    ada.type("found")
    kept, questions = len(log.updates[NAME]), len(ada.questions)
    ada.send_made()
    await soon(lambda: len(ada.questions) > questions)
    assert ada.statuses == [True, False]
    assert len(log.updates[NAME]) == kept
    ada.answer()
    await soon(lambda: ben.words == "Title\nFirst words.lost found")
    assert ada.statuses == [True, False, True]


async def test_an_answer_that_still_has_the_gap_is_not_asked_for_again(rooms: Rooms) -> None:
    ada = await client(rooms, 11)
    ada.type("lost ")
    ada.made.clear()
    ada.type("found")
    questions = len(ada.questions)
    ada.offer(ada.made[0], is_answer=True)
    await soon(lambda: ada.statuses == [True, False])
    assert len(ada.questions) == questions
    assert ada.closed is None


# ---- not allowed


async def test_a_reader_changes_nothing(rooms: Rooms, log: ScriptedLog) -> None:
    ada, eve = await client(rooms, 11), await client(rooms, 13, "eve", Level.READ)
    kept = len(log.updates[NAME])
    eve.type("I was here")
    eve.send_made()
    del eve.text.body[1:3]
    eve.send_made()
    eve.offer(eve.doc.get_update(), is_answer=True)
    await soon(lambda: eve.statuses == [True, False, False, False])
    assert eve.closed is None
    assert len(log.updates[NAME]) == kept
    assert ada.words == "Title\nFirst words."


async def test_somebody_elses_client_id_is_refused(rooms: Rooms) -> None:
    ada = await client(rooms, 11)
    ada.type("mine")
    ada.send_made()
    await soon(lambda: len(ada.statuses) == 2)
    thief = await client(rooms, 11, "thief")
    thief.type("yours")
    thief.send_made()
    await soon(lambda: thief.closed)
    assert thief.closed == CloseCode.REFUSED
    assert thief.statuses == [True, False]
    again = await client(rooms, 11)
    again.type(" again")
    again.send_made()
    await soon(lambda: again.statuses == [True, True])


async def test_what_no_editor_makes_is_refused(rooms: Rooms, log: ScriptedLog) -> None:
    ada = await client(rooms, 11)
    kept = len(log.updates[NAME])
    ada.text.body.insert(1, "x", {"onclick": "alert(1)"})
    ada.send_made()
    await soon(lambda: ada.closed)
    assert ada.closed == CloseCode.REFUSED
    ada.type("more")
    ada.send_made()
    await rooms.read(NAME)
    assert ada.statuses == [True, False]
    assert len(log.updates[NAME]) == kept


async def test_a_retired_text_is_read_only(rooms: Rooms, log: ScriptedLog) -> None:
    ada = await client(rooms, 11)
    await rooms.retire(NAME)
    ada.type("late")
    ada.send_made()
    await soon(lambda: ada.statuses == [True, False])
    with pytest.raises(Refusal) as refused:
        await rooms.write(NAME, TEXT[:1], ADA)
    assert refused.value.code == Code.TEXT_RETIRED


# ---- what goes wrong


async def test_what_cannot_be_saved_is_refused_openly_and_forgotten(rooms: Rooms, log: ScriptedLog) -> None:
    ada, ben = await client(rooms, 11), await client(rooms, 12, "ben")
    log.is_full = True
    ada.type(" Unsaved.")
    ada.send_made()
    with pytest.raises(CannotSave):
        await rooms.write(NAME, TEXT[:1], Author("cy"))
    await soon(lambda: ada.closed)
    assert ada.statuses == [True, False]
    assert ada.closed == CloseCode.TRY_AGAIN
    assert ben.closed is None
    assert await rooms.read(NAME) == TEXT
    log.is_full = False
    ben.type("Saved ", at=1)
    ben.send_made()
    ada.room.leave(ada.participant)
    ada.participant.is_shut_out = False
    await ada.join()
    await soon(lambda: ben.words == ada.words == "Saved Title\nFirst words. Unsaved.")
    assert ben.statuses == [True, True]
    assert ada.statuses == [True, False, True]


async def test_a_database_that_is_away_sends_everybody_away(rooms: Rooms, log: ScriptedLog) -> None:
    ada, ben = await client(rooms, 11), await client(rooms, 12, "ben")
    log.is_away = True
    ada.type(" Unsaved.")
    ada.send_made()
    await soon(lambda: ada.closed and ben.closed)
    assert ada.statuses == [True, False]
    assert ben.statuses == [True]
    with pytest.raises(CannotSave):
        await rooms.open(NAME)
    log.is_away = False
    assert await rooms.read(NAME) == TEXT
    again = await client(rooms, 14)
    again.type("!")
    again.send_made()
    await soon(lambda: again.statuses == [True, True])


class PanicException(BaseException):
    """Named as pycrdt's, which can't be imported."""


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """An update at which pycrdt panics. No real one gets through the check."""
    poison = b"POISON"
    apply = Doc.apply_update

    def panic(doc: Doc[Any], update: bytes) -> None:
        if poison in update:
            raise PanicException("injected")
        apply(doc, update)

    monkeypatch.setattr(Doc, "apply_update", panic)
    return poison


async def test_a_panic_costs_its_author_the_connection_and_nobody_else_anything(
    rooms: Rooms, log: ScriptedLog, poison: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    ada, ben, eve = [await client(rooms, number, name) for number, name in ((11, "ada"), (12, "ben"), (13, "eve"))]
    with caplog.at_level(logging.CRITICAL, "drafting.sync"):
        log.hold()
        ada.type("1")
        ada.send_made()
        await log.entered.wait()
        ada.type("2")
        eve.type(poison.decode())
        ben.type("Many ", at=1)
        for each in (ada, eve, ben):
            each.send_made()
        reading = asyncio.create_task(rooms.read(NAME))
        log.let_go()
        await soon(lambda: eve.closed)
        assert (await reading)[0].words == "Many Title"
    await soon(lambda: ada.words == ben.words == "Many Title\nFirst words.12")
    assert eve.closed == CloseCode.REFUSED
    assert eve.statuses == [True, False]
    assert ada.statuses == [True, True, True]
    assert ben.statuses == [True, True]
    assert all(poison not in update.data for update in log.updates[NAME])


async def test_an_update_that_is_taken_only_in_part_is_refused(rooms: Rooms, log: ScriptedLog) -> None:
    ada = await client(rooms, 11)
    twin = Client(ada.room, 11)
    ada.type("é")
    ada.send_made()
    await soon(lambda: len(ada.statuses) == 2)
    twin.text.body.insert(0, "😀", {})
    ada.offer(twin.doc.get_update())
    await soon(lambda: ada.closed)
    assert ada.closed == CloseCode.REFUSED
    assert await rooms.read(NAME) == Replica([update.data for update in log.updates[NAME]]).text


async def test_a_text_that_cannot_be_loaded_is_no_empty_text(rooms: Rooms, log: ScriptedLog) -> None:
    log.updates["broken.front.en"] = [replace(log.updates[NAME][0], data=b"\xff")]
    log.owners["broken.front.en"] = {}
    with pytest.raises(CannotSave):
        await rooms.read("broken.front.en")


# ---- actions


async def test_writing_is_seen_by_everybody_and_saved(rooms: Rooms, log: ScriptedLog) -> None:
    ada = await client(rooms, 11)
    new = (TEXT[0], Block("p1", "paragraph", (Run("First and last words."),)))
    digest = prose.digest(TEXT)
    assert await rooms.write(NAME, new, Author("ben", "south"), seen=digest) == new
    assert ada.words == "Title\nFirst and last words."
    assert log.updates[NAME][-1].account == "ben"
    with pytest.raises(Refusal) as refused:
        await rooms.write(NAME, TEXT, Author("ben"), seen=digest)
    assert refused.value.data == {"now": prose.digest(new)}
    kept = len(log.updates[NAME])
    assert await rooms.write(NAME, new, Author("cy")) == new
    assert len(log.updates[NAME]) == kept


async def test_words_that_a_text_cannot_hold_are_refused(rooms: Rooms) -> None:
    with pytest.raises(Refusal) as refused:
        await rooms.write(NAME, (Block("a", "paragraph", (Run("bell \a"),)),), ADA)
    assert refused.value.code == Code.TEXT_REFUSED
    with pytest.raises(Refusal) as refused:
        await rooms.create(NAME, TEXT, ADA)
    assert refused.value.code == Code.TAKEN


async def test_a_quiet_text_is_repaired(log: ScriptedLog) -> None:
    rooms = Rooms(log, FixedClock(), Times(quiet=0, presence=0, idle=60))
    await rooms.create(NAME, TEXT, ADA)
    ada = await client(rooms, 11)
    ada.type("before ", at=0)
    ada.text.body.insert_embed(len(ada.text.body), {"b": "t1"}, {})
    ada.send_made()
    await soon(lambda: len(log.updates[NAME]) == 4)
    ids = [block.id for block in await rooms.read(NAME)]
    assert ids[1:3] == ["t1", "p1"]
    assert all(prose.is_id(block) for block in ids)
    assert log.updates[NAME][-1].account == ""
    await rooms.close()


async def test_an_idle_room_is_closed_and_opened_again(log: ScriptedLog) -> None:
    rooms = Rooms(log, FixedClock(), Times(quiet=60, presence=0, idle=0))
    await rooms.create(NAME, TEXT, ADA)
    first = await client(rooms, 11)
    first.type("!")
    first.send_made()
    await soon(lambda: len(first.statuses) == 2)
    loads = log.loads
    first.room.leave(first.participant)
    await soon(lambda: NAME not in rooms._rooms)
    second = await client(rooms, 12)
    assert second.words == first.words
    assert log.loads == loads + 1
    await rooms.close()
    assert second.closed == CloseCode.RESTART
    assert second.reason == "restart 2"


def test_the_more_have_to_come_back_the_more_time_they_take() -> None:
    assert [restart_seconds(number) for number in (0, 1, 100, 1000, 100_000)] == [2, 2, 3, 12, 30]


async def test_a_checkpoint_spares_the_replay(rooms: Rooms, log: ScriptedLog) -> None:
    ada = await client(rooms, 11)
    for _ in range(10):
        ada.type("x")
    ada.send_made()
    await soon(lambda: len(ada.statuses) == 11)
    await ada.room.keep_checkpoint()
    assert log.checkpoints[NAME][0] == 11
    await ada.room.load()
    assert await rooms.read(NAME) == await rooms.read_at(NAME, 11)


async def test_rechecking_reaches_the_texts_of_one_declaration(rooms: Rooms, log: ScriptedLog) -> None:
    asked: list[str] = []

    async def recheck() -> None:
        asked.append("ada")

    await rooms.create("manifesto2.front.en", TEXT, ADA)
    ada = await client(rooms, 11)
    ada.participant.recheck = recheck
    other = await Client(await rooms.open("manifesto2.front.en"), 12).join()
    other.participant.recheck = recheck
    await rooms.recheck("manifesto")
    assert asked == ["ada"]
    await rooms.recheck_account("ada")
    assert asked == ["ada"] * 3


# ---- presence


def state(client: int, clock: int, value: str) -> bytes:
    return b"\x01" + wire.uint(client) + wire.uint(clock) + wire.string(value)


async def test_presence_is_for_ones_own_client_and_under_ones_own_name(rooms: Rooms) -> None:
    ada, ben = await client(rooms, 11), await client(rooms, 12, "ben")
    ada.room.point(ada.participant, state(11, 1, '{"user":{"name":"Ben","color":"#fff"},"cursor":1}'))
    await soon(lambda: ben.points)
    assert b'"name":"Ada"' in ben.points[-1]
    assert b'"color":"#fff"' in ben.points[-1]
    ada.room.point(ada.participant, state(12, 9, '{"user":{}}'))
    ben.room.point(ben.participant, state(12, 1, '{"cursor":2}'))
    await soon(lambda: len(ada.points) == 2)
    assert ada.points[-1].startswith(b"\x01\x0c\x01")
    late = await client(rooms, 13, "cy")
    assert late.points[0].startswith(b"\x02")
    ada.room.leave(ada.participant)
    await soon(lambda: ben.points[-1] == state(11, 1, "null"))


@pytest.mark.parametrize(
    "states",
    [
        wire.uint(50_000) + state(11, 1, "{}")[1:] * 50_000,
        state(11, 1, '{"x":"' + "y" * 5000 + '"}'),
        state(11, 1, "{"),
        state(11, 1, "[" * 4000),
        state(11, 1, '{"x":NaN}'),
        state(11, 1, '"words"'),
        b"\x01\x0b",
    ],
)
async def test_presence_that_is_too_much_or_malformed_is_refused(rooms: Rooms, states: bytes) -> None:
    ada = await client(rooms, 11)
    with pytest.raises(wire.FrameError):
        ada.room.point(ada.participant, states)
