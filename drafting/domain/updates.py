"""Updates to those who signed an edition and want to hear of it: written, vouched for by a second person, sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from drafting.domain.editions import Approval


class UpdateState(StrEnum):
    """``waiting`` for the second person, ``sending``, ``sent`` (every letter is in the outbox), or ``dropped``."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"


@dataclass(slots=True)
class Update:
    """Words for the signatories of one edition. ``content``: the digest under which the ledger keeps them.

    ``approvals``: the writer's and the second person's. ``letters``: how many were handed to the outbox.
    """

    id: str
    edition: int
    content: str
    locales: tuple[str, ...]
    account: str
    at: datetime
    approvals: list[Approval] = field(default_factory=list)
    state: UpdateState = UpdateState.WAITING
    letters: int = 0


def nearest(wanted: Sequence[str], there: Collection[str], source: str) -> str:
    """The language that a reader gets: the first wanted one that is there, then one that shares its language, then the
    source. A tag that only shares the language comes before the next wanted one."""
    for tag in wanted:
        if tag in there:
            return tag
        language = tag.partition("-")[0].lower()
        if language in there:
            return language
        if relatives := sorted(other for other in there if other.partition("-")[0].lower() == language):
            return relatives[0]
    return source
