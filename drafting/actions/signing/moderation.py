"""Looking after the list of signatures: what waits for somebody's eyes, what stands out, and who decided what.

Whoever may freeze an edition may moderate its list. Everything is an event in the ledger with a reason; nothing is
deleted here, and nothing is decided elsewhere. Only the rule against floods acts by itself, and only by holding back.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from drafting.actions.core import MAX_TRIES, Actor, authorise, load_declaration
from drafting.actions.names import SIGNATURE, checked_line
from drafting.actions.ports import Ports
from drafting.actions.signature_ports import SignatureChange, SignatureMoved
from drafting.actions.signing.links import LOGO, LOGO_REFUSED
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.organisations import ADMITTED, adherence_of
from drafting.domain.policy import Action, Subject
from drafting.domain.signatures import ON_PAPER, Signature, SignatureState

MOST_SHOWN: Final = 200
MOST_LOOKED_AT: Final = 5_000
WINDOW: Final = timedelta(hours=1)
PREFIX_FLOOD: Final = 40
"""So many confirmed signatures from one network prefix within :data:`WINDOW` are held back until somebody looks."""
LEAST_TREND: Final = 5
MAX_NOTE: Final = 500
SYSTEM: Final = "system"


class Reason(StrEnum):
    """Why somebody decided. The ledger is told this alone: a note may name people, and can be erased."""

    FLOOD = "flood"
    MADE_UP = "made_up"
    NOT_THEIRS = "not_theirs"
    TWICE = "twice"
    OFFENSIVE = "offensive"
    LOOKED_AT = "looked_at"
    OTHER = "other"


Decide = Callable[[Signature, "Why", Actor, datetime], SignatureChange]


class Act(Protocol):
    """:func:`quarantine`, :func:`invalidate`, :func:`restore` and the others that decide with a reason."""

    def __call__(
        self, ports: Ports, actor: Actor, *, slug: str, id: str, reason: str, note: str = ""
    ) -> Awaitable[Signature]: ...


@dataclass(frozen=True, slots=True)
class Why:
    reason: Reason
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trend:
    """What many signatures of the last hour have in common. ``of``: prefix or domain; ``is_flood``: held back."""

    of: str
    value: str
    count: int
    is_flood: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What a moderator sees. ``waiting``: held back, oldest first; ``latest``: confirmed, newest first; ``bounced``:
    those whose letters come back, newest first, and ``bounces`` how many there are."""

    waiting: Sequence[Signature]
    latest: Sequence[Signature]
    refused: Sequence[Signature]
    trends: Sequence[Trend]
    bounced: Sequence[Signature] = ()
    bounces: int = 0


async def look_over(ports: Ports, actor: Actor, *, slug: str, n: int) -> Desk:
    """The queue of an edition. Raises ``not_allowed``."""
    at = ports.clock.now()
    await _authorised(ports, actor, slug, n, at)

    async def found(state: SignatureState, limit: int = MOST_SHOWN, since: datetime | None = None) -> list[Signature]:
        # A list of a hundred thousand names that two networks vouch for must not hide who came in from one network.
        return [*await ports.signatures.in_state(slug, n, state, limit, since=since, but=ON_PAPER if since else ())]

    waiting = await found(SignatureState.QUARANTINED)
    recent = await found(SignatureState.CONFIRMED, MOST_LOOKED_AT, at - WINDOW)
    bounces, bounced = await ports.signatures.bounced(slug, n, MOST_SHOWN)
    return Desk(
        waiting=waiting[::-1],
        latest=await found(SignatureState.CONFIRMED),
        refused=await found(SignatureState.INVALIDATED),
        trends=trends([*recent, *(s for s in waiting if (s.confirmed or at) > at - WINDOW)]),
        bounced=bounced,
        bounces=bounces,
    )


def trends(recent: Sequence[Signature]) -> list[Trend]:
    """What stands out among the signatures of an hour, the most frequent first."""
    found = []
    for of, value_of in (("prefix", lambda s: s.prefix), ("domain", domain_of)):
        for value, count in Counter(value_of(signature) for signature in recent).items():
            if value and count >= LEAST_TREND:
                found.append(Trend(of, value, count, of == "prefix" and count >= PREFIX_FLOOD))
    return sorted(found, key=lambda trend: (-trend.count, trend.of, trend.value))


def domain_of(signature: Signature) -> str:
    """What stands behind the @ of its address: all that a moderator sees of it."""
    return signature.address.rpartition("@")[2].casefold()


async def quarantine(ports: Ports, actor: Actor, *, slug: str, id: str, reason: str, note: str = "") -> Signature:
    """Hold a confirmed signature back: it neither counts nor shows until :func:`restore`."""
    return await _decide(ports, actor, slug, id, (reason, note), _quarantined)


async def invalidate(ports: Ports, actor: Actor, *, slug: str, id: str, reason: str, note: str = "") -> Signature:
    """Say for good that a signature does not count, and why; :func:`restore` can still take that back."""
    return await _decide(ports, actor, slug, id, (reason, note), _invalidated)


async def restore(ports: Ports, actor: Actor, *, slug: str, id: str, reason: str, note: str = "") -> Signature:
    """Let a signature count again that was held back or invalidated."""
    return await _decide(ports, actor, slug, id, (reason, note), _restored)


async def take_logo_down(ports: Ports, actor: Actor, *, slug: str, id: str, reason: str, note: str = "") -> Signature:
    """Show a signature without its logo from now on; no other one is taken in its place. Its name stays and counts."""
    return await _decide(ports, actor, slug, id, (reason, note), _without_logo)


