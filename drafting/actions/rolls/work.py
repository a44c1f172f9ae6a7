"""The work on rolls: every row checked, and once two networks vouch for them every row counted, each once. What two
networks take back leaves the count in ``actions/rolls/leaving.py``.

It goes in steps. After each the roll is kept with how far it has come; where rows count, in the same transaction as
their signatures. So it may stop anywhere, be taken up by another process, or be done twice, and no row comes in twice.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from drafting.actions.core import commit, load_declaration
from drafting.actions.ports import Ports
from drafting.actions.roll_ports import RollMoved
from drafting.actions.rolls.check import HELD, Found, Steps, check_roll
from drafting.actions.rolls.leaving import let_rows_leave
from drafting.actions.rolls.rows import Fault, Row
from drafting.actions.signature_ports import LinkRole, SignatureChange, SignatureLink
from drafting.actions.signing.asking import bound, write_letter
from drafting.actions.signing.links import counted
from drafting.domain.declaration import Declaration
from drafting.domain.events import Event, Kind
from drafting.domain.rolls import OPEN_STATES, WAITING_STATES, HandedIn, Outcome, Report, Roll, RollState, is_decided
from drafting.domain.signatures import SALT_BYTES, Shown, SignatoryKind, Signature, SignatureState, Source

MOST_WAITING: Final = 1000
SYSTEM: Final = "system"


async def work_on_rolls(ports: Ports) -> int:
    """Do what is open and nobody else is at; how many rolls moved on."""
    done, at = 0, ports.clock.now()
    # Those that wait are asked for apart: a hundred of them, for weeks, would leave no room for any other.
    waiting = await ports.rolls.in_states(WAITING_STATES, due=at, limit=MOST_WAITING)
    for roll in [*await ports.rolls.in_states(OPEN_STATES, due=at), *waiting]:
        try:
            done += await _work_on(ports, roll)
        except RollMoved:
            continue  # Another process is at it, or somebody changed how it is read.
    return done


async def _work_on(ports: Ports, roll: Roll) -> bool:
    if roll.state in WAITING_STATES:
        known = (await load_declaration(ports, roll.declaration)).rolls.get(roll.id)
        if known is None or not is_decided(roll, known):
            return False
        state = RollState.COUNTING if roll.state is RollState.WAITING else RollState.LEAVING
        roll = await ports.rolls.save(replace(roll, state=state, done=0, changed=ports.clock.now()))
    roll = await ports.rolls.save(replace(roll, due=ports.clock.now() + HELD))
    if roll.state is RollState.CHECKING:
        await check_roll(ports, roll)
    elif roll.state is RollState.LEAVING:
        await let_rows_leave(ports, roll)
    else:
        await _count(ports, roll)
    return True


async def _count(ports: Ports, roll: Roll) -> None:
    assert roll.reading is not None
    declaration = await load_declaration(ports, roll.declaration)
    known = declaration.rolls[roll.id]
    erased = await ports.lists.erased()
    steps = Steps(await ports.rolls.file(roll.id), roll.reading, roll.done)
    twice = {line: other for line, _, other in roll.report.lines.get(Outcome.TWICE, ())}
    while found := await steps.next():
        at = ports.clock.now()
        rows = [row for row in found if isinstance(row, Row) and roll.signature_id(row.line) not in erased]
        changes = [_change(ports, declaration, roll, known, row, at) for row in rows]

        def settle(
            told: Sequence[Outcome], roll: Roll = roll, found: Sequence[Found] = found, rows: Sequence[Row] = rows
        ) -> Roll:
            return _settled(ports, roll, found, dict(zip((r.line for r in rows), told, strict=True)), twice)

        roll = await ports.rolls.count(roll, changes, at, settle)
    await _finish(ports, roll)


def _settled(
    ports: Ports, roll: Roll, found: Sequence[Found], told: Mapping[int, Outcome], twice: Mapping[int, int]
) -> Roll:
    counted = Report.of(roll.counted.to_json())
    for row in found:
        if isinstance(row, Fault):
            counted.note(Outcome.FAULT, row.line, row.what)
            continue
        outcome = told.get(row.line, Outcome.LEFT)
        outcome = Outcome.TWICE if outcome is Outcome.SIGNED and row.line in twice else outcome
        if outcome is Outcome.FITS:
            counted.note(outcome)
        else:
            counted.note(outcome, row.line, other=twice.get(row.line, 0))
    return replace(roll, counted=counted, done=roll.done + len(found), due=ports.clock.now() + HELD)


def _change(
    ports: Ports, declaration: Declaration, roll: Roll, known: HandedIn, row: Row, at: datetime
) -> SignatureChange:
    """A new signature that counts, and to its address a letter with the way to look, withdraw and erase."""
    signature = _signature(roll, known, row, at)
    last = known.approvals[-1]
    change = counted(signature, signature, at, last.account, signature.source.value)
    events = [replace(event, data={**event.data, "roll": roll.id}) for event in change.events]
    return SignatureChange(change.after, change.after, events, _links(ports, declaration, signature, known))


def _links(ports: Ports, declaration: Declaration, signature: Signature, known: HandedIn) -> Sequence[SignatureLink]:
    if not signature.address:
        return ()
    networks = [declaration.members[a.network].name for a in known.approvals]
    secret = secrets.token_urlsafe(32)
    letter = write_letter(
        ports, declaration, signature, "signature_on_paper", secret, networks=networks, source=signature.source.value
    )
    return [SignatureLink(secret, LinkRole.OWN, replace(letter, can_wait=True))]


def _signature(roll: Roll, known: HandedIn, row: Row, at: datetime) -> Signature:
    assert roll.reading is not None
    return bound(
        Signature(
            id=roll.signature_id(row.line),
            declaration=roll.declaration,
            edition=roll.edition,
            kind=SignatoryKind(roll.reading.kind),
            state=SignatureState.CONFIRMED,
            name=row.name,
            address=row.address,
            shown=Shown.NAME if row.publish else Shown.COUNT,
            locale=roll.reading.locale,
            salt=secrets.token_bytes(SALT_BYTES),
            commitment="",
            requested=at,
            expires=at,
            affiliation=row.affiliation,
            role=row.role,
            place=row.place,
            publish=known.wordings["publish"] if row.publish else "",
            updates=known.wordings["updates"] if row.updates else "",
            source=Source(roll.reading.source),
            details={"line": row.line, **({"sheet": row.sheet} if row.sheet else {})},
            roll=roll.id,
        )
    )


async def _finish(ports: Ports, roll: Roll) -> None:
    """Say in the ledger what became of it, and let go of the file."""

    def decide(declaration: Declaration) -> Sequence[Event]:
        if declaration.rolls[roll.id].is_counted:
            return []
        numbers = {"counted": roll.counted.count(Outcome.FITS), "left_out": roll.counted.left_out}
        return [Event(Kind.ROLL_COUNT, {"roll": roll.id, "n": roll.edition, **numbers}, SYSTEM, SYSTEM)]

    await commit(ports, roll.declaration, decide)
    at = ports.clock.now()
    await ports.rolls.save(replace(roll, state=RollState.COUNTED, changed=at, due=at), drops_file=True)
