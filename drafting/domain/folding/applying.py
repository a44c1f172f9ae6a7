"""How an entry is applied: what the parts of the fold have in common."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from drafting.domain.declaration import Declaration
from drafting.domain.editions import Approval
from drafting.domain.events import Entry

Apply = Callable[[Declaration, Entry, Mapping[str, Any]], None]
"""Changes the declaration in place by an entry and its data."""


def moment(value: str | None) -> datetime | None:
    """RFC 3339 as the ledger writes it."""
    return None if value is None else datetime.fromisoformat(value)


def add_word(words: list[Approval], entry: Entry, data: Mapping[str, Any]) -> None:
    """Another one's word; those that the entry says have lapsed count no longer."""
    words[:] = [word for word in words if word.account not in data.get("lapsed", ())]
    words.append(Approval(entry.event.actor, data["network"], entry.at))
