"""A folder that comes as a ZIP archive: unpacked in memory, within bounds, or refused."""

import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from drafting.domain.errors import Code, Refusal

MAX_FILES: Final = 300
MAX_BYTES: Final = 50 * 1024 * 1024
MAX_RATIO: Final = 100
FREE_BYTES: Final = 64 * 1024
"""Below this a small file may well be a hundred times smaller when packed."""
_CHUNK: Final = 64 * 1024


def unpack(archive: bytes) -> dict[str, bytes]:
    """The files of a folder by name, without the one folder that may enclose them all.

    Raises ``folder_refused`` (``file``, ``line``, ``what``) for what is no archive or leads out of its folder, and
    ``too_large`` for what unpacks to more than 50 MB or to a hundred times its size.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir() and not _is_litter(entry.filename)]
            if len(entries) > MAX_FILES:
                raise Refusal(Code.TOO_LARGE, limit=MAX_FILES)
            left = MAX_BYTES
            files: dict[str, bytes] = {}
            for entry in entries:
                name = _checked(entry)
                files[name] = _read(opened, entry, left)
                left -= len(files[name])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, UnicodeDecodeError) as error:
        raise _refused("", "not_zip") from error
    return without_enclosing_folder(files)


def _is_litter(name: str) -> bool:
    """What operating systems put beside people's files."""
    path = PurePosixPath(name)
    return path.parts[:1] == ("__MACOSX",) or path.name in (".DS_Store", "Thumbs.db")


def _checked(entry: zipfile.ZipInfo) -> str:
    path = PurePosixPath(entry.filename)
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or is_link:
        raise _refused(entry.filename, "leads_out")
    return str(path)


def _read(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """A file, read in pieces: what the archive says of its size is not believed."""
    limit = min(left, max(FREE_BYTES, entry.compress_size * MAX_RATIO))
    found = bytearray()
    with opened.open(entry) as file:
        while piece := file.read(_CHUNK):
            found += piece
            if len(found) > limit:
                raise Refusal(Code.TOO_LARGE, limit=limit)
    return bytes(found)


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files of a folder on the disk by their names, or those of a ZIP archive there.

    Raises ``folder_refused``, ``too_large``; OSError where it is neither.
    """
    if folder.is_file():
        return unpack(folder.read_bytes())
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is neither a folder nor a ZIP archive.")
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    if len(paths) > MAX_FILES or sum(path.stat().st_size for path in paths) > MAX_BYTES:
        raise Refusal(Code.TOO_LARGE, limit=MAX_BYTES)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def without_enclosing_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    """Archives often hold the folder itself: then its name goes."""
    first = {PurePosixPath(name).parts[0] for name in files}
    if len(first) != 1 or any("/" not in name for name in files):
        return files
    return {str(PurePosixPath(*PurePosixPath(name).parts[1:])): data for name, data in files.items()}


def _refused(file: str, what: str) -> Refusal:
    return Refusal(Code.FOLDER_REFUSED, file=file, line=0, what=what)
