"""How fast one socket may send, and all of an account together."""

import asyncio

import pytest

from drafting.web.live.admission import Crowd
from drafting.web.live.throttle import SHORTEST_PAUSE, Share


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", clock)
    return clock


def passed(share: Share, clock: Clock, seconds: float, sockets: int) -> int:
    """How many messages go through while each of so many sockets sends whenever it need not wait."""
    until, count, free_at = clock.now + seconds, 0, [clock.now] * sockets
    while clock.now < until:
        for number, at in enumerate(free_at):
            if at <= clock.now:
                count += 1
                free_at[number] = clock.now + share.take()
        clock.now += 0.001
    return count


@pytest.mark.parametrize("sockets", [1, 50])
async def test_all_sockets_of_an_account_share_one_pace(clock: Clock, sockets: int) -> None:
    share = Share(1000)
    assert 9_000 < passed(share, clock, 10, sockets) < 12_500


async def test_who_writes_as_people_do_never_waits(clock: Clock) -> None:
    share = Share(1000)
    for _ in range(3000):
        clock.now += 0.01
        assert share.take() == 0.0


async def test_after_a_rest_a_second_of_messages_goes_at_once(clock: Clock) -> None:
    share = Share(1000)
    taken = [share.take() for _ in range(1200)]
    assert not any(taken[:1000])
    assert taken[-1] > SHORTEST_PAUSE


async def test_an_account_has_one_share_while_it_is_here() -> None:
    crowd = Crowd(None, 100)
    crowd.admit("ada")
    crowd.admit("ada")
    first = crowd.share("ada")
    assert first is crowd.share("ada")
    assert first is not crowd.share("ben")
    crowd.dismiss("ada")
    assert crowd.share("ada") is first
    crowd.dismiss("ada")
    assert crowd.share("ada") is not first
    assert Crowd(None).share("ada") is None
