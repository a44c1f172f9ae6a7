"""Files that are either whole or not there: written aside, flushed to the disk, then renamed."""

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drafting.actions.ports import CannotSave
from drafting.domain.errors import Code, Refusal

_PART: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}\Z")
FILE_MODE: Final = 0o644


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was written: its path below the folder with ``/``, its size, SHA-256 in hexadecimal."""

    path: str
    bytes: int
    sha256: str


def write_atomically(path: Path, data: bytes, mode: int = FILE_MODE) -> None:
    """Replace or make a file, on the disk when this returns; nobody sees half of it. Raises :class:`CannotSave`."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_through(aside, data, mode)
        os.replace(aside, path)
        _flush_folder(path.parent)
    except OSError as error:
        raise CannotSave(str(error)) from error
    finally:
        aside.unlink(missing_ok=True)


def _write_through(path: Path, data: bytes, mode: int) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Files:
    """A folder whose files are named by relative paths such as ``d/water/1/fr/index.html``.

    A path has parts of letters, digits, ``.``, ``_`` and ``-`` that don't begin with a dot; whatever else is refused
    as ``not_found``, and so is one that a symbolic link leads out of the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._root = folder.resolve()

    def locate(self, path: str) -> Path:
        """Where a file is or would be."""
        parts = path.split("/")
        found = self._root.joinpath(*parts) if all(_PART.match(part) for part in parts) else None
        if found is None or not found.resolve().is_relative_to(self._root):
            raise Refusal(Code.NOT_FOUND, path=path)
        return found

    def write(self, path: str, data: bytes) -> Kept:
        """Keep a file durably. Raises :class:`CannotSave`."""
        write_atomically(self.locate(path), data)
        return Kept(path, len(data), hashlib.sha256(data).hexdigest())

    def write_hashed(self, folder: str, data: bytes, suffix: str) -> Kept:
        """Keep a file under its SHA-256, such as ``files/9f…c1.pdf``: the address of these bytes and of no others."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = f"{folder}/{sha256}{suffix}"
        kept = Kept(path, len(data), sha256)
        where = self.locate(path)
        if not where.is_file() or where.stat().st_size != len(data):
            write_atomically(where, data)
        return kept

    def read(self, path: str) -> bytes:
        """Raises ``not_found``."""
        try:
            return self.locate(path).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise Refusal(Code.NOT_FOUND, path=path) from error

    def remove(self, path: str) -> bool:
        """Whether there was such a file until now."""
        try:
            self.locate(path).unlink()
        except FileNotFoundError:
            return False
        return True

    def is_writable(self) -> bool:
        return os.access(self._root, os.W_OK)
