"""Checking a roll: every row by itself, against earlier lines, and against who has signed; only numbers are kept."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Final

from drafting.actions.ports import Ports
from drafting.actions.rolls.rows import Fault, Row, read_rows
from drafting.domain.rolls import Outcome, Reading, Report, Roll, RollState
from drafting.domain.signatures import folded

STEP: Final = 250
"""Rows at a time: few enough that others who write are not kept waiting."""
HELD: Final = timedelta(seconds=30)
"""How long a step may take before another process takes the work up."""

Found = Row | Fault


class Steps:
    """The rows of a file, some at a time, read beside the event loop."""

    def __init__(self, data: bytes, reading: Reading, after: int) -> None:
        self._rows: Iterator[Found] = read_rows(data, reading, after)

    async def next(self) -> list[Found]:
        return await asyncio.to_thread(lambda: list(islice(self._rows, STEP)))


@dataclass
class _Seen:
    """What earlier lines of the file said: address or likeness → the first line of it."""

    addresses: dict[str, int] = field(default_factory=dict)
    people: dict[tuple[str, str], int] = field(default_factory=dict)


async def check_roll(ports: Ports, roll: Roll) -> None:
    """Look at every row, from the first one on; raises ``RollMoved`` where somebody else is at it."""
    assert roll.reading is not None
    steps = Steps(await ports.rolls.file(roll.id), roll.reading, 0)
    roll, seen = replace(roll, report=Report(), done=0), _Seen()
    while found := await steps.next():
        await _check_step(ports, roll, seen, found)
        roll = await _keep(ports, replace(roll, done=roll.done + len(found)))
    roll = await _find_namesakes(ports, roll, seen)
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


async def _find_namesakes(ports: Ports, roll: Roll, seen: _Seen) -> Roll:
    """Rows without an address whose name and place stand in the list already: told, and not held against them."""
    after = 0
    while seen.people and (names := await ports.rolls.names(roll.declaration, roll.edition, after)):
        after = names[-1][0]
        alike = (seen.people.pop(Row(0, name, place).likeness, 0) for _, name, place in names)
        for line in (line for line in alike if line):
            roll.report.note(Outcome.NAMESAKE, line)
        roll = await _keep(ports, roll)
    return roll
