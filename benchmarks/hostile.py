"""What others notice while somebody means harm: ``python -m benchmarks.hostile [NAME…]``.

Floods: the p95 of a keystroke's way to the others, with the flood ÷ without, both in one run, by turns. Connections
that are never finished: the same, and when they are closed. Bombs: what the server's memory grows by. A hang: how long
until somebody is answered again. The server has one core, the load the other.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from pycrdt import Doc, Text

from benchmarks.alone import free_port, running
from benchmarks.flooding import FLOODS, Target, frame, signed_in, upgraded
from benchmarks.typists import Typist, resident
from drafting.sync import wire
from tests.hostile.server import HANG

ROUNDS: Final = 3
TYPISTS: Final = 8
KEYS: Final = 16
SOCKETS: Final = (1, 50)
HALF_OPEN: Final = 5000
HOGS: Final = 14
CALM, HOSTILE = "ada", "ben"
OWN, OTHER = "well.front.en", "well.water.en"


class Scene(NamedTuple):
    """A server that runs. ``pids``: the supervisor's and the worker's."""

    port: int
    tokens: dict[str, str]
    pids: list[int]

    @property
    def target(self) -> Target:
        return Target("127.0.0.1", self.port, OTHER, self.tokens[HOSTILE])


@contextmanager
def scene(module: str = "drafting.cli") -> Iterator[Scene]:
    """``module``: what to run as `drafting`."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {"DRAFTING_DATA": str(Path(folder) / "data"), "DRAFTING_LOG": "error"}
        environment["DRAFTING_CLIENT_HEADER"] = "X-Real-IP"
        furnish = [sys.executable, "-m", "tests.hostile.furnish", CALM, HOSTILE, "reader"]
        done = subprocess.run(furnish, env={**os.environ, **environment}, check=True, capture_output=True, text=True)
        with running([sys.executable, "-m", module, "serve", "--port", str(port)], port, environment) as pids:
            yield Scene(port, json.loads(done.stdout), pids)


