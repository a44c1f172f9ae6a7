"""What sending updates needs of the stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from drafting.actions.letter_ports import Letter
from drafting.domain.signatures import Signature


@dataclass(frozen=True, slots=True)
class Mailing:
    """How far an update has gone. ``place``: of the last signature in the ledger that was looked at; ``until``: of the
    last one that it is for. ``total``: how many wanted it when it began; ``handed``: how many letters the outbox got;
    ``waiting``: how many of them it still has; ``refused``: how many could not be delivered."""

    id: str
    declaration: str
    edition: int
    place: int
    until: int
    total: int
    handed: int
    refused: int
    begun: datetime
    ended: datetime | None = None
    waiting: int = 0

    @property
    def left(self) -> int:
        """How many letters have left."""
        return max(0, self.handed - self.waiting - self.refused)


@dataclass(frozen=True, slots=True)
class Addressed:
    """A letter to a signatory, with the secret of the link that lets its reader leave."""

    signature: str
    secret: str
    letter: Letter


class Mailings(Protocol):
    """Updates on their way. Whatever is asked for twice happens once."""

    async def begin(self, id: str, declaration: str, edition: int, at: datetime) -> Mailing:
        """Make a mailing for whoever wants to hear now; where it was begun before, it stays as it is."""

    async def find(self, id: str) -> Mailing | None:
        """With what waits in the outbox now."""

    async def open(self) -> Sequence[Mailing]:
        """Those that have not gone to everybody, oldest first."""

    async def recipients(self, mailing: Mailing, limit: int) -> Sequence[Signature]:
        """The next ones who count, want to hear, and whose address takes letters; in the order of the ledger."""

    async def hand_over(self, mailing: Mailing, place: int, letters: Sequence[Addressed], at: datetime) -> bool:
        """Keep letters and links, and go on to ``place``, in one transaction. Those who left, withdrew or were taken
        out of the count meanwhile get none. False, and nothing is kept, where somebody else went on from there."""

    async def end(self, mailing: Mailing, at: datetime) -> Mailing:
        """It has gone to everybody."""
