"""A bundle as one file: a ZIP archive that is the same for the same files, so that no byte of it is free."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

MAX_FILES: Final = 50_000

_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o100644 << 16
_UNIX: Final = 3


def pack(files: Mapping[str, bytes]) -> bytes:
    """Names in order, nothing compressed, no moment and no owner."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.external_attr = _MODE
            entry.create_system = _UNIX
            archive.writestr(entry, files[name])
    return out.getvalue()


class ArchiveInvalid(Exception):
    """The archive cannot be read, or is not as it was made. ``file``: the one inside that is to blame, or empty."""

    def __init__(self, file: str = "") -> None:
        super().__init__(file)
        self.file = file


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of an archive as :func:`pack` made it. Raises :class:`ArchiveInvalid` for any other."""
    file = ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_FILES or any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise ArchiveInvalid
            if sum(entry.file_size for entry in entries) > len(data):
                raise ArchiveInvalid  # Something is listed more than once, and would be read as often.
            files = {}
            for entry in entries:
                file = entry.filename
                files[file] = archive.read(entry)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
        OverflowError,
    ) as error:
        raise ArchiveInvalid(file) from error
    if pack(files) != data:
        raise ArchiveInvalid
    return files
