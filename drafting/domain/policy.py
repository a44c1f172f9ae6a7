"""May somebody do something? One table, the only answer to "am I allowed"."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from drafting.domain.declaration import Declaration, Section
from drafting.domain.networks import Scope


class Action(StrEnum):
    READ = "read"
    EDIT_TEXT = "edit_text"
    SHAPE = "shape"
    ADMIT = "admit"
    INVITE = "invite"
    LEAVE = "leave"
    TABLE = "table"
    TAKE_POSITION = "take_position"
    REVIEW_TRANSLATION = "review_translation"
    TRANSLATE_STATEMENT = "translate_statement"
    FREEZE = "freeze"
    APPROVE = "approve"
    MODERATE = "moderate"
    END_SIGNING = "end_signing"


@dataclass(frozen=True, slots=True)
class Subject:
    """What the action is about; only what the action needs is set."""

    network: str | None = None
    section: Section | None = None
    locale: str | None = None


def may(declaration: Declaration, account: str, action: Action, subject: Subject, at: datetime) -> bool:
    """Whether this account may do this in this declaration now; deciding anew at each act is the point."""
    return _RULES[action](declaration, account, subject, at)


def has_network_spoken(declaration: Declaration, network: str) -> bool:
    """Whether the network has acted; from then on its mandates are granted by its own delegates alone."""
    return any(p.network == network for s in declaration.sections.values() for p in s.positions)


def _is_initiator(d: Declaration, account: str) -> bool:
    return d.initiator == account


def _read(d: Declaration, account: str, s: Subject, at: datetime) -> bool:
    return _is_initiator(d, account) or any(True for _ in d.live_mandates(account, at))


def _edit_text(d: Declaration, account: str, s: Subject, at: datetime) -> bool:
    if _is_initiator(d, account):
        return True
    translating = s.locale is not None and s.locale not in d.authentic_locales
    scopes = (Scope.EDIT, Scope.TRANSLATE) if translating else (Scope.EDIT,)
    return any(m.allows(scope, at, s.locale) for m in d.live_mandates(account, at) for scope in scopes)


def _shape(d: Declaration, account: str, s: Subject, at: datetime) -> bool:
    """Splitting, dropping and handing on are for the section's holder; the initiator sees to the order of the whole."""
    return _is_initiator(d, account) or (s.section is not None and _holds(d, account, s.section, at))


def _holds(d: Declaration, account: str, section: Section, at: datetime) -> bool:
    is_live = _is_initiator(d, account) or any(Scope.EDIT in m.scopes for m in d.live_mandates(account, at))
    return section.holder == account and is_live


def _admit(d: Declaration, account: str, s: Subject, at: datetime) -> bool:
    return _is_initiator(d, account)


def _invite(d: Declaration, account: str, s: Subject, at: datetime) -> bool:
    if s.network is None:
        return _is_initiator(d, account)
    if any(m.network == s.network for m in d.live_mandates(account, at)):
        return True
    return _is_initiator(d, account) and not has_network_spoken(d, s.network)


def _leave(d: Declaration, account: str, s: Subject, at: datetime) -> bool:
    return s.network is not None and d.mandate_for(account, s.network, Scope.CONSENT, at) is not None


def _table(d: Declaration, account: str, s: Subject, at: datetime) -> bool:
    assert s.section is not None
    if _holds(d, account, s.section, at):
        return True
    holder_is_gone = not _is_initiator(d, s.section.holder) and not any(d.live_mandates(s.section.holder, at))
    return holder_is_gone and _is_initiator(d, account)


def _take_position(d: Declaration, account: str, s: Subject, at: datetime) -> bool:
    member = d.members.get(s.network or "")
    return (
        member is not None
        and member.is_live(at)
        and member.counts
        and d.mandate_for(account, member.network, Scope.CONSENT, at) is not None
    )


def _review_translation(d: Declaration, account: str, s: Subject, at: datetime) -> bool:
    return _is_initiator(d, account) or any(
        m.allows(Scope.TRANSLATE, at, s.locale) for m in d.live_mandates(account, at)
    )


def _translate_statement(d: Declaration, account: str, s: Subject, at: datetime) -> bool:
    return _review_translation(d, account, s, at) or (
        s.network is not None and d.mandate_for(account, s.network, Scope.CONSENT, at) is not None
    )


def _freeze(d: Declaration, account: str, s: Subject, at: datetime) -> bool:
    return _is_initiator(d, account) or any(Scope.SIGN in m.scopes and m.network for m in d.live_mandates(account, at))


def _approve(d: Declaration, account: str, s: Subject, at: datetime) -> bool:
    return s.network is not None and d.mandate_for(account, s.network, Scope.SIGN, at) is not None


_RULES: Final[Mapping[Action, Callable[[Declaration, str, Subject, datetime], bool]]] = {
    Action.READ: _read,
    Action.EDIT_TEXT: _edit_text,
    Action.SHAPE: _shape,
    Action.ADMIT: _admit,
    Action.INVITE: _invite,
    Action.LEAVE: _leave,
    Action.TABLE: _table,
    Action.TAKE_POSITION: _take_position,
    Action.REVIEW_TRANSLATION: _review_translation,
    Action.TRANSLATE_STATEMENT: _translate_statement,
    Action.FREEZE: _freeze,
    Action.APPROVE: _approve,
    Action.MODERATE: _freeze,
    Action.END_SIGNING: _freeze,
}
