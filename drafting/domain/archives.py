"""A bundle as one file: a ZIP archive that is the same for the same files, so that no byte of it is free."""

import io
import zipfile
from collections.abc import Mapping
from typing import Final

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


def is_packed(data: bytes, files: Mapping[str, bytes]) -> bool:
    """Whether an archive of these files is exactly as :func:`pack` makes it."""
    return data == pack(files)
