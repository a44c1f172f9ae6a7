"""Who was cut off for flooding comes again after a while; others, and who was cut off by mistake, at once."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from drafting.settings import Settings
from drafting.web.addresses import Proxies
from drafting.web.live import door, returning
from drafting.web.live.returning import CUT_OFF_SECONDS, RESERVE_SECONDS, Returns
from drafting.web.papers import Papers, papers_of
from drafting.web.serving import configuration
from tests.hostile.conftest import FragileServer, Place, furnished
from tests.hostile.furnish import ONE, TWO
from tests.hostile.raw import Client

HERE, ELSEWHERE = "192.0.2.1", "2001:db8::1"
LONGEST = 60.0
EACH = 300
# So many are forgiven of somebody who had not come for a minute.
FORGIVEN = int(RESERVE_SECONDS / CUT_OFF_SECONDS)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


# ---- the rule


def test_an_account_may_come_so_often_in_a_minute_and_then_at_that_pace(clock: Clock) -> None:
    returns, papers = Returns(EACH, 2000, LONGEST, clock), Papers("cookie", None)
    assert sum(not returns.come(papers, "ada") for _ in range(2 * EACH)) in (EACH, EACH + 1)
    clock.now += 1.5 * RESERVE_SECONDS / EACH
    assert sum(not returns.come(papers, "ada") for _ in range(EACH)) in (1, 2)
    assert returns.come(papers, "ben") == 0


def test_pauses_grow_up_to_the_longest_and_end(clock: Clock) -> None:
    returns, papers = Returns(EACH, 2000, LONGEST, clock), Papers("cookie", None)
    returns.come(papers, "ada")
    pauses = []
    for _ in range(20):
        returns.cut_off(papers, {"ada"})
        pauses.append(returns.pause(papers))
    assert pauses == sorted(pauses)
    assert not any(pauses[: FORGIVEN - 1])
    assert pauses[FORGIVEN] > 0
    assert pauses[-1] == LONGEST
    clock.now += LONGEST
    assert returns.pause(papers) == 0
    assert returns.knock(papers) == 0


def test_who_waited_has_no_reserve_until_some_time_has_passed(clock: Clock) -> None:
    returns, papers = Returns(EACH, 2000, LONGEST, clock), Papers("cookie", None)
    for _ in range(20):
        returns.cut_off(papers, {"ada"})
    clock.now += LONGEST
    assert returns.come(papers, "ada") == 0
    returns.cut_off(papers, {"ada"})
    assert returns.pause(papers) > CUT_OFF_SECONDS - 1
    clock.now += LONGEST + RESERVE_SECONDS
    returns.cut_off(papers, {"ada"})
    assert returns.pause(papers) == 0


def test_strangers_count_for_their_address_and_who_is_known_does_not(clock: Clock) -> None:
    returns = Returns(EACH, 2000, LONGEST, clock)
    known, stranger, nowhere = Papers("good", None, HERE), Papers("other", None, HERE), Papers(None, None)
    returns.come(known, "ada")
    for _ in range(20):
        returns.cut_off(stranger, ())
        returns.cut_off(nowhere, ())
    assert returns.knock(stranger) == LONGEST
    assert returns.knock(Papers(None, None, HERE)) == LONGEST
    assert returns.knock(known) == 0
    assert returns.knock(Papers(None, None, ELSEWHERE)) == 0
    assert returns.knock(nowhere) == 0


def test_people_behind_a_proxy_that_is_named_have_addresses_of_their_own_and_others_say_nothing() -> None:
    proxies = Proxies.of("X-Real-IP", ["10.0.0.0/24"])

    def address(host: str, *headers: tuple[bytes, bytes]) -> str:
        return papers_of(headers, b"", cookie="session", host=host, proxies=proxies).address

    said = b"x-real-ip", HERE.encode()
    assert address("10.0.0.7", said) == address("127.0.0.1", said) == HERE
    assert address("10.0.1.7", said) == "10.0.1.7"
    assert address("10.0.0.7") == "", "all of them would count as one"


def test_no_more_is_remembered_than_so_much(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returning, "MOST_KNOWN", 100)
    returns = Returns(EACH, 2000, LONGEST, clock)
    for number in range(500):
        returns.come(Papers(None, f"token {number}"), f"account {number}")
        returns.knock(Papers(None, None, f"address {number}"))
    assert len(returns._whose) == len(returns._accounts._due) == len(returns._addresses._due) == 100
    assert not [kept for kept in returns._whose if b"token" in kept]


# ---- on the wire


@dataclass
class Hall:
    """A server in this process, whose clock stands still. ``asked``: how often the database was, who somebody is."""

    tokens: dict[str, str]
    port: int
    clock: Clock
    asked: list[str]

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/sync"

    @asynccontextmanager
    async def come(self, name: str, address: str = HERE, text: str = ONE, **headers: str) -> AsyncIterator[Client]:
        async with connect(self.url, max_size=None, additional_headers={"X-Real-IP": address, **headers}) as socket:
            client = Client(socket, text)
            await client.sign_in(self.tokens[name])
            yield client

    async def misbehave(self, name: str, frames: bytes, address: str = HERE) -> None:
        async with self.come(name, address) as client:
            client.socket.transport.write(frames)
            assert await client.code() in (1002, 1006, 1008, 1009, 4422)

    async def answer(self, name: str, address: str = HERE) -> int:
        """0: one may come. Else the status at the door, or the code that the socket is closed with."""
        try:
            async with self.come(name, address):
                return 0
        except InvalidStatus as error:
            return error.response.status_code
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


@pytest.fixture(scope="module")
def furniture(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return furnished(FragileServer(tmp_path_factory.mktemp("returning") / "data"))


@pytest.fixture
async def hall(furniture: Place, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hall]:
    monkeypatch.setattr(door, "Returns", partial(Returns, clock=clock))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        settings = Settings(data=furniture.server.data, port=port, client_header="X-Real-IP", log="error")
        server = uvicorn.Server(configuration(settings))
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started:  # noqa: ASYNC110 (uvicorn says it nowhere else)
            await asyncio.sleep(0)
        yield Hall(furniture.tokens, port, clock, _asked_of(server, monkeypatch))
        server.should_exit = True
        await serving


def _asked_of(server: uvicorn.Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    admission, asked = server.config.loaded_app.state.door._admission, []
    person = admission.person

    async def asking(*, cookie: str | None, token: str | None) -> object:
        asked.append(token or cookie or "")
        return await person(cookie=cookie, token=token)

    monkeypatch.setattr(admission, "person", asking)
    return asked


def frames(opcode: int, count: int) -> bytes:
    return bytes((0x80 | opcode, 0x80, 0, 0, 0, 0)) * count


PINGS, NOTHING, NONSENSE = frames(9, 300), frames(2, 50), b"\x82\x84\0\0\0\0\xff\xff\xff\xff" * 50
COMPRESSED = b"\xc2\x80\x00\x00\x00\x00"


@pytest.mark.parametrize("flood", [PINGS, NOTHING, NONSENSE, COMPRESSED], ids=["pings", "nothing", "nonsense", "bombs"])
async def test_who_floods_again_and_again_waits_and_the_database_is_not_asked(hall: Hall, flood: bytes) -> None:
    for _ in range(FORGIVEN):
        await hall.misbehave("cyd", flood)
    known = len(hall.asked)
    for _ in range(20):
        assert await hall.answer("cyd") == 1013
    assert len(hall.asked) == known
    assert await hall.answer("ben") == 0
    hall.clock.now += LONGEST
    async with hall.come("cyd") as cyd:
        assert await cyd.type("back again")


async def test_who_shows_a_token_at_the_door_is_told_there_how_long_to_wait(hall: Hall) -> None:
    async with hall.come("dag") as dag:
        assert await dag.type("known")
    for _ in range(FORGIVEN):
        await hall.misbehave("dag", PINGS)
    with pytest.raises(InvalidStatus) as refused:
        async with hall.come("dag", Authorization=f"Bearer {hall.tokens['dag']}"):
            pass
    assert refused.value.response.status_code == 429
    assert 0 < int(refused.value.response.headers["Retry-After"]) <= LONGEST


@pytest.mark.parametrize("flood", [PINGS, NONSENSE], ids=["pings", "nonsense"])
async def test_who_was_cut_off_once_comes_again_at_once(hall: Hall, flood: bytes) -> None:
    async with hall.come("eve", text=TWO) as before:
        assert await before.type("before")
    await hall.misbehave("eve", flood)
    async with hall.come("eve", text=TWO) as eve:
        await eve.until("before")
        assert await eve.type("after")


async def test_strangers_who_flood_wait_at_the_door_and_members_beside_them_do_not(hall: Hall) -> None:
    member = {"Authorization": f"Bearer {hall.tokens['ada']}"}
    async with hall.come("ada", **member) as ada:
        assert await ada.type("a member")
    for _ in range(FORGIVEN):
        async with connect(hall.url, additional_headers={"X-Real-IP": HERE}) as stranger:
            await stranger.send(b"\xff\xff")
            with pytest.raises(ConnectionClosed):
                await stranger.recv()
    assert await hall.answer("fen") == 429
    assert await hall.answer("fen", ELSEWHERE) == 0
    async with hall.come("ada", **member) as ada:
        assert await ada.type("and comes again")


async def test_an_address_that_the_client_made_up_counts_for_nothing(hall: Hall) -> None:
    """Of two headers the proxy's own is the last one; what no address is tells nobody apart."""
    for said in ("nobody", "1.2.3.4.5", "127.0.0.1", ""):
        async with hall.come("gil", said) as gil:
            await gil.until("Begin.")


async def test_whoever_is_sent_away_and_floods_on_is_not_read_any_more(hall: Hall) -> None:
    async with hall.come("ben") as ben:
        ben.socket.transport.write(NOTHING * 5000)
        async with hall.come("ada", text=TWO) as ada:
            assert await ada.type("calm")
        assert await ben.code() in (1006, 4422)


async def test_a_refused_socket_costs_no_trace_in_the_log(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(FORGIVEN):
        await hall.misbehave("cyd", PINGS)
    assert await hall.answer("cyd") == 1013
    assert not [record for record in caplog.records if record.exc_info]
