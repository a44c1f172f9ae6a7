"""What the printed pages of an edition need beyond its text, by program."""

from drafting.actions import looks
from drafting.actions.core import authorise
from drafting.actions.signing import name_books
from drafting.domain.looks import Look
from drafting.domain.policy import Action, Subject
from drafting.web.api import bodies, verdicts
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations
from drafting.web.api.uploads import Fields, Upload, Uploaded, logo_limit

printing = Operations("Publication")
add = printing.add
EDITION = "/declarations/{slug}/editions/{n}"


@add("POST", EDITION + "/signatures/print", 202)
async def print_names(call: Call, body: bodies.Empty) -> verdicts.JobPlace:
    """Print the signatories as they stand now, in each language of the edition; the same job where nothing changed."""
    job = await name_books.print_names(call.ports, call.actor, slug=call.slug, n=call.count("n"))
    wake = getattr(call.request.app.state, "wake", None)
    if wake is not None:
        wake()
    return verdicts.JobPlace(job=job.id)


@add("GET", "/declarations/{slug}/look")
async def read_look(call: Call) -> verdicts.LookAnswer:
    """How the declaration will look from the next freeze or release on."""
    return _look((await call.declaration()).look)


@add("POST", "/declarations/{slug}/look")
async def choose_look(call: Call, body: bodies.NewLook) -> verdicts.LookAnswer:
    """Choose a design (quiet, classic, poster) and a colour; one that cannot be read on paper is darkened."""
    chosen = await looks.choose_look(call.ports, call.actor, slug=call.slug, design=body.design, colour=body.colour)
    return _look(chosen.look)


async def _may_mark(call: Call, fields: Fields) -> bool:
    authorise(await call.declaration(), call.actor, Action.FREEZE, Subject(), call.ports.clock.now())
    return True


@add("POST", "/declarations/{slug}/look/mark", upload=Upload("logo", logo_limit, _may_mark))
async def put_mark(call: Call, file: Uploaded) -> verdicts.LookAnswer:
    """A form with the ``logo``, PNG, JPEG or WebP, which is drawn anew, and ``alt``: what it shows in words."""
    alt = file.fields.get("alt", "")
    return _look(await looks.put_mark(call.ports, call.actor, slug=call.slug, data=file.data, alt=alt))


@add("POST", "/declarations/{slug}/look/mark/remove")
async def remove_mark(call: Call, body: bodies.Empty) -> verdicts.LookAnswer:
    """Show no mark any more."""
    return _look(await looks.remove_mark(call.ports, call.actor, slug=call.slug))


def _look(look: Look) -> verdicts.LookAnswer:
    return verdicts.LookAnswer(design=look.design.value, colour=look.colour, mark=look.mark, alt=look.alt)
