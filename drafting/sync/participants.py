"""One client in one text, as the room sees it; the socket behind it lives in the web layer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from drafting.actions.writing_ports import Author


class Level(IntEnum):
    """What somebody may do in a text."""

    NONE = 0
    READ = 1
    WRITE = 2


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is at the other end. ``name``: as others in the text see it; empty: as the client says."""

    account: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account may do in one text, and for which network (a slug, or empty) it writes."""

    level: Level
    network: str = ""


class CloseCode(IntEnum):
    """Why a socket is closed (RFC 6455 and the contract)."""

    MALFORMED = 1002
    FLOOD = 1008
    TOO_BIG = 1009
    RESTART = 1012
    TRY_AGAIN = 1013
    SIGN_IN = 4401
    NOT_ALLOWED = 4403
    OUT_OF_DATE = 4409
    REFUSED = 4422


class Outbox(Protocol):
    """What a client gets. No call waits or raises; what can't be sent in time closes the connection."""

    def send(self, frame: bytes) -> None: ...

    def send_all(self, frames: Sequence[bytes]) -> None:
        """In this order, and in one go where possible."""

    def close(self, code: CloseCode, reason: str = "") -> None: ...


@dataclass(eq=False, slots=True)
class Participant:
    """``prefix`` stands before each message to it; ``is_acknowledged``: its protocol has "saved" and other messages
    beyond y-protocols. ``recheck`` asks anew who it is and what it may do. ``client``: the one Yjs client id whose
    presence it may set, None until it has said. ``is_shut_out``: nothing more is taken from it.
    """

    guest: Guest
    rights: Rights
    outbox: Outbox
    recheck: Callable[[], Awaitable[None]]
    prefix: bytes = b""
    is_acknowledged: bool = False
    client: int | None = None
    is_shut_out: bool = False
    author: Author = field(init=False)

    def __post_init__(self) -> None:
        self.grant(self.rights)

    def grant(self, rights: Rights) -> None:
        """From now on these are its rights."""
        self.rights = rights
        self.author = Author(self.guest.account, rights.network)

    @property
    def may_write(self) -> bool:
        return self.rights.level >= Level.WRITE

    def tell(self, body: bytes) -> None:
        self.outbox.send(self.prefix + body)

    def close(self, code: CloseCode, reason: str = "") -> None:
        self.outbox.close(code, reason)
