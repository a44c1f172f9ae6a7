"""Timers that share those of the event loop."""

import asyncio
from functools import partial

from drafting.sync.rounds import STEP, call_later


class Counted(asyncio.SelectorEventLoop):
    timers = 0

    def call_at(self, *args, **kwargs):  # type: ignore[no-untyped-def, override]
        self.timers += 1
        return super().call_at(*args, **kwargs)


def test_what_is_due_in_one_round_costs_one_timer() -> None:
    loop = Counted()

    async def wait_for_a_hundred() -> None:
        rung: list[int] = []
        done = asyncio.Event()
        for number in range(100):
            call_later(STEP / 2, partial(rung.append, number))
        call_later(STEP / 2, done.set)
        await done.wait()
        assert rung == list(range(100))

    loop.run_until_complete(wait_for_a_hundred())
    loop.close()
    assert loop.timers <= 2


async def test_one_that_was_called_off_and_one_that_fails_harm_no_other() -> None:
    rung: list[str] = []
    done = asyncio.Event()

    def fail() -> None:
        raise ValueError("stumbled")

    call_later(0, fail)
    off = call_later(0, lambda: rung.append("off"))
    call_later(0, done.set)
    off.cancel()
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: rung.append(str(context["exception"])))
    await done.wait()
    assert rung == ["stumbled"]
