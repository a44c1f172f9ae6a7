"""The work on rolls: every row checked, and once two networks vouch for them every row counted, each once.

It goes in steps. After each the roll is kept with how far it has come; where rows count, in the same transaction as
their signatures. So it may stop anywhere, be taken up by another process, or be done twice, and no row comes in twice.
"""

import asyncio
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from drafting.actions.core import commit, load_declaration
from drafting.actions.ports import LinkRole, Ports, SignatureChange, SignatureLink
from drafting.actions.roll_ports import RollMoved
from drafting.actions.roll_rows import Fault, Row, read_rows
from drafting.actions.signing import bound, write_letter
from drafting.actions.signing_links import counted
from drafting.domain.declaration import Declaration
from drafting.domain.events import Event, Kind
from drafting.domain.rolls import OPEN_STATES, HandedIn, Outcome, Reading, Report, Roll, RollState
from drafting.domain.signatures import SALT_BYTES, Shown, SignatoryKind, Signature, SignatureState, Source, folded

STEP: Final = 250
"""Rows at a time: few enough that others who write are not kept waiting."""
HELD: Final = timedelta(seconds=30)
DAYS: Final = 30
SYSTEM: Final = "system"

Found = Row | Fault


async def work_on_rolls(ports: Ports) -> int:
    """Do what is open and nobody else is at; how many rolls moved on."""
    done = 0
    for roll in await ports.rolls.in_states(OPEN_STATES, due=ports.clock.now()):
        try:
            done += await _work_on(ports, roll)
        except RollMoved:
            continue  # Another process is at it, or somebody changed how it is read.
    return done


async def _work_on(ports: Ports, roll: Roll) -> bool:
    if roll.state is RollState.WAITING:
        known = (await load_declaration(ports, roll.declaration)).rolls.get(roll.id)
        if known is None or not known.is_approved:
            return False
        roll = await ports.rolls.save(replace(roll, state=RollState.COUNTING, done=0, changed=ports.clock.now()))
    roll = await ports.rolls.save(replace(roll, due=ports.clock.now() + HELD))
    if roll.state is RollState.CHECKING:
        await _check(ports, roll)
    else:
        await _count(ports, roll)
    return True


async def sweep_rolls(ports: Ports) -> int:
    """Drop what nobody handed in or approved for long, with its file; how many."""
    at = ports.clock.now()
    old = at - timedelta(days=ports.limits.get("list_days", DAYS))
    swept = 0
    for roll in await ports.rolls.in_states({RollState.NEW, RollState.CHECKED, RollState.WAITING}, limit=1000):
        if roll.changed < old and not await _is_approved(ports, roll):
            await commit(ports, roll.declaration, lambda d, roll=roll: _expiry(d, roll))  # type: ignore[misc]
            try:
                await ports.rolls.save(replace(roll, state=RollState.DROPPED, changed=at), drops_file=True)
            except RollMoved:
                continue
            swept += 1
    return swept


async def _is_approved(ports: Ports, roll: Roll) -> bool:
    known = (await load_declaration(ports, roll.declaration)).rolls.get(roll.id)
    return known is not None and known.is_approved


def _expiry(declaration: Declaration, roll: Roll) -> Sequence[Event]:
    known = declaration.rolls.get(roll.id)
    if known is None or known.is_dropped or known.is_approved:
        return []
    return [Event(Kind.ROLL_DROP, {"roll": roll.id, "n": roll.edition}, SYSTEM, SYSTEM)]


class _Steps:
    """The rows of a file, some at a time, read beside the event loop."""

    def __init__(self, data: bytes, reading: Reading, after: int) -> None:
        self._rows: Iterator[Found] = read_rows(data, reading, after)

    async def next(self) -> list[Found]:
        return await asyncio.to_thread(lambda: list(islice(self._rows, STEP)))


# ---- checking


@dataclass
class _Seen:
    """What earlier lines of the file said: address or likeness → the first line of it."""

    addresses: dict[str, int] = field(default_factory=dict)
    people: dict[tuple[str, str], int] = field(default_factory=dict)


async def _check(ports: Ports, roll: Roll) -> None:
    assert roll.reading is not None
    steps = _Steps(await ports.rolls.file(roll.id), roll.reading, 0)
    roll, seen = replace(roll, report=Report(), done=0), _Seen()
    while found := await steps.next():
        await _check_step(ports, roll, seen, found)
        roll = await _keep(ports, replace(roll, done=roll.done + len(found)))
    await _find_namesakes(ports, roll, seen)
    at = ports.clock.now()
    await ports.rolls.save(replace(roll, state=RollState.CHECKED, changed=at, due=at))


async def _keep(ports: Ports, roll: Roll) -> Roll:
    return await ports.rolls.save(replace(roll, due=ports.clock.now() + HELD))


async def _check_step(ports: Ports, roll: Roll, seen: _Seen, found: Sequence[Found]) -> None:
    addresses = {folded(row.address) for row in found if isinstance(row, Row) and row.address}
    standing = await ports.rolls.standing(roll.declaration, roll.edition, addresses)
    for row in found:
        if isinstance(row, Fault):
            roll.report.note(Outcome.FAULT, row.line, row.what)
        elif row.address:
            _check_address(roll.report, seen, row, standing)
        else:
            other = seen.people.setdefault(row.likeness, row.line)
            if other != row.line:
                roll.report.note(Outcome.NAMESAKE, row.line, other=other)
            _note_fit(roll.report, row)


def _check_address(report: Report, seen: _Seen, row: Row, standing: Mapping[str, bool]) -> None:
    address = folded(row.address)
    other = seen.addresses.setdefault(address, row.line)
    if other != row.line:
        report.note(Outcome.TWICE, row.line, other=other)
    elif address in standing:
        report.note(Outcome.SIGNED if standing[address] else Outcome.LEFT, row.line)
    else:
        _note_fit(report, row)


def _note_fit(report: Report, row: Row) -> None:
    report.note(Outcome.FITS)
    if row.unclear:
        report.note(Outcome.UNCLEAR, row.line)
    for name in ("address", "publish", "updates"):
        if getattr(row, name):
            report.note(name)


async def _find_namesakes(ports: Ports, roll: Roll, seen: _Seen) -> None:
    """Rows without an address whose name and place stand in the list already: told, and not held against them."""
    after = 0
    while seen.people and (names := await ports.rolls.names(roll.declaration, roll.edition, after)):
        after = names[-1][0]
        alike = (seen.people.pop(Row(0, name, place).likeness, 0) for _, name, place in names)
        for line in (line for line in alike if line):
            roll.report.note(Outcome.NAMESAKE, line)


# ---- counting


async def _count(ports: Ports, roll: Roll) -> None:
    assert roll.reading is not None
    declaration = await load_declaration(ports, roll.declaration)
    known = declaration.rolls[roll.id]
    erased = await ports.lists.erased()
    steps = _Steps(await ports.rolls.file(roll.id), roll.reading, roll.done)
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
    return [SignatureLink(secret, LinkRole.OWN, letter)]


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
            details={"roll": roll.id, "line": row.line, **({"sheet": row.sheet} if row.sheet else {})},
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
