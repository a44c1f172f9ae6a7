"""The end of signing an edition: what it means, setting it at once or for a moment to come, and taking it back."""

from datetime import UTC, datetime

from starlette.responses import Response

from drafting.actions.core import authorise
from drafting.actions.editions import find_edition
from drafting.actions.signing import ending as acts
from drafting.domain.editions import EditionStatus
from drafting.domain.errors import Code, Refusal
from drafting.domain.policy import Action, Subject
from drafting.web.errors import STATUS, sentence
from drafting.web.visits import Form, Visit


async def show(visit: Visit) -> Response:
    return await _page(visit, Form())


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    declaration = await visit.declaration()
    authorise(declaration, visit.actor, Action.END_SIGNING, Subject(), visit.at)
    edition = find_edition(declaration, visit.number("edition"))
    if edition.status is not EditionStatus.RELEASED:
        raise Refusal(Code.NOT_RELEASED, edition=edition.n)
    return visit.page(
        "workshop/signing_end.html",
        status,
        declaration=declaration,
        edition=edition,
        signing=edition.signing(visit.at),
        form=form,
    )


async def close(visit: Visit) -> Response:
    form = await visit.form()
    slug, n = visit.part("declaration"), visit.number("edition")
    try:
        await acts.close_signing(visit.ports, visit.actor, slug=slug, n=n, at=_moment(form))
    except Refusal as refusal:
        if refusal.code not in (Code.BAD_INPUT, Code.SIGNING_ENDED):
            raise
        form.errors["until"] = sentence(visit.words, refusal)
        return await _page(visit, form, STATUS[refusal.code])
    visit.site.wake_jobs()
    return visit.go("workshop", slug, "publishing", n, "signing")


def _moment(form: Form) -> datetime | None:
    """None where signing shall end now. Times are UTC, as everywhere in the record; else the day begins it."""
    if form.text("when") == "now":
        return None
    try:
        found = datetime.fromisoformat(f"{form.text('until')}T{form.text('time') or '00:00'}")
    except ValueError as error:
        raise Refusal(Code.BAD_INPUT, field="until") from error
    return found.replace(tzinfo=UTC)


async def reopen(visit: Visit) -> Response:
    slug, n = visit.part("declaration"), visit.number("edition")
    await acts.reopen_signing(visit.ports, visit.actor, slug=slug, n=n)
    return visit.go("workshop", slug, "publishing", n, "signing")
