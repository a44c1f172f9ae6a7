"""Names on paper and lists of partners: brought in by one person, who says how the file is read.

Then ``work.py`` checks every row, and two networks vouch for them (``approval.py``). Nothing counts before.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from drafting.actions.core import Actor, authorise, load_declaration
from drafting.actions.names import has_faults, new_id
from drafting.actions.ports import Ports
from drafting.actions.roll_ports import RollMoved
from drafting.actions.rolls.rows import Fault, Row, count_rows, read_rows, require_readable
from drafting.actions.signing.asking import open_edition
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.policy import Action, Subject
from drafting.domain.roll_columns import Column, match_columns
from drafting.domain.rolls import KEPT_STATES, Reading, Report, Roll, RollState
from drafting.domain.signatures import ON_PAPER, SALT_BYTES, SignatoryKind
from drafting.domain.spreadsheets import (
    DELIMITERS,
    ENCODINGS,
    ROLL,
    Guess,
    decode,
    guess_delimiter,
    guess_encoding,
    rows_of,
    strange_lines,
)

MAX_FILE_NAME: Final = 120
MOST_WAITING: Final = 50
ROWS: Final = 100_000
FIRST_ROWS: Final = 12
ROWS_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it would be read. ``samples``: for each encoding that it may be in, lines by which a person sees it.

    ``reading`` is what was chosen, or what is proposed; None while the encoding is for a person to choose. ``rows``:
    the first ones, as cells, with the headings where there are any. ``fault``: why those behind them cannot be told
    apart.
    """

    guess: Guess
    samples: Sequence[tuple[str, Sequence[str]]]
    reading: Reading | None
    rows: Sequence[tuple[int, Sequence[str]]]
    fault: Refusal | None = None


async def bring_in_roll(ports: Ports, actor: Actor, *, slug: str, n: int, name: str, data: bytes) -> Roll:
    """Keep a file, sealed. Raises ``not_released``, ``too_many``; ``bad_input`` with ``reason`` nothing, workbook or
    binary for what is no table."""
    await require_bringing_in(ports, actor, slug=slug, n=n)
    at = ports.clock.now()
    await asyncio.to_thread(guess_encoding, data)
    bare = name.replace("\\", "/").rpartition("/")[2].strip()[:MAX_FILE_NAME]
    roll = Roll(
        id=new_id(),
        declaration=slug,
        edition=n,
        state=RollState.NEW,
        name="" if has_faults(bare) else bare,
        account=actor.account,
        created=at,
        changed=at,
        due=at,
        salt=secrets.token_bytes(SALT_BYTES),
    )
    await ports.rolls.keep(roll, data)
    return roll


async def require_bringing_in(ports: Ports, actor: Actor, *, slug: str, n: int) -> None:
    """Raises ``not_released``, ``not_allowed``, ``too_many`` where no file would be kept, whatever is in it."""
    declaration, _ = await open_edition(ports, slug, n)
    authorise(declaration, actor, Action.MODERATE, Subject(), ports.clock.now())
    kept = [roll for roll in await ports.rolls.of_edition(slug, n) if roll.state in KEPT_STATES]
    if len(kept) >= MOST_WAITING:
        raise Refusal(Code.TOO_MANY, limit=MOST_WAITING)


async def list_rolls(ports: Ports, actor: Actor, *, slug: str, n: int) -> Sequence[Roll]:
    """All of an edition, the newest first."""
    declaration, _ = await open_edition(ports, slug, n)
    authorise(declaration, actor, Action.MODERATE, Subject(), ports.clock.now())
    return await ports.rolls.of_edition(slug, n)


async def open_roll(ports: Ports, actor: Actor, *, slug: str, id: str) -> tuple[Declaration, Roll]:
    """A roll, for somebody who looks after signatures. Raises ``not_found``, ``not_allowed``."""
    declaration = await load_declaration(ports, slug)
    authorise(declaration, actor, Action.MODERATE, Subject(), ports.clock.now())
    roll = await ports.rolls.get(id)
    if roll.declaration != slug:
        raise Refusal(Code.NOT_FOUND, roll=id)
    return declaration, roll


async def look_at_roll(ports: Ports, roll: Roll, *, encoding: str = "", delimiter: str = "") -> Look:
    """How the file was or would be read, in an encoding and with a delimiter where they are named."""
    declaration, _ = await open_edition(ports, roll.declaration, roll.edition)
    data = await ports.rolls.file(roll.id)
    return await asyncio.to_thread(_look, roll, data, declaration.source_locale, encoding, delimiter)


