"""The editor's own tests (TypeScript, run by Node) and what its build leaves behind."""

import gzip
import json
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"
STATIC = ROOT / "drafting" / "static"
MAX_SECONDS = 300
# What a phone loads before somebody can write: scripts and style of the editor, compressed.
MAX_EDITOR_BYTES = 130_000
MAX_LIVE_BYTES = 2_000


@pytest.fixture(scope="module")
def manifest(hook: ModuleType) -> dict[str, str]:
    found: dict[str, str] = json.loads((STATIC / "manifest.json").read_text("utf-8"))
    return found


def compressed(name: str) -> int:
    return len(gzip.compress((STATIC / name).read_bytes(), 9))


def test_text_model_commands_paste_channel_and_sentences(hook: ModuleType) -> None:
    command = [hook.node(), "run-tests.mjs"]
    done = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, timeout=MAX_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0\n" in done.stdout or "\nℹ fail 0\n" in done.stdout


def test_editor_is_small_enough_for_a_weak_network(manifest: dict[str, str]) -> None:
    parts = [name for name in manifest if name.startswith(("editor.", "workshop.", "shared/"))]
    assert {"editor.js", "editor.css", "workshop.js"} <= set(parts)
    assert sum(compressed(manifest[name]) for name in parts) < MAX_EDITOR_BYTES


def test_notices_are_tiny(manifest: dict[str, str]) -> None:
    assert compressed(manifest["live.js"]) < MAX_LIVE_BYTES


def test_everything_in_the_manifest_is_there(manifest: dict[str, str]) -> None:
    assert [name for name in manifest.values() if not (STATIC / name).is_file()] == []


def test_licences_of_all_that_is_bundled_go_along(manifest: dict[str, str]) -> None:
    licences = (STATIC / manifest["licences.txt"]).read_text("utf-8")
    for package in ("prosemirror-view", "yjs", "y-protocols", "lib0"):
        assert f"{package} " in licences


def test_lock_file_names_no_address() -> None:
    assert '"resolved"' not in (FRONTEND / "package-lock.json").read_text("utf-8")
