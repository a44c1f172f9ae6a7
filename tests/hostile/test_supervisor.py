"""Whatever ends a worker costs its sender the connection, and everybody else a moment."""

import json
import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from drafting.sync import wire
from drafting.sync.notes import Stage
from drafting.web.live.blame import SharedNotes, digest_of
from drafting.web.live.record import Note, Record
from tests.hostile.conftest import Place
from tests.hostile.furnish import ONE, TWO
from tests.hostile.raw import PATIENCE, joined, refusal
from tests.hostile.server import DIE, HANG, PANIC
from tests.processes import Process, answers, find_free_port


def number(place: Place, gauge: str) -> int:
    with urlopen(place.server.url + "/metrics", timeout=20) as answer:
        found = re.search(rf"^drafting_{gauge} (\d+)$", answer.read().decode(), re.MULTILINE)
    assert found, gauge
    return int(found[1])


def last_ending(place: Place) -> dict[str, object]:
    """What the log says of the newest worker that ended."""
    lines = [json.loads(line) for line in place.server.output.splitlines() if line.startswith("{")]
    facts: dict[str, object] = [line for line in lines if line["what"] == "the worker ended and is replaced"][-1]
    return facts


@pytest.mark.parametrize(("offender", "words", "how"), [("cyd", HANG, "hung"), ("dag", DIE, "SIGSEGV")])
async def test_a_poison_update_shuts_its_sender_out_and_nobody_else(
    place: Place, offender: str, words: str, how: str
) -> None:
    url, ada, culprit = place.server.url, place.tokens["ada"], place.tokens[offender]
    restarts, shut_out = number(place, "worker_restarts"), number(place, "accounts_shut_out")
    async with joined(url, TWO, ada) as other:
        assert await other.type(f"kept beside {offender}")
        async with joined(url, ONE, culprit) as hostile:
            poison = hostile.edit(words)
            await hostile.send(wire.update(poison))
            assert await hostile.code() == 1006
        assert await other.code() == 1006
    async with joined(url, TWO, ada) as other, joined(url, ONE, ada) as beside:
        await other.until(f"kept beside {offender}")
        assert await other.type("and on")
        assert await beside.type("here too")
        assert words not in str(beside.roots.body)
    assert await refusal(url, ONE, culprit) == 4422
    assert await refusal(url, TWO, culprit) == 4422
    async with joined(url, ONE, place.tokens["ben"]) as follower:
        await follower.send(wire.update(poison))
        assert await follower.code() == 4422
    assert number(place, "worker_restarts") == restarts + 1
    assert number(place, "accounts_shut_out") == shut_out + 1
    ending = last_ending(place)
    assert (ending["how"], ending["stage"], ending["text"], ending["verdict"]) == (how, "take", ONE, "shut out")
    # Of processor time, however long that took; only one that hung has used any.
    assert float(str(ending.get("silence", 0))) < 2


async def test_a_panic_ends_no_process(place: Place) -> None:
    before = number(place, "worker_restarts")
    async with joined(place.server.url, ONE, place.tokens["ada"]) as ada:
        async with joined(place.server.url, ONE, place.tokens["eve"]) as eve:
            await eve.send(wire.update(eve.edit(PANIC)))
            assert await eve.code() == 4422
        assert await ada.type("still here")
    assert number(place, "worker_restarts") == before


async def test_a_worker_that_is_killed_from_outside_is_replaced_and_nobody_blamed(place: Place) -> None:
    shut_out = number(place, "accounts_shut_out")
    async with joined(place.server.url, ONE, place.tokens["ben"]) as ben:
        assert await ben.type("before")
        os.kill(worker_of(place.server.pid), signal.SIGKILL)
        assert await ben.code() == 1006
    async with joined(place.server.url, ONE, place.tokens["ben"]) as ben:
        await ben.until("before")
        assert await ben.type("after")
    assert number(place, "accounts_shut_out") == shut_out


async def test_a_worker_that_is_asked_to_leave_is_replaced(place: Place) -> None:
    async with joined(place.server.url, ONE, place.tokens["ben"]) as ben:
        os.kill(worker_of(place.server.pid), signal.SIGTERM)
        assert await ben.code() == 1012
    async with joined(place.server.url, ONE, place.tokens["ben"]) as ben:
        assert await ben.type("again")


