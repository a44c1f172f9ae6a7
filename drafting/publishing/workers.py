"""The starter's side of :mod:`drafting.publishing.worker`."""

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
from pathlib import Path
from typing import Any, Final

from drafting.domain.errors import Code, Refusal
from drafting.publishing.limits import Limits
from drafting.publishing.worker import LENGTH, READY

# A worker that the system should have ended by now gets this much longer before it is given up.
GRACE: Final = 5.0


class Workers:
    """Renders in child processes of one warm process, at most ``concurrency`` at a time."""

    def __init__(self, templates: Path, locales: Path, limits: Limits, concurrency: int) -> None:
        self._templates = templates
        self._locales = locales
        self._limits = limits
        self._slots = asyncio.Semaphore(concurrency)
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = ""

    async def run(self, edition: Mapping[str, Any], locale: str, format: str) -> dict[str, bytes]:
        """The files of one job. Raises what the worker refused, or ``rendering_failed`` where it did not survive."""
        job = {
            "edition": edition,
            "locale": locale,
            "format": format,
            "templates": str(self._templates),
            "locales": str(self._locales),
            "limits": asdict(self._limits),
        }
        request = json.dumps(job).encode()
        async with self._slots:
            path = await asyncio.to_thread(self._start)
            started = asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(self._limits.seconds + GRACE):
                    return await _ask(path, request)
            except (asyncio.IncompleteReadError, ConnectionError, TimeoutError) as lost:
                took = asyncio.get_running_loop().time() - started
                raise Refusal(Code.RENDERING_FAILED, reason=self._why(took), locale=locale, format=format) from lost

    def _why(self, took: float) -> str:
        limit = min(self._limits.seconds, self._limits.processor_seconds)
        return "too_long" if took >= limit * 0.95 else "crashed"

    def _start(self) -> str:
        """The socket of the warm process, which is started where it is not running (any more)."""
        with self._starting:
            if self._process is None or self._process.poll() is not None:
                self._end()
                self._folder = tempfile.mkdtemp(prefix="drafting-press-")
                self._process = self._launch()
            return f"{self._folder}/socket"

    def _launch(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "drafting.publishing.worker", f"{self._folder}/socket", str(self._templates)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Sets of names are walked in one order, so that the same content gives the same bytes.
            env={**os.environ, "PYTHONHASHSEED": "0"},
            start_new_session=True,
        )
        assert process.stdout is not None
        if process.stdout.readline() != READY:
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
