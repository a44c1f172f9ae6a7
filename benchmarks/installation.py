"""An installation to measure: texts to write in, and the token of somebody who may."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

DRAFTING = str(Path(sys.executable).with_name("drafting"))
PERSON = "river@example.org"
SECTIONS = 100
"""A declaration that is to give many texts has so many sections."""


class Installation(NamedTuple):
    """A data folder to copy. ``texts``: names of its texts; each holds one line."""

    data: Path
    token: str
    texts: list[str]


def make(folder: Path, texts: int, environment: Mapping[str, str] | None = None) -> Installation:
    """Anew, in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    data = folder / "data"

    def run(*arguments: str) -> str:
        own = {**os.environ, "DRAFTING_DATA": str(data), **(environment or {})}
        return subprocess.run([DRAFTING, *arguments], env=own, check=True, capture_output=True, text=True).stdout

    names: list[str] = []
    while len(names) < texts:
        count = min(SECTIONS, texts - len(names))
        slug = f"bench{len(names) // SECTIONS}" if names else "bench"
        names += _write(folder / slug, slug, count)
        run("import", str(folder / slug), "--as", PERSON)
    return Installation(data, run("token", PERSON).strip(), names)


def _write(folder: Path, slug: str, count: int) -> list[str]:
    """A folder for import; the names of the texts in it."""
    sections = ["front", *(f"s{number}" for number in range(1, count))]
    folder.mkdir(parents=True)
    (folder / "declaration.toml").write_text(
        f'slug = "{slug}"\nsource_locale = "en"\nauthentic_locales = ["en"]\nlocales = ["en"]\npreset = "plain"\n'
        f'sections = {json.dumps(sections)}\n\n[title]\nen = "Bench"\n'
    )
    rest = "".join(f"\n## {name} {{#{name}}}\n\nOne line.\n" for name in sections[1:])
    (folder / "en.md").write_text(f"# Bench\n\nOne line.\n{rest}")
    return [f"{slug}.{section}.en" for section in sections]
