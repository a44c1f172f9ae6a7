"""What a room is asked to do, and the changes that come of it."""

import asyncio
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from drafting.actions.writing_ports import Author
from drafting.domain import prose
from drafting.sync.check import Checked
from drafting.sync.participants import Participant


class Origin(StrEnum):
    """Where a change comes from, which decides what happens to it.

    A participant is told "saved" and refused openly; an action waits for its future; a repair is nobody's. What other
    nodes wrote is no change: the log has it already (``Hearsay.take_in``).
    """

    LOCAL = "local"
    ACTION = "action"
    REPAIR = "repair"


@dataclass(eq=False, slots=True)
class Offered:
    """An update that a participant sent. ``is_answer``: it is sync step 2 and mostly repeats what is known."""

    participant: Participant
    update: bytes
    is_answer: bool


@dataclass(eq=False, slots=True)
class Asked:
    """A participant wants what it lacks; ``state`` is its state vector."""

    participant: Participant
    state: bytes


@dataclass(eq=False, slots=True)
class Reading:
    """Somebody wants the words as they are saved."""

    done: "asyncio.Future[prose.Text]"


@dataclass(eq=False, slots=True)
class Writing:
    """An action wants these words; ``seen`` is the digest of those it saw, or None."""

    text: prose.Text
    author: Author
    seen: str | None
    done: "asyncio.Future[prose.Text]"


@dataclass(eq=False, slots=True)
class Repairing:
    """The text has been quiet: write down what reading normalises."""


Errand: TypeAlias = Offered | Asked | Reading | Writing | Repairing


@dataclass(eq=False, slots=True)
class Change:
    """A checked update on its way into the text and the log."""

    update: bytes
    checked: Checked
    origin: Origin
    author: Author
    errand: Offered | Writing | Repairing

    @property
    def participant(self) -> Participant | None:
        return self.errand.participant if isinstance(self.errand, Offered) else None


def new_client() -> int:
    """A Yjs client id, as random as browsers make them."""
    return secrets.randbits(32)
