"""Few requests of one party are worked on at a time; others do not wait for them."""

import asyncio
from collections.abc import Callable
from typing import cast

import pytest
from starlette.types import Message, Receive, Scope, Send

from drafting.web.live.door import Door
from drafting.web.turns import OF_AN_ACCOUNT, OF_AN_ADDRESS, Turns

ACCOUNTS = ("ada", "ben")


class Doorkeeper:
    """A path begins with whose request it is; ``/nobody`` can be told from nobody."""

    def party(self, scope: Scope) -> tuple[str, bool] | None:
        name = scope["path"].split("/")[1]
        return None if name == "nobody" else (name, name in ACCOUNTS)


class Kitchen:
    """An application that answers when it is told to."""

    def __init__(self) -> None:
        self.inside: list[tuple[str, asyncio.Event]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ready = asyncio.Event()
        self.inside.append((scope["path"], ready))
        await ready.wait()
        await send({"type": "http.response.start"})
        await send({"type": "http.response.body"})

    def count(self, name: str) -> int:
        return sum(path.startswith(f"/{name}") for path, _ in self.inside)

    def serve(self, name: str) -> None:
        at = next(n for n, (path, _) in enumerate(self.inside) if path.startswith(f"/{name}"))
        self.inside.pop(at)[1].set()


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


@pytest.fixture
async def ask(kitchen: Kitchen) -> Callable[..., asyncio.Task[None]]:
    turns = Turns(kitchen, cast(Door, Doorkeeper()))

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        pass

    def asking(path: str, method: str = "GET") -> asyncio.Task[None]:
        return asyncio.ensure_future(turns({"type": "http", "method": method, "path": path}, receive, send))

    asking.turns = turns  # type: ignore[attr-defined]
    return asking


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


Asking = Callable[..., "asyncio.Task[None]"]


@pytest.mark.parametrize(("name", "most"), [("ada", OF_AN_ACCOUNT), ("192.0.2.1", OF_AN_ADDRESS)])
async def test_more_than_a_few_wait_and_others_do_not(kitchen: Kitchen, ask: Asking, name: str, most: int) -> None:
    tasks = [ask(f"/{name}/{n}") for n in range(50)]
    tasks += [ask(f"/ben/{n}") for n in range(2)] + [ask(f"/nobody/{n}") for n in range(50)]
    await settle()
    assert (kitchen.count(name), kitchen.count("ben"), kitchen.count("nobody")) == (most, 2, 50)
    for task in tasks:
        task.cancel()


async def test_all_come_in_turn_and_nothing_is_left_of_them(
    kitchen: Kitchen, ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 5.0)
    tasks = [ask(f"/ada/{n}") for n in range(9)]
    for number in range(9):
        await settle()
        assert kitchen.inside[0][0] == f"/ada/{number}"
        kitchen.serve("ada")
    await asyncio.gather(*tasks)
    assert not ask.turns._lines  # type: ignore[attr-defined]


async def test_who_gives_up_in_line_leaves_the_turn_to_the_next(
    kitchen: Kitchen, ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 5.0)
    tasks = [ask(f"/ada/{n}") for n in range(5)]
    await settle()
    for task in tasks[2:4]:
        task.cancel()
    await settle()
    for task in tasks[:2]:
        task.cancel()
    await settle()
    assert kitchen.inside[-1][0] == "/ada/4"
    tasks[4].cancel()
    await settle()
    assert not ask.turns._lines  # type: ignore[attr-defined]


async def test_strangers_who_send_something_wait_for_nobody_and_members_do(kitchen: Kitchen, ask: Asking) -> None:
    tasks = [ask(f"/{name}/{n}", "POST") for name in ("192.0.2.1", "ada") for n in range(20)]
    await settle()
    assert (kitchen.count("192.0.2.1"), kitchen.count("ada")) == (20, OF_AN_ACCOUNT)
    for task in tasks:
        task.cancel()


async def test_no_page_waits_for_files_on_a_slow_line(kitchen: Kitchen, ask: Asking) -> None:
    tasks = [ask(f"/ada/file/{n}", "POST") for n in range(3)] + [ask("/ada/page")]
    await settle()
    assert (kitchen.count("ada/file"), kitchen.count("ada/page")) == (OF_AN_ACCOUNT, 1)
    for task in tasks:
        task.cancel()
