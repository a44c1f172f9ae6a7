"""Zip containers (EPUB, DOCX) whose bytes depend on what is in them and on nothing else."""

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Final

# Of the characters that XML 1.0 cannot hold, those that a name or a statement might.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BEGINNING: Final = (1980, 1, 1, 0, 0, 0)


def xml_bytes(text: str) -> bytes:
    """UTF-8 without the characters that would make it no XML."""
    return _NOT_XML.sub("", text).encode()


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip file of these, in this order. ``mimetype`` is stored as it is, as EPUB asks; the rest is compressed."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()