def worker_of(pid: int) -> int:
    return int(subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, check=True).stdout)


def test_nothing_is_left_of_a_server_that_was_killed(place: Place) -> None:
    end_of_worker = os.pidfd_open(worker_of(place.server.pid))
    place.server.kill()
    assert select.select([end_of_worker], [], [], PATIENCE)[0], "the worker outlives its supervisor"
    os.close(end_of_worker)
    place.server.start()
    assert answers(place.server.url + "/healthz")


def test_a_port_that_is_taken_is_said(place: Place) -> None:
    command = [sys.executable, "-m", "drafting.cli", "serve", "--port", str(place.server.port)]
    environment = {**os.environ, **place.server.environment}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "is that port taken?" in done.stderr


def test_who_asks_it_to_leave_sees_it_leave_well(place: Place) -> None:
    assert place.server.stop() == 0
    place.server.start()


def test_who_can_not_begin_says_so_and_is_not_tried_again(tmp_path: Path) -> None:
    port = find_free_port()
    environment = {"DRAFTING_DATA": str(tmp_path), "DRAFTING_DATABASE": f"postgresql://nobody@127.0.0.1:{port}/none"}
    process = Process(
        [sys.executable, "-m", "drafting.cli", "serve", "--port", str(port)],
        log=tmp_path / "log",
        is_ready=lambda: False,
        environment=environment,
    )
    with pytest.raises(RuntimeError, match="ended with 1 before it was ready"):
        process.start()


def test_a_supervisor_outlives_a_hundred_workers_however_they_end() -> None:
    command = [sys.executable, "-m", "tests.hostile.mortal", "100"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "100\n"), done.stderr


# ---- what is held against whom


def note(stage: Stage, account: str = "", text: str = ONE, update: bytes = b"poison") -> Note:
    return Note(1, stage, digest_of(update), account, text)


def test_a_note_is_read_as_it_was_written() -> None:
    notes = SharedNotes()
    notes.take(ONE, "ada", b"poison")
    assert notes.last == note(Stage.TAKE, "ada")
    notes.note(Stage.READ, "x" * 300)
    assert (notes.last.number, notes.last.stage, notes.last.account) == (2, Stage.READ, "")
    notes.note(Stage.REST, ONE)
    assert notes.last.stage is Stage.REST


def test_who_is_shut_out_may_come_again_after_a_while_that_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.time", lambda: now)
    notes = SharedNotes()
    for seconds in (600, 1200, 2400):
        assert notes.record.hold_against(note(Stage.TAKE, "ada"), is_certain=True) == "shut out"
        now += seconds - 1
        assert notes.is_shut_out("ada")
        now += 2
        assert not notes.is_shut_out("ada")
    assert notes.is_poison(b"poison")
    assert not notes.is_poison(b"another")
    assert not notes.is_shut_out("ben")


def test_of_several_nobody_is_blamed_but_each_is_taken_alone_from_then_on() -> None:
    notes = SharedNotes()
    assert notes.record.hold_against(note(Stage.COMMIT), is_certain=True) == "careful"
    assert notes.is_careful(ONE)
    assert not notes.is_careful(TWO)


def test_a_text_that_ends_workers_by_itself_is_closed_for_a_while() -> None:
    notes = SharedNotes()
    assert notes.record.hold_against(note(Stage.LOAD), is_certain=True) == "careful"
    assert not notes.is_closed(ONE)
    assert notes.record.hold_against(note(Stage.READ), is_certain=True) == "closed"
    assert notes.is_closed(ONE)
    assert not notes.is_closed(TWO)


def test_what_may_come_from_outside_is_believed_the_second_time() -> None:
    record = Record()
    assert record.hold_against(note(Stage.TAKE, "ada"), is_certain=False) == "careful"
    assert record.hold_against(note(Stage.TAKE, "ben"), is_certain=False) == "careful"
    assert record.hold_against(note(Stage.TAKE, "ada"), is_certain=False) == "shut out"
    assert record.hold_against(note(Stage.REST), is_certain=False) == "nothing"
