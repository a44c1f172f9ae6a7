"""A text on a socket, and what is said when it is opened."""

import asyncio
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs

from drafting.domain.prose import RULES
from drafting.sync import wire
from drafting.sync.participants import Participant
from drafting.sync.room import Room
from drafting.sync.wire import Message
from drafting.web.papers import Papers

# Our own editor says the number of its format instead of a token, and may add the epoch of what it holds.
EDITOR: Final = "format="


@dataclass(eq=False, slots=True)
class Place:
    """One text on a socket: what came while it was being opened, then the participant in its room."""

    key: str
    papers: Papers
    waiting: list[Message] = field(default_factory=list)
    waiting_bytes: int = 0
    participant: Participant | None = None
    room: Room | None = None
    is_denied: bool = False
    opening: asyncio.Task[None] | None = None
    head: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.head = wire.string(self.key) + wire.UPDATE

    @property
    def name(self) -> str:
        """The text's, without the session that the provider may append."""
        return self.key.partition("\0")[0]


def epoch_of(token: str) -> int | None:
    """The epoch that our own editor holds, 0 where nothing is said; None for an editor of another format."""
    if not token.startswith(EDITOR):
        return 0
    said = parse_qs(token)
    if said.get("format") != [str(RULES["format"])]:
        return None
    epoch = said.get("epoch", ["0"])[0]
    return int(epoch) if epoch.isdecimal() else None
