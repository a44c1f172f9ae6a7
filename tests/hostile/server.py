"""`drafting` over a native library that some words make hang or die: ``python -m tests.hostile.server serve …``.

The words pass every check; they stand for whatever a future fuzzer may find. Its patience is short.
"""

import ctypes
import re
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pycrdt import Doc

from drafting.cli import main
from drafting.sync import replica
from drafting.web import front
from drafting.web.live import door, impatience

HANG = "the interpreter waits for ever"
DIE = "the process dies"
PANIC = "the library panics"
FULL = "disk-full"


class PanicException(BaseException):
    """Named as pyo3's."""


class Fragile(Doc[Any]):
    def apply_update(self, update: bytes) -> None:
        if HANG.encode() in update:
            # Matching holds the interpreter's lock, as native code does.
            re.fullmatch("(a|a)*b", "a" * 100)
        if DIE.encode() in update:
            ctypes.string_at(0)
        if PANIC.encode() in update:
            raise PanicException("no such branch")
        super().apply_update(update)


def disk_usage(folder: Path) -> SimpleNamespace:
    """Of a disk that is full while a file of this name lies on it."""
    return SimpleNamespace(free=0 if (folder / FULL).exists() else 1 << 40)


if __name__ == "__main__":
    front.shutil.disk_usage = disk_usage  # type: ignore[assignment]
    impatience.HEAD_SECONDS = impatience.BODY_SECONDS = impatience.READER_SECONDS = 1.0  # type: ignore[misc]
    door.Limits = partial(door.Limits, sign_in=4.0)  # type: ignore[misc,assignment,attr-defined]
    replica.Doc = Fragile  # type: ignore[misc,attr-defined]
    sys.exit(main())
