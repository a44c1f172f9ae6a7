"""A name for everything but the content that a rendering depends on: this program, its libraries, the faces."""

from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final

from drafting.paths import PACKAGE

_LIBRARIES: Final = ("weasyprint", "pydyf", "fonttools", "jinja2", "babel", "segno", "pypdfium2", "tinycss2", "pyphen")


def stamp(templates: Path, locales: Path, program: Path = PACKAGE) -> str:
    """Equal stamps: the same content gives the same bytes. Without Pango, of what is made without it."""
    digest = sha256()
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    for face in sorted(_faces()):
        digest.update(f"{face}\n".encode())
    for path in _sources(program, templates, locales):
        digest.update(path.name.encode() + b"\0" + sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(program: Path, templates: Path, locales: Path) -> list[Path]:
    """All of the program, though most of it prints nothing: what is left out is missed when a module moves."""
    found = [*program.rglob("*.py"), *program.glob("domain/*.json"), *templates.rglob("*"), *locales.rglob("*")]
    return sorted(path for path in found if path.is_file())


def _faces() -> Iterator[str]:
    """Path and size of every face, and Pango's release."""
    try:
        from weasyprint.text.ffi import ffi, fontconfig, pango
    except OSError:
        return
    yield str(pango.pango_version())
    found = fontconfig.FcConfigGetFonts(ffi.NULL, fontconfig.FcSetSystem)
    path = ffi.new("FcChar8 **")
    for i in range(found.nfont if found != ffi.NULL else 0):
        if fontconfig.FcPatternGetString(found.fonts[i], b"file", 0, path) == fontconfig.FcResultMatch:
            file = Path(ffi.string(path[0]).decode())
            yield f"{file} {file.stat().st_size}"
