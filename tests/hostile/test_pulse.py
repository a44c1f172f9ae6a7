"""A worker that hangs is told from one that waits for a busy machine, by what it used of the processor alone."""

import os
import signal
import subprocess
import sys

import pytest

from drafting.sync.notes import Stage
from drafting.web.live.blame import SharedNotes
from drafting.web.live.pulse import (
    BREATH,
    BREATH_A_BYTE,
    BREATH_AT_REST,
    PATIENCE,
    STILL_SECONDS,
    Pulse,
    Spent,
    spent_by,
)

TEXT = "well.front.en"
LOOK = 0.05


@pytest.fixture
def notes() -> SharedNotes:
    """Of a worker that serves."""
    notes = SharedNotes()
    notes.beat()
    notes.breathe()
    return notes


def looks_until_stopped(pulse: Pulse, *, processor: float, asleep: float = 0.0, most: int = 5000) -> int:
    """How many looks it takes while a worker gets so much of the processor between two."""
    pulse.has_stopped(Spent(0, 0))
    return next((n for n in range(1, most) if pulse.has_stopped(Spent(n * processor, n * asleep))), most)


def test_one_that_hangs_in_native_code_is_given_up_after_a_fifth_of_a_second_of_processor(notes: SharedNotes) -> None:
    notes.take(TEXT, "ada", b"poison", weight=5_000)
    pulse = Pulse(notes)
    assert looks_until_stopped(pulse, processor=LOOK) <= BREATH / LOOK + 2
    assert BREATH <= pulse.silence < 2 * BREATH


@pytest.mark.parametrize("stage", list(Stage))
def test_whatever_it_does_it_is_given_up_within_two_seconds_of_processor(notes: SharedNotes, stage: Stage) -> None:
    notes.note(stage, TEXT, weight=300_000)
    assert looks_until_stopped(Pulse(notes), processor=LOOK) * LOOK < 2


def test_one_that_gets_a_hundredth_of_the_processor_is_waited_for_a_hundred_times_as_long(notes: SharedNotes) -> None:
    notes.take(TEXT, "ada", b"poison")
    one = looks_until_stopped(Pulse(notes), processor=LOOK)
    assert 80 * one < looks_until_stopped(Pulse(notes), processor=LOOK / 100)


@pytest.mark.parametrize("stage", list(Stage))
def test_one_that_gets_nothing_of_the_processor_is_never_given_up(notes: SharedNotes, stage: Stage) -> None:
    notes.note(stage, TEXT)
    assert looks_until_stopped(Pulse(notes), processor=0.0) == 5000


def test_one_that_has_much_to_load_is_given_time_by_its_weight(notes: SharedNotes) -> None:
    weight = 10_000_000
    notes.note(Stage.LOAD, TEXT, weight)
    assert looks_until_stopped(Pulse(notes), processor=LOOK) > weight * BREATH_A_BYTE / LOOK


def test_one_that_breathes_is_given_time_for_what_it_does(notes: SharedNotes) -> None:
    notes.note(Stage.READ, TEXT)
    pulse, spent = Pulse(notes), 0.0
    while not pulse.has_stopped(Spent(spent, 0)):
        notes.breathe()
        spent += LOOK
    assert PATIENCE[Stage.READ] < spent < PATIENCE[Stage.READ] + 3 * LOOK


def test_one_that_beats_goes_on_for_ever(notes: SharedNotes) -> None:
    pulse = Pulse(notes)
    for number in range(2000):
        notes.beat()
        assert not pulse.has_stopped(Spent(number * BREATH_AT_REST / 2, number))


def test_one_that_sleeps_and_never_wakes_is_given_up_by_the_clock(notes: SharedNotes) -> None:
    assert looks_until_stopped(Pulse(notes), processor=0.0, asleep=LOOK) * LOOK == pytest.approx(STILL_SECONDS, abs=0.2)


def test_one_that_has_not_begun_to_serve_may_take_its_time() -> None:
    notes = SharedNotes()
    notes.note(Stage.LOAD, TEXT)
    assert looks_until_stopped(Pulse(notes), processor=1.0) == 5000


def at_rest(process: int) -> float:
    """What it has used when that has come to rest: it is told as stopped a moment before it is."""
    known, readings = 0.0, 0
    while readings < 1000:
        now = spent_by(process).processor
        known, readings = now, readings + 1 if now == known else 0
    return known


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not say what a process has used")
def test_what_a_process_uses_is_counted_and_what_it_waits_is_not() -> None:
    busy = "import sys\nsys.stdout.write('.')\nsys.stdout.flush()\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", busy], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        try:
            began = spent_by(process.pid).processor
            while spent_by(process.pid).processor < began + 0.05:
                pass
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
            stopped = at_rest(process.pid)
            assert stopped > began
            for _ in range(20_000):
                assert spent_by(process.pid).processor == stopped
        finally:
            process.kill()
