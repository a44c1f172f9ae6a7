"""What every action shares: who acts, the state as the ledger has it, and the one way to append to it.

Authorise → decide → append → announce. ``decide`` is pure and may run again: when somebody appended first, the state is
read anew and the decision is taken on what is true now.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from weakref import WeakKeyDictionary

from drafting.actions.ports import CannotSave, Ledger, LedgerMoved, Ports
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import PLATFORM, Entry, Event
from drafting.domain.folding.fold import fold, fold_directory
from drafting.domain.networks import Directory
from drafting.domain.policy import Action, Subject, may
from drafting.domain.signatures import is_signature_stream

MAX_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, through what. ``fresh``: signed in recently enough for acts that bind a network."""

    account: str
    channel: str = "web"
    fresh: bool = True


class Folds:
    """Folded streams of one ledger, kept in memory and brought up to date by what was appended since."""

    def __init__(self) -> None:
        self.declarations: dict[str, Declaration] = {}
        self.directory = Directory()


_FOLDS: WeakKeyDictionary[Ledger, Folds] = WeakKeyDictionary()


def _folds(ledger: Ledger) -> Folds:
    return _FOLDS.setdefault(ledger, Folds())


async def load_declaration(ports: Ports, slug: str) -> Declaration:
    """The declaration as the ledger has it now; for reading only. Raises ``not_found``."""
    folds = _folds(ports.ledger)
    known = folds.declarations.get(slug)
    entries = await ports.ledger.read(slug, known.index if known else 0) if _is_declaration(slug) else ()
    if known is None and not entries:
        raise Refusal(Code.NOT_FOUND, declaration=slug)
    declaration = folds.declarations.setdefault(slug, Declaration(slug))
    return fold(declaration, (entry for entry in entries if entry.index > declaration.index))


def recall_declaration(ports: Ports, slug: str) -> Declaration | None:
    """The declaration as it was when it was last loaded, without asking the ledger: for what never changes again."""
    return _folds(ports.ledger).declarations.get(slug)


def _is_declaration(stream: str) -> bool:
    return stream != PLATFORM and not is_signature_stream(stream)


async def list_declarations(ports: Ports) -> list[Declaration]:
    """Every declaration, newest first."""
    slugs = [stream for stream in await ports.ledger.streams() if _is_declaration(stream)]
    found = [await load_declaration(ports, slug) for slug in slugs]
    return sorted(found, key=lambda d: (d.created or datetime.min, d.slug), reverse=True)


async def load_directory(ports: Ports) -> Directory:
    """Every registered network."""
    directory = _folds(ports.ledger).directory
    entries = await ports.ledger.read(PLATFORM, directory.index)
    return fold_directory(directory, (entry for entry in entries if entry.index > directory.index))


async def append(
    ports: Ports, stream: str, events: Sequence[Event], expected: int, contents: dict[str, bytes] | None = None
) -> Sequence[Entry]:
    """Append what was decided and announce it. Raises ``cannot_save`` where the store can't keep it."""
    try:
        entries = await ports.ledger.append(
            stream, events, expected=expected, at=ports.clock.now(), contents=contents or {}
        )
    except CannotSave as error:
        raise Refusal(Code.CANNOT_SAVE) from error
    ports.notices.announce(entries)
    return entries


async def commit(
    ports: Ports,
    slug: str,
    decide: Callable[[Declaration], Sequence[Event]],
    contents: dict[str, bytes] | None = None,
) -> Declaration:
    """Decide on the declaration as it is and append; decide again when somebody was first. Returns the new state."""
    for _ in range(MAX_TRIES):
        declaration = await load_declaration(ports, slug)
        events = decide(declaration)
        if not events:
            return declaration
        try:
            await append(ports, slug, events, declaration.index, contents)
        except LedgerMoved:
            continue
        return await load_declaration(ports, slug)
    raise Refusal(Code.CANNOT_SAVE)


async def commit_platform(ports: Ports, decide: Callable[[Directory], Sequence[Event]]) -> Directory:
    """The same for the platform's stream."""
    for _ in range(MAX_TRIES):
        directory = await load_directory(ports)
        events = decide(directory)
        if not events:
            return directory
        try:
            await append(ports, PLATFORM, events, directory.index)
        except LedgerMoved:
            continue
        return await load_directory(ports)
    raise Refusal(Code.CANNOT_SAVE)


_MANDATED: Final = frozenset({Action.TAKE_POSITION, Action.APPROVE, Action.LEAVE})


def authorise(declaration: Declaration, actor: Actor, action: Action, subject: Subject, at: datetime) -> None:
    """Raise ``mandate_ended``, ``no_mandate`` or ``not_allowed`` unless the actor may do it."""
    if may(declaration, actor.account, action, subject, at):
        return
    former = [
        m
        for m in declaration.mandates.values()
        if m.account == actor.account and (subject.network is None or m.network == subject.network)
    ]
    if former and not any(m.is_live(at) for m in former):
        raise Refusal(Code.MANDATE_ENDED, network=subject.network, until=former[-1].until)
    if action in _MANDATED:
        raise Refusal(Code.NO_MANDATE, network=subject.network)
    raise Refusal(Code.NOT_ALLOWED, action=action.value)
