"""This server beside a relay that only passes bytes on, with a load of our own: no peer, so no goal."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.installation import Installation, make
from benchmarks.typists import Measured, measure

ROUNDS = 3
UNBOUNDED = {"DRAFTING_MESSAGES_EACH": "10000000"}
"""All load comes from one account."""
TEXTS = 50
LOADS = {"a room of 30": (1, 30, 12), f"{TEXTS} rooms of two": (TEXTS, 2, 12)}
"""What → texts, clients in each, keystrokes of each."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[list[int]]:
    """A server on a core of its own; its process and the processes below it."""
    cores = sorted(os.sched_getaffinity(0))
    server = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        start_new_session=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores[:1]),
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        time.sleep(1)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        yield [server.pid, *map(int, children)]
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _relay(load: str) -> Measured:
    port = free_port()
    texts, each, keys = LOADS[load]
    with running([sys.executable, "-m", "benchmarks.relay", str(port)], port, {}) as pids:
        names = [f"bench.s{number}.en" for number in range(texts)]
        return asyncio.run(measure(f"ws://127.0.0.1:{port}/sync", "", names, each, keys, pids))


def _server(load: str, installation: Installation) -> Measured:
    port = free_port()
    texts, each, keys = LOADS[load]
    with tempfile.TemporaryDirectory() as folder:
        data = shutil.copytree(installation.data, Path(folder) / "data")
        command = [sys.executable, "-m", "drafting.cli", "serve", "--port", str(port)]
        with running(
            command,
            port,
            {"DRAFTING_DATA": str(data), "DRAFTING_LOG": "error", "DRAFTING_SOCKETS_EACH": "5000", **UNBOUNDED},
        ) as pids:
            names = installation.texts[:texts]
            return asyncio.run(measure(f"ws://127.0.0.1:{port}/sync", installation.token, names, each, keys, pids))


def compare() -> str:
    """A table, as Markdown: medians of rounds by turns."""
    cores = sorted(os.sched_getaffinity(0))
    lines = [f"| beside a relay that only passes bytes on; medians of {ROUNDS} rounds by turns | relay | this server |"]
    lines.append("| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        installation = make(Path(folder), TEXTS)
        os.sched_setaffinity(0, cores[-1:])
        for load in LOADS:
            both = [(_relay(load), _server(load, installation)) for _ in range(ROUNDS)]
            for place, what in enumerate(["p50, ms", "p99, ms", "processor a delivery, µs", "memory a room, kB"]):
                relay, server = (median(pair[side][place] for pair in both) for side in (0, 1))
                lines.append(f"| {load}: {what} | {relay:.3g} | {server:.3g} |")
        os.sched_setaffinity(0, cores)
    return "\n".join(lines) + "\n"
