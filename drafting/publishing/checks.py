"""What publishing needs from the machine, for ``drafting check``: the page maker's libraries, faces, dictionaries."""

import ctypes
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drafting.domain.locales import Locale
from drafting.publishing.paper.breaks import icu
from drafting.publishing.paper.fonts import SCRIPTS, script_of

# Below this WeasyPrint does not start.
OLDEST_PANGO: Final = (1, 44)
_FOLDERS: Final = ("usr/lib/*", "usr/lib", "usr/lib64", "usr/local/lib", "opt/homebrew/lib", "lib/*")
# Scripts of most declarations; others are asked for by their languages.
USUAL_SCRIPTS: Final = ("Latn", "Arab", "Hebr", "Hans", "Jpan", "Kore", "Deva", "Beng", "Taml", "Thai", "Ethi", "Geor")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. ``code`` names a sentence for the operator, ``detail`` what it is about (not translated).

    Codes: pango, pango_missing, pango_old, subset, subset_missing, faces, faces_missing, faces_unknown, icu,
    icu_missing. Without the subset library printing is slow; without ICU some scripts break lines badly; neither is
    fatal, and the ones that are have ``is_fatal``.
    """

    name: str
    ok: bool
    code: str
    detail: str = ""
    is_fatal: bool = False


def check_publishing(locales: Sequence[Locale] = ()) -> list[Check]:
    """All findings; ``locales``: languages in use, whose scripts need faces besides the usual ones."""
    wanted = dict.fromkeys([*USUAL_SCRIPTS, *(script_of(locale) for locale in locales)])
    return [check_pango(), check_subset(), check_faces(wanted), check_icu()]


def _library(name: str, pattern: str) -> str | None:
    """A shared library by its short name, or else by what its file is called."""
    if found := find_library(name):
        return found
    return next((str(path) for folder in _FOLDERS for path in Path("/").glob(f"{folder}/{pattern}")), None)


def check_pango() -> Check:
    path = _library("pango-1.0", "libpango-1.0.*")
    if path is None:
        return Check("pango", False, "pango_missing", is_fatal=True)
    try:
        number = int(ctypes.CDLL(path).pango_version())
    except (OSError, AttributeError) as broken:
        return Check("pango", False, "pango_missing", str(broken), is_fatal=True)
    release = (number // 10_000, number // 100 % 100, number % 100)
    is_new = release >= OLDEST_PANGO
    return Check("pango", is_new, "pango" if is_new else "pango_old", ".".join(map(str, release)), not is_new)


def check_subset() -> Check:
    path = _library("harfbuzz-subset", "libharfbuzz-subset.*")
    return Check("harfbuzz-subset", path is not None, "subset" if path else "subset_missing", path or "")


def check_faces(scripts: Iterable[str]) -> Check:
    """Whether each script has one of its faces. Needs fontconfig's ``fc-list``."""
    program = shutil.which("fc-list")
    if program is None:
        return Check("faces", False, "faces_unknown", "fc-list")
    listed = subprocess.run([program, ":", "family"], capture_output=True, text=True, check=False, timeout=60).stdout
    installed = {family.strip() for line in listed.splitlines() for family in line.split(",")}
    missing = [iso for iso in scripts if not installed.intersection(SCRIPTS[iso].families)]
    detail = ", ".join(f"{iso} ({SCRIPTS[iso].families[0]})" for iso in missing)
    return Check("faces", not missing, "faces_missing" if missing else "faces", detail, is_fatal=bool(missing))


def check_icu() -> Check:
    found = icu()
    return Check("icu", found is not None, "icu" if found else "icu_missing", found.number if found else "")
