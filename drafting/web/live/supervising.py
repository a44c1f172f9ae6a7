"""A small process that owns the listening sockets and outlives the worker that serves on them.

A worker whose event loop stops going round, or that dies, is replaced by a fork of this process, which has everything
imported already and has never touched a byte from outside. Whoever's update a worker was taking when it ended is shut
out for a while, see :mod:`drafting.web.live.blame`.
"""

import ctypes
import gc
import logging
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import Final, TypeAlias

from drafting.sync.notes import Stage
from drafting.web.live.blame import SharedNotes
from drafting.web.live.pulse import Pulse, spent_by
from drafting.web.live.record import Note

LOG: Final = logging.getLogger(__name__)

LOOK_SECONDS: Final = 0.05
LEAVING_SECONDS: Final = 25.0
STEADY_SECONDS: Final = 60.0
PAUSES: Final = (0.0, 0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
# What native code dies of. Whatever else ends a worker may come from outside.
OWN_FAULTS: Final = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE})
PR_SET_PDEATHSIG: Final = 1
PR_SET_NAME: Final = 15
WORKER_NAME: Final = b"drafting-worker"
BACKLOG: Final = 2048

Work: TypeAlias = Callable[[], int]


def listening(host: str, port: int) -> list[socket.socket]:
    """A socket on each address that the host name stands for. Raises OSError where one is taken."""
    sockets: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in dict.fromkeys(
            socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        ):
            one = socket.socket(family, kind, protocol)
            sockets.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            one.setblocking(False)
    except OSError:
        for one in sockets:
            one.close()
        raise
    return sockets


@dataclass(frozen=True, slots=True)
class Ending:
    """How a worker ended: its exit code, or minus the number of a signal. ``is_hung``: it was ended by us, after it had
    used the processor for ``silence`` seconds without a sign of life."""

    code: int
    is_hung: bool
    has_served: bool
    lived: float
    silence: float


class Supervisor:
    """``work`` is what a worker does until it is told to stop; its result is the exit code. ``sockets`` are kept open.

    Needs ``os.fork`` and a process with one thread.
    """

    def __init__(self, work: Work, notes: SharedNotes) -> None:
        self.work = work
        self.notes = notes
        self.is_leaving = False
        self._worker = 0
        self._alarm, self._bell = socket.socketpair()

    def serve(self) -> int:
        """Until SIGTERM or SIGINT, or until a first worker can't begin; gives the exit code."""
        self._listen_for_signals()
        gc.freeze()
        failures = 0
        while True:
            ending = self._watch(self._start())
            if self.is_leaving:
                return 0 if ending.code in (0, -signal.SIGTERM, -signal.SIGINT) else 1
            if ending.code >= 0 and not ending.has_served and not self.notes.record.restarts:
                return max(ending.code, 1)
            failures = 0 if ending.lived > STEADY_SECONDS or not ending.code else failures + 1
            self._take_note(ending)
            if self._rest(PAUSES[min(failures, len(PAUSES) - 1)]):
                return 0

    # ---- starting

    def _listen_for_signals(self) -> None:
        for one in (self._alarm, self._bell):
            one.setblocking(False)
        signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, self._leave)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def _leave(self, number: int, frame: FrameType | None) -> None:
        self.is_leaving = True
        if self._worker:
            with suppress(ProcessLookupError):
                os.kill(self._worker, signal.SIGTERM)

    def _start(self) -> int:
        self.notes.wipe()
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            supervisor = os.getpid()
            self._worker = os.fork()
            if self._worker == 0:
                os._exit(self._as_worker(supervisor))
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        if self.is_leaving:
            os.kill(self._worker, signal.SIGTERM)
        return self._worker

    def _as_worker(self, supervisor: int) -> int:
        """A worker never comes back from here into what its supervisor was doing."""
        try:
            signal.set_wakeup_fd(-1)
            for number in SIGNALS:
                signal.signal(number, _leave_at_once)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            self._alarm.close()
            self._bell.close()
            _end_with(supervisor)
            return self.work()
        except BaseException:
            LOG.critical("the worker failed", exc_info=True)
            return 1
        finally:
            sys.stdout.flush()
            sys.stderr.flush()

    # ---- watching

    def _watch(self, pid: int) -> Ending:
        began = time.monotonic()
        pulse = Pulse(self.notes)
        told_at = 0.0
        is_hung = False
        while (status := _ended(pid)) is None:
            self._wait(LOOK_SECONDS)
            now = time.monotonic()
            if self.is_leaving or self.notes.is_leaving:
                told_at = told_at or now
                is_late = now - told_at > LEAVING_SECONDS
            else:
                is_late = is_hung = pulse.has_stopped(spent_by(pid))
            if is_late:
                os.kill(pid, signal.SIGKILL)
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                break
        self._worker = 0
        return Ending(status, is_hung, self.notes.beats > 0, time.monotonic() - began, pulse.silence)

    def _wait(self, seconds: float) -> None:
        if select.select([self._alarm], [], [], seconds)[0]:
            try:
                self._alarm.recv(4096)
            except BlockingIOError:
                return

    def _rest(self, seconds: float) -> bool:
        """Whether it was told to leave meanwhile."""
        until = time.monotonic() + seconds
        while not self.is_leaving and (left := until - time.monotonic()) > 0:
            self._wait(left)
        return self.is_leaving

    def _take_note(self, ending: Ending) -> None:
        record, last = self.notes.record, self.notes.last
        record.restarts += 1
        if ending.code == 0:
            LOG.warning("the worker left by itself and is replaced")
            return
        is_certain = ending.is_hung or -ending.code in OWN_FAULTS
        verdict = record.hold_against(last, is_certain=is_certain) if ending.code < 0 else "nothing"
        LOG.critical("the worker ended and is replaced", extra={"facts": _facts(ending, last, verdict)})


def _ended(pid: int) -> int | None:
    done, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


def _leave_at_once(number: int, frame: FrameType | None) -> None:
    """Before it serves there is nothing to finish; and uvicorn raises the signal once more when all is done."""
    os._exit(0)


def _end_with(supervisor: int) -> None:
    """Whatever ends the supervisor ends its worker: nobody would watch it, and the next one needs its port. The worker
    has a name, since its command line is the supervisor's, and who means the one should not end both."""
    if sys.platform.startswith("linux"):
        prctl = ctypes.CDLL(None).prctl
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        prctl(PR_SET_NAME, WORKER_NAME, 0, 0, 0)
    if os.getppid() != supervisor:
        os._exit(1)


def _facts(ending: Ending, last: Note, verdict: str) -> dict[str, object]:
    how = "hung" if ending.is_hung else signal.Signals(-ending.code).name if ending.code < 0 else f"exit {ending.code}"
    facts: dict[str, object] = {"how": how, "seconds": round(ending.lived, 1), "verdict": verdict}
    if ending.is_hung:
        facts["silence"] = round(ending.silence, 2)
    if last.stage is not Stage.REST:
        facts |= {"stage": last.stage.name.lower(), "text": last.text}
    if last.stage is Stage.TAKE:
        facts |= {"account": last.account, "update": last.digest.hex()}
    return facts
