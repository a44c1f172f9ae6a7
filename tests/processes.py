"""Processes that the tests start for themselves, and stop again."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen


class ServiceMissing(RuntimeError):
    """The machine lacks something that a test needs. The message says what, and what installs it."""


def executable(*names: str, apt: str, beside: Sequence[str] = ()) -> str:
    """The path of the first of `names` on PATH or in the folders that the patterns `beside` match, newest first."""
    folders = [
        str(folder) for pattern in beside for folder in sorted(Path("/").glob(pattern), key=_number, reverse=True)
    ]
    for name in names:
        if found := shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])):
            return found
    raise ServiceMissing(
        f"The tests start a real {names[0]}, and this machine has none. `make test` installs it, or the package {apt}."
    )


def _number(folder: Path) -> int:
    """The release number in a path such as usr/lib/postgresql/15/bin."""
    return int("".join(character for character in str(folder) if character.isdigit()) or 0)


def find_free_port() -> int:
    """A port of 127.0.0.1 that nobody was listening on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    """True as soon as GET `url` gives a 2xx."""
    try:
        with urlopen(url, timeout=5) as response:
            return bool(200 <= response.status < 300)
    except (URLError, ConnectionError, TimeoutError):
        return False


class Process:
    """A program with its output in a file, known to be ready once `is_ready` says so."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        is_ready: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
        patience: float = 60,
    ) -> None:
        self.command = list(command)
        self.log = log
        self._is_ready = is_ready
        self._environment = {**os.environ, **(environment or {})}
        self._patience = patience
        self._popen: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._popen is not None, "not started"
        return self._popen.pid

    @property
    def output(self) -> str:
        """All that the program has written so far, on standard output and standard error."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def start(self) -> None:
        """Start, and come back when it is ready; RuntimeError with its last lines if it dies or takes too long."""
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=self._environment
            )
        step = 0.05
        for _ in range(int(self._patience / step)):
            if self._is_ready():
                return
            try:
                code = self._popen.wait(step)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"{self.command[0]} ended with {code} before it was ready:\n{self.output[-4000:]}")
        self.kill()
        raise RuntimeError(f"{self.command[0]} was not ready in {self._patience} s:\n{self.output[-4000:]}")

    def stop(self) -> int:
        """Ask it to end (SIGTERM), insist after ten seconds; gives the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End it as a power failure would (SIGKILL)."""
        return self._end(signal.SIGKILL)

    def _end(self, with_signal: signal.Signals) -> int:
        if self._popen is None:
            return 0
        self._popen.send_signal(with_signal)
        try:
            return self._popen.wait(10)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            return self._popen.wait(10)