def _look(roll: Roll, data: bytes, locale: str, encoding: str, delimiter: str) -> Look:
    guess = guess_encoding(data)
    chosen = roll.reading if roll.reading and not encoding and not delimiter else None
    name = encoding or (roll.reading.encoding if roll.reading else "") or guess.encoding
    samples = [(each, strange_lines(decode(data, each))) for each in guess.candidates]
    if not name:
        return Look(guess, samples, None, ())
    text = decode(data, name)
    said = chosen.delimiter if chosen else delimiter or guess_delimiter(text)
    rows, fault = _first_rows(text, said)
    if chosen is None:
        columns, has_header = match_columns([cells for _, cells in rows])
        chosen = Reading(name, said, has_header, columns, locale)
    return Look(guess, samples, chosen, rows, fault)


def _first_rows(text: str, delimiter: str) -> tuple[list[tuple[int, Sequence[str]]], Refusal | None]:
    """Those before the one that cannot be told apart, if any, and why: with the right delimiter it may be."""
    rows: list[tuple[int, Sequence[str]]] = []
    try:
        for row in islice(rows_of(text, delimiter), FIRST_ROWS):
            rows.append(row)
    except Refusal as refusal:
        return rows, refusal
    return rows, None


async def rows_of_roll(ports: Ports, roll: Roll, after: int = 0) -> Sequence[Row | Fault]:
    """Some rows behind the first ``after`` ones, as they would count: for those who are to vouch for them."""
    if roll.reading is None:
        return ()
    data, reading = await ports.rolls.file(roll.id), roll.reading
    return await asyncio.to_thread(lambda: [*islice(read_rows(data, reading, after), ROWS_SHOWN)])


async def read_roll(ports: Ports, actor: Actor, *, slug: str, id: str, reading: Reading) -> Roll:
    """Say how a file is read, and have every row checked; until it is handed in this can be changed.

    Raises ``bad_input`` of the roll with ``field`` and ``reason``; ``too_many`` rows are one of those.
    """
    declaration, roll = await open_roll(ports, actor, slug=slug, id=id)
    if roll.state not in (RollState.NEW, RollState.CHECKING, RollState.CHECKED):
        raise moved(roll)
    _require_possible(declaration, roll, reading)
    data = await ports.rolls.file(id)
    await asyncio.to_thread(_require_encoding, data, reading.encoding)
    total = await asyncio.to_thread(count_rows, data, reading, ports.limits.get("list_rows", ROWS))
    at = ports.clock.now()
    changed = replace(
        roll, state=RollState.CHECKING, reading=reading, total=total, done=0, report=Report(), changed=at, due=at
    )
    return await save_roll(ports, changed)


def _require_encoding(data: bytes, encoding: str) -> None:
    """Bytes that tell their encoding are read in it; in any other they would be somebody else's names."""
    guess = guess_encoding(data)
    if encoding not in (guess.encoding, *guess.candidates):
        raise Refusal(Code.BAD_INPUT, of=ROLL, field="encoding", reason="encoding")


def _require_possible(declaration: Declaration, roll: Roll, reading: Reading) -> None:
    locales = declaration.editions[roll.edition - 1].releases[-1].locales
    choices: tuple[tuple[str, str, Any], ...] = (
        ("encoding", reading.encoding, ENCODINGS),
        ("delimiter", reading.delimiter, DELIMITERS),
        ("locale", reading.locale, locales),
        ("source", reading.source, [source.value for source in ON_PAPER]),
        ("kind", reading.kind, [kind.value for kind in SignatoryKind]),
        *(("columns", column, [each.value for each in Column]) for column in reading.columns if column),
    )
    for field, value, allowed in choices:
        if value not in allowed:
            raise Refusal(Code.BAD_INPUT, of=ROLL, field=field, reason="choice")
    require_readable(reading)


def moved(roll: Roll) -> Refusal:
    """Somebody did something with it meanwhile."""
    return Refusal(Code.BAD_INPUT, of=ROLL, field="state", reason="moved", state=roll.state.value)


async def save_roll(ports: Ports, roll: Roll, *, drops_file: bool = False) -> Roll:
    """Raises ``bad_input`` with ``reason`` moved where somebody was first."""
    try:
        return await ports.rolls.save(roll, drops_file=drops_file)
    except RollMoved as error:
        raise moved(roll) from error
