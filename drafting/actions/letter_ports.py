"""What the actions need to write to people, as protocols: letters, and the words that they are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in one language; links stand alone on a line of ``body``.

    ``about``: the update that it brings, if any. Such letters let others go first, and so do those that ``can_wait``
    since nobody asked for them. ``leave``: the address at which its reader gets no more of them, which mail programs
    are told too (RFC 8058).
    """

    to: str
    subject: str
    body: str
    locale: str = "en"
    about: str = ""
    leave: str = ""
    can_wait: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a letter has to expect that is sent now. ``minutes``: about how long until it leaves, None where nothing
    leaves at the moment; ``waiting``: how many leave before it."""

    waiting: int
    minutes: int | None


class Mail(Protocol):
    async def send(self, letters: Sequence[Letter], at: datetime) -> None:
        """Kept durably when this returns; delivered soon after, once, again and again until it works."""

    async def waiting(self, limit: int) -> int:
        """How many letters are not delivered yet, counted up to ``limit``."""

    async def outlook(self, at: datetime) -> Outlook:
        """How long a letter takes that is sent now, judged by what waits and by how fast letters leave."""


class Sentences(Protocol):
    """Translated words for letters; the web layer knows gettext."""

    def letter(self, name: str, locale: str, /, **values: Any) -> tuple[str, str]:
        """Subject and body of a letter by its name: ``invitation``, ``sign_in``, ``receipt``, ``tabled``, ``grant``."""

    def wording(self, name: str, locale: str) -> tuple[str, str]:
        """The words of a consent (``publish``, ``updates``), and the locale that they are in."""
