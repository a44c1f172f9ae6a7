"""The editor and the server read every text alike: odd ids, missing heads, unknown names and all."""

import base64
import json
import random
import subprocess
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pycrdt import Doc

from drafting.sync import markup

FRONTEND = Path(__file__).parents[2] / "frontend"
TEXTS = 400
IDS = ("b1", "b2", "b3", "x0", "x1", "b1~2", "", "None")
WORDS = ("a", "wörter ", "文", "😀", "ب ", "\u2028", "line\nfeed", "e\u0301")
LINKS = ("https://example.org/é", "mailto:a@example.org", "javascript:alert(1)", "HTTP://x y", "https://", 7, None)
VALUES: dict[str, tuple[Any, ...]] = {
    "kind": ("paragraph", "heading2", "bullet", "ordered", "footnote", "poem", 3, "constructor"),
    "depth": (0, 1, 5, 6, -1, 2.0, 1.5, "2", True),
    "of": ("s1", "s 2", 4, ""),
    "colour": ("red",),
}


def odd_text(number: int) -> bytes:
    """An update that holds a text as merges, old editors and foreign clients may leave it."""
    chance = random.Random(number)
    doc: Doc[Any] = Doc()
    body, blocks = markup.roots(doc)
    for _ in range(chance.randrange(12)):
        at = len(body)
        kind = chance.randrange(6)
        if kind < 2:
            body.insert_embed(at, {"b": chance.choice(IDS)}, {})
        elif kind == 2:
            body.insert_embed(at, chance.choice([{"fn": "b1"}, {"fn": "!"}, {"image": 1}]), marks(chance))
        else:
            body.insert(at, chance.choice(WORDS), marks(chance))
    for block in IDS:
        for name, values in VALUES.items():
            if chance.random() < 0.3:
                blocks[f"{block}.{name}"] = chance.choice(values)
    return doc.get_update()


def marks(chance: random.Random) -> dict[str, Any]:
    found = {
        "strong": chance.choice([True, False, 1, "yes"]),
        "em": True,
        "link": chance.choice(LINKS),
        "colour": "red",
    }
    return {name: value for name, value in found.items() if chance.random() < 0.3 and value is not None}


def read_here(update: bytes) -> list[dict[str, Any]]:
    doc: Doc[Any] = Doc()
    roots = markup.roots(doc)
    doc.apply_update(update)
    return [asdict(block) for block in markup.read(roots.diff, roots.properties)]


@pytest.fixture(scope="module")
def updates() -> list[bytes]:
    return [odd_text(number) for number in range(TEXTS)]


def test_editor_and_server_read_alike(hook: ModuleType, updates: list[bytes]) -> None:
    done = subprocess.run(
        [hook.node(), "run-tests.mjs", "--run", "reading"],
        cwd=FRONTEND,
        input="".join(f"{base64.b64encode(update).decode()}\n" for update in updates),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    there = [json.loads(line) for line in done.stdout.split("\n") if line]
    here = [json.loads(json.dumps(read_here(update))) for update in updates]
    for number, (one, other) in enumerate(zip(there, here, strict=True)):
        assert one == other, f"text {number}"
