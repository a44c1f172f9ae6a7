"""Who may open a live text, and within which bounds."""

from dataclasses import dataclass
from typing import Final, Protocol

from drafting.sync import wire
from drafting.sync.participants import Guest, Rights


class Admission(Protocol):
    """Who may come in; the composition root knows sessions, tokens and mandates."""

    async def person(self, *, cookie: str | None, token: str | None) -> Guest | None:
        """Whose session cookie or bearer token it is; exactly one of them is given."""

    async def rights(self, account: str, text: str) -> Rights:
        """What the account may do in a text of that name; ``Level.NONE`` where there is none."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one socket. ``frame``: bytes of a message. ``sign_in``: seconds until somebody is known.

    ``waiting`` and ``waiting_bytes``: messages kept while a text is being opened. ``rate``: messages a second.
    ``keep_alive``: seconds between signs of life, less than the 30 after which stock providers give up.
    """

    frame: int = wire.MAX_FRAME
    sign_in: float = 10.0
    texts: int = 500
    waiting: int = 200
    waiting_bytes: int = 2 << 20
    rate: int = 500
    keep_alive: float = 20.0


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Papers:
    """The session cookie's value, or the token, that came with the handshake."""

    cookie: str | None
    token: str | None
