"""Revisions, positions, the matrix and the ledger."""

import asyncio

from starlette.responses import Response

from drafting.actions.consent import positions
from drafting.actions.core import load_declaration
from drafting.actions.writing import tabling
from drafting.domain.declaration import Declaration
from drafting.domain.differences import BlockChange, changed_facts, changed_share, diff_texts
from drafting.domain.errors import Code, Refusal
from drafting.domain.lines import line
from drafting.domain.positions import Cell, Position, Revision
from drafting.domain.prose import Block, Text
from drafting.domain.standing import cell, matrix, section_status, tabled_revision
from drafting.web.api import answers, bodies, verdicts
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations

consent = Operations("Consent")
add = consent.add
SECTION = "/declarations/{slug}/sections/{section}"


@add("POST", SECTION + "/revisions", 201)
async def table_revision(call: Call, body: bodies.Tabling) -> verdicts.RevisionAnswer:
    """Put the workshop's words before the networks, exactly as they were seen."""
    made = await tabling.table_revision(
        call.ports,
        call.actor,
        slug=call.slug,
        section=call.part("section"),
        seen=body.seen,
        change=body.change,
        why=body.why,
    )
    return _revision(made)


@add("GET", SECTION + "/revisions")
async def list_revisions(call: Call) -> answers.Page[verdicts.RevisionAnswer]:
    """The tabled revisions of a section, oldest first."""
    _, part = await call.section()
    return call.page([_revision(revision) for revision in part.revisions])


@add("GET", SECTION + "/revisions/{n}")
async def read_revision(call: Call) -> verdicts.RevisionAnswer:
    """One tabled revision; its words are at texts/{locale}?at={n}."""
    return _revision(await _named_revision(call, call.count("n")))


async def _named_revision(call: Call, n: int) -> Revision:
    _, part = await call.section()
    if not 1 <= n <= len(part.revisions):
        raise Refusal(Code.NOT_FOUND, section=part.id, revision=n)
    return part.revisions[n - 1]


def _revision(revision: Revision) -> verdicts.RevisionAnswer:
    return verdicts.RevisionAnswer(
        n=revision.n,
        digest=revision.digest,
        texts=dict(revision.texts),
        change=revision.change.value,
        why=revision.why,
        tabled_by=revision.tabled_by,
        network=revision.network,
        title=revision.title,
        at=revision.at,
    )


@add(
    "GET",
    SECTION + "/revisions/{n}/diff",
    queries={"from": "number of the older revision, else the one before", "locale": "else the source locale"},
)
async def diff_revisions(call: Call) -> verdicts.DiffAnswer:
    """What changed between two revisions, word by word."""
    declaration, part = await call.section()
    to = call.count("n")
    older = call.number("from", max(1, to - 1))
    locale = call.query("locale") or declaration.source_locale
    old = await tabling.read_revision(call.ports, call.slug, part.id, older, locale)
    new = await tabling.read_revision(call.ports, call.slug, part.id, to, locale)
    return await asyncio.to_thread(difference, locale, older, to, old, new)


def difference(locale: str, older: int, to: int, old: Text, new: Text) -> verdicts.DiffAnswer:
    """What changed between two texts, by the numbers of the older and the newer."""
    changes = diff_texts(old, new)
    facts = changed_facts(old, new)
    return verdicts.DiffAnswer(
        locale=locale,
        older=older,
        to=to,
        rewritten=round(changed_share(changes), 3),
        facts=verdicts.FactsAnswer(
            numbers_gone=list(facts.numbers_gone),
            numbers_new=list(facts.numbers_new),
            names_gone=list(facts.names_gone),
            names_new=list(facts.names_new),
        ),
        blocks=[_change(change) for change in changes],
    )


def _change(change: BlockChange) -> verdicts.BlockChangeAnswer:
    pieces = [verdicts.PieceAnswer(op=piece.op.value, text=piece.text) for piece in change.pieces]
    return verdicts.BlockChangeAnswer(
        kind=change.kind.value, old=_words(change.old), new=_words(change.new), pieces=pieces
    )


def _words(block: Block | None) -> verdicts.BlockWords | None:
    return verdicts.BlockWords(id=block.id, kind=block.kind, text=block.words) if block else None


@add("POST", SECTION + "/positions", 201)
async def take_position(call: Call, body: bodies.NewPosition) -> verdicts.PositionTaken:
    """Record a network's position on exactly the words that were read."""
    statement = {"locale": body.statement.locale, "text": body.statement.text} if body.statement else None
    taken = await positions.take_position(
        call.ports,
        call.actor,
        slug=call.slug,
        section=call.part("section"),
        network=body.network,
        target_digest=body.target_digest,
        read_locale=body.read_locale,
        read_digest=body.read_digest,
        kind=body.kind,
        statement=statement,
        harms=body.harms,
        remedy=body.remedy,
        until=body.until,
        authority=body.authority,
    )
    return _taken(call, await load_declaration(call.ports, call.slug), taken)


