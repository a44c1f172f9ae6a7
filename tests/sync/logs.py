"""A log in memory whose commits a test can hold back or let fail."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from drafting.actions.ports import CannotSave
from drafting.actions.writing_ports import LogMoved, Standing, Stored, Update

START = datetime(2030, 1, 1, tzinfo=UTC)


class FixedClock:
    def now(self) -> datetime:
        return START


class ScriptedLog:
    """Implements ``UpdateLog``. ``hold()`` keeps commits waiting until ``let_go()``; ``is_full`` refuses them."""

    def __init__(self) -> None:
        self.updates: dict[str, list[Update]] = {}
        self.owners: dict[str, dict[int, str]] = {}
        self.checkpoints: dict[str, tuple[int, bytes]] = {}
        self.retired: set[str] = set()
        self.is_full = False
        self.is_away = False
        self.epoch = 1
        self.loads = 0
        self.commits = 0
        self._open = asyncio.Event()
        self._open.set()
        self.entered = asyncio.Event()

    def hold(self) -> None:
        self._open.clear()
        self.entered.clear()

    def let_go(self) -> None:
        self._open.set()

    async def append(self, updates: Sequence[Update], after: int | None = None) -> Sequence[int]:
        self.entered.set()
        await self._open.wait()
        if self.is_full or self.is_away:
            raise CannotSave
        text = updates[0].text
        if after is not None and (after != len(self.updates.get(text, ())) or text in self.retired):
            raise LogMoved
        self.commits += 1
        sequences = []
        for update in updates:
            kept = self.updates.setdefault(update.text, [])
            sequences.append(len(kept) + 1)
            kept.append(replace(update, sequence=len(kept) + 1))
            owners = self.owners.setdefault(update.text, {})
            for client in update.clients:
                owners.setdefault(client, update.account)
        return sequences

    async def load(self, text: str) -> Stored | None:
        self.loads += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise CannotSave
        if text not in self.updates:
            return None
        after, checkpoint = self.checkpoints.get(text, (0, None))
        kept = self.updates[text]
        owners: Mapping[int, str] = self.owners[text]
        data = tuple(update.data for update in kept[after:])
        return Stored(len(kept), checkpoint, data, owners, self.epoch, text in self.retired)

    async def look(self, texts: Sequence[str]) -> Mapping[str, Standing]:
        if self.is_away:
            raise CannotSave
        found = (text for text in texts if text in self.updates)
        return {text: Standing(len(self.updates[text]), self.epoch, text in self.retired) for text in found}

    async def read(self, text: str, after: int = 0, until: int | None = None) -> Sequence[Update]:
        return self.updates.get(text, [])[after:until]

    async def keep_checkpoint(self, text: str, sequence: int, state: bytes) -> None:
        self.checkpoints[text] = (sequence, state)

    async def retire(self, text: str) -> None:
        self.retired.add(text)
