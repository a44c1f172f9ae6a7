"""Exact words: reading them with what changed, and taking a position on them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from starlette.responses import Response

from drafting.actions.consent.positions import take_position, translate_statement
from drafting.actions.core import load_directory
from drafting.actions.writing.tabling import read_revision
from drafting.domain.declaration import Declaration, Section
from drafting.domain.differences import BlockChange, Facts, changed_facts, diff_texts
from drafting.domain.errors import Code, Refusal
from drafting.domain.positions import Cell, Position, PositionKind, Revision
from drafting.domain.prose import Text, digest
from drafting.domain.standing import cell, row
from drafting.web.errors import STATUS, sentence
from drafting.web.outline import known_part, outline
from drafting.web.pages.matrix import own_networks
from drafting.web.visits import Form, Visit

KINDS = ("consent", "reservation", "stand_aside", "objection", "consulting", "withdrawal")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one revision to another, in one language."""

    old: Revision
    new: Revision
    changes: Sequence[BlockChange]
    facts: Facts

    @property
    def count(self) -> int:
        return sum(change.kind != "same" for change in self.changes)


@dataclass(frozen=True, slots=True)
class Voice:
    """A network's standing with what it said, in the languages in which it stands."""

    cell: Cell
    name: str
    short: str
    statements: Sequence[tuple[str, str, bool]]


async def index(visit: Visit) -> Response:
    """Where a section's revisions begin: the one that is before the networks."""
    declaration = await visit.declaration()
    part = known_part(await outline(visit, declaration), visit.part("section"))
    revision = part.section.revision
    if revision is None:
        raise Refusal(Code.NOT_TABLED, section=part.id)
    return visit.go("workshop", declaration.slug, part.id, "revisions", revision.n, **dict(visit.request.query_params))


async def show(visit: Visit) -> Response:
    declaration = await visit.declaration()
    return await _page(visit, declaration, None, None)


async def _page(visit: Visit, declaration: Declaration, form: Form | None, refusal: Refusal | None) -> Response:
    parts = await outline(visit, declaration)
    part = known_part(parts, visit.part("section"))
    revision = _revision(part.section, visit.number("n"))
    if refusal and refusal.code is Code.TEXT_CHANGED and part.section.revision:
        revision = part.section.revision
    own = own_networks(visit, declaration)
    network = visit.query("network") or (form.text("network") if form else "") or (own[0] if own else "")
    standing = cell(declaration, part.section, network, visit.at) if network in declaration.members else None
    locale, text = await _words(visit, declaration, part.section, revision)
    return visit.page(
        "workshop/revision.html",
        STATUS[refusal.code] if refusal else 200,
        declaration=declaration,
        parts=parts,
        part=part,
        revision=revision,
        is_current=revision is part.section.revision,
        locale=locale,
        text=text,
        read_digest=digest(text),
        readable=_readable(declaration, part.section, revision),
        comparison=await _comparison(visit, declaration, part.section, revision, standing, locale),
        voices=await _voices(visit, declaration, part.section),
        own=own,
        network=network,
        standing=standing,
        former=standing.position if standing else None,
        own_key=_own_key(visit, declaration.slug, standing) if network in own else "",
        mandate=_mandate(visit, declaration, network),
        may_act=network in own and revision is part.section.revision and not _is_closed(visit, declaration),
        deadline=declaration.deadline(revision),
        tabled_by=(await visit.ports.accounts.names([revision.tabled_by])).get(revision.tabled_by, ""),
        kinds=KINDS,
        form=form,
        fault=sentence(visit.words, refusal) if refusal else "",
        has_changed=refusal is not None and refusal.code is Code.TEXT_CHANGED,
        tomorrow=(visit.at + timedelta(days=1)).date(),
    )


def _own_key(visit: Visit, slug: str, standing: Cell | None) -> str:
    """Where the position can be signed away from the server; empty where there is none."""
    if standing is None or standing.position is None:
        return ""
    taken = standing.position
    return visit.path("workshop", slug, taken.section, "positions", taken.id, "sign")


def _is_closed(visit: Visit, declaration: Declaration) -> bool:
    frozen = declaration.open_edition
    return frozen is not None and visit.at >= frozen.window_ends


def _mandate(visit: Visit, declaration: Declaration, network: str) -> object:
    if visit.account is None:
        return None
    return next((m for m in declaration.live_mandates(visit.account.id, visit.at) if m.network == network), None)


def _revision(section: Section, n: int) -> Revision:
    if not 1 <= n <= len(section.revisions):
        raise Refusal(Code.NOT_FOUND, revision=n)
    return section.revisions[n - 1]


