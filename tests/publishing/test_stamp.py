"""What was made by another program, with other templates or words is made again: it has another stamp."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from drafting.domain import prose
from drafting.paths import LOCALES, PACKAGE, TEMPLATES
from drafting.publishing import html
from drafting.publishing.making import press, stamp
from drafting.publishing.pages import designs
from drafting.publishing.paper import fonts, programs


def name_of(module: ModuleType) -> str:
    assert module.__file__
    return str(Path(module.__file__).relative_to(PACKAGE))


PROGRAM = [*map(name_of, (prose, html, press, designs, fonts, programs)), "domain/prose.json"]
OTHERS = ["print/edition.html", "public/edition.html", "assets/design-poster.css", "ar/LC_MESSAGES/messages.po"]


@pytest.fixture
def stamped(tmp_path: Path) -> Callable[[], str]:
    """Reads the stamp of a copy of all that ships, below ``tmp_path``."""
    folders = [tmp_path / folder.name for folder in (TEMPLATES, LOCALES, PACKAGE)]
    for source, folder in zip((TEMPLATES, LOCALES, PACKAGE), folders, strict=True):
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("static", "__pycache__"))
    return lambda: stamp.stamp(*folders)


def test_every_part_of_the_program_is_in_the_stamp(stamped: Callable[[], str], tmp_path: Path) -> None:
    seen = {stamped()}
    for name in PROGRAM + OTHERS:
        (path,) = (folder / name for folder in tmp_path.iterdir() if (folder / name).is_file())
        path.write_bytes(path.read_bytes() + b"\n")
        seen.add(stamped())
    assert len(seen) == 1 + len(PROGRAM + OTHERS)


def test_the_same_program_has_the_same_stamp_elsewhere(stamped: Callable[[], str]) -> None:
    assert stamped() == stamp.stamp(TEMPLATES, LOCALES)
