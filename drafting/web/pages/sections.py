"""The workshop's front door: the sections of a declaration, and what changes their number and order."""

from starlette.responses import Response

from drafting.actions.desk import desk
from drafting.actions.writing.sections import add_section, drop_section, hand_over_section, order_sections
from drafting.actions.writing.splitting import split_section
from drafting.domain.declaration import Declaration
from drafting.domain.policy import Action, Subject, may
from drafting.web.outline import Part, outline, part_of
from drafting.web.visits import Visit


def allowed(visit: Visit, declaration: Declaration, action: Action, part: Part | None = None) -> bool:
    """Whether the reader may do this, to show or leave out what leads to it."""
    subject = Subject(section=part.section if part else None)
    return visit.account is not None and may(declaration, visit.account.id, action, subject, visit.at)


async def index(visit: Visit) -> Response:
    declaration = await visit.declaration()
    parts = await outline(visit, declaration)
    return visit.page(
        "workshop/sections.html",
        declaration=declaration,
        parts=parts,
        matters=desk(declaration, visit.actor.account, visit.at),
        may_shape=allowed(visit, declaration, Action.SHAPE),
        arranging=bool(visit.query("arrange")),
        names=await _names(visit, declaration),
        locale=visit.lang if visit.lang in declaration.locales else declaration.source_locale,
    )


async def _names(visit: Visit, declaration: Declaration) -> dict[str, str]:
    """Account id → the name to show, for the holders."""
    holders = list({section.holder for section in declaration.sections.values()})
    return dict(await visit.ports.accounts.names(holders))


async def add(visit: Visit) -> Response:
    form = await visit.form()
    declaration = await visit.declaration()
    titles = {declaration.source_locale: form.text("title")}
    id = form.text("id") or _free_id(declaration, form.text("title"))
    await add_section(
        visit.ports, visit.actor, slug=declaration.slug, id=id, after=form.text("after") or None, title=titles
    )
    return visit.go("workshop", declaration.slug, id, declaration.source_locale)


def _free_id(declaration: Declaration, title: str) -> str:
    """A short id from the title where it is ASCII, else from the count; never one that was used."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in title.lower()).split()
    base = "-".join(words)[:40].strip("-") or f"section-{len(declaration.sections)}"
    id, n = base, 2
    while id in declaration.sections:
        id, n = f"{base}-{n}", n + 1
    return id


async def order(visit: Visit) -> Response:
    """One section one place up or down, or (from the API's form) a whole order."""
    form = await visit.form()
    declaration = await visit.declaration()
    sections = [section.id for section in declaration.live_sections()]
    moved, step = form.text("section"), -1 if form.text("move") == "up" else 1
    at = sections.index(moved) if moved in sections else 0
    to = at + step
    if moved in sections and 0 <= to < len(sections):
        sections[at], sections[to] = sections[to], sections[at]
        await order_sections(visit.ports, visit.actor, slug=declaration.slug, sections=sections)
    return visit.go("workshop", declaration.slug, "", arrange="yes")


async def shape(visit: Visit) -> Response:
    """What can be done to one section as a whole: split, drop, hand over. Each says what follows."""
    declaration = await visit.declaration()
    parts = await outline(visit, declaration)
    part = part_of(parts, visit.part("section"))
    if part is None:
        return visit.go("workshop", declaration.slug, "")
    text = await visit.ports.workshops.read(declaration.text_name(part.id, declaration.source_locale))
    people = await _delegates(visit, declaration)
    return visit.page("workshop/shape.html", declaration=declaration, parts=parts, part=part, text=text, people=people)


async def _delegates(visit: Visit, declaration: Declaration) -> list[tuple[str, str, str]]:
    """(account, name, network) of everybody who could hold a section."""
    live = {
        m.account: m.network or "" for m in declaration.mandates.values() if m.is_live(visit.at) and "edit" in m.scopes
    }
    names = await visit.ports.accounts.names(list(live))
    return sorted((account, names.get(account, account), network) for account, network in live.items())


async def split(visit: Visit) -> Response:
    form = await visit.form()
    declaration = await visit.declaration()
    id = form.text("id") or _free_id(declaration, form.text("title") or visit.part("section"))
    await split_section(
        visit.ports,
        visit.actor,
        slug=declaration.slug,
        section=visit.part("section"),
        before_block=form.text("before_block"),
        id=id,
    )
    return visit.go("workshop", declaration.slug, id, declaration.source_locale)


async def drop(visit: Visit) -> Response:
    declaration = await visit.declaration()
    await drop_section(visit.ports, visit.actor, slug=declaration.slug, section=visit.part("section"))
    return visit.go("workshop", declaration.slug, "")


async def hand_over(visit: Visit) -> Response:
    form = await visit.form()
    slug, section = visit.part("declaration"), visit.part("section")
    await hand_over_section(visit.ports, visit.actor, slug=slug, section=section, account=form.text("account"))
    return visit.go("workshop", slug, "")
