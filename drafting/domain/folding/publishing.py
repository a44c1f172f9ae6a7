"""What becomes of a text that is agreed: editions, their releases, and updates."""

from collections.abc import Mapping
from typing import Any, Final

from drafting.domain.declaration import Declaration
from drafting.domain.editions import APPROVALS_NEEDED, Approval, Edition, EditionStatus, Erratum, Release
from drafting.domain.events import Entry, Kind
from drafting.domain.folding.applying import Apply, add_word, moment
from drafting.domain.updates import Update, UpdateState


def _freeze(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    ends = moment(data["window_ends"])
    assert ends is not None
    d.editions.append(
        Edition(data["n"], data["manifest"], data["content"], entry.at, entry.event.actor, ends, index=entry.index)
    )


def _void(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    edition = d.editions[data["n"] - 1]
    edition.status, edition.voided_by = EditionStatus.VOID, data.get("position", "")


def _approve(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    add_word(d.editions[data["n"] - 1].approvals, entry, data)


def _ask_release(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.editions[data["n"] - 1].asked.append(data["content"])


def _release(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    edition = d.editions[data["n"] - 1]
    edition.status = EditionStatus.RELEASED
    edition.releases.append(
        Release(
            len(edition.releases) + 1,
            entry.at,
            tuple(data["locales"]),
            data["content"],
            tuple(data.get("files", ())),
            tuple(Erratum(e["locale"], e["section"], e["text"]) for e in data.get("errata", ())),
        )
    )


def _write_update(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    update = Update(data["id"], data["n"], data["content"], tuple(data["locales"]), entry.event.actor, entry.at)
    update.approvals.append(Approval(entry.event.actor, data.get("network") or "", entry.at))
    d.updates[update.id] = update


def _approve_update(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    update = d.updates[data["id"]]
    add_word(update.approvals, entry, data)
    if len(update.approvals) >= APPROVALS_NEEDED:
        update.state = UpdateState.SENDING


def _drop_update(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.updates[data["id"]].state = UpdateState.DROPPED


def _send_update(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    update = d.updates[data["id"]]
    update.state, update.letters = UpdateState.SENT, data["letters"]


APPLY: Final[Mapping[Kind, Apply]] = {
    Kind.EDITION_FREEZE: _freeze,
    Kind.EDITION_VOID: _void,
    Kind.EDITION_APPROVE: _approve,
    Kind.RELEASE_ASK: _ask_release,
    Kind.EDITION_RELEASE: _release,
    Kind.UPDATE_WRITE: _write_update,
    Kind.UPDATE_APPROVE: _approve_update,
    Kind.UPDATE_DROP: _drop_update,
    Kind.UPDATE_SEND: _send_update,
}
