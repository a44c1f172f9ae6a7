"""From agreed words to public pages: what blocks, freeze, approve, make, release."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from drafting.actions.editions import find_edition, public_locales, read_content
from drafting.actions.publishing_ports import Job
from drafting.actions.release.errata import list_erratum
from drafting.actions.release.publication import (
    PUBLISH,
    approve_edition,
    freeze_edition,
    is_approved,
    newest_digest,
    release_translations,
)
from drafting.actions.release.releasing import ask_again, releases_up
from drafting.domain.declaration import Declaration
from drafting.domain.editions import APPROVALS_NEEDED, Edition, EditionStatus, Release
from drafting.domain.errors import Code, Refusal
from drafting.domain.networks import Scope
from drafting.domain.policy import Action, Subject, may
from drafting.domain.prose import from_json
from drafting.domain.standing import manifest
from drafting.web.errors import STATUS, sentence
from drafting.web.outline import outline
from drafting.web.pages.matrix import own_networks
from drafting.web.visits import Visit


async def index(visit: Visit) -> Response:
    """What would be frozen now, and the editions so far."""
    return await _index(visit, None)


async def _index(visit: Visit, refusal: Refusal | None) -> Response:
    declaration = await visit.declaration()
    parts = await outline(visit, declaration)
    whole = manifest(declaration, visit.at)
    released = declaration.released
    return visit.page(
        "workshop/publishing.html",
        STATUS[refusal.code] if refusal else 200,
        declaration=declaration,
        parts={part.id: part for part in parts},
        whole=whole,
        is_published=bool(released) and released[-1].manifest_digest == whole.digest,
        may_freeze=may(declaration, visit.actor.account, Action.FREEZE, Subject(), visit.at),
        fault=sentence(visit.words, refusal) if refusal else "",
        languages_out=_languages(declaration),
    )


def _languages(declaration: Declaration) -> list[tuple[str, int, int]]:
    """(locale, sections ready, sections in all) as a freeze would find them now."""
    sections = declaration.live_sections()
    out = []
    for tag in declaration.locales:
        ready = sum(
            tag in declaration.authentic_locales
            or any(t.locale == tag and s.revision and t.revision_digest == s.revision.digest for t in s.translations)
            for s in sections
        )
        out.append((tag, ready, len(sections)))
    return out


async def freeze(visit: Visit) -> Response:
    form = await visit.form()
    try:
        if not form.text("read"):
            raise Refusal(Code.REASON_REQUIRED, field="read", kind="freeze")
        edition = await freeze_edition(
            visit.ports, visit.actor, slug=visit.part("declaration"), manifest_digest=form.text("manifest")
        )
    except Refusal as refusal:
        if refusal.code not in (Code.TEXT_CHANGED, Code.RULE_NOT_MET, Code.REASON_REQUIRED, Code.NOTHING_CHANGED):
            raise
        return await _index(visit, refusal)
    return visit.go("workshop", visit.part("declaration"), "publishing", edition.n)


async def show(visit: Visit) -> Response:
    return await _edition_page(visit, None)


async def _edition_page(visit: Visit, refusal: Refusal | None, erratum: str = "") -> Response:
    declaration = await visit.declaration()
    edition = find_edition(declaration, visit.number("edition"))
    content = await read_content(visit.ports, _content(edition))
    job = await _job(visit, declaration, edition)
    up = releases_up(edition, job)
    signing = own_networks(visit, declaration, Scope.SIGN)
    approvals = declaration.standing_words(edition.approvals, visit.at)
    approved = {approval.network for approval in approvals}
    return visit.page(
        "workshop/edition.html",
        STATUS[refusal.code] if refusal else 200,
        declaration=declaration,
        edition=edition,
        content=content,
        locales=[locale for locale in content["locales"] if locale["tag"] in public_locales(content)],
        left_out=[locale for locale in content["locales"] if locale["tag"] not in public_locales(content)],
        job=job,
        steps=_steps(job),
        needed=APPROVALS_NEEDED,
        approvals=approvals,
        lapsed=[word for word in edition.approvals if word not in approvals],
        is_approved=is_approved(edition),
        signing=[network for network in signing if network not in approved],
        has_approved=any(a.account == visit.actor.account for a in approvals),
        window_open=visit.at < edition.window_ends,
        fault=sentence(visit.words, refusal) if refusal else "",
        refreshes=job is not None and job.status in ("queued", "running"),
        may_release=edition.status is EditionStatus.RELEASED
        and may(declaration, visit.actor.account, Action.FREEZE, Subject(), visit.at),
        up=up,
        files=_files(up),
        erratum=erratum,
    )


def _content(edition: Edition) -> str:
    return edition.releases[-1].content if edition.releases else edition.content


def _files(up: Sequence[Release]) -> dict[str, dict[str, Any]]:
    """Locale → format → the public file, of the newest of the releases whose pages are up."""
    found: dict[str, dict[str, Any]] = {}
    for file in up[-1].files if up else ():
        found.setdefault(file["locale"], {})[file["format"]] = file
    return found


async def _job(visit: Visit, declaration: Declaration, edition: Edition) -> Job | None:
    newest = {"declaration": declaration.slug, "n": edition.n, "content": newest_digest(edition)}
    return await visit.ports.jobs.find(PUBLISH, newest)


def _steps(job: Job | None) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for step in job.steps if job else ():
        found.setdefault(step.locale, {})[step.format] = step
    return found


async def approve(visit: Visit) -> Response:
    form = await visit.form()
    slug, n = visit.part("declaration"), visit.number("edition")
    try:
        await approve_edition(
            visit.ports,
            visit.actor,
            slug=slug,
            n=n,
            manifest_digest=form.text("manifest"),
            network=form.text("network") or None,
        )
    except Refusal as refusal:
        if refusal.code not in (Code.SECOND_NETWORK_REQUIRED, Code.WINDOW_OPEN, Code.TEXT_CHANGED):
            raise
        return await _edition_page(visit, refusal)
    return visit.go("workshop", slug, "publishing", n)


async def again(visit: Visit) -> Response:
    """Queue what stopped once more."""
    form = await visit.form()
    await visit.declaration()
    await ask_again(visit.ports, form.text("job"))
    visit.site.wake_jobs()
    return visit.go("workshop", visit.part("declaration"), "publishing", visit.number("edition"))


async def release(visit: Visit) -> Response:
    """A further release with the translations approved since."""
    slug, n = visit.part("declaration"), visit.number("edition")
    try:
        await release_translations(visit.ports, visit.actor, slug=slug, n=n)
    except Refusal as refusal:
        if refusal.code is not Code.NOTHING_CHANGED:
            raise
        return await _edition_page(visit, refusal)
    visit.site.wake_jobs()
    return visit.go("workshop", slug, "publishing", n)


async def correct(visit: Visit) -> Response:
    """List a correction on an edition that is out."""
    form = await visit.form()
    slug, n = visit.part("declaration"), visit.number("edition")
    try:
        await list_erratum(
            visit.ports,
            visit.actor,
            slug=slug,
            n=n,
            locale=form.text("locale"),
            text=form.text("text"),
            section=form.text("section"),
        )
    except Refusal as refusal:
        if refusal.code not in (Code.NOTHING_CHANGED, Code.BAD_INPUT, Code.UNKNOWN_LOCALE):
            raise
        return await _edition_page(visit, refusal, form.text("text"))
    visit.site.wake_jobs()
    return visit.go("workshop", slug, "publishing", n)


async def preview(visit: Visit) -> Response:
    """A frozen edition as its pages will show it, in one language; nothing of it is public."""
    declaration = await visit.declaration()
    edition = find_edition(declaration, visit.number("edition"))
    locale = visit.part("locale")
    if locale not in declaration.locales:
        raise Refusal(Code.NOT_FOUND, locale=locale)
    content = await read_content(visit.ports, _content(edition))
    texts = [
        (section, from_json(section["texts"][locale]["body"]), section["texts"][locale])
        for section in content["sections"]
    ]
    return visit.page(
        "workshop/preview.html",
        declaration=declaration,
        edition=edition,
        locale=locale,
        texts=texts,
        networks={network["slug"]: network["name"] for network in content["networks"]},
    )
