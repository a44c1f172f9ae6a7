"""The manifest, editions, releases, and the jobs that make their files."""

from collections.abc import Callable

from drafting.actions.core import load_declaration
from drafting.actions.publishing_ports import Job
from drafting.actions.release import errata, releasing
from drafting.actions.release import publication as acts
from drafting.actions.release.preflight import check_language
from drafting.actions.signing.links import count_signatures
from drafting.domain.editions import Edition, EditionStatus, Release
from drafting.domain.errors import Code, Refusal
from drafting.domain.policy import Action, Subject, may
from drafting.web.api import answers, bodies, verdicts
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations
from drafting.web.api.signing_end import signing_of

publication = Operations("Publication")
add = publication.add
EDITION = "/declarations/{slug}/editions/{n}"


@add("GET", "/declarations/{slug}/manifest")
async def read_manifest(call: Call) -> verdicts.ManifestAnswer:
    """The whole as it stands: its digest, and what keeps it from being frozen."""
    await call.declaration()
    whole = await acts.read_manifest(call.ports, call.slug)
    blocked = [verdicts.BlockedAnswer(section=b.section, code=b.code, networks=list(b.networks)) for b in whole.blocked]
    return verdicts.ManifestAnswer(digest=whole.digest, blocked=blocked)


@add("GET", "/declarations/{slug}/preflight/{locale}")
async def read_preflight(call: Call) -> verdicts.PreflightAnswer:
    """What a language would look like in print if the whole were frozen now: what to look at first."""
    found = await check_language(call.ports, await call.declaration(), call.part("locale"))
    return verdicts.preflight(found)


@add("POST", "/declarations/{slug}/editions", 201)
async def freeze_edition(call: Call, body: bodies.Freeze) -> verdicts.EditionAnswer:
    """Freeze the whole as it stands as the next edition."""
    made = await acts.freeze_edition(call.ports, call.actor, slug=call.slug, manifest_digest=body.manifest_digest)
    return await _edition(call, made)


@add("POST", EDITION + "/approve", 202)
async def approve_edition(call: Call, body: bodies.Approval) -> verdicts.ApprovedAnswer:
    """One person's word that a frozen edition may come out; the second, of another network, starts the release."""
    approved = await acts.approve_edition(
        call.ports,
        call.actor,
        slug=call.slug,
        n=call.count("n"),
        manifest_digest=body.manifest_digest,
        network=body.network,
    )
    if approved.job:
        _wake(call)
    return verdicts.ApprovedAnswer(approvals=approved.approvals, needed=approved.needed, job=approved.job)


@add("POST", EDITION + "/releases", 202)
async def release_translations(call: Call, body: bodies.Empty) -> verdicts.JobPlace:
    """Release an edition again with the translations approved since."""
    job = await acts.release_translations(call.ports, call.actor, slug=call.slug, n=call.count("n"))
    _wake(call)
    return verdicts.JobPlace(job=job)


@add("POST", EDITION + "/errata", 202)
async def list_erratum(call: Call, body: bodies.NewErratum) -> verdicts.JobPlace:
    """List a correction on an edition, and release it again with that."""
    job = await errata.list_erratum(
        call.ports,
        call.actor,
        slug=call.slug,
        n=call.count("n"),
        locale=body.locale,
        text=body.text,
        section=body.section,
    )
    _wake(call)
    return verdicts.JobPlace(job=job)


def _wake(call: Call) -> None:
    """Let the worker look for open jobs at once."""
    wake: Callable[[], None] | None = getattr(call.request.app.state, "wake", None)
    if wake is not None:
        wake()


@add("GET", "/declarations/{slug}/editions", is_public=True)
async def list_editions(call: Call) -> answers.Page[verdicts.EditionAnswer]:
    """The editions, oldest first: all of them for those who take part, the released ones for everybody."""
    page = call.page(await _visible(call))
    return answers.Page(items=[await _edition(call, edition) for edition in page.items], next=page.next)


@add("GET", EDITION, is_public=True)
async def read_edition(call: Call) -> verdicts.EditionAnswer:
    """One edition with its releases and files."""
    n = call.count("n")
    found = next((edition for edition in await _visible(call) if edition.n == n), None)
    if found is None:
        raise Refusal(Code.NOT_FOUND, edition=n)
    return await _edition(call, found)


async def _visible(call: Call) -> list[Edition]:
    declaration = await load_declaration(call.ports, call.slug)
    at = call.ports.clock.now()
    if call.account and may(declaration, call.account.id, Action.READ, Subject(), at):
        return declaration.editions
    if not declaration.released:
        raise Refusal(Code.NOT_FOUND if call.account else Code.SIGN_IN, declaration=call.slug)
    return declaration.released


async def _edition(call: Call, edition: Edition) -> verdicts.EditionAnswer:
    is_released = edition.status is EditionStatus.RELEASED
    signed = await count_signatures(call.ports, call.slug, edition.n)
    declaration = await load_declaration(call.ports, call.slug)
    approvals = declaration.standing_words(edition.approvals, call.ports.clock.now())
    return verdicts.EditionAnswer(
        n=edition.n,
        status=edition.status.value,
        manifest_digest=edition.manifest_digest,
        content_digest=edition.releases[-1].content if is_released else edition.content,
        frozen_at=edition.frozen_at,
        window_ends=edition.window_ends,
        approvals=len(approvals),
        approved_by=[verdicts.ApprovalPlace(network=a.network, at=a.at) for a in approvals],
        releases=[_release(release) for release in edition.releases],
        files=[verdicts.FileAnswer(**file) for file in edition.releases[-1].files] if is_released else [],
        signatures=verdicts.Counts(people=signed.people, organisations=signed.organisations),
        signing=signing_of(edition, call.ports.clock.now()),
    )


def _release(release: Release) -> verdicts.ReleaseAnswer:
    errata = [verdicts.ErratumAnswer(locale=e.locale, section=e.section, text=e.text) for e in release.errata]
    return verdicts.ReleaseAnswer(n=release.n, at=release.at, locales=list(release.locales), errata=errata)


@add("GET", "/jobs/{job}")
async def read_job(call: Call) -> verdicts.JobAnswer:
    """How far long work is."""
    return _job(await _readable_job(call))


@add("POST", "/jobs/{job}/again", 202)
async def ask_again(call: Call, body: bodies.Empty) -> verdicts.JobAnswer:
    """Try once more what failed."""
    await _readable_job(call)
    job = await releasing.ask_again(call.ports, call.part("job"))
    _wake(call)
    return _job(job)


async def _readable_job(call: Call) -> Job:
    """A job is read by those who take part in its declaration. Raises ``not_found``."""
    job = await call.ports.jobs.get(call.part("job"))
    declaration = await load_declaration(call.ports, job.data["declaration"])
    if not may(declaration, call.actor.account, Action.READ, Subject(), call.ports.clock.now()):
        raise Refusal(Code.NOT_FOUND, job=job.id)
    return job


def _job(job: Job) -> verdicts.JobAnswer:
    steps = [verdicts.StepAnswer(locale=s.locale, format=s.format, status=s.status, error=s.error) for s in job.steps]
    return verdicts.JobAnswer(id=job.id, kind=job.kind, status=job.status, done=job.done, total=job.total, steps=steps)
