"""Files that appear whole or not at all, alone and many together."""

import errno
import gzip
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from drafting.domain.errors import Code, Refusal

# Text that browsers may have compressed; its twin stands beside it for web servers that look for one.
COMPRESSED: Final = frozenset({".html", ".css", ".atom", ".json", ".svg", ".md", ".txt"})
# Seconds after which nobody is still writing a file.
LEFT: Final = 600.0
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def refusing() -> Iterator[None]:
    """What the disk does not take is told as ``rendering_failed``, with ``reason``: disk_full or cannot_write."""
    try:
        yield
    except OSError as error:
        reason = "disk_full" if error.errno in FULL else "cannot_write"
        raise Refusal(Code.RENDERING_FAILED, reason=reason, detail=error.strerror or "") from error


def with_twins(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files, and ``{path}.gz`` of those that compress well: the same bytes for the same file."""
    twins = {
        f"{path}.gz": gzip.compress(data, 9, mtime=0) for path, data in files.items() if Path(path).suffix in COMPRESSED
    }
    return {**files, **twins}


class Arrival:
    """Files on their way: each is written beside its place first, and only when all are there are they moved.

    Used as a context, which takes away what was written and not moved.
    """

    def __init__(self) -> None:
        self._beside: dict[Path, Path] = {}

    def __enter__(self) -> "Arrival":
        return self

    def __exit__(self, *raised: object) -> None:
        for beside in self._beside.values():
            beside.unlink(missing_ok=True)

    def write(self, path: Path, data: bytes) -> None:
        """A file with these bytes; one that is there already and the same stays untouched."""
        if _holds(path, data):
            return
        with self._beside_of(path).open("xb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())

    def bring(self, source: Path, path: Path) -> None:
        """A file that is elsewhere; on the same disk it takes no room."""
        if path.is_file() and _holds(path, source.read_bytes()):
            return
        try:
            os.link(source, self._beside_of(path))
        except OSError:  # Another disk, or one without links.
            self.write(path, source.read_bytes())

    def _beside_of(self, path: Path) -> Path:
        if path in self._beside:
            self._beside[path].unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._beside[path] = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        return self._beside[path]

    def move(self) -> None:
        """Put everything in its place."""
        while self._beside:
            path, beside = next(iter(self._beside.items()))
            beside.replace(path)
            del self._beside[path]


def sweep(folder: Path) -> None:
    """Take away what somebody who was killed left beside its place; what cannot be taken away stays.

    A file that was linked has the time of its words; only its status tells when it was brought.
    """
    with suppress(OSError):
        for path in folder.rglob(".*.part"):
            if path.stat().st_ctime < time.time() - LEFT:
                path.unlink()


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data


def write_whole(path: Path, data: bytes) -> None:
    """The file with these bytes, or as it was: never half of it. Files that already are so stay untouched."""
    write_all(path.parent, {path.name: data})


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """All of these files below the folder, or none of them."""
    with Arrival() as arrival:
        for path, data in files.items():
            arrival.write(folder / path, data)
        arrival.move()
