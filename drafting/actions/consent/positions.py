"""Tabling words, and taking positions on exactly those words."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from drafting.actions import letters
from drafting.actions.core import Actor, authorise, commit
from drafting.actions.ports import Ports
from drafting.actions.writing.locale_records import locale_record
from drafting.actions.writing.sections import known_section
from drafting.actions.writing.tabling import MAX_WORDS
from drafting.domain.declaration import Declaration, Section
from drafting.domain.editions import Edition
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.networks import Scope
from drafting.domain.policy import Action, Subject
from drafting.domain.positions import CellStatus, Position, PositionKind, Revision
from drafting.domain.standing import cell, manifest

MAX_CONSULTING: Final = timedelta(days=366)
LATE_KINDS: Final = frozenset({PositionKind.OBJECTION, PositionKind.WITHDRAWAL})


async def take_position(
    ports: Ports,
    actor: Actor,
    *,
    slug: str,
    section: str,
    network: str,
    target_digest: str,
    read_locale: str,
    read_digest: str,
    kind: str,
    statement: Mapping[str, str] | None = None,
    harms: str = "",
    remedy: str = "",
    until: datetime | None = None,
    authority: str = "mandated",
) -> Position:
    """Record a network's position on the exact words that were read.

    Raises ``text_changed`` (``now``: digest per locale, ``revision``), ``reason_required`` (``field``), ``not_tabled``,
    ``no_mandate``, ``mandate_ended``, ``sign_in_anew``, ``frozen``. After a freeze only an objection or a withdrawal
    counts, within the charter's window, and opens the edition again.
    """
    at = ports.clock.now()
    data = _position_data(network, section, kind, statement, harms, remedy, until, authority, at)
    data |= {"target_digest": target_digest, "read_locale": read_locale, "read_digest": read_digest}

    def decide(declaration: Declaration) -> Sequence[Event]:
        part = known_section(declaration, section)
        _authorise_act(declaration, actor, network, at)
        _require_words(part, data)
        return [
            _take_event(declaration, part, actor, data, at),
            *_voiding(declaration, data, actor, at),
        ]

    declaration = await commit(ports, slug, decide)
    position = next(p for p in reversed(declaration.sections[section].positions) if p.id == data["id"])
    if any(edition.voided_by == position.id for edition in declaration.editions):
        await ports.workshops.recheck(slug)  # the texts can be written again
    await letters.send_receipts(ports, declaration, network, [position])
    return position


def _authorise_act(declaration: Declaration, actor: Actor, network: str, at: datetime) -> None:
    authorise(declaration, actor, Action.TAKE_POSITION, Subject(network=network), at)
    if not actor.fresh:
        raise Refusal(Code.SIGN_IN_ANEW)


def _position_data(
    network: str,
    section: str,
    kind: str,
    statement: Mapping[str, str] | None,
    harms: str,
    remedy: str,
    until: datetime | None,
    authority: str,
    at: datetime,
) -> dict[str, Any]:
    """What the ledger keeps of the act, checked: each kind with what it requires and nothing that does not fit."""
    if kind not in set(PositionKind):
        raise Refusal(Code.BAD_INPUT, field="kind")
    if authority not in ("mandated", "ad_referendum"):
        raise Refusal(Code.BAD_INPUT, field="authority")
    words = (statement or {}).get("text", "").strip()
    harms, remedy = harms.strip(), remedy.strip()
    if max(len(words), len(harms), len(remedy)) > MAX_WORDS:
        raise Refusal(Code.TOO_LARGE, limit=MAX_WORDS)
    for field, missing in _required(PositionKind(kind), words, harms, remedy, until, authority):
        if missing:
            raise Refusal(Code.REASON_REQUIRED, field=field, kind=kind)
    if until is not None and (until.tzinfo is None or not at < until <= at + MAX_CONSULTING):
        raise Refusal(Code.BAD_INPUT, field="until")
    locale = (statement or {}).get("locale", "")
    if words and not locale:
        raise Refusal(Code.BAD_INPUT, field="statement.locale")
    locale = locale_record(locale).tag if words else ""
    return {
        "id": secrets.token_hex(8),
        "network": network,
        "section": section,
        "kind": kind,
        "statement": {"locale": locale, "text": words} if words else None,
        "harms": harms,
        "remedy": remedy,
        "until": until.isoformat() if until else None,
        "authority": authority,
    }


def _required(
    kind: PositionKind, words: str, harms: str, remedy: str, until: datetime | None, authority: str
) -> list[tuple[str, bool]]:
    return [
        ("statement", kind is PositionKind.RESERVATION and not words),
        ("harms", kind is PositionKind.OBJECTION and not harms),
        ("remedy", kind is PositionKind.OBJECTION and not remedy),
        ("until", (kind is PositionKind.CONSULTING or authority == "ad_referendum") and until is None),
    ]


def _require_words(part: Section, data: Mapping[str, Any]) -> None:
    """The digests must be those of the revision that is before the networks; a withdrawal may name any revision."""
    revision = part.revision
    if revision is None:
        raise Refusal(Code.NOT_TABLED, section=part.id)
    if data["kind"] == PositionKind.WITHDRAWAL and any(r.digest == data["target_digest"] for r in part.revisions):
        return
    if data["target_digest"] != revision.digest or data["read_digest"] not in readable_digests(
        part, revision, data["read_locale"]
    ):
        raise Refusal(
            Code.TEXT_CHANGED, now=dict(revision.texts), revision={"n": revision.n, "digest": revision.digest}
        )


def readable_digests(part: Section, revision: Revision, locale: str) -> set[str]:
    """What somebody may have read in a locale: the authentic text, or a translation bound to this revision."""
    found = {t.text_digest for t in part.translations if t.locale == locale and t.revision_digest == revision.digest}
    return found | ({revision.texts[locale]} if locale in revision.texts else set())


def _take_event(declaration: Declaration, part: Section, actor: Actor, data: Mapping[str, Any], at: datetime) -> Event:
    mandate = declaration.mandate_for(actor.account, data["network"], Scope.CONSENT, at)
    assert mandate is not None
    former = next((p.id for p in reversed(part.positions) if p.network == data["network"]), None)
    return Event(
        Kind.POSITION_TAKE, {**data, "mandate": mandate.id, "supersedes": former}, actor.account, actor.channel
    )


def _voiding(declaration: Declaration, data: Mapping[str, Any], actor: Actor, at: datetime) -> list[Event]:
    frozen: Edition | None = declaration.open_edition
    if frozen is None:
        return []
    if data["kind"] not in LATE_KINDS or at >= frozen.window_ends:
        raise Refusal(Code.FROZEN, edition=frozen.n)
    return [Event(Kind.EDITION_VOID, {"n": frozen.n, "position": data["id"]}, actor.account, actor.channel)]


async def agree_to_all(
    ports: Ports, actor: Actor, *, slug: str, network: str, sections: Mapping[str, str], manifest_digest: str
) -> list[Position]:
    """Consent to every section named (id → revision digest) and sign the manifest, in one act.

    Sections that the network already says yes to, on the same words, keep that position. Raises ``text_changed`` where
    a section or the manifest is another by now.
    """
    at = ports.clock.now()
    taken: list[str] = []

    def decide(declaration: Declaration) -> Sequence[Event]:
        _authorise_act(declaration, actor, network, at)
        if declaration.open_edition:
            raise Refusal(Code.FROZEN, edition=declaration.open_edition.n)
        if manifest(declaration, at).digest != manifest_digest:
            raise Refusal(Code.TEXT_CHANGED, now=_tabled_digests(declaration))
        taken.clear()
        events = [
            event
            for id, target in sections.items()
            if (event := _consent_event(declaration, known_section(declaration, id), actor, network, target, at))
        ]
        taken.extend(event.data["id"] for event in events)
        signature = {"network": network, "digest": manifest_digest}
        return [*events, Event(Kind.MANIFEST_SIGN, signature, actor.account, actor.channel)]

    declaration = await commit(ports, slug, decide)
    positions = [p for s in declaration.sections.values() for p in s.positions if p.id in taken]
    await letters.send_receipts(ports, declaration, network, positions)
    return positions


def _tabled_digests(declaration: Declaration) -> dict[str, str]:
    return {s.id: s.revision.digest for s in declaration.live_sections() if s.revision}


def _consent_event(
    declaration: Declaration, part: Section, actor: Actor, network: str, target: str, at: datetime
) -> Event | None:
    if part.revision is None:
        raise Refusal(Code.NOT_TABLED, section=part.id)
    if part.revision.digest != target:
        raise Refusal(Code.TEXT_CHANGED, now=_tabled_digests(declaration))
    now = cell(declaration, part, network, at)
    if now.status in (CellStatus.CONSENTS, CellStatus.RESERVES):
        return None
    locale = declaration.source_locale
    data = _position_data(network, part.id, "consent", None, "", "", None, "mandated", at)
    data |= {"target_digest": target, "read_locale": locale, "read_digest": part.revision.texts[locale]}
    return _take_event(declaration, part, actor, data, at)


async def translate_statement(ports: Ports, actor: Actor, *, slug: str, position: str, locale: str, text: str) -> None:
    """Put a statement into another language; it counts as approved when a delegate of its network did it."""
    at = ports.clock.now()
    if not text.strip() or len(text) > MAX_WORDS:
        raise Refusal(Code.BAD_INPUT, field="text")

    def decide(declaration: Declaration) -> Sequence[Event]:
        act = next((p for s in declaration.sections.values() for p in s.positions if p.id == position), None)
        if act is None or act.statement is None:
            raise Refusal(Code.NOT_FOUND, position=position)
        if locale not in declaration.locales or locale == act.statement.locale:
            raise Refusal(Code.UNKNOWN_LOCALE, locale=locale)
        subject = Subject(network=act.network, locale=locale)
        authorise(declaration, actor, Action.TRANSLATE_STATEMENT, subject, at)
        own = declaration.mandate_for(actor.account, act.network, Scope.CONSENT, at) is not None
        data = {"position": position, "locale": locale, "text": text.strip(), "approved": own}
        return [Event(Kind.STATEMENT_TRANSLATE, data, actor.account, actor.channel)]

    await commit(ports, slug, decide)
