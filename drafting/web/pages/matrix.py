"""The matrix, the platform's main picture; the same as a spreadsheet; and agreeing to all as it stands."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from drafting.actions.consent.positions import agree_to_all
from drafting.actions.core import load_directory
from drafting.actions.writing.bodies import read_body
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.networks import Membership, Scope
from drafting.domain.positions import CellStatus
from drafting.domain.prose import Text
from drafting.domain.standing import cell, manifest
from drafting.web.outline import Part, outline
from drafting.web.visits import Visit
from drafting.web.words.vocabulary import Vocabulary

WIDEST_TABLE = 12
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """A network as a heading."""

    member: Membership
    short: str
    is_own: bool


def own_networks(visit: Visit, declaration: Declaration, scope: Scope = Scope.CONSENT) -> list[str]:
    """The networks for which the reader may act now."""
    if visit.account is None:
        return []
    live = declaration.live_mandates(visit.account.id, visit.at)
    return list(dict.fromkeys(m.network for m in live if m.network and scope in m.scopes))


async def columns(visit: Visit, declaration: Declaration) -> list[Column]:
    """The networks that count, the reader's own first."""
    directory = await load_directory(visit.ports)
    own = own_networks(visit, declaration)
    made = [
        Column(
            member,
            known.short if (known := directory.networks.get(member.network)) else member.name,
            member.network in own,
        )
        for member in declaration.voices(visit.at)
    ]
    return sorted(made, key=lambda column: not column.is_own)


async def show(visit: Visit) -> Response:
    declaration = await visit.declaration()
    parts = await outline(visit, declaration)
    heads = await columns(visit, declaration)
    network = visit.query("network")
    if network and network not in {head.member.network for head in heads}:
        raise Refusal(Code.NOT_FOUND, network=network)
    shown = [part for part in parts if part.is_open] if visit.query("only") == "open" else parts
    return visit.page(
        "workshop/matrix.html",
        declaration=declaration,
        parts=parts,
        shown=shown,
        heads=heads,
        rows=[(part, ordered_cells(part, heads)) for part in shown],
        network=next((head for head in heads if head.member.network == network), None),
        only=visit.query("only"),
        own=own_networks(visit, declaration),
        own_matter=_own_matter(declaration, parts, own_networks(visit, declaration), visit),
        is_large=len(heads) > WIDEST_TABLE,
        whole=manifest(declaration, visit.at),
    )


def ordered_cells(part: Part, heads: Sequence[Column]) -> list[object]:
    by_network = {cell.network: cell for cell in part.cells}
    return [by_network[head.member.network] for head in heads]


def _own_matter(declaration: Declaration, parts: Sequence[Part], own: Sequence[str], visit: Visit) -> Part | None:
    """The first section whose consent by the reader's network has gone stale."""
    for part in parts:
        if any(cell.network in own and cell.status is CellStatus.STALE for cell in part.cells):
            return part
    return None


async def spreadsheet(visit: Visit) -> Response:
    """The matrix in words, as CSV in UTF-8; cells that a spreadsheet would compute are made harmless."""
    declaration = await visit.declaration()
    parts = await outline(visit, declaration)
    heads = await columns(visit, declaration)
    say = Vocabulary(visit.words)
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(
        map(harmless, [visit.words.gettext("Section"), visit.words.gettext("State"), *(h.member.name for h in heads)])
    )
    for part in parts:
        by_network = {cell.network: cell for cell in part.cells}
        words = [say.cell(by_network[head.member.network]) for head in heads]
        sheet.writerow(map(harmless, [f"{part.number} {part.title}".strip(), say.section(part.status), *words]))
    name = f"{declaration.slug}-matrix.csv"
    return Response(
        "\ufeff" + out.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


# ---- agree to all as it stands


@dataclass(frozen=True, slots=True)
class Reading:
    """A tabled section in full, with the reader's network's standing on it."""

    part: Part
    locale: str
    text: Text
    status: CellStatus


async def read_all(visit: Visit) -> Response:
    """All the tabled words, and below them the button: words before the button."""
    declaration = await visit.declaration()
    network = _chosen_network(visit, declaration, visit.query("network"))
    readings = [
        await _reading(visit, declaration, part, network)
        for part in await outline(visit, declaration)
        if part.section.revision
    ]
    return visit.page(
        "workshop/agree.html",
        declaration=declaration,
        readings=readings,
        network=declaration.members[network],
        networks=own_networks(visit, declaration),
        missing=[part for part in await outline(visit, declaration) if not part.section.revision],
        whole=manifest(declaration, visit.at),
        former=any(s.network == network for s in declaration.signatures),
    )


def _chosen_network(visit: Visit, declaration: Declaration, asked: str) -> str:
    own = own_networks(visit, declaration)
    if asked in own:
        return asked
    if not own or asked:
        raise Refusal(Code.NO_MANDATE, network=asked or None)
    return own[0]


async def _reading(visit: Visit, declaration: Declaration, part: Part, network: str) -> Reading:
    revision = part.section.revision
    assert revision is not None
    locale = declaration.source_locale
    text = await read_body(visit.ports, revision.bodies[locale])
    return Reading(part, locale, text, cell(declaration, part.section, network, visit.at).status)


async def agree(visit: Visit) -> Response:
    form = await visit.form()
    network = form.text("network")
    await agree_to_all(
        visit.ports,
        visit.actor,
        slug=visit.part("declaration"),
        network=network,
        sections=form.starting("section."),
        manifest_digest=form.text("manifest"),
    )
    return visit.go("workshop", visit.part("declaration"), "matrix", network=network)
