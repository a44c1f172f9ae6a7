"""What networks say of the texts: revisions, positions, signatures with keys of their own, translations."""

from collections.abc import Mapping
from typing import Any, Final

from drafting.domain.declaration import Declaration
from drafting.domain.events import Entry, Kind
from drafting.domain.folding.applying import Apply, moment
from drafting.domain.positions import (
    Change,
    ManifestSignature,
    Position,
    PositionKind,
    Revision,
    Statement,
    TabledBlock,
)
from drafting.domain.translations import Review, ReviewState, Translation


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


APPLY: Final[Mapping[Kind, Apply]] = {
    Kind.REVISION_TABLE: _table,
    Kind.POSITION_TAKE: _take,
    Kind.POSITION_SIGN: _sign_position,
    Kind.POSITION_ASSERT: _assert_position,
    Kind.MANIFEST_SIGN: _sign_manifest,
    Kind.STATEMENT_TRANSLATE: _translate_statement,
    Kind.TRANSLATION_REVIEW: _review,
    Kind.TRANSLATION_COMPLETE: _complete,
}
