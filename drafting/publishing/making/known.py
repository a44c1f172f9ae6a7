"""What was made already, so that it is not made again: after a restart, and where only another language changed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from drafting.publishing.writing import Arrival, write_whole

# A release in twelve languages has a hundred files.
MOST_KEPT: Final = 5000


class File(NamedTuple):
    """A file below the public folder, its size and its SHA-256."""

    path: str
    size: int
    sha256: str


class Known:
    """For each rendering, by the name of all that it depends on, the files that came of it; the bytes lie elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, key: str, files: Mapping[str, bytes]) -> list[File]:
        listed = [File(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in files.items()]
        write_whole(self._folder / key, json.dumps(listed).encode())
        return listed

    def bring(self, key: str, places: Sequence[Path], target: Path) -> list[File] | None:
        """The files, put into the target from wherever they lie whole; None where any is missing by now."""
        listed = self._listed(key)
        found = [_whole(file, places) for file in listed]
        if not listed or None in found:
            return None
        with Arrival() as arrival:
            for file, source in zip(listed, found, strict=True):
                if source is not None:
                    arrival.bring(source, target / file.path)
            arrival.move()
        return listed

    def _listed(self, key: str) -> list[File]:
        try:
            return [File(*row) for row in json.loads((self._folder / key).read_bytes())]
        except (FileNotFoundError, ValueError, TypeError):
            return []

    def forget_old(self) -> None:
        """Keep the newest, so that the folder does not grow for ever."""
        if self._folder.is_dir():
            files = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in files[MOST_KEPT:]:
                path.unlink(missing_ok=True)


def _whole(file: File, places: Sequence[Path]) -> Path | None:
    return next((path for place in places if _is(path := place / file.path, file)), None)


def _is(path: Path, file: File) -> bool:
    is_there = path.is_file() and path.stat().st_size == file.size
    return is_there and hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
