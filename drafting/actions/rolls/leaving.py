"""The work on lists that were taken back: row after row stops counting, and is erased some time later.

It goes in steps as counting does. A row that was changed is no longer among those that a step looks for, so nothing
happens twice, however often the work is cut off.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from drafting.actions.core import commit, load_declaration
from drafting.actions.ports import Ports
from drafting.actions.rolls.check import HELD, STEP
from drafting.actions.signature_ports import SignatureChange
from drafting.actions.signing.erasing import forgotten, taken_back
from drafting.domain.declaration import Declaration
from drafting.domain.events import Event, Kind
from drafting.domain.rolls import Roll, RollState
from drafting.domain.signatures import HOLDING_STATES, Signature, SignatureState

SYSTEM = "system"


async def let_rows_leave(ports: Ports, roll: Roll) -> None:
    """Take what counts or is held back out of the count. Raises ``RollMoved`` where somebody else is at it."""
    by = (await load_declaration(ports, roll.declaration)).rolls[roll.id].doubters[-1].account
    roll = await _in_steps(ports, roll, HOLDING_STATES, lambda signature, at: taken_back(signature, by, at))
    taken = roll.done

    def decide(declaration: Declaration) -> Sequence[Event]:
        if not declaration.rolls[roll.id].is_counted:
            return []
        return [Event(Kind.ROLL_UNCOUNT, {"roll": roll.id, "n": roll.edition, "taken": taken}, SYSTEM, SYSTEM)]

    await commit(ports, roll.declaration, decide)
    at = ports.clock.now()
    await ports.rolls.save(replace(roll, state=RollState.TAKEN_BACK, changed=at, due=at))


async def erase_rows(ports: Ports, roll: Roll) -> None:
    """Empty what is still kept of the rows of a list that was taken back, also of those who had withdrawn before, whose
    wish stays. Raises ``RollMoved``."""
    states = {SignatureState.TAKEN_BACK, SignatureState.WITHDRAWN}
    roll = await _in_steps(ports, roll, states, lambda signature, _: forgotten(signature))
    await ports.rolls.save(replace(roll, salt=b""))


async def _in_steps(
    ports: Ports,
    roll: Roll,
    states: Collection[SignatureState],
    change: Callable[[Signature, datetime], SignatureChange],
) -> Roll:
    """Change all rows in these states; the roll that comes back says in ``done`` how many there were."""
    while True:
        at, before = ports.clock.now(), roll

        def decide(signature: Signature, at: datetime = at) -> SignatureChange:
            return change(signature, at)

        def settle(number: int, before: Roll = before, at: datetime = at) -> Roll:
            return replace(before, done=before.done + number, due=at + HELD)

        roll = await ports.rolls.change_rows(roll, states, at, decide, settle, STEP)
        if roll.done == before.done:
            return roll
