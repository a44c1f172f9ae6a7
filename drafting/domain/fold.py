"""From the ledger's entries to what they mean. Pure: the same entries give the same declaration, on every machine."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from drafting.domain.declaration import Charter, Declaration, Preset, Section
from drafting.domain.editions import APPROVALS_NEEDED, Approval, Counted, Edition, EditionStatus, Erratum, Release
from drafting.domain.events import Entry, Kind
from drafting.domain.locales import Locale
from drafting.domain.looks import read_look
from drafting.domain.networks import Directory, Mandate, Membership, Role, Scope
from drafting.domain.own_keys import key_from
from drafting.domain.passkeys import passkey_from
from drafting.domain.positions import (
    Change,
    ManifestSignature,
    Position,
    PositionKind,
    Revision,
    Statement,
    TabledBlock,
)
from drafting.domain.rolls import HandedIn
from drafting.domain.translations import Review, ReviewState, Translation
from drafting.domain.updates import Update, UpdateState


def fold(declaration: Declaration, entries: Iterable[Entry]) -> Declaration:
    """Apply entries in order to the declaration, in place, and return it. Kinds it does not know change nothing."""
    for entry in entries:
        apply = _APPLY.get(entry.event.kind)
        if apply is not None:
            apply(declaration, entry, entry.event.data)
        declaration.index = entry.index
    return declaration


def fold_directory(directory: Directory, entries: Iterable[Entry]) -> Directory:
    """The same for the platform's stream."""
    for entry in entries:
        if entry.event.kind is Kind.NETWORK_REGISTER:
            directory.register(entry.event.data, entry.event.actor)
        elif entry.event.kind is Kind.NETWORK_DESCRIBE:
            directory.describe(entry.event.data)
        elif entry.event.kind is Kind.KEY_ADD:
            added = key_from(entry.event.data, entry.event.actor, entry.at)
            directory.keys[added.id] = added
        elif entry.event.kind is Kind.KEY_END:
            ended = entry.event.data["key"]
            directory.keys[ended] = replace(directory.keys[ended], until=entry.at)
        elif entry.event.kind is Kind.PASSKEY_ADD:
            passkey = passkey_from(entry.event.data, entry.event.actor, entry.at)
            directory.passkeys[passkey.id] = passkey
        elif entry.event.kind is Kind.PASSKEY_END:
            ended = entry.event.data["key"]
            directory.passkeys[ended] = replace(directory.passkeys[ended], until=entry.at)
        directory.index = entry.index
    return directory


def moment(value: str | None) -> datetime | None:
    """RFC 3339 as the ledger writes it."""
    return None if value is None else datetime.fromisoformat(value)


