"""What gathers during a commit goes into the next one; a scripted commit says when it ends and how."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from drafting.actions.ports import CannotSave
from drafting.actions.writing_ports import LogMoved, Update
from drafting.stores.logs import batches
from drafting.stores.logs.batches import Batches

AT = datetime(2026, 11, 21, tzinfo=UTC)


def updates(count: int, text: str = "a", size: int = 1) -> list[Update]:
    return [Update(text, b"x" * size, "ana", "", AT)] * count


class Script:
    """Commits that wait to be told; each is the list of updates that it was given."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[tuple[Sequence[Update], asyncio.Future[Sequence[int]]]] = asyncio.Queue()

    async def commit(self, given: Sequence[Update], expected: Mapping[str, int]) -> Sequence[int]:
        self.expected = expected
        answer: asyncio.Future[Sequence[int]] = asyncio.get_running_loop().create_future()
        self.asked.put_nowait((given, answer))
        return await answer


async def test_what_gathers_goes_together_in_the_order_of_asking() -> None:
    script = Script()
    log = Batches(script.commit)
    first = asyncio.create_task(log.append(updates(1)))
    given, answer = await script.asked.get()
    later = [asyncio.create_task(log.append(updates(n, f"t{n}"))) for n in (2, 3)]
    await asyncio.sleep(0)
    assert [update.text for update in given] == ["a"]
    assert script.asked.empty()
    answer.set_result([1])
    given, answer = await script.asked.get()
    assert [update.text for update in given] == ["t2"] * 2 + ["t3"] * 3
    assert not any(task.done() for task in later)
    answer.set_result([10, 11, 20, 21, 22])
    assert await asyncio.gather(first, *later) == [[1], [10, 11], [20, 21, 22]]
    await log.close()


async def test_a_commit_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MAX_ROWS", 5)
    script = Script()
    log = Batches(script.commit)
    tasks = [asyncio.create_task(log.append(updates(n))) for n in (3, 2, 9, 1)]
    sizes = []
    for _ in range(3):
        given, answer = await script.asked.get()
        sizes.append(len(given))
        answer.set_result(list(range(len(given))))
    await asyncio.gather(*tasks)
    assert sizes == [5, 9, 1]


async def test_a_queue_that_overflows_refuses_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MAX_WAITING_BYTES", 100)
    script = Script()
    log = Batches(script.commit)
    first = asyncio.create_task(log.append(updates(1, size=90)))
    _, answer = await script.asked.get()
    second = asyncio.create_task(log.append(updates(1, size=90)))
    await asyncio.sleep(0)
    with pytest.raises(CannotSave):
        await log.append(updates(1, size=90))
    answer.set_result([1])
    _, answer = await script.asked.get()
    answer.set_result([2])
    assert [*await asyncio.gather(first, second)] == [[1], [2]]


async def test_a_commit_that_cannot_be_fails_all_of_it_and_the_next_goes_on() -> None:
    script = Script()
    log = Batches(script.commit)
    failing = [asyncio.create_task(log.append(updates(1))) for _ in range(3)]
    _, answer = await script.asked.get()
    answer.set_exception(CannotSave("disk full"))
    answers = await asyncio.gather(*failing, return_exceptions=True)
    assert [str(one) for one in answers] == ["disk full"] * 3
    assert len({id(one) for one in answers}) == 3
    again = asyncio.create_task(log.append(updates(1)))
    _, answer = await script.asked.get()
    answer.set_result([1])
    assert await again == [1]


async def test_each_text_is_expected_where_its_sender_knows_it() -> None:
    script = Script()
    log = Batches(script.commit)
    tasks = [
        asyncio.create_task(log.append(updates(n, text), after))
        for n, text, after in ((2, "a", 7), (1, "b", 0), (1, "a", 9))
    ]
    given, answer = await script.asked.get()
    assert ([update.text for update in given], script.expected) == (["a", "a", "b"], {"a": 7, "b": 0})
    answer.set_result([8, 9, batches.MOVED])
    given, answer = await script.asked.get()
    assert ([update.text for update in given], script.expected) == (["a"], {"a": 9})
    answer.set_result([10])
    first, moved, last = await asyncio.gather(*tasks, return_exceptions=True)
    assert (first, last) == ([8, 9], [10])
    assert isinstance(moved, LogMoved)


async def test_one_who_leaves_takes_nobody_along() -> None:
    script = Script()
    log = Batches(script.commit)
    leaving, staying = (asyncio.create_task(log.append(updates(1))) for _ in range(2))
    given, answer = await script.asked.get()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    answer.set_result([1, 2])
    assert await staying == [2]
    assert len(given) == 2


async def test_closing_waits_for_what_was_asked() -> None:
    script = Script()
    log = Batches(script.commit)
    asked = asyncio.create_task(log.append(updates(1)))
    _, answer = await script.asked.get()
    closing = asyncio.create_task(log.close())
    await asyncio.sleep(0)
    assert not closing.done()
    answer.set_result([1])
    await closing
    assert await asked == [1]
