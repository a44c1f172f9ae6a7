"""What is about to meet pycrdt, noted where it outlives this process; and what became of those that did not survive.

pycrdt is native code: what the check of bytes lets through may still end the process, or hold the interpreter for ever.
Nothing in the process can help then. A supervisor beside it reads the last note, so the next process knows better.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Final


class Stage(IntEnum):
    """What a process was doing. ``TAKE``: applying one known update; ``COMMIT``: ending a transaction of several."""

    REST = 0
    LOAD = 1
    READ = 2
    TAKE = 3
    COMMIT = 4


class Notes:
    """Where nobody watches: nothing is noted, nothing is held against anybody."""

    def note(self, stage: Stage, text: str, weight: int = 0) -> None:
        """From now on the process does this; the note stands until the next one. ``weight``: bytes of the text, of
        which follows how long it may take."""

    def take(self, text: str, account: str, update: bytes, weight: int = 0) -> None:
        """An update of this account is about to be applied."""

    def is_poison(self, update: bytes) -> bool:
        """Whether it ended a process before."""
        return False

    def is_shut_out(self, account: str) -> bool:
        """Whether an update of this account ended a process, not long ago."""
        return False

    def is_careful(self, text: str) -> bool:
        """Whether updates of this text have to be taken and proved one by one, to find the one that does harm."""
        return False

    def is_closed(self, text: str) -> bool:
        """Whether opening the text ended processes, so that nobody may for a while."""
        return False


UNWATCHED: Final = Notes()


class Trace:
    """The notes about one text. Nothing that it spans may wait for anything: there is one note for the process.

    ``weight``: bytes of the text as far as they are known; whoever loads it says so.
    """

    __slots__ = ("_depth", "_notes", "_text", "weight")

    def __init__(self, notes: Notes = UNWATCHED, text: str = "") -> None:
        self._notes = notes
        self._text = text
        self._depth = 0
        self.weight = 0

    def enter(self, stage: Stage) -> None:
        """What is entered within stands under the note of the whole."""
        self._depth += 1
        if self._depth == 1:
            self._notes.note(stage, self._text, self.weight)

    def leave(self) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._notes.note(Stage.REST, self._text)

    @property
    def is_careful(self) -> bool:
        return self._notes.is_careful(self._text)

    def is_poison(self, update: bytes) -> bool:
        return self._notes.is_poison(update)

    def each(self, taken: Sequence[tuple[str, bytes]]) -> Iterator[bytes]:
        """Updates with their accounts, each noted when it is about to be applied. Of several, none can be blamed for
        their commit."""
        for account, update in taken:
            self.weight += len(update)
            self._notes.take(self._text, account, update, self.weight)
            yield update
        if len(taken) > 1:
            self._notes.note(Stage.COMMIT, self._text, self.weight)