def _create(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.title = dict(data["title"])
    d.created = entry.at
    d.initiator = entry.event.actor
    d.source_locale = data["source_locale"]
    d.authentic_locales = tuple(data["authentic_locales"])
    d.locales = {x["tag"]: Locale(x["tag"], x["script"], x["autonym"]) for x in data["locales"]}
    charter = dict(data["charter"])
    d.charter = Charter(Preset(charter.pop("preset")), **charter)


def _claim(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    for section in d.sections.values():
        if section.holder == d.initiator:
            section.holder = data["account"]
    d.initiator = data["account"]


def _look(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.look = read_look(data)


def _add_section(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.sections[data["id"]] = Section(data["id"], data["holder"], data.get("network"))
    _place(d.order, data["id"], data.get("after"))


def _place(order: list[str], section: str, after: str | None) -> None:
    """After the one named; at the end when none is named."""
    order.insert(order.index(after) + 1 if after in order else len(order), section)


def _order_sections(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.order = list(data["sections"]) + [id for id in d.order if d.sections[id].retired]


def _split_section(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    old = d.sections[data["section"]]
    old.generation += 1
    old.split_at = entry.index
    d.sections[data["id"]] = Section(
        data["id"], old.holder, old.holder_network, parent=old.id, inherits_until=entry.index
    )
    _place(d.order, data["id"], old.id)


def _drop_section(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.sections[data["section"]].retired = True


def _hold_section(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    section = d.sections[data["section"]]
    section.holder, section.holder_network = data["holder"], data.get("network")


def _join(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    known = d.members.get(data["network"])
    d.members[data["network"]] = Membership(
        data["network"],
        data["name"],
        Role(data["role"]),
        entry.at,
        data["charter"],
        place=known.place if known else len(d.members),
    )


def _leave(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    m = d.members[data["network"]]
    d.members[m.network] = Membership(m.network, m.name, m.role, m.since, m.charter_digest, entry.at, m.place)


def _grant(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.mandates[data["id"]] = Mandate(
        data["id"],
        data.get("network"),
        data["account"],
        frozenset(Scope(s) for s in data["scopes"]),
        entry.at,
        moment(data.get("until")),
        data["granted_by"],
        data.get("evidence", ""),
        tuple(data.get("locales", ())),
    )


def _end_mandate(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    m = d.mandates[data["id"]]
    d.mandates[m.id] = Mandate(
        m.id, m.network, m.account, m.scopes, m.since, entry.at, m.granted_by, m.evidence, m.locales
    )


def _table(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    section = d.sections[data["section"]]
    section.revisions.append(
        Revision(
            section.id,
            data["n"],
            data["digest"],
            dict(data["texts"]),
            dict(data["bodies"]),
            tuple(TabledBlock(b["id"], b["digest"]) for b in data["blocks"]),
            data["title"],
            Change(data["change"]),
            data["why"],
            entry.event.actor,
            data.get("network"),
            entry.at,
            data.get("generation", 1),
            entry.index,
        )
    )


def _statement(value: Mapping[str, Any] | None) -> Statement | None:
    return Statement(value["locale"], value["text"], value.get("approved", True)) if value else None


def _take(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    position = Position(
        data["id"],
        entry.index,
        entry.at,
        data["network"],
        data["mandate"],
        entry.event.actor,
        PositionKind(data["kind"]),
        data["section"],
        data["target_digest"],
        data["read_locale"],
        data["read_digest"],
        data.get("authority", "mandated"),
        _statement(data.get("statement")),
        data.get("harms", ""),
        data.get("remedy", ""),
        moment(data.get("until")),
        entry.event.channel,
        data.get("recorded_by"),
        data.get("supersedes"),
    )
    d.sections[position.section].positions.append(position)
    if position.statement:
        d.statements[position.id] = {position.statement.locale: position.statement}


def _sign_manifest(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.signatures.append(ManifestSignature(data["network"], entry.event.actor, data["digest"], entry.at))


def _sign_position(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.offline_keys[data["position"]] = data["key"]
    d.offline_signers[data["position"]] = entry.event.actor


def _assert_position(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.passkeys[data["position"]] = data["key"]
    d.passkey_holders[data["position"]] = entry.event.actor


def _translate_statement(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.statements[data["position"]][data["locale"]] = Statement(data["locale"], data["text"], data["approved"])


def _review(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    section = d.sections[data["section"]]
    for block in data["blocks"]:
        section.reviews[data["locale"], block["id"]] = Review(
            block["id"],
            data["locale"],
            ReviewState(data["state"]),
            block["source"],
            block["target"],
            entry.event.actor,
            data.get("network"),
            entry.at,
            data.get("reason", ""),
            block.get("body", ""),
        )


def _complete(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.sections[data["section"]].translations.append(
        Translation(
            data["locale"], data["revision"], data["text"], data["body"], entry.at, tuple(data.get("approved_by", ()))
        )
    )


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
    _add_word(d.editions[data["n"] - 1].approvals, entry, data)


def _add_word(words: list[Approval], entry: Entry, data: Mapping[str, Any]) -> None:
    """Another one's word; those that the entry says have lapsed count no longer."""
    words[:] = [word for word in words if word.account not in data.get("lapsed", ())]
    words.append(Approval(entry.event.actor, data["network"], entry.at))


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
    _add_word(d.rolls[data["roll"]].approvals, entry, data)


def _drop_roll(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.rolls[data["roll"]].is_dropped = True


def _count_roll(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.rolls[data["roll"]].is_counted = True


def _ask_roll_back(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.rolls[data["roll"]].doubt = data["reason"]
    _take_roll_back(d, entry, data)


def _take_roll_back(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    _add_word(d.rolls[data["roll"]].doubters, entry, data)


def _keep_roll(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.rolls[data["roll"]].doubters.clear()


def _uncount_roll(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.rolls[data["roll"]].is_counted = False


def _write_update(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    update = Update(data["id"], data["n"], data["content"], tuple(data["locales"]), entry.event.actor, entry.at)
    update.approvals.append(Approval(entry.event.actor, data.get("network") or "", entry.at))
    d.updates[update.id] = update


def _approve_update(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    update = d.updates[data["id"]]
    _add_word(update.approvals, entry, data)
    if len(update.approvals) >= APPROVALS_NEEDED:
        update.state = UpdateState.SENDING


def _drop_update(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    d.updates[data["id"]].state = UpdateState.DROPPED


def _send_update(d: Declaration, entry: Entry, data: Mapping[str, Any]) -> None:
    update = d.updates[data["id"]]
    update.state, update.letters = UpdateState.SENT, data["letters"]


_APPLY: Final[Mapping[Kind, Callable[[Declaration, Entry, Mapping[str, Any]], None]]] = {
    Kind.DECLARATION_CREATE: _create,
    Kind.DECLARATION_CLAIM: _claim,
    Kind.DECLARATION_LOOK: _look,
    Kind.SECTION_ADD: _add_section,
    Kind.SECTIONS_ORDER: _order_sections,
    Kind.SECTION_SPLIT: _split_section,
    Kind.SECTION_DROP: _drop_section,
    Kind.SECTION_HOLD: _hold_section,
    Kind.MEMBER_JOIN: _join,
    Kind.MEMBER_LEAVE: _leave,
    Kind.MANDATE_GRANT: _grant,
    Kind.MANDATE_END: _end_mandate,
    Kind.REVISION_TABLE: _table,
    Kind.POSITION_TAKE: _take,
    Kind.POSITION_SIGN: _sign_position,
    Kind.POSITION_ASSERT: _assert_position,
    Kind.MANIFEST_SIGN: _sign_manifest,
    Kind.STATEMENT_TRANSLATE: _translate_statement,
    Kind.TRANSLATION_REVIEW: _review,
    Kind.TRANSLATION_COMPLETE: _complete,
    Kind.EDITION_FREEZE: _freeze,
    Kind.EDITION_VOID: _void,
    Kind.EDITION_APPROVE: _approve,
    Kind.RELEASE_ASK: _ask_release,
    Kind.EDITION_RELEASE: _release,
    Kind.UPDATE_WRITE: _write_update,
    Kind.UPDATE_APPROVE: _approve_update,
    Kind.UPDATE_DROP: _drop_update,
    Kind.UPDATE_SEND: _send_update,
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
