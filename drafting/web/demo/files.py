"""The files of the demonstration's story."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

Row: TypeAlias = Mapping[str, Any]
_FILES: Final = (("networks", "network"), ("people", "person"), ("story", "act"), ("signatories", "signatory"))


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that is told, as its files have it."""

    folder: Mapping[str, bytes]
    networks: Sequence[Row]
    people: Sequence[Row]
    acts: Sequence[Row]
    signatories: Sequence[Row] = ()


def read_story(demo: Path) -> Story:
    """The demonstration that ships with the package. Its charter's windows are nil, since nobody waits in a story."""
    folder = {path.name: path.read_bytes() for path in sorted((demo / "open-well").iterdir())}
    folder["declaration.toml"] = _without_windows(folder["declaration.toml"])
    networks, persons, acts, signatories = (_rows(demo / f"{name}.toml", key) for name, key in _FILES)
    return Story(folder, networks, persons, acts, signatories)


def _rows(path: Path, key: str) -> Sequence[Row]:
    rows: Sequence[Row] = tomllib.loads(path.read_text("utf-8"))[key]
    return rows


def _without_windows(toml: bytes) -> bytes:
    lines = toml.decode().splitlines(keepends=True)
    for place, line in enumerate(lines):
        name = line.partition("=")[0].strip()
        if name in ("answer_hours", "objection_hours"):
            lines[place] = f"{name} = 0\n"
    return "".join(lines).encode()
