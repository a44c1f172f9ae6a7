"""Servers that begin within moments: this program has imported everything, and each of them is a fork of it.

Every line on standard input begins a server, ``POINT COUNT``; its process id and its port are answered. At the COUNTth
time that it comes to the POINT, counted from SIGUSR1 on, it ends itself, as a power failure would: without a last word.
It listens before it is announced, and each has a port of its own, so nobody waits at one door for the next server.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

from drafting.settings import Settings
from drafting.stores.logs.batches import Batches
from drafting.stores.logs.postgres_log import PostgresLog
from drafting.stores.logs.sqlite_log import SqliteLog
from drafting.sync import room
from drafting.web.observing import configure_logs
from drafting.web.serving import configuration

ELSEWHERE = "elsewhere"
POINTS = ("before a commit", "after a commit", "before a checkpoint", "after a checkpoint")
CHECKPOINT_AFTER = 30

Work = Callable[..., Awaitable[Any]]

is_armed = threading.Event()


def ending(work: Work, moment: str, count: int) -> Work:
    """The same work; the process ends ``before`` or ``after`` it is done for the COUNTth time."""
    left = iter(range(count - 1, -1, -1))

    async def work_and_end(*arguments: Any) -> Any:
        is_last = is_armed.is_set() and next(left, None) == 0
        if is_last and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = await work(*arguments)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return work_and_end


def arm(point: str, count: int) -> None:
    """Texts keep checkpoints more often than in earnest, so that many are interrupted."""
    room.CHECKPOINT_AFTER = CHECKPOINT_AFTER  # type: ignore[misc]
    moment, _, what = point.partition(" a ")
    if what == "commit":
        begin = Batches.__init__

        def begin_armed(self: Batches, commit: Work) -> None:
            begin(self, ending(commit, moment, count))

        Batches.__init__ = begin_armed  # type: ignore[method-assign]
    elif what == "checkpoint":
        for log in (SqliteLog, PostgresLog):
            log.keep_checkpoint = ending(log.keep_checkpoint, moment, count)  # type: ignore[method-assign]


def serve(config: uvicorn.Config, door: socket.socket, point: str, count: int) -> None:
    os.setsid()
    signal.signal(signal.SIGUSR1, lambda number, frame: is_armed.set())
    arm(point, count)
    uvicorn.Server(config).run([door])


def main() -> None:
    settings = Settings.from_environment(os.environ)
    configure_logs(settings.log)
    config = configuration(settings)
    config.load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in iter(sys.stdin.readline, ""):
        point, count = line.strip().rsplit(" ", 1)
        with socket.create_server(("127.0.0.1", 0)) as door:
            child = os.fork()
            if child == 0:
                serve(config, door, point, int(count))
                os._exit(0)
            print(child, door.getsockname()[1], flush=True)


if __name__ == "__main__":
    main()
