"""What waits for one person in one declaration, the most urgent first. Pure: computed from the ledger's fold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from drafting.actions.vouching import waits_for
from drafting.domain.declaration import Declaration
from drafting.domain.networks import Mandate, Scope
from drafting.domain.positions import CellStatus
from drafting.domain.rolls import HandedIn
from drafting.domain.standing import cell, manifest, row, section_status
from drafting.domain.updates import UpdateState

TOGETHER: Final = 4


class Urgency(IntEnum):
    """The order of the desk."""

    APPROVE = 1
    STALE = 2
    OBJECTION = 3
    POSITION = 4
    ALL = 5
    VOUCH = 6
    TAKE_BACK = 7
    UPDATE = 8
    FREEZE = 9
    TABLE = 10
    CONSULTING = 11
    TRANSLATE = 12


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that waits. ``count`` sections when they come together; ``due`` a date, where there is one."""

    urgency: Urgency
    declaration: str
    section: str = ""
    network: str = ""
    locale: str = ""
    count: int = 1
    n: int = 0
    due: datetime | None = None
    others: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return self.urgency.name.lower()


def desk(declaration: Declaration, account: str, at: datetime) -> list[Matter]:
    """All that is asked of this account now."""
    matters: list[Matter] = list(_of_holder(declaration, account, at))
    for mandate in declaration.live_mandates(account, at):
        matters.extend(_of_mandate(declaration, mandate, at))
    if declaration.initiator == account:
        matters.extend(_of_initiator(declaration, at))
    return sorted(dict.fromkeys(matters), key=lambda matter: matter.urgency)


def _of_mandate(declaration: Declaration, mandate: Mandate, at: datetime) -> Iterator[Matter]:
    if mandate.network and Scope.SIGN in mandate.scopes:
        yield from _approval(declaration, mandate, at)
        yield from _lists(declaration, mandate, at)
        yield from _updates(declaration, mandate, at)
    if mandate.network and Scope.CONSENT in mandate.scopes and not declaration.open_edition:
        yield from _positions(declaration, mandate.network, at)
    if Scope.TRANSLATE in mandate.scopes and mandate.locales:
        yield from _translations(declaration, mandate)


def _approval(declaration: Declaration, mandate: Mandate, at: datetime) -> Iterator[Matter]:
    edition = declaration.open_edition
    if edition and waits_for(declaration, edition.approvals, mandate, at):
        due = edition.window_ends if at < edition.window_ends else None
        yield Matter(Urgency.APPROVE, declaration.slug, network=mandate.network or "", n=edition.n, due=due)


def _lists(declaration: Declaration, mandate: Mandate, at: datetime) -> Iterator[Matter]:
    """Names on paper and lists for which another network has vouched, or which it wants taken back."""
    for roll in declaration.rolls.values():
        is_open = not (roll.is_approved or roll.is_dropped)
        if is_open and waits_for(declaration, roll.approvals, mandate, at):
            yield _of_roll(Urgency.VOUCH, declaration, mandate, roll)
        if roll.doubters and not roll.is_taken_back and waits_for(declaration, roll.doubters, mandate, at):
            yield _of_roll(Urgency.TAKE_BACK, declaration, mandate, roll)


def _of_roll(urgency: Urgency, declaration: Declaration, mandate: Mandate, roll: HandedIn) -> Matter:
    return Matter(urgency, declaration.slug, network=mandate.network or "", n=roll.edition, others=(roll.id,))


def _updates(declaration: Declaration, mandate: Mandate, at: datetime) -> Iterator[Matter]:
    """Letters to those who signed for which another network has vouched."""
    for update in declaration.updates.values():
        if update.state is UpdateState.WAITING and waits_for(declaration, update.approvals, mandate, at):
            network = mandate.network or ""
            yield Matter(Urgency.UPDATE, declaration.slug, network=network, n=update.edition, others=(update.id,))


def _positions(declaration: Declaration, network: str, at: datetime) -> Iterator[Matter]:
    unanswered: list[Matter] = []
    for part in declaration.live_sections():
        if part.revision is None:
            continue
        now = cell(declaration, part, network, at)
        matter = Matter(Urgency.POSITION, declaration.slug, part.id, network, n=part.revision.n, due=now.due)
        if now.status is CellStatus.STALE:
            yield Matter(Urgency.STALE, declaration.slug, part.id, network, n=part.revision.n, due=now.due)
        elif now.status is CellStatus.CONSULTING:
            yield Matter(Urgency.CONSULTING, declaration.slug, part.id, network, n=part.revision.n, due=now.due)
        elif now.status is CellStatus.NONE:
            unanswered.append(matter)
    if len(unanswered) >= TOGETHER:
        due = min((m.due for m in unanswered if m.due), default=None)
        yield Matter(Urgency.ALL, declaration.slug, network=network, count=len(unanswered), due=due)
    else:
        yield from unanswered


def _translations(declaration: Declaration, mandate: Mandate) -> Iterator[Matter]:
    """Sections whose tabled words have no whole translation in a language that this person looks after."""
    for locale in mandate.locales:
        missing = [
            part.id
            for part in declaration.live_sections()
            if part.revision
            and not any(t.locale == locale and t.revision_digest == part.revision.digest for t in part.translations)
        ]
        if missing and locale not in declaration.authentic_locales:
            yield Matter(Urgency.TRANSLATE, declaration.slug, missing[0], locale=locale, count=len(missing))


def _of_holder(declaration: Declaration, account: str, at: datetime) -> Iterator[Matter]:
    for part in declaration.live_sections():
        if part.holder != account or declaration.open_edition:
            continue
        if part.revision is None:
            yield Matter(Urgency.TABLE, declaration.slug, part.id)
            continue
        objecting = tuple(c.network for c in row(declaration, part, at) if c.status is CellStatus.OBJECTS)
        if objecting:
            yield Matter(Urgency.OBJECTION, declaration.slug, part.id, n=part.revision.n, others=objecting)


def _of_initiator(declaration: Declaration, at: datetime) -> Iterator[Matter]:
    if declaration.open_edition or not declaration.live_sections() or manifest(declaration, at).blocked:
        return
    published = all(section_status(declaration, p, at) == "published" for p in declaration.live_sections())
    if not published:
        yield Matter(Urgency.FREEZE, declaration.slug, count=len(declaration.live_sections()))