def _taken(call: Call, declaration: Declaration, position: Position) -> verdicts.PositionTaken:
    part = declaration.sections[position.section]
    now = cell(declaration, part, position.network, call.ports.clock.now())
    return verdicts.PositionTaken(
        id=position.id, index=position.index, status=now.status.value, section=position.section
    )


@add("GET", SECTION + "/positions")
async def list_positions(call: Call) -> answers.Page[verdicts.PositionAnswer]:
    """Every act on a section, oldest first; superseded ones too, since nothing is deleted."""
    declaration, part = await call.section()
    return call.page([_position(declaration, act) for act in part.positions])


def _position(declaration: Declaration, act: Position) -> verdicts.PositionAnswer:
    return verdicts.PositionAnswer(
        id=act.id,
        index=act.index,
        at=act.at,
        section=act.section,
        network=act.network,
        account=act.account,
        mandate=act.mandate,
        kind=act.kind.value,
        target_digest=act.target_digest,
        read_locale=act.read_locale,
        read_digest=act.read_digest,
        authority=act.authority,
        statement=_statement(declaration, act),
        harms=act.harms,
        remedy=act.remedy,
        until=act.until,
        channel=act.channel,
        supersedes=act.supersedes,
    )


def _statement(declaration: Declaration, act: Position) -> verdicts.StatementAnswer | None:
    if act.statement is None:
        return None
    words = declaration.statements.get(act.id, {})
    texts = {loc: verdicts.WordsAnswer(text=s.text, approved=s.approved) for loc, s in words.items()}
    return verdicts.StatementAnswer(original=act.statement.locale, texts=texts)


@add("POST", "/declarations/{slug}/positions/{position}/statements", 201)
async def translate_statement(call: Call, body: bodies.StatementWords) -> verdicts.StatementAnswer:
    """Put a network's statement into another language."""
    position = call.part("position")
    await positions.translate_statement(
        call.ports, call.actor, slug=call.slug, position=position, locale=body.locale, text=body.text
    )
    declaration = await load_declaration(call.ports, call.slug)
    act = next(p for s in declaration.sections.values() for p in s.positions if p.id == position)
    statement = _statement(declaration, act)
    assert statement is not None
    return statement


@add("POST", "/declarations/{slug}/agree", 201)
async def agree_to_all(call: Call, body: bodies.Agreement) -> verdicts.AgreementAnswer:
    """Consent to every section named and sign the whole, in one act."""
    taken = await positions.agree_to_all(
        call.ports,
        call.actor,
        slug=call.slug,
        network=body.network,
        sections=body.sections,
        manifest_digest=body.manifest_digest,
    )
    declaration = await load_declaration(call.ports, call.slug)
    return verdicts.AgreementAnswer(
        manifest_digest=body.manifest_digest, positions=[_taken(call, declaration, position) for position in taken]
    )


@add("GET", "/declarations/{slug}/matrix", queries={"at": "a moment in RFC 3339, else now"})
async def read_matrix(call: Call) -> verdicts.MatrixAnswer:
    """Every network's standing on every section, at a moment."""
    declaration = await call.declaration()
    at = call.moment("at")
    whole = matrix(declaration, at)
    sections = []
    for id in whole.sections:
        part = declaration.sections[id]
        revision = tabled_revision(part, at)
        status = section_status(declaration, part, at).value
        sections.append(verdicts.MatrixSection(id=id, digest=revision.digest if revision else None, status=status))
    cells = [_cell(crossing) for id in whole.sections for crossing in whole.row(id)]
    return verdicts.MatrixAnswer(at=at, networks=list(whole.networks), sections=sections, cells=cells)


def _cell(crossing: Cell) -> verdicts.CellAnswer:
    return verdicts.CellAnswer(
        network=crossing.network,
        section=crossing.section,
        position=crossing.position.id if crossing.position else None,
        status=crossing.status.value,
        explicit_digest=crossing.explicit_digest,
        due=crossing.due,
        older_words=crossing.older_words,
    )


@add(
    "GET",
    "/declarations/{slug}/ledger",
    queries={"after": "index of the last entry already known"},
    media="application/jsonl",
)
async def read_ledger(call: Call) -> Response:
    """The declaration's entries after an index, one a line: the very bytes that its log is made of."""
    await call.declaration()
    entries = await call.ports.ledger.read(call.slug, call.number("after", 0))
    lines = b"".join(line(entry) + b"\n" for entry in entries)
    return Response(lines, 200, {"cache-control": "no-store"}, "application/jsonl")
