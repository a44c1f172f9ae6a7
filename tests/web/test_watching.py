"""What another process appends is told to open pages and ends rights here, also after the database was away."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from drafting.actions.ports import CannotSave
from drafting.domain.declaration import Declaration
from drafting.domain.events import Entry, Event, Kind
from drafting.web import watching
from drafting.web.notices import Notices
from drafting.web.watching import watch
from tests.fakes import START, Fakes, MemoryLedger

PATIENCE = 10


class PassingLedger(MemoryLedger):
    """``is_away``: it can't be read. Whoever waits for ``looked`` sees that the watch came by."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.looked = asyncio.Event()

    async def read(self, stream: str, after: int = 0, most: int | None = None) -> Sequence[Entry]:
        self.looked.set()
        if self.is_away:
            raise CannotSave
        return await super().read(stream, after, most)

    async def is_seen(self) -> None:
        """The watch has been here twice from now on, so once from beginning to end."""
        for _ in range(2):
            self.looked.clear()
            await asyncio.wait_for(self.looked.wait(), PATIENCE)


class Rooms:
    def __init__(self) -> None:
        self.rechecked = asyncio.Event()

    def open_declarations(self) -> set[str]:
        return {"well"}

    async def recheck(self, declaration: str) -> None:
        self.rechecked.set()


@pytest.fixture
async def watched(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[PassingLedger, Rooms, Notices]]:
    async def load(ports: Any, slug: str) -> Declaration:
        declaration = Declaration(slug)
        declaration.index = len(await MemoryLedger.read(ledger, slug))
        return declaration

    monkeypatch.setattr(watching, "EVERY_SECONDS", 0)
    monkeypatch.setattr(watching, "load_declaration", load)
    ledger, rooms, notices = PassingLedger(), Rooms(), Notices()
    ports = Fakes().ports(ledger=ledger)
    task = asyncio.create_task(watch(ports, rooms, notices))  # type: ignore[arg-type]
    yield ledger, rooms, notices
    task.cancel()
    await asyncio.wait([task])


async def test_another_process_is_news_to_pages(watched: tuple[PassingLedger, Rooms, Notices]) -> None:
    ledger, rooms, notices = watched
    with notices.listening("well", "salma") as listener, notices.listening("well", "anong") as own:
        await ledger.is_seen()
        await ledger.append("well", [Event(Kind.POSITION_TAKE, {}, "anong")], expected=0, at=START)
        await asyncio.wait_for(listener.news.wait(), PATIENCE)
        await ledger.is_seen()
        assert (listener.index, own.news.is_set(), rooms.rechecked.is_set()) == (1, False, False)


async def test_rights_that_ended_while_the_database_was_away_end_afterwards(
    watched: tuple[PassingLedger, Rooms, Notices],
) -> None:
    ledger, rooms, _ = watched
    await ledger.is_seen()
    ledger.is_away = True
    await ledger.append("well", [Event(Kind.MANDATE_END, {}, "anong")], expected=0, at=START)
    await ledger.is_seen()
    assert not rooms.rechecked.is_set()
    ledger.is_away = False
    await asyncio.wait_for(rooms.rechecked.wait(), PATIENCE)


@pytest.mark.parametrize("kind", [Kind.EDITION_FREEZE, Kind.EDITION_VOID, Kind.EDITION_RELEASE, Kind.DECLARATION_CLAIM])
async def test_texts_that_another_process_froze_or_opened_are_so_here(
    watched: tuple[PassingLedger, Rooms, Notices], kind: Kind
) -> None:
    ledger, rooms, _ = watched
    await ledger.is_seen()
    await ledger.append("well", [Event(kind, {}, "anong")], expected=0, at=START)
    await asyncio.wait_for(rooms.rechecked.wait(), PATIENCE)
