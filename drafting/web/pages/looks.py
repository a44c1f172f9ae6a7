"""How the declaration looks where it is published: design, colour, mark, and a look at the book as it would be now."""

from starlette.responses import Response

from drafting.actions import looks as acts
from drafting.actions.core import authorise
from drafting.actions.release.preflight import content_now
from drafting.domain.errors import Code, Refusal
from drafting.domain.looks import Design
from drafting.domain.policy import Action, Subject, may
from drafting.web.api.uploads import logo_limit, read_upload
from drafting.web.errors import STATUS, sentence
from drafting.web.i18n import Words
from drafting.web.visits import Form, Visit


async def show(visit: Visit) -> Response:
    return await _page(visit, Form())


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    declaration = await visit.declaration()
    return visit.page(
        "workshop/look.html",
        status,
        declaration=declaration,
        look=declaration.look,
        form=form,
        designs=designs(visit.words),
        may_choose=may(declaration, visit.actor.account, Action.FREEZE, Subject(), visit.at),
        asked=visit.query("asked") if visit.query("asked").startswith("#") else "",
        locale=visit.lang if visit.lang in declaration.locales else declaration.source_locale,
    )


def designs(w: Words) -> list[tuple[str, str, str]]:
    """(value, name, what it is like)"""
    return [
        (Design.QUIET, w.gettext("Quiet"), w.gettext("The text alone, with much white around it.")),
        (Design.CLASSIC, w.gettext("Classic"), w.gettext("Centred, like an old book. Paragraphs are indented.")),
        (Design.POSTER, w.gettext("Poster"), w.gettext("A title page in full colour, with heavy titles.")),
    ]


async def choose(visit: Visit) -> Response:
    form = await visit.form()
    slug = visit.part("declaration")
    try:
        chosen = await acts.choose_look(
            visit.ports, visit.actor, slug=slug, design=form.text("design"), colour=form.text("colour")
        )
    except Refusal as refusal:
        return await _mend(visit, form, refusal)
    return visit.go("workshop", slug, "look", asked=chosen.asked)


async def put_mark(visit: Visit) -> Response:
    """A form with a picture, and what it shows in words."""
    slug, form = visit.part("declaration"), Form()
    authorise(await visit.declaration(), visit.actor, Action.FREEZE, Subject(), visit.at)
    try:
        file = await read_upload(visit.request, "logo", logo_limit(visit.settings))
        form = Form({name: [value] for name, value in file.fields.items()})
        await acts.put_mark(visit.ports, visit.actor, slug=slug, data=file.data, alt=form.text("alt"))
    except Refusal as refusal:
        return await _mend(visit, form, refusal)
    return visit.go("workshop", slug, "look")


async def remove_mark(visit: Visit) -> Response:
    slug = visit.part("declaration")
    await acts.remove_mark(visit.ports, visit.actor, slug=slug)
    return visit.go("workshop", slug, "look")


async def mark(visit: Visit) -> Response:
    """The mark as it is now."""
    data = await acts.read_mark(visit.ports, (await visit.declaration()).look)
    if not data:
        raise Refusal(Code.NOT_FOUND, of="mark")
    return Response(data, media_type="image/png", headers={"cache-control": "no-store"})


async def book(visit: Visit) -> Response:
    """The whole as a PDF, as it would be if it were frozen now."""
    declaration, locale = await visit.declaration(), visit.part("locale")
    content = await content_now(visit.ports, declaration, locale)
    data = await visit.ports.press.render(content, locale, "pdf")
    name = f"{declaration.slug}-{locale}.pdf"
    headers = {"content-disposition": f'inline; filename="{name}"', "cache-control": "no-store"}
    return Response(data, media_type="application/pdf", headers=headers)


async def _mend(visit: Visit, form: Form, refusal: Refusal) -> Response:
    """The same page with what was typed, and a sentence beside the field."""
    if refusal.code is not Code.BAD_INPUT:
        raise refusal
    w, field = visit.words, str(refusal.data.get("field", ""))
    own = {
        "design": w.gettext("Choose one of the designs."),
        "colour": w.gettext("Write the colour as # and six digits or letters from a to f, like #0b5966."),
        "alt": w.gettext("Say in a few words what the mark shows, for those who cannot see it."),
    }
    form.errors[field] = own.get(field) or sentence(w, refusal)
    return await _page(visit, form, STATUS[refusal.code])
