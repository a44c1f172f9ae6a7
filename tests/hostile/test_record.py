"""Who ended a worker stays shut out after a restart and on every node, and is forgotten in the end."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from drafting.stores.offences import KEPT, Offence, What
from drafting.sync import wire
from drafting.sync.notes import Stage
from drafting.web.live.blame import digest_of
from drafting.web.live.record import MOST_OF_A_KIND, SHUT_OUT_SECONDS, Held, Note, Record
from tests.hostile.conftest import FragileServer, Place, furnished
from tests.hostile.furnish import ONE, TWO
from tests.hostile.raw import joined, refusal
from tests.hostile.server import DIE
from tests.services import Postgres

POISON = Note(1, Stage.TAKE, digest_of(b"poison"), "ada", ONE)


class Time:
    def __init__(self) -> None:
        self.now = 1_800_000_000.25


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr("time.time", lambda: time.now)
    return time


def kept(record: Record, known: list[Offence] | None = None) -> list[Offence]:
    return list(record.told({(one.what, one.name): one for one in known or ()}))


def test_another_learns_what_one_tells(time: Time) -> None:
    one, other = Record(), Record()
    one.hold_against(POISON, is_certain=True)
    assert other.learn(kept(one)) == ["ada"]
    assert other.holds(What.SHUT_OUT, "ada")
    assert other.holds(What.POISON, POISON.digest.hex())
    assert other.holds(What.CAREFUL, ONE)
    assert other.learn(kept(one)) == []


def test_who_comes_again_after_a_restart_is_shut_out_for_longer(time: Time) -> None:
    before, after = Record(), Record()
    before.hold_against(POISON, is_certain=True)
    known = kept(before)
    assert kept(before, known) == known
    time.now += SHUT_OUT_SECONDS + 1
    after.hold_against(POISON, is_certain=True)
    (row,) = [row for row in kept(after, known) if row.what is What.SHUT_OUT]
    assert (row.times, (row.until - row.at).total_seconds()) == (2, 2 * SHUT_OUT_SECONDS)
    after.learn([row])
    time.now += 2 * SHUT_OUT_SECONDS - 1
    assert after.holds(What.SHUT_OUT, "ada")
    time.now += 2
    assert not after.holds(What.SHUT_OUT, "ada")


def test_what_is_over_sends_nobody_away(time: Time) -> None:
    past = datetime.fromtimestamp(time.now - 1, UTC)
    assert Record().learn([Offence(What.SHUT_OUT, "ada", 1, past, past)]) == []


def test_a_supervisor_forgets_in_time_and_keeps_so_many(time: Time) -> None:
    record = Record()
    record.hold_against(POISON, is_certain=True)
    time.now += KEPT.total_seconds() + 1
    for number in range(MOST_OF_A_KIND + 5):
        record.held[What.POISON][str(number)] = Held(1, time.now, time.now)
    record.hold_against(POISON._replace(account="ben"), is_certain=True)
    assert list(record.held[What.SHUT_OUT]) == ["ben"]
    assert len(record.held[What.POISON]) == MOST_OF_A_KIND


# ---- on the wire


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[tuple[Place, FragileServer]]:
    """Two servers over one database, the second as a bystander."""
    database = {"DRAFTING_DATABASE": postgres.create_database()}
    data = tmp_path_factory.mktemp("record") / "data"
    place = furnished(FragileServer(data, database))
    with place.server, FragileServer(data, database) as bystander:
        yield place, bystander


async def test_who_ends_a_worker_is_sent_away_everywhere_and_stays_out_after_a_restart(
    nodes: tuple[Place, FragileServer],
) -> None:
    place, bystander = nodes
    token = place.tokens["dag"]
    async with joined(bystander.url, TWO, token) as elsewhere:
        assert await elsewhere.type("still welcome")
        async with joined(place.server.url, ONE, token) as hostile:
            await hostile.send(wire.update(hostile.edit(DIE)))
            assert await hostile.code() == 1006
        assert await elsewhere.code() == 4422
    place.server.kill()
    place.server.start()
    assert await refusal(place.server.url, ONE, token) == 4422
    async with joined(place.server.url, ONE, place.tokens["ada"]) as ada:
        assert await ada.type("and on")
