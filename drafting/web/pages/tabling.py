"""Tabling exact words: the page that shows what would be tabled, and the act."""

import asyncio

from starlette.responses import Response

from drafting.actions.writing.tabling import read_revision, table_revision
from drafting.domain.declaration import Declaration
from drafting.domain.differences import BlockChange, diff_texts
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import digest
from drafting.web.errors import STATUS, sentence
from drafting.web.outline import Part, known_part, outline
from drafting.web.visits import Form, Visit


async def table_form(visit: Visit) -> Response:
    declaration = await visit.declaration()
    part = known_part(await outline(visit, declaration), visit.part("section"))
    return await _table_page(visit, declaration, part, None, None)


async def _table_page(
    visit: Visit, declaration: Declaration, part: Part, form: Form | None, refusal: Refusal | None
) -> Response:
    texts = {
        locale: await visit.ports.workshops.read(declaration.text_name(part.id, locale))
        for locale in declaration.authentic_locales
    }
    revision = part.section.revision
    source = declaration.source_locale
    changes: list[BlockChange] = []
    if revision:
        tabled = await read_revision(visit.ports, declaration.slug, part.id, revision.n, source)
        changes = await asyncio.to_thread(diff_texts, tabled, texts[source])
    return visit.page(
        "workshop/table.html",
        STATUS[refusal.code] if refusal else 200,
        declaration=declaration,
        part=part,
        texts=texts,
        seen={locale: digest(text) for locale, text in texts.items()},
        revision=revision,
        changes=changes,
        form=form,
        fault=sentence(visit.words, refusal) if refusal else "",
        cells=part.cells,
    )


async def table(visit: Visit) -> Response:
    form = await visit.form()
    slug, section = visit.part("declaration"), visit.part("section")
    try:
        revision = await table_revision(
            visit.ports,
            visit.actor,
            slug=slug,
            section=section,
            seen=form.starting("seen."),
            change=form.text("change", "substantive"),
            why=form.text("why"),
        )
    except Refusal as refusal:
        if refusal.code not in (Code.TEXT_CHANGED, Code.TEXT_REFUSED, Code.AUTHENTIC_TEXT_LAGS, Code.NOTHING_CHANGED):
            raise
        declaration = await visit.declaration()
        part = known_part(await outline(visit, declaration), section)
        return await _table_page(visit, declaration, part, form, refusal)
    return visit.go("workshop", slug, section, "revisions", revision.n)
