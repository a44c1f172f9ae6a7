"""What the actions need of live texts: the workshops where people write, and the durable log below them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from drafting.domain.prose import Block, Run, Text


class LogMoved(Exception):
    """Somebody kept an update of this text first, or it was retired: look at the log and decide again."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes into a live text. ``network`` is a slug, or empty for people without one."""

    account: str
    network: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """An entry of a text's history: everything up to and including ``sequence`` gives the text at that moment."""

    sequence: int
    at: datetime
    account: str
    network: str


@dataclass(frozen=True, slots=True)
class Written:
    """Words within a block that one author wrote, with their marks; or a footnote's reference."""

    run: Run
    author: Author


@dataclass(frozen=True, slots=True)
class WrittenBlock:
    """A block, and the same words by author; neighbours may have one author and other marks."""

    block: Block
    words: tuple[Written, ...]


class Workshops(Protocol):
    """Live texts. A write is durable (fsync) and visible to everybody in the text when the call returns."""

    async def create(self, name: str, text: Text, author: Author) -> None:
        """Seed a text that does not exist yet; raises ``taken`` where it does."""

    async def read(self, name: str) -> Text:
        """The text as everybody sees it now. Raises ``not_found``."""

    async def write(self, name: str, text: Text, author: Author, seen: str | None = None) -> Text:
        """Turn the text into these words by the smallest edits (blocks keep their ids where they are the same).

        ``seen``: the digest that the author saw; raises ``text_changed`` with ``now`` where it is another by now.
        """

    async def history(self, name: str, after: int = 0, until: int | None = None) -> Sequence[Edit]:
        """Every durable edit, oldest first; or those of greater number than ``after``, up to ``until``."""

    async def count(self, name: str) -> int:
        """How many edits there are: the number of the last. Raises ``not_found``."""

    async def authorship(self, name: str, sequence: int | None = None) -> Sequence[WrittenBlock]:
        """Who wrote which words of the text as it was right after that edit, else as it is now.

        Words keep their author where blocks are split, joined or moved. Raises ``not_found``.
        """

    async def read_at(self, name: str, sequence: int) -> Text:
        """The text right after that edit."""

    async def retire(self, name: str) -> None:
        """From now on the text is read-only for everybody."""

    async def recheck(self, declaration: str) -> None:
        """Mandates changed: close what is no longer allowed."""

    async def recheck_account(self, account: str) -> None:
        """A session ended: close what it held open, wherever that is."""


@dataclass(frozen=True, slots=True)
class Update:
    """One accepted Yjs update (v1). ``sequence`` is 0 until the log gives it a number; ``clients``: ids it wrote."""

    text: str
    data: bytes
    account: str
    network: str
    at: datetime
    clients: tuple[int, ...] = ()
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """What it takes to build a text again: a checkpoint (or nothing) and the updates after it."""

    sequence: int
    checkpoint: bytes | None
    updates: tuple[bytes, ...]
    owners: Mapping[int, str]
    epoch: int = 1
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a text is. ``sequence``: of its last update."""

    sequence: int
    epoch: int = 1
    retired: bool = False


class UpdateLog(Protocol):
    """The durable log of live texts. Sequence numbers count from 1 in each text, without gaps."""

    async def append(self, updates: Sequence[Update], after: int | None = None) -> Sequence[int]:
        """Keep all of them in one transaction, durable when this returns; their sequence numbers, in order.

        Also remembers that each of ``clients`` belongs to the update's account. ``after``, for updates of one text: the
        last sequence number that they were checked against. Raises :class:`LogMoved` where it is another by now or the
        text is retired, and then keeps nothing; raises :class:`CannotSave`.
        """

    async def load(self, text: str) -> Stored | None:
        """None where no such text was ever created."""

    async def look(self, texts: Sequence[str]) -> Mapping[str, Standing]:
        """How far each of them is, in one query; those that were never created are left out."""

    async def read(self, text: str, after: int = 0, until: int | None = None) -> Sequence[Update]:
        """The history: every update with its author, oldest first. Checkpoints never remove any."""

    async def keep_checkpoint(self, text: str, sequence: int, state: bytes) -> None:
        """Remember the whole state as of ``sequence``, so that :meth:`load` needs fewer updates."""

    async def retire(self, text: str) -> None:
        """Mark a text read-only."""
