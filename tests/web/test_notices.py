"""News reaches the open pages of others, and wakes the worker; nothing waits for a slow page."""

import asyncio
from datetime import UTC, datetime

import pytest

from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Entry, Event, Kind
from drafting.web import notices
from drafting.web.notices import Notices, _told


def entry(index: int, actor: str = "anong", kind: Kind = Kind.POSITION_TAKE, stream: str = "well") -> Entry:
    return Entry(stream, index, datetime(2030, 1, 1, tzinfo=UTC), Event(kind, {}, actor))


async def test_the_pages_of_others_hear_of_an_act_and_ones_own_do_not() -> None:
    told = Notices()
    with told.listening("well", "anong") as own, told.listening("well", "salma") as other:
        told.announce([entry(7)])
        assert (own.news.is_set(), other.news.is_set(), other.index) == (False, True, 7)


async def test_another_declaration_is_not_news() -> None:
    told = Notices()
    with told.listening("other", "salma") as listener:
        told.announce([entry(7)])
        assert not listener.news.is_set()


async def test_a_slow_page_hears_only_of_the_newest() -> None:
    told = Notices()
    stream = _told(told, "well", "salma")
    assert await anext(stream) == ": listening\n\n"
    for index in range(1, 500):
        told.announce([entry(index)])
    assert await anext(stream) == "id: 499\ndata: 499\n\n"
    await stream.aclose()  # type: ignore[attr-defined]
    assert told.count == 0


async def test_what_happened_between_the_page_and_the_connection_is_told_at_once() -> None:
    stream = _told(Notices(), "well", "salma", missed=9)
    assert await anext(stream) == "id: 9\ndata: 9\n\n"
    await stream.aclose()  # type: ignore[attr-defined]


async def test_an_entry_wakes_who_has_work_by_it() -> None:
    worker, lister = asyncio.Event(), asyncio.Event()
    told = Notices({Kind.EDITION_APPROVE: worker.set, Kind.EDITION_RELEASE: lister.set})
    told.announce([entry(1)])
    assert not worker.is_set()
    told.announce([entry(2, kind=Kind.EDITION_APPROVE)])
    assert worker.is_set()
    assert not lister.is_set()
    told.announce([entry(3, kind=Kind.EDITION_RELEASE)])
    assert lister.is_set()


async def test_listeners_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "MOST_LISTENERS", 1)
    told = Notices()
    with told.listening("well", "salma"), pytest.raises(Refusal) as refusal, told.listening("well", "rana"):
        pass
    assert refusal.value.code is Code.TOO_MANY
