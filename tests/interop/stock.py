"""Stock Yjs clients under Node, and what happened to each of them."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.processes import executable

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "frontend" / "package.json"
PATIENCE = 75


@dataclass
class Seen:
    """The newest of each, and everything of what repeats."""

    text: str = ""
    synced: bool = False
    unsynced: int = -1
    scope: str = ""
    denied: str = ""
    present: list[str] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    left: bool = False


class StockClients:
    """``async with StockClients() as clients``; each client is known by an id of the test's choosing."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> "StockClients":
        node = executable("node", apt="nodejs")
        script = str(Path(__file__).with_name("clients.mjs"))
        self._process = await asyncio.create_subprocess_exec(
            node, script, str(PACKAGE), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            event: dict[str, Any] = json.loads(line)
            seen = self.seen.setdefault(event.pop("id"), Seen())
            for name, value in event.items():
                if name == "closed":
                    seen.closed.append(value)
                else:
                    setattr(seen, name, value)
            async with self._changed:
                self._changed.notify_all()

    def do(self, command: str, client: str, **options: Any) -> None:
        assert self._process.stdin
        self.seen.setdefault(client, Seen())
        self._process.stdin.write(json.dumps({"command": command, "id": client, **options}).encode() + b"\n")

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for it, or fail and say what was seen."""
        try:
            async with asyncio.timeout(PATIENCE), self._changed:
                await self._changed.wait_for(condition)
        except TimeoutError:
            raise AssertionError(f"never came to pass; seen: {self.seen}") from None
