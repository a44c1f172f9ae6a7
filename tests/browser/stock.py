"""The stock Yjs clients of `tests/interop/clients.mjs`, for tests without a loop of their own."""

import json
import subprocess
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import Any

from tests.interop.stock import PACKAGE, PATIENCE
from tests.processes import executable

SCRIPT = Path(__file__).parents[1] / "interop" / "clients.mjs"


class StockClients:
    """``with StockClients() as clients``; `told` holds the newest of everything that each client said."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, Any]] = {}
        self._changed = Condition()

    def __enter__(self) -> "StockClients":
        command = [executable("node", apt="nodejs"), str(SCRIPT), str(PACKAGE)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._reading = Thread(target=self._read)
        self._reading.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._reading.join()
        self._process.stdout.close()

    def do(self, command: str, client: str, **options: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"command": command, "id": client, **options}).encode() + b"\n")
        self._process.stdin.flush()

    def text(self, client: str) -> str:
        """The client's text; ``|`` stands for whatever is no letter: the beginning of a block, a footnote."""
        return str(self.told.get(client, {}).get("text", ""))

    def until_text(self, client: str, *words: str) -> None:
        """Wait until the client has all these words."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: all(each in self.text(client) for each in words), PATIENCE)
        assert arrived, f"{client} never saw {words}: {self.told.get(client)}"

    def until_synced(self, client: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: bool(self.told.get(client, {}).get("synced")), PATIENCE)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            event: dict[str, Any] = json.loads(line)
            with self._changed:
                self.told.setdefault(event.pop("id"), {}).update(event)
                self._changed.notify_all()