def _readable(declaration: Declaration, section: Section, revision: Revision) -> list[str]:
    """The languages in which these exact words can be read: authentic ones, and whole translations of this revision."""
    made = {t.locale for t in section.translations if t.revision_digest == revision.digest}
    return [tag for tag in declaration.locales if tag in revision.texts or tag in made]


async def _words(visit: Visit, declaration: Declaration, section: Section, revision: Revision) -> tuple[str, Text]:
    """The revision in the language asked for, else in the reader's, else in the source."""
    readable = _readable(declaration, section, revision)
    wanted = [visit.query("locale"), visit.lang, declaration.source_locale]
    locale = next(tag for tag in wanted if tag in readable)
    return locale, await read_revision(visit.ports, declaration.slug, section.id, revision.n, locale)


async def _comparison(
    visit: Visit,
    declaration: Declaration,
    section: Section,
    revision: Revision,
    standing: Cell | None,
    locale: str,
) -> Comparison | None:
    """Since the reader's network's own consent, or since the revision asked for."""
    old = _since(section, revision, standing, visit.query("since"))
    if old is None or old.digest == revision.digest:
        return None
    if locale not in _readable(declaration, section, old):
        locale = declaration.source_locale
    before = await read_revision(visit.ports, declaration.slug, section.id, old.n, locale)
    after = await read_revision(visit.ports, declaration.slug, section.id, revision.n, locale)
    changes = await asyncio.to_thread(diff_texts, before, after)
    return Comparison(old, revision, changes, changed_facts(before, after))


def _since(section: Section, revision: Revision, standing: Cell | None, asked: str) -> Revision | None:
    if asked.isdigit() and 1 <= int(asked) < revision.n:
        return section.revisions[int(asked) - 1]
    explicit = standing.explicit_digest if standing else None
    consented = [r for r in section.revisions if r.digest == explicit and r.n < revision.n]
    if consented:
        return consented[-1]
    return section.revisions[revision.n - 2] if asked == "before" and revision.n > 1 else None


async def _voices(visit: Visit, declaration: Declaration, section: Section) -> list[Voice]:
    known = (await load_directory(visit.ports)).networks
    return [
        Voice(
            standing,
            declaration.members[standing.network].name,
            known[standing.network].short if standing.network in known else standing.network,
            _statements(declaration, standing.position),
        )
        for standing in row(declaration, section, visit.at)
    ]


def _statements(declaration: Declaration, position: Position | None) -> list[tuple[str, str, bool]]:
    """(locale, words, approved by its network), the original first."""
    if position is None or position.statement is None:
        return []
    original = position.statement.locale
    known = declaration.statements[position.id]
    return [
        (tag, known[tag].text, known[tag].approved) for tag in sorted(known, key=lambda tag: (tag != original, tag))
    ]


async def take(visit: Visit) -> Response:
    form = await visit.form()
    slug, section = visit.part("declaration"), visit.part("section")
    statement = {"locale": form.text("statement_locale", visit.lang), "text": form.text("statement")}
    kind = "consent" if form.text("quick") else form.text("kind") or "consent"
    try:
        await take_position(
            visit.ports,
            visit.actor,
            slug=slug,
            section=section,
            network=form.text("network"),
            target_digest=form.text("target"),
            read_locale=form.text("read_locale"),
            read_digest=form.text("read"),
            kind=kind,
            statement=statement if statement["text"] and kind != PositionKind.CONSENT else None,
            harms=form.text("harms"),
            remedy=form.text("remedy"),
            until=_end_of(form.text("until")) if kind == PositionKind.CONSULTING or form.text("authority") else None,
            authority="ad_referendum" if form.text("authority") else "mandated",
        )
    except Refusal as refusal:
        if refusal.code not in (Code.TEXT_CHANGED, Code.REASON_REQUIRED, Code.BAD_INPUT, Code.TOO_LARGE):
            raise
        if "field" in refusal.data:
            form.errors[refusal.data["field"]] = sentence(visit.words, refusal)
        return await _page(visit, await visit.declaration(), form, refusal)
    return visit.go("workshop", slug, section, "revisions", visit.number("n"), network=form.text("network"))


def _end_of(day: str) -> datetime | None:
    """The end of a day anywhere on earth: it is over nowhere before it is over."""
    try:
        return datetime.combine(date.fromisoformat(day), time(0), UTC) + timedelta(days=1, hours=12)
    except (ValueError, OverflowError):
        return None


async def translate(visit: Visit) -> Response:
    """A statement in another language."""
    form = await visit.form()
    slug, section = visit.part("declaration"), visit.part("section")
    await translate_statement(
        visit.ports,
        visit.actor,
        slug=slug,
        position=form.text("position"),
        locale=form.text("locale"),
        text=form.text("text"),
    )
    return visit.go("workshop", slug, section, "revisions")
