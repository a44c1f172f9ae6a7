"""The printed lists of signatories: what there is, and printing them again."""

from pathlib import Path

from starlette.responses import Response

from drafting.actions.core import authorise
from drafting.actions.editions import find_edition
from drafting.actions.publishing_ports import Job
from drafting.actions.signing import name_books as acts
from drafting.domain.policy import Action, Subject
from drafting.web.visits import Visit


async def show(visit: Visit) -> Response:
    declaration = await visit.declaration()
    authorise(declaration, visit.actor, Action.MODERATE, Subject(), visit.at)
    edition = find_edition(declaration, visit.number("edition"))
    job = await _job(visit, declaration.slug, edition.n)
    told = await acts.find_names(visit.ports, declaration.slug, edition.n)
    files: dict[str, list[tuple[str, int]]] = {}
    for file in told["files"] if told else ():
        files.setdefault(file["locale"], []).append((file["path"], file["bytes"]))
    return visit.page(
        "workshop/printed_names.html",
        declaration=declaration,
        edition=edition,
        job=job,
        faults=[step for step in job.steps if step.error] if job else [],
        refreshes=job is not None and job.status in ("queued", "running"),
        told=told,
        files={tag: [(path, Path(path).name, size) for path, size in found] for tag, found in files.items()},
    )


async def _job(visit: Visit, slug: str, n: int) -> Job | None:
    """The printing that the address names, where it is one of this edition."""
    if not visit.query("job"):
        return None
    job = await visit.ports.jobs.get(visit.query("job"))
    is_own = job.kind == acts.NAMES and (job.data["declaration"], job.data["n"]) == (slug, n)
    return job if is_own else None


async def print_names(visit: Visit) -> Response:
    slug, n = visit.part("declaration"), visit.number("edition")
    job = await acts.print_names(visit.ports, visit.actor, slug=slug, n=n)
    visit.site.wake_jobs()
    return visit.go("workshop", slug, "publishing", n, "signatures", "printed", job=job.id)
