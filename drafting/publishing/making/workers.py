"""The starter's side of :mod:`drafting.publishing.making.worker`."""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from drafting.domain.errors import Code, Refusal
from drafting.publishing.making.limits import Limits
from drafting.publishing.making.worker import LENGTH, READY
from drafting.publishing.writing import refusing

# A worker that the system should have ended by now gets this much longer before it is given up.
GRACE: Final = 5.0


class Workers:
    """Renders in child processes of one warm process, at most ``concurrency`` at a time.

    ``prepares``: the process uses its spare time to do once what every job would do anew.
    """

    def __init__(
        self, templates: Path, locales: Path, limits: Limits, concurrency: int, *, prepares: bool = False
    ) -> None:
        self._templates = templates
        self._locales = locales
        self._limits = limits
        self._slots = asyncio.Semaphore(concurrency)
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = ""
        self._stamp = ""
        self._chores = ["chores"] if prepares else []

    async def run(self, edition: Mapping[str, Any], locale: str, format: str) -> dict[str, bytes]:
        """The files of one job. Raises what the worker refused, or ``rendering_failed`` where it did not survive."""
        return await self._run(self._limits, edition, locale, format)

    async def run_long(self, edition: Mapping[str, Any], locale: str, format: str) -> dict[str, bytes]:
        """The same for what takes several times as long as a book, and as much again of memory."""
        limits = Limits(self._limits.seconds * 4, self._limits.processor_seconds * 4, self._limits.memory * 2)
        return await self._run(limits, edition, locale, format)

    async def _run(self, limits: Limits, edition: Mapping[str, Any], locale: str, format: str) -> dict[str, bytes]:
        job = {
            "edition": edition,
            "locale": locale,
            "format": format,
            "templates": str(self._templates),
            "locales": str(self._locales),
            "limits": asdict(limits),
        }
        request = json.dumps(job).encode()
        async with self._slots:
            path = await asyncio.to_thread(self._start)
            started = asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(limits.seconds + GRACE):
                    return await _ask(path, request)
            except (asyncio.IncompleteReadError, ConnectionError, TimeoutError) as lost:
                took = asyncio.get_running_loop().time() - started
                raise Refusal(Code.RENDERING_FAILED, reason=_why(limits, took), locale=locale, format=format) from lost

    async def name(self, edition: Mapping[str, Any], locale: str, format: str) -> str:
        """The same for the same job with the same program, libraries and faces, so for the same bytes."""
        await asyncio.to_thread(self._start)
        job = json.dumps([self._stamp, edition, locale, format], sort_keys=True)
        return sha256(job.encode()).hexdigest()

    def _start(self) -> str:
        """The socket of the warm process, which is started where it is not running (any more)."""
        with self._starting:
            if self._process is None or self._process.poll() is not None:
                self._end()
                with refusing():
                    self._folder = tempfile.mkdtemp(prefix="drafting-press-")
                self._process = self._launch()
            return f"{self._folder}/socket"

    def _launch(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "drafting.publishing.making.worker"),
                *(f"{self._folder}/socket", str(self._templates), str(self._locales), *self._chores),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Sets of names are walked in one order, and the faces of emoji, which are written anew, bear no time: so
            # the same content gives the same bytes.
            env={**os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"},
            start_new_session=True,
        )
        assert process.stdout is not None
        word, _, mark = process.stdout.readline().decode().partition(" ")
        self._stamp = mark.strip()
        if word != READY:
            process.kill()
            process.wait()
            raise Refusal(Code.RENDERING_FAILED, reason="crashed")
        return process

    def _end(self) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
            self._process = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        with self._starting:
            self._end()


def _why(limits: Limits, took: float) -> str:
    return "too_long" if took >= min(limits.seconds, limits.processor_seconds) * 0.95 else "crashed"


async def _ask(path: str, request: bytes) -> dict[str, bytes]:
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(LENGTH.pack(len(request)) + request)
        await writer.drain()
        (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
        head = json.loads(await reader.readexactly(length))
        if "refused" in head:
            raise Refusal(Code(head["refused"]), **head["data"])
        return {path: await reader.readexactly(size) for path, size in head["files"]}
    finally:
        writer.close()
