"""Who may sign an edition: until when, and from which lists."""

from collections.abc import Mapping
from typing import Any, Final

from drafting.domain.declaration import Declaration
from drafting.domain.editions import Approval, Counted
from drafting.domain.events import Entry, Kind
from drafting.domain.folding.applying import Apply, add_word, moment
from drafting.domain.rolls import HandedIn


def _close_signing(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    edition = d.editions[data["n"] - 1]
    edition.closes, edition.counted = moment(data["at"]), None


def _reopen_signing(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    edition = d.editions[data["n"] - 1]
    edition.closes = edition.counted = None


def _count_signing(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    since = moment(data["since"])
    assert since is not None
    d.editions[data["n"] - 1].counted = Counted(since, entry.at, data["index"], data["people"], data["organisations"])


def _hand_in(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    first = Approval(entry.event.actor, data["network"], entry.at)
    d.rolls[data["roll"]] = HandedIn(data["roll"], data["n"], data["digest"], [first], data["wordings"])


def _approve_roll(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    add_word(d.rolls[data["roll"]].approvals, entry, data)


def _drop_roll(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.rolls[data["roll"]].is_dropped = True


def _count_roll(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.rolls[data["roll"]].is_counted = True


def _ask_roll_back(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.rolls[data["roll"]].doubt = data["reason"]
    _take_roll_back(d, entry, data)


def _take_roll_back(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    add_word(d.rolls[data["roll"]].doubters, entry, data)


def _keep_roll(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.rolls[data["roll"]].doubters.clear()


def _uncount_roll(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.rolls[data["roll"]].is_counted = False


APPLY: Final[Mapping[Kind, Apply]] = {
    Kind.ROLL_HAND_IN: _hand_in,
    Kind.ROLL_APPROVE: _approve_roll,
    Kind.ROLL_DROP: _drop_roll,
    Kind.ROLL_COUNT: _count_roll,
    Kind.ROLL_ASK_BACK: _ask_roll_back,
    Kind.ROLL_TAKE_BACK: _take_roll_back,
    Kind.ROLL_KEEP: _keep_roll,
    Kind.ROLL_UNCOUNT: _uncount_roll,
    Kind.SIGNING_CLOSE: _close_signing,
    Kind.SIGNING_REOPEN: _reopen_signing,
    Kind.SIGNING_COUNT: _count_signing,
}
