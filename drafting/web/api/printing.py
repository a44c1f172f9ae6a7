"""What the printed pages of an edition need beyond its text, by program."""

from drafting.actions import name_books
from drafting.web.api import bodies, verdicts
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations

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
