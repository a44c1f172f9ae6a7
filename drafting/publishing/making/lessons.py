"""What a worker learns from its jobs, to be ready for more of their kind.

A process that printed a book tells in which language, and which scripts occur, through a pipe. What of it is new to the
worker waits there until nothing was asked for a while; then a sample like it is printed, so that later jobs find faces,
patterns and names of that language looked up.
"""

import json
import os
import select
from collections.abc import Mapping
from typing import Any, Final

from drafting.publishing.paper.fonts import scripts_in

# So many languages with their scripts are kept ready; each takes some megabytes.
MOST: Final = 24
# Seconds without a job after which there is time to learn.
QUIET: Final = 1.0
_KEYS: Final = ("tag", "script", "direction", "autonym")


class Lessons:
    """``heard`` is the end of the pipe to wait at."""

    def __init__(self) -> None:
        self.heard, self._told = os.pipe()
        self._known: set[tuple[str, ...]] = set()
        self._new: list[str] = []

    def tell(self, locale: Mapping[str, Any], letters: str) -> None:
        """``locale`` is as in an edition; ``letters`` holds one of each script that occurs."""
        lesson = json.dumps([{key: locale[key] for key in _KEYS}, letters]).encode() + b"\n"
        if len(lesson) <= select.PIPE_BUF:  # More would not arrive in one piece.
            os.write(self._told, lesson)

    def hear(self) -> None:
        """Take up what was told; there must be something."""
        for lesson in os.read(self.heard, 1 << 16).decode().splitlines():
            locale, letters = json.loads(lesson)
            taught = (locale["tag"], locale["script"], locale["direction"], *scripts_in(letters))
            if taught not in self._known and len(self._known) < MOST:
                self._known.add(taught)
                self._new.append(lesson)

    def __len__(self) -> int:
        return len(self._new)

    def take(self) -> tuple[dict[str, Any], str]:
        """One of those that are new, as it was told."""
        locale, letters = json.loads(self._new.pop(0))
        return locale, letters
