"""Logos drawn anew, as ``drafting.actions.organisation_ports.Pictures``: the starter's side of ``logo_drawing``."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

from drafting.actions.names import SIGNATURE
from drafting.actions.organisation_ports import Picture
from drafting.domain.errors import Code, Refusal
from drafting.publishing.making.logo_drawing import Limits

SECONDS: Final = 15.0
AT_ONCE: Final = 2
FIELD: Final = "logo"
PASSED_ON: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")


class Logos:
    """Each picture is drawn by a short-lived process that knows no secret and is ended when it takes too much."""

    def __init__(self, *, longest: int, pixels: int) -> None:
        """``longest``: bytes that a picture may have."""
        self._longest = longest
        self._limits = Limits(pixels)
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def make_small(self, data: bytes) -> Picture:
        if not data:
            raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field=FIELD, reason="empty")
        if len(data) > self._longest:
            raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field=FIELD, reason="too_large", longest=self._longest)
        async with self._slots:
            answer = await _drawn(self._limits.to_json() + data)
        line, _, png = answer.partition(b"\n")
        head: Mapping[str, Any] = json.loads(line) if line else {"reason": "broken"}
        if "reason" in head:
            raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field=FIELD, **head)
        return Picture(png, head["width"], head["height"])


async def _drawn(request: bytes) -> bytes:
    """What the process answers; nothing where it did not survive."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "drafting.publishing.making.logo_drawing",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
    )
    try:
        async with asyncio.timeout(SECONDS):
            answer, _ = await process.communicate(request)
    except TimeoutError:
        return b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return answer if process.returncode == 0 else b""