async def _p95(here: Scene, meanwhile: Callable[[], object], text: str = OWN) -> float:
    """In ms, of keystrokes at four a second each, by people who have come before what happens ``meanwhile``."""
    arrived: list[float] = []
    typists = [Typist(text, arrived) for _ in range(TYPISTS)]
    for typist in typists:
        typist.others = [other for other in typists if other is not typist]
        await typist.come(f"ws://127.0.0.1:{here.port}/sync", here.tokens[CALM])
    await asyncio.to_thread(meanwhile)
    for _ in range(KEYS):
        due = time.perf_counter()
        for typist in typists:
            due += 0.25 / len(typists)
            await typist.type()
            await asyncio.sleep(max(0, due - time.perf_counter()))
    await asyncio.sleep(1)
    for typist in typists:
        await typist.go()
    due = KEYS * TYPISTS * (TYPISTS - 1)
    arrived = sorted(arrived) + [float("inf")] * (due - len(arrived))
    return arrived[due * 95 // 100] * 1000


def p95(here: Scene, meanwhile: Callable[[], object] = lambda: None) -> float:
    return asyncio.run(_p95(here, meanwhile))


@contextmanager
def flooding(here: Scene, kind: str, sockets: int) -> Iterator[None]:
    arguments = [kind, "127.0.0.1", str(here.port), OTHER, here.tokens[HOSTILE], str(sockets)]
    hostile = subprocess.Popen([sys.executable, "-m", "benchmarks.flooding", *arguments])
    try:
        time.sleep(1.5)
        yield
    finally:
        hostile.kill()
        hostile.wait()
        time.sleep(0.5)


def floods() -> Iterator[str]:
    yield "| flood by one account, in another text | sockets | p95 without, ms | p95 with, ms | ratio |"
    yield "| --- | --- | --- | --- | --- |"
    for kind in [*FLOODS, "pages"]:
        for sockets in SOCKETS:
            with scene() as here:
                pairs = []
                for _ in range(ROUNDS):
                    without = p95(here)
                    with flooding(here, kind, sockets):
                        pairs.append((without, p95(here)))
            without, beside = (median(pair[side] for pair in pairs) for side in (0, 1))
            ratio = median(one / other for other, one in pairs)
            yield f"| {kind} | {sockets} | {without:.1f} | {beside:.1f} | × {ratio:.1f} |"


# ---- connections that are never finished


def _silent(target: Target) -> socket.socket:
    return socket.create_connection((target.host, target.port), timeout=20)


def _half_a_head(target: Target) -> socket.socket:
    one = _silent(target)
    one.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    return one


def _half_a_body(target: Target) -> socket.socket:
    one = _silent(target)
    host = f"127.0.0.1:{target.port}"
    one.sendall(f"POST /en/sign-in HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n\r\na=".encode())
    return one


HALVES: Final[dict[str, Callable[[Target], socket.socket]]] = {
    "says nothing": _silent,
    "half a head": _half_a_head,
    "half a body": _half_a_body,
    "a WebSocket without sign-in": upgraded,
}


def half_open() -> Iterator[str]:
    yield f"| {HALF_OPEN:,} connections | memory, MB | p95 without, ms | p95 with, ms | all closed after |"
    yield "| --- | --- | --- | --- | --- |"
    for what, open_one in HALVES.items():
        with scene() as here:
            without, before = p95(here), resident(here.pids)
            held: list[socket.socket] = []
            beside = p95(here, partial(_open_many, open_one, here.target, held))
            began, memory = time.monotonic() - KEYS / 4 - 1, resident(here.pids) - before
            seconds = _seconds_until_closed(held, began, 60)
            yield f"| {what} | {memory / 1024:.0f} | {without:.1f} | {beside:.1f} | {seconds} |"
            for one in held:
                one.close()


def _open_many(open_one: Callable[[Target], socket.socket], target: Target, held: list[socket.socket]) -> None:
    for _ in range(HALF_OPEN):
        with suppress(OSError):
            held.append(open_one(target))


def _seconds_until_closed(held: list[socket.socket], began: float, most: float) -> str:
    """After the last was opened; nothing is ever answered, not even a closing frame."""
    left = set(held)
    for one in left:
        one.setblocking(False)
    while left and time.monotonic() - began < most:
        left = {one for one in left if not _is_closed(one)}
        time.sleep(0.1)
    return f"{len(left)} never" if left else f"{time.monotonic() - began:.1f} s"


def _is_closed(one: socket.socket) -> bool:
    try:
        while one.recv(65536):
            continue
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


# ---- bombs


def bombs() -> Iterator[str]:
    yield "| bomb | how often | memory, MB |"
    yield "| --- | --- | --- |"
    many = wire.uint(50_000) + b"".join(wire.uint(client) + b"\x01\x02{}" for client in range(50_000))
    prefix = wire.string(OTHER)
    kinds = {
        "compressed frame, which nobody agreed upon": b"\xc2\xfe\xff\xff" + bytes(4) + bytes(65535),
        "presence of 50,000 clients": frame(prefix + wire.awareness(many)),
        "presence of 1 MB": frame(prefix + wire.awareness(b"\x01\x2a\x01" + wire.blob(b'"%s"' % (b"a" * 1_000_000)))),
        "a frame of 2 MiB": frame(bytes(2 << 20)),
        "a frame that says it has 2⁶² bytes": b"\x82\xff" + (1 << 62).to_bytes(8, "big") + bytes(65536),
        "an update of 1 MB of nonsense": frame(prefix + wire.update(os.urandom(1_000_000))),
    }
    for what, data in kinds.items():
        with scene() as here:
            p95(here)
            before = resident(here.pids)
            held = [signed_in(here.target) for _ in range(50)]
            for one in held:
                _throw(one, data)
            yield f"| {what} | 50 | {(resident(here.pids) - before) / 1024:.1f} |"
            for one in held:
                one.close()
    with scene() as here:
        before, most = resident(here.pids), 0
        held = [signed_in(here.target) for _ in range(100)]
        for one in held:
            one.setblocking(False)
        question = frame(prefix + wire.ask(b"\x00")) * 10_000
        until = time.monotonic() + 5
        while time.monotonic() < until:
            for one in held:
                try:
                    one.send(question)
                except OSError:
                    continue
            most = max(most, resident(here.pids) - before)
        yield f"| 100 sockets that ask and never read | 5 s | {most / 1024:.1f} |"


def _throw(one: socket.socket, data: bytes) -> None:
    """Send it, and wait a moment for what follows: those who came at once are not kept from doing it one by one."""
    one.settimeout(0.3)
    with suppress(OSError):
        one.sendall(data)
        while one.recv(65536):
            continue


# ---- a hang


def _seconds_without_answer(here: Scene) -> float:
    """From a poisonous update to the first answer after it."""
    one, prefix = signed_in(here.target), wire.string(OTHER)
    time.sleep(1)
    doc: Doc[Any] = Doc()
    doc.get("body", type=Text).insert(0, HANG, {})
    one.sendall(frame(prefix + wire.update(doc.get_update())))
    began = time.monotonic()
    time.sleep(0.05)
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{here.port}/healthz", timeout=30) as answer:
                if answer.status == 200:
                    return time.monotonic() - began
        except (URLError, OSError):
            time.sleep(0.02)


@contextmanager
def busy(hogs: int) -> Iterator[None]:
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(hogs)]
    for one in spinning:
        os.sched_setaffinity(one.pid, range(os.cpu_count() or 1))
    try:
        time.sleep(1)
        yield
    finally:
        for one in spinning:
            one.kill()
            one.wait()


def hangs() -> Iterator[str]:
    yield "| a worker hangs | answers again after |"
    yield "| --- | --- |"
    for hogs in (0, HOGS):
        taken = []
        for _ in range(ROUNDS):
            with scene("tests.hostile.server") as here, busy(hogs):
                for pid in here.pids:
                    os.sched_setaffinity(pid, range(os.cpu_count() or 1))
                taken.append(_seconds_without_answer(here))
        spread = f"{median(taken):.2f} s ({min(taken):.2f}–{max(taken):.2f})"
        yield f"| beside {hogs} busy processes on {os.cpu_count()} cores | {spread} |"


ALL: Final = {"floods": floods, "half-open": half_open, "bombs": bombs, "hangs": hangs}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ALL))
    chosen = parser.parse_args().names or list(ALL)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[-1:])
    for name in chosen:
        for row in ALL[name]():
            print(row, flush=True)
        print()


if __name__ == "__main__":
    main()
