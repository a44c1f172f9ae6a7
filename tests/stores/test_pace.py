"""How many letters may leave, and what is told to those who wait: what is known, and no more."""

from datetime import timedelta

from drafting.actions.letter_ports import Outlook
from drafting.stores.mail.pace import BURST_SECONDS, Bucket, Pace
from tests.stores.conftest import Hands


def test_a_bucket_lets_out_a_few_at_once_and_then_as_many_as_come_back() -> None:
    clock = Hands()
    bucket = Bucket(60)
    assert bucket.take(100, clock.now()) == BURST_SECONDS
    assert bucket.take(100, clock.now()) == 0
    assert bucket.seconds(clock.now()) == 1
    clock.forward(seconds=2)
    assert bucket.take(100, clock.now()) == 2
    clock.forward(hours=1)
    assert bucket.take(100, clock.now()) == BURST_SECONDS


def test_what_was_taken_for_nothing_comes_back() -> None:
    clock = Hands()
    bucket = Bucket(60)
    bucket.give_back(bucket.take(5, clock.now()))
    assert bucket.take(100, clock.now()) == BURST_SECONDS


def test_a_bucket_without_a_limit_lets_out_all() -> None:
    clock = Hands()
    assert Bucket().take(10_000, clock.now()) == 10_000
    assert Bucket().seconds(clock.now()) == 0


def test_before_anything_is_measured_the_settings_tell_how_long_it_takes() -> None:
    clock = Hands()
    assert Pace(600).outlook(36_000, clock.now()) == Outlook(36_000, 60)
    assert Pace(600).outlook(0, clock.now()) == Outlook(0, 0)
    assert Pace().outlook(100_000, clock.now()) == Outlook(100_000, 0)


def test_a_slow_server_counts_as_slow_as_it_is() -> None:
    clock = Hands()
    pace = Pace(600)
    pace.begin(clock.now())
    for _ in range(30):
        clock.forward(seconds=4)
        pace.note(clock.now())
    assert pace.a_minute(clock.now()) == 15
    assert pace.outlook(900, clock.now()).minutes == 60
    pace.end()
    assert pace.outlook(900, clock.now()).minutes == 1


def test_where_nothing_leaves_no_time_is_told() -> None:
    clock = Hands()
    pace = Pace(600)
    pace.held_up = clock.now()
    assert pace.outlook(1, clock.now()) == Outlook(1, None)
    pace.note(clock.now() + timedelta(seconds=1))
    assert pace.outlook(1, clock.now()) == Outlook(1, 0)
