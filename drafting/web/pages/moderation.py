"""Looking after the list of signatures: what is held back, what stands out, and deciding with a reason."""

import csv
import io
from collections.abc import Iterable, Mapping

from starlette.responses import Response

from drafting.actions.core import authorise
from drafting.actions.editions import find_edition
from drafting.actions.release.section_titles import section_titles
from drafting.actions.signing import moderation as acts
from drafting.actions.signing.links import LOGO
from drafting.actions.signing.lists import PAGE, shown
from drafting.actions.signing.moderation import Reason, domain_of
from drafting.domain.editions import Edition
from drafting.domain.organisations import adherence_of, mandate_of
from drafting.domain.policy import Action, Subject
from drafting.domain.signatures import Signature
from drafting.web.i18n import Words
from drafting.web.pages.matrix import harmless
from drafting.web.visits import Visit
from drafting.web.words.organisations import logo_of, section_names

COLUMNS = ("index", "kind", "name", "role", "affiliation", "place", "at", "id")


async def show(visit: Visit) -> Response:
    declaration = await visit.declaration()
    n = visit.number("edition")
    edition = find_edition(declaration, n)
    desk = await acts.look_over(visit.ports, visit.actor, slug=declaration.slug, n=n)
    return visit.page(
        "workshop/signatures.html",
        declaration=declaration,
        edition=edition,
        desk=desk,
        counts=await visit.ports.signatures.counts(declaration.slug, n),
        domain_of=domain_of,
        logos=await _logos(visit, [*desk.waiting, *desk.latest, *desk.refused]),
        mandate_of=mandate_of,
        adherence_of=adherence_of,
        section_names=section_names(visit.words, await _titles(visit, edition)),
        reasons=reasons(visit.words),
        reason_options=list(reasons(visit.words).items()),
    )


async def _titles(visit: Visit, edition: Edition) -> Mapping[str, str]:
    return await section_titles(visit.ports, edition, visit.lang) if edition.releases else {}


async def _logos(visit: Visit, signatures: Iterable[Signature]) -> dict[str, str]:
    """The logos of these, which may not be public (yet), by the ids of those that have one."""
    having = [signature for signature in signatures if LOGO in signature.details]
    return {signature.id: await logo_of(visit.ports, signature) for signature in having}


def reasons(w: Words) -> dict[str, str]:
    """Each reason in words."""
    return {
        Reason.MADE_UP: w.gettext("The name looks made up"),
        Reason.NOT_THEIRS: w.gettext("Somebody else signed in this name"),
        Reason.TWICE: w.gettext("The same person signed already"),
        Reason.OFFENSIVE: w.gettext("The words insult somebody"),
        Reason.FLOOD: w.gettext("Many came from one network at once"),
        Reason.LOOKED_AT: w.gettext("Looked at, and found right"),
        Reason.OTHER: w.gettext("Another reason"),
    }


async def quarantine(visit: Visit) -> Response:
    return await _decide(visit, acts.quarantine)


async def invalidate(visit: Visit) -> Response:
    return await _decide(visit, acts.invalidate)


async def restore(visit: Visit) -> Response:
    return await _decide(visit, acts.restore)


async def take_logo_down(visit: Visit) -> Response:
    return await _decide(visit, acts.take_logo_down)


async def admit_network(visit: Visit) -> Response:
    return await _decide(visit, acts.admit_network)


async def dismiss_network(visit: Visit) -> Response:
    return await _decide(visit, acts.dismiss_network)


async def _decide(visit: Visit, act: acts.Act) -> Response:
    form = await visit.form()
    slug = visit.part("declaration")
    await act(
        visit.ports, visit.actor, slug=slug, id=visit.part("id"), reason=form.text("reason"), note=form.text("note")
    )
    return visit.go("workshop", slug, "publishing", visit.part("edition"), "signatures")


async def spreadsheet(visit: Visit) -> Response:
    """The public list as CSV in UTF-8, without addresses; cells that a spreadsheet would compute are made harmless."""
    declaration = await visit.declaration()
    authorise(declaration, visit.actor, Action.MODERATE, Subject(), visit.at)
    edition = find_edition(declaration, visit.number("edition"))
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(COLUMNS)
    after = 0
    while found := await visit.ports.signatures.listed(declaration.slug, edition.n, after, PAGE):
        for signature in found:
            row = shown(signature)
            sheet.writerow([harmless(str(row[column])) for column in COLUMNS])
        after = found[-1].index or 0
    name = f"{declaration.slug}-{edition.n}-signatures.csv"
    return Response(
        "\ufeff" + out.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )
