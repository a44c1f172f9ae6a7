"""What the actions need of the store of rolls: names typed in from paper or sent as lists."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from drafting.actions.signature_ports import SignatureChange
from drafting.domain.rolls import Outcome, Roll, RollState, Rows
from drafting.domain.signatures import Signature, SignatureState


class RollMoved(Exception):
    """Somebody changed this roll first; look at it and decide again."""


class Rolls(Protocol):
    """Rolls and their files. A file is sealed, and gone with :meth:`drop_file`."""

    async def keep(self, roll: Roll, data: bytes) -> None:
        """A new one with its file; durable when this returns."""

    async def get(self, id: str) -> Roll:
        """Raises ``not_found``."""

    async def file(self, id: str) -> bytes:
        """Raises ``not_found`` where it is gone."""

    async def of_edition(self, declaration: str, edition: int) -> Sequence[Roll]:
        """All of an edition, the newest first."""

    async def in_states(
        self, states: Collection[RollState], *, due: datetime | None = None, limit: int = 100
    ) -> Sequence[Roll]:
        """The oldest first; ``due``: those alone that somebody may take up by then."""

    async def save(self, roll: Roll, *, drops_file: bool = False) -> Roll:
        """As kept, its ``turn`` one more; with ``drops_file`` its file goes in the same transaction.

        Raises :class:`RollMoved` where ``turn`` is not the one that is kept.
        """

    async def count(
        self,
        roll: Roll,
        changes: Sequence[SignatureChange],
        at: datetime,
        settle: Callable[[Sequence[Outcome]], Roll],
    ) -> Roll:
        """Add these signatures and keep the roll that ``settle`` makes of what became of them, in one transaction: each
        row comes in once, whoever repeats it.

        An outcome is fits, signed (the address holds a signature) or left (it took one back). Raises
        :class:`RollMoved` where somebody else was here first; nothing is kept then.
        """

    async def change_rows(
        self,
        roll: Roll,
        states: Collection[SignatureState],
        at: datetime,
        decide: Callable[[Signature], SignatureChange],
        settle: Callable[[int], Roll],
        limit: int,
    ) -> Roll:
        """Change the next rows of the roll that are in one of these states and not erased, and keep the roll that
        ``settle`` makes of how many they were, in one transaction. Raises :class:`RollMoved`; nothing is kept then."""

    async def rows(self, roll: str) -> Rows:
        """What has become by now of the rows that were counted."""

    async def forget_words(self, before: datetime) -> int:
        """Empty names and notes of those that ended before then; how many."""

    async def standing(self, declaration: str, edition: int, addresses: Collection[str]) -> Mapping[str, bool]:
        """Which of these addresses (folded) have signed (True), or signed and took it back or were erased (False)."""

    async def without_address(self, declaration: str, edition: int, name: str, limit: int = 50) -> Sequence[Signature]:
        """Those on paper and lists that count, show this name and left no address, so that no link leads to them."""

    async def names(
        self, declaration: str, edition: int, after: int = 0, limit: int = 5000
    ) -> Sequence[tuple[int, str, str]]:
        """(number, name, place) of those who signed, by number."""
