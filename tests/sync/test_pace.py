"""How long a room waits between two turns."""

import pytest

from drafting.sync import pace
from drafting.sync.pace import LONGEST, MANY_FRAMES, REMEMBERED, Pace, Traffic


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(pace, "time", hands)
    return hands


def turn(room: Pace, clock: Hands, seconds: float) -> None:
    room.begin()
    clock.now += seconds
    room.end()


def bring(traffic: Traffic, clock: Hands, frames_a_second: float) -> None:
    """Three seconds of it, until what was before is forgotten."""
    for _ in range(300):
        clock.now += 0.01
        traffic.note(round(frames_a_second / 100))


def test_a_room_turns_at_once_while_little_is_to_be_written(clock: Hands) -> None:
    room = Pace(traffic := Traffic())
    bring(traffic, clock, MANY_FRAMES / 3)
    turn(room, clock, 0.003)
    assert room.rest == 0


def test_where_many_frames_would_be_written_it_rests_as_long_as_its_turn_took(clock: Hands) -> None:
    room = Pace(traffic := Traffic())
    bring(traffic, clock, MANY_FRAMES)
    turn(room, clock, 0.003)
    assert room.rest == pytest.approx(0.003, rel=0.1)


def test_the_rest_has_an_end_however_much_comes(clock: Hands) -> None:
    room = Pace(traffic := Traffic())
    bring(traffic, clock, MANY_FRAMES * 50)
    turn(room, clock, 0.003)
    assert room.rest == pytest.approx(LONGEST)


def test_what_other_rooms_have_to_write_counts_too(clock: Hands) -> None:
    traffic = Traffic()
    busy, calm = Pace(traffic), Pace(traffic)
    for _ in range(300):
        clock.now += 0.01
        busy.note(MANY_FRAMES // 50)
    turn(calm, clock, 0.002)
    assert calm.rest > 0.01


def test_what_was_long_ago_is_forgotten(clock: Hands) -> None:
    room = Pace(traffic := Traffic())
    bring(traffic, clock, MANY_FRAMES * 2)
    clock.now += REMEMBERED * 20
    turn(room, clock, 0.003)
    assert room.rest == 0


def test_waiting_for_the_disk_is_no_work(clock: Hands) -> None:
    room = Pace(traffic := Traffic())
    bring(traffic, clock, MANY_FRAMES)
    room.begin()
    clock.now += 0.001
    room.pause()
    clock.now += 0.5
    room.resume()
    clock.now += 0.001
    room.end()
    assert room.rest < 0.003
