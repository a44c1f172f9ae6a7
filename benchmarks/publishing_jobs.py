"""What a whole release costs: twelve languages on one core and on two, and memory while it is made.

The worker's processes share most of their pages; what counts is each one's share of them (PSS).
"""

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, Final

from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.limits import Limits
from drafting.publishing.making.narrowing import narrowed
from drafting.publishing.making.press import StaticPress
from drafting.publishing.making.workers import Workers
from tests.publishing.conftest import example_edition

PATIENT: Final = Limits(seconds=600, processor_seconds=300, memory=2 << 30)
TWELVE: Final = ("en", "fr", "ar", "zh-Hans", "hi", "th", "ru", "he", "ko", "am", "ja", "my")
SECTIONS: Final = 30
FORMATS: Final = ("html", "pdf", "epub")
# With more of the processors busy with something else there is nothing to be said of two against one.
BUSY: Final = 0.1
ROUNDS: Final = 3
JOBS: Final = 300
MIB: Final = 1 << 20


def edition() -> dict[str, Any]:
    return example_edition(locales=TWELVE, sections=SECTIONS)


def busy(seconds: float = 1.0) -> float:
    """The share of the processors that others take, while this program does nothing."""

    def read() -> tuple[int, int]:
        ticks = [int(each) for each in Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:]]
        return sum(ticks[:8]), ticks[3] + ticks[4]

    total, idle = read()
    time.sleep(seconds)
    total_now, idle_now = read()
    return 1 - (idle_now - idle) / max(1, total_now - total)


async def _twelve(workers: Workers, content: dict[str, Any]) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(workers.run(narrowed(content, tag), tag, format) for format in FORMATS for tag in TWELVE))
    return time.perf_counter() - began


async def cores() -> list[str]:
    """Twelve languages by two workers on two cores, and by one on one, by turns."""
    what = "twelve languages, two cores instead of one"
    content = edition()
    one, two = (Workers(TEMPLATES, LOCALES, PATIENT, count, prepares=True) for count in (1, 2))
    rounds = []
    try:
        for workers in (one, two):
            await workers.run(content, "en", "pdf")
        assert one._process is not None
        os.sched_setaffinity(one._process.pid, {min(os.sched_getaffinity(0))})
        for _ in range(ROUNDS):
            # A round counts where the machine was quiet before it and after it.
            was_quiet = busy() <= BUSY
            round = (await _twelve(one, content), await _twelve(two, content))
            if was_quiet and busy() <= BUSY:
                rounds.append(round)
    finally:
        for workers in (one, two):
            await asyncio.to_thread(workers.close)
    if not rounds or len(os.sched_getaffinity(0)) < 2:
        return [f"| {what} | ≥ 1.8 × | | | | not measured: the machine was busy with something else |"]
    ratio = median(alone / both for alone, both in rounds)
    alone, both = (median(column) for column in zip(*rounds, strict=True))
    verdict = "met" if ratio >= 1.8 else "**not met**"
    return [f"| {what} | ≥ 1.8 × | {both:.1f} s | {alone:.1f} s | × {ratio:.2f} | {verdict} |"]


def _family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
            yield from _family(int(child))


def share(pid: int) -> int:
    """Bytes of memory that a process and its children take, shared pages counted once among them."""
    total = 0
    for each in _family(pid):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{each}/smaps_rollup").read_text("ascii").splitlines()
            total += next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


async def _watch(pid: int, peak: list[int]) -> None:
    while True:
        peak[0] = max(peak[0], await asyncio.to_thread(share, pid))
        await asyncio.sleep(0.02)


async def release_memory(at_once: int) -> str:
    """The most that the workers take while all formats of twelve languages are made and put up."""
    with tempfile.TemporaryDirectory() as folder:
        press = StaticPress(Path(folder) / "public", concurrency=at_once, limits=PATIENT, prepares=True)
        content = edition()
        try:
            await press.make(content, "en", "html")
            process = press._workers._process
            assert process is not None
            peak = [0]
            watching = asyncio.create_task(_watch(process.pid, peak))
            jobs = [(tag, format) for tag in TWELVE for format in press.formats]
            made = await asyncio.gather(*(press.make(content, tag, format) for tag, format in jobs))
            await press.open([content], {1: list(made)})
            watching.cancel()
        finally:
            await press.close()
    return f"| memory of the workers, twelve languages, {at_once} at once | | {peak[0] / MIB:,.0f} MiB | | | |"


async def growth() -> str:
    """The worker before and after many jobs."""
    workers = Workers(TEMPLATES, LOCALES, PATIENT, 2, prepares=True)
    content = example_edition(locales=TWELVE, sections=2)

    async def do(count: int) -> int:
        jobs = [(TWELVE[n % len(TWELVE)], ("pdf", "html", "png")[n % 3]) for n in range(count)]
        await asyncio.gather(*(workers.run(content, tag, format) for tag, format in jobs))
        assert workers._process is not None
        return share(workers._process.pid)

    try:
        await do(36)
        await asyncio.sleep(10)  # for what it prepares
        before, after = await do(12), await do(JOBS)
    finally:
        await asyncio.to_thread(workers.close)
    verdict = "met" if after <= before * 1.05 else "**not met**"
    sizes = f"{before / MIB:,.0f} → {after / MIB:,.0f} MiB"
    return f"| memory of a worker after {JOBS} jobs | ≤ 1.05 × | {sizes} | | × {after / before:.2f} | {verdict} |"


async def memory() -> list[str]:
    return [await release_memory(1), await release_memory(2), await growth()]
