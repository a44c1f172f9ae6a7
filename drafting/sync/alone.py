"""What a room tells the other nodes, and what that is where there are none."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

from drafting.actions.writing_ports import Update

if TYPE_CHECKING:
    from drafting.sync.room import Room


class Others(Protocol):
    """The nodes beside this one. ``is_up``: what is said reaches them at once. Only :meth:`refresh` waits."""

    @property
    def is_up(self) -> bool: ...

    def enter(self, room: "Room") -> None:
        """It is open here from now on."""

    def leave(self, room: "Room") -> None: ...

    def kept(self, room: "Room", updates: Sequence[Update]) -> None:
        """These are durable, as the last of ``room.sequence``; with none, the text changed otherwise."""

    def point(self, room: "Room", states: bytes) -> None:
        """An awareness update about clients here."""

    async def refresh(self, room: "Room") -> None:
        """See to it that the room's next turn begins with what the log holds now. Raises :class:`CannotSave`."""


class Alone:
    """One process serves everything: it needs to tell nobody, and nobody else writes."""

    is_up = True

    def enter(self, room: "Room") -> None: ...

    def leave(self, room: "Room") -> None: ...

    def kept(self, room: "Room", updates: Sequence[Update]) -> None: ...

    def point(self, room: "Room", states: bytes) -> None: ...

    async def refresh(self, room: "Room") -> None: ...


ALONE: Final = Alone()