async def admit_network(ports: Ports, actor: Actor, *, slug: str, id: str, reason: str, note: str = "") -> Signature:
    """Show an organisation that wants to join as a network among the networks that joined, with its reservation."""
    return await _decide(ports, actor, slug, id, (reason, note), _admitted)


async def dismiss_network(ports: Ports, actor: Actor, *, slug: str, id: str, reason: str, note: str = "") -> Signature:
    """Show it among the organisations again."""
    return await _decide(ports, actor, slug, id, (reason, note), _dismissed)


async def hold_back_floods(ports: Ports, slug: str, n: int) -> int:
    """Quarantine what came in a flood from one network prefix; how many. A person looks at them afterwards."""
    at = ports.clock.now()
    recent = await ports.signatures.in_state(
        slug, n, SignatureState.CONFIRMED, MOST_LOOKED_AT, since=at - WINDOW, but=ON_PAPER
    )
    floods = {trend.value for trend in trends(recent) if trend.is_flood}
    held = 0
    for signature in recent:
        if signature.prefix in floods and not signature.details.get("looked_at"):
            change = _quarantined(signature, Why(Reason.FLOOD), Actor(SYSTEM, SYSTEM), at)
            try:
                await ports.signatures.change(change, at)
            except SignatureMoved:
                continue
            held += 1
    return held


async def _authorised(ports: Ports, actor: Actor, slug: str, n: int, at: datetime) -> None:
    declaration = await load_declaration(ports, slug)
    authorise(declaration, actor, Action.MODERATE, Subject(), at)
    if not 1 <= n <= len(declaration.editions):
        raise Refusal(Code.NOT_FOUND, edition=n)


async def _decide(ports: Ports, actor: Actor, slug: str, id: str, said: tuple[str, str], decide: Decide) -> Signature:
    """Raises ``not_allowed``, ``not_found``, ``bad_input`` with ``field`` reason, note, or state."""
    why = _why(*said)
    for _ in range(MAX_TRIES):
        at = ports.clock.now()
        signature = await ports.signatures.get(id)
        await _authorised(ports, actor, slug, signature.edition, at)
        if signature.declaration != slug:
            raise Refusal(Code.NOT_FOUND, signature=id)
        try:
            return await ports.signatures.change(decide(signature, why, actor, at), at)
        except SignatureMoved:
            continue
    raise Refusal(Code.CANNOT_SAVE)


def _why(reason: str, note: str) -> Why:
    try:
        return Why(Reason(reason), checked_line(note, "note", MAX_NOTE))
    except ValueError as error:
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field="reason", reason="choice") from error


def _quarantined(signature: Signature, why: Why, actor: Actor, at: datetime) -> SignatureChange:
    _expect(signature, SignatureState.CONFIRMED)
    return _to(signature, SignatureState.QUARANTINED, Kind.SIGNATURE_QUARANTINE, why, actor, at)


def _invalidated(signature: Signature, why: Why, actor: Actor, at: datetime) -> SignatureChange:
    _expect(signature, SignatureState.CONFIRMED, SignatureState.QUARANTINED)
    return _to(signature, SignatureState.INVALIDATED, Kind.SIGNATURE_INVALIDATE, why, actor, at)


def _restored(signature: Signature, why: Why, actor: Actor, at: datetime) -> SignatureChange:
    _expect(signature, SignatureState.QUARANTINED, SignatureState.INVALIDATED)
    # Looked at by a person: the rule against floods leaves it alone from now on.
    change = _to(signature, SignatureState.CONFIRMED, Kind.SIGNATURE_RESTORE, why, actor, at)
    return replace(change, after=replace(change.after, details={**change.after.details, "looked_at": True}))


def _without_logo(signature: Signature, why: Why, actor: Actor, at: datetime) -> SignatureChange:
    if LOGO not in signature.details:
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field="state", reason="moved", state=signature.state.value)
    change = _to(signature, signature.state, Kind.LOGO_REMOVE, why, actor, at)
    kept = {name: value for name, value in change.after.details.items() if name != LOGO}
    after = replace(change.after, reason=signature.reason, details={**kept, LOGO_REFUSED: True})
    return replace(change, after=after, logo=b"")


def _admitted(signature: Signature, why: Why, actor: Actor, at: datetime) -> SignatureChange:
    return _as_network(_to(signature, signature.state, Kind.NETWORK_ADMIT, why, actor, at), admits=True)


def _dismissed(signature: Signature, why: Why, actor: Actor, at: datetime) -> SignatureChange:
    return _as_network(_to(signature, signature.state, Kind.NETWORK_DISMISS, why, actor, at), admits=False)


def _as_network(change: SignatureChange, *, admits: bool) -> SignatureChange:
    before = change.before
    _expect(before, SignatureState.CONFIRMED)
    adherence = adherence_of(before.details)
    if adherence is None or adherence.is_admitted is admits:
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field="state", reason="moved", state=before.state.value)
    details = {**change.after.details, ADMITTED: admits}
    return replace(change, after=replace(change.after, reason=before.reason, details=details))


def _expect(signature: Signature, *states: SignatureState) -> None:
    if signature.state not in states:
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field="state", reason="moved", state=signature.state.value)


def _to(
    signature: Signature, state: SignatureState, kind: Kind, why: Why, actor: Actor, at: datetime
) -> SignatureChange:
    data = {"edition": signature.edition, "id": signature.id, "reason": why.reason.value}
    details = {**signature.details, "note": why.note}
    after = replace(signature, state=state, reason=why.reason.value, details=details, changed=at)
    return SignatureChange(signature, after, [Event(kind, data, actor.account, actor.channel)])
