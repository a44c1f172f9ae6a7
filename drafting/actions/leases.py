"""Of several nodes one does a job. It holds the job for a short while, and says again and again that it is still there.

Clocks of nodes may differ: whoever lost a job learns it when it wants to keep something, and stops. Work that two did
at once for a moment is made of the same bytes, so that it harms nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final, TypeVar

from drafting.actions.names import new_id
from drafting.actions.ports import CannotSave, Ports
from drafting.actions.publishing_ports import JobTaken

Result = TypeVar("Result")
HELD: Final = timedelta(seconds=8)
BEAT_SECONDS: Final = 2.0


async def while_held(ports: Ports, job: str, work: Callable[[str], Awaitable[Result]]) -> Result | None:
    """Do the work, which is told the name it is held under. None where another holds the job, or took it meanwhile."""
    holder = new_id()
    if not await _take(ports, job, holder):
        return None
    working = asyncio.ensure_future(work(holder))
    beating = asyncio.ensure_future(_beat(ports, job, holder))
    try:
        await asyncio.wait({working, beating}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    except JobTaken:
        return None
    finally:
        for task in (working, beating):
            task.cancel()
        await asyncio.gather(working, beating, return_exceptions=True)
        with suppress(CannotSave):
            await ports.jobs.let_go(job, holder)


async def _take(ports: Ports, job: str, holder: str) -> bool:
    at = ports.clock.now()
    return await ports.jobs.take(job, holder, at, at + HELD)


async def _beat(ports: Ports, job: str, holder: str) -> None:
    """Ends when the job is lost: another took it, or nobody could be told for so long that another may have."""
    until = ports.clock.now() + HELD
    while ports.clock.now() < until:
        await asyncio.sleep(BEAT_SECONDS)
        with suppress(CannotSave):
            if not await _take(ports, job, holder):
                return
            until = ports.clock.now() + HELD
