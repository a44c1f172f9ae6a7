"""One text, live: the words as everybody sees them now, with the editor; and as a plain form."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from drafting.actions.core import load_directory
from drafting.actions.writing.markdown import to_markdown
from drafting.actions.writing.tabling import read_revision
from drafting.actions.writing.texts import may_write, write_text
from drafting.domain.declaration import Declaration
from drafting.domain.differences import BlockChange, diff_texts
from drafting.domain.errors import Code, Refusal
from drafting.domain.networks import Mandate
from drafting.domain.policy import Action
from drafting.domain.prose import Text, digest
from drafting.domain.standing import cell
from drafting.web.editor import messages
from drafting.web.errors import STATUS, sentence
from drafting.web.outline import Part, outline, part_of
from drafting.web.pages.matrix import own_networks
from drafting.web.pages.sections import allowed
from drafting.web.visits import Visit


@dataclass(frozen=True, slots=True)
class LiveText:
    """A text as the page begins it; the editor takes over from there."""

    part: Part
    locale: str
    name: str
    text: Text
    digest: str
    is_editable: bool


async def live_text(visit: Visit, declaration: Declaration, part: Part, locale: str) -> LiveText:
    name = declaration.text_name(part.id, locale)
    text = await visit.ports.workshops.read(name)
    is_editable = visit.account is not None and may_write(declaration, visit.account.id, name, visit.at)
    return LiveText(part, locale, name, text, digest(text), is_editable)


def place(visit: Visit, declaration: Declaration, parts: list[Part]) -> tuple[Part, str]:
    """The section and the language of the path. Raises ``not_found``."""
    part, locale = part_of(parts, visit.part("section")), visit.part("locale")
    if part is None:
        raise Refusal(Code.NOT_FOUND, section=visit.part("section"))
    if locale not in declaration.locales:
        raise Refusal(Code.NOT_FOUND, locale=locale)
    return part, locale


async def show(visit: Visit) -> Response:
    declaration = await visit.declaration()
    parts = await outline(visit, declaration)
    part, locale = place(visit, declaration, parts)
    return visit.page(
        "workshop/text.html",
        **await around(visit, declaration, parts),
        part=part,
        locale=locale,
        live=await live_text(visit, declaration, part, locale),
        is_source=locale == declaration.source_locale,
        holder=(await visit.ports.accounts.names([part.section.holder])).get(part.section.holder, ""),
        changes=await _changes(visit, declaration, part),
        may_table=allowed(visit, declaration, Action.TABLE, part)
        and part.workshop_differs
        and not declaration.open_edition,
        shorts=await _shorts(visit, declaration),
        own_cells=[cell(declaration, part.section, n, visit.at) for n in own_networks(visit, declaration)],
    )


async def whole(visit: Visit) -> Response:
    """Every section of the declaration on one page, each of them live, over one connection."""
    declaration = await visit.declaration()
    locale = visit.part("locale")
    if locale not in declaration.locales:
        raise Refusal(Code.NOT_FOUND, locale=locale)
    parts = await outline(visit, declaration)
    texts = [await live_text(visit, declaration, part, locale) for part in parts]
    shared = await around(visit, declaration, parts)
    return visit.page("workshop/whole.html", **shared, locale=locale, texts=texts)


async def around(visit: Visit, declaration: Declaration, parts: list[Part]) -> dict[str, object]:
    """What every page with an editor needs: who writes, in which colour, and the editor's sentences."""
    actor = visit.actor
    mandate = _acting_mandate(declaration, actor.account, visit.at)
    network = mandate.network if mandate and mandate.network else ""
    member = declaration.members.get(network)
    return {
        "declaration": declaration,
        "parts": parts,
        "own_network": network,
        "hue": (member.place % 12) if member else 11,
        "messages": messages(visit.words),
    }


def _acting_mandate(declaration: Declaration, account: str, at: datetime) -> Mandate | None:
    live = list(declaration.live_mandates(account, at))
    return next((m for m in live if m.network), live[0] if live else None)


async def _changes(visit: Visit, declaration: Declaration, part: Part) -> list[BlockChange]:
    """How the workshop's source differs from the tabled revision."""
    revision = part.section.revision
    if revision is None or not part.workshop_differs:
        return []
    source = declaration.source_locale
    tabled = await read_revision(visit.ports, declaration.slug, part.id, revision.n, source)
    now = await visit.ports.workshops.read(declaration.text_name(part.id, source))
    return await asyncio.to_thread(diff_texts, tabled, now)


async def _shorts(visit: Visit, declaration: Declaration) -> dict[str, str]:
    """Network → its short name."""
    known = (await load_directory(visit.ports)).networks
    return {slug: known[slug].short if slug in known else member.name for slug, member in declaration.members.items()}


# ---- without script: the section as a form


async def edit(visit: Visit) -> Response:
    declaration = await visit.declaration()
    parts = await outline(visit, declaration)
    part, locale = place(visit, declaration, parts)
    live = await live_text(visit, declaration, part, locale)
    if not live.is_editable:
        raise Refusal(Code.NOT_ALLOWED, action="edit_text")
    return _edit_page(visit, declaration, parts, live, to_markdown(live.text), live.digest)


def _edit_page(
    visit: Visit,
    declaration: Declaration,
    parts: list[Part],
    live: LiveText,
    words: str,
    seen: str,
    refusal: Refusal | None = None,
) -> Response:
    return visit.page(
        "workshop/edit.html",
        STATUS[refusal.code] if refusal else 200,
        declaration=declaration,
        parts=parts,
        part=live.part,
        locale=live.locale,
        live=live,
        words_typed=words,
        seen=seen,
        fault=sentence(visit.words, refusal) if refusal else "",
        is_collision=refusal is not None and refusal.code is Code.TEXT_CHANGED,
        line=refusal.data.get("line") if refusal else None,
    )


async def save(visit: Visit) -> Response:
    """Saved whole; where somebody wrote meanwhile, the page shows both and nothing is lost."""
    form = await visit.form()
    slug, section, locale = visit.part("declaration"), visit.part("section"), visit.part("locale")
    words = form.text("markdown")
    try:
        await write_text(
            visit.ports, visit.actor, slug=slug, section=section, locale=locale, markdown=words, seen=form.text("seen")
        )
    except Refusal as refusal:
        if refusal.code not in (Code.TEXT_CHANGED, Code.MARKDOWN_REFUSED, Code.TEXT_REFUSED, Code.TOO_LARGE):
            raise
        declaration = await visit.declaration()
        parts = await outline(visit, declaration)
        part, _ = place(visit, declaration, parts)
        live = await live_text(visit, declaration, part, locale)
        return _edit_page(visit, declaration, parts, live, words, live.digest, refusal)
    return visit.go("workshop", slug, section, locale)
