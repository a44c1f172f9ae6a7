"""Stock Yjs under Node, asked what it reads."""

import base64
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pycrdt import Doc

from drafting.sync import markup
from tests.processes import executable

PACKAGE = Path(__file__).parents[2] / "frontend" / "package.json"


class Stock:
    """One process for many questions; it ends with this one."""

    def __init__(self) -> None:
        command = [executable("node", apt="nodejs"), str(Path(__file__).with_name("yjs.mjs")), str(PACKAGE)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self) -> None:
        self._process.communicate()

    def written(self, seed: int) -> list[bytes]:
        """The updates of two stock editors."""
        return [base64.b64decode(update) for update in self._ask({"seed": seed})["updates"]]

    def difference(self, updates: Sequence[bytes]) -> str | None:
        """What it reads and pycrdt does not; None where both read the same."""
        theirs = self._ask({"updates": [base64.b64encode(update).decode() for update in updates]})
        doc: Doc[Any] = Doc()
        roots = markup.roots(doc)
        for update in updates:
            doc.apply_update(update)
        body = [[op["insert"], op.get("attributes", {})] for op in theirs["body"]]
        if markup.read(body, theirs["blocks"]) == markup.read(roots.diff, roots.properties):
            return None
        return f"{theirs} {roots.diff} {roots.properties}"

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())
