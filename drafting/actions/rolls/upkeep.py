"""What happens to lists by themselves: nothing that somebody brought in, asked for or wrote of them stays for ever."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from drafting.actions.core import Actor, commit
from drafting.actions.ports import Ports
from drafting.actions.roll_ports import RollMoved
from drafting.actions.rolls.leaving import erase_rows
from drafting.actions.rolls.taking import kept_on
from drafting.domain.declaration import Declaration
from drafting.domain.events import Event, Kind
from drafting.domain.rolls import Roll, RollState

DAYS: Final = 30
MOST: Final = 1000
SYSTEM: Final = "system"
_UNAPPROVED: Final = frozenset({RollState.NEW, RollState.CHECKED, RollState.WAITING})


async def sweep_rolls(ports: Ports) -> int:
    """After some days: drop what nobody handed in or approved, with its file; let go on counting what no second network
    wanted back; erase the rows of what was taken back; empty names of files and notes. How many lists changed."""
    at = ports.clock.now()
    old = at - timedelta(days=ports.limits.get("list_days", DAYS))
    swept = 0
    for states, end in ((_UNAPPROVED, _drop), ({RollState.ASKED_BACK}, _keep), ({RollState.TAKEN_BACK}, _erase)):
        for roll in await ports.rolls.in_states(states, limit=MOST):
            if roll.changed < old:
                with suppress(RollMoved):  # Another process is at it.
                    swept += await end(ports, roll, at)
    return swept + await ports.rolls.forget_words(old)


async def _drop(ports: Ports, roll: Roll, at: datetime) -> bool:
    def decide(declaration: Declaration) -> Sequence[Event]:
        known = declaration.rolls.get(roll.id)
        if known is None or known.is_dropped or known.is_approved:
            return []
        return [Event(Kind.ROLL_DROP, {"roll": roll.id, "n": roll.edition}, SYSTEM, SYSTEM)]

    known = (await commit(ports, roll.declaration, decide)).rolls.get(roll.id)
    if known is not None and known.is_approved:
        return False
    await ports.rolls.save(replace(roll, state=RollState.DROPPED, changed=at), drops_file=True)
    return True


async def _keep(ports: Ports, roll: Roll, at: datetime) -> bool:
    await kept_on(ports, roll, Actor(SYSTEM, SYSTEM))
    return True


async def _erase(ports: Ports, roll: Roll, at: datetime) -> bool:
    if roll.is_erased:
        return False
    await erase_rows(ports, roll)
    return True
