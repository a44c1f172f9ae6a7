"""From agreed words to public pages: the manifest, the freeze, the approvals, the release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from drafting.actions import letters
from drafting.actions.core import Actor, append, authorise, commit, load_declaration
from drafting.actions.editions import find_edition, public_locales, read_content
from drafting.actions.ports import LedgerMoved, Ports
from drafting.actions.publishing_ports import Step
from drafting.actions.release.contents import content_bytes, edition_content, with_translations
from drafting.actions.vouching import require_second, voice_of, word_for
from drafting.domain.declaration import Declaration
from drafting.domain.editions import APPROVALS_NEEDED, Edition, EditionStatus
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.policy import Action, Subject
from drafting.domain.prose import digest_of_bytes
from drafting.domain.standing import Manifest, manifest

FORMATS: Final = ("html", "pdf", "epub", "docx", "md", "txt", "json", "png")
SHEETS: Final = "sheets"
"""Sheets to sign on paper, made on demand."""
PUBLISH: Final = "publish"
MAX_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Approved:
    """How far the approval of an edition is; ``job`` makes its pages once there are enough."""

    approvals: int
    needed: int
    job: str | None


async def read_manifest(ports: Ports, slug: str) -> Manifest:
    """The whole as it stands now, and what blocks it."""
    return manifest(await load_declaration(ports, slug), ports.clock.now())


async def freeze_edition(ports: Ports, actor: Actor, *, slug: str, manifest_digest: str) -> Edition:
    """Copy the whole by value into a new edition. From now on nothing published reads live tables.

    Raises ``rule_not_met`` with ``blocked``, ``text_changed`` where the manifest is another by now, ``frozen``.
    """
    for _ in range(MAX_TRIES):
        at = ports.clock.now()
        declaration = await load_declaration(ports, slug)
        index = declaration.index
        authorise(declaration, actor, Action.FREEZE, Subject(), at)
        _require_freezable(declaration, manifest(declaration, at), manifest_digest)
        n = len(declaration.editions) + 1
        content = content_bytes(await edition_content(ports, declaration, n, manifest_digest, at))
        kept = digest_of_bytes(content)
        data = {
            "n": n,
            "manifest": manifest_digest,
            "content": kept,
            "window_ends": (at + timedelta(hours=declaration.charter.objection_hours)).isoformat(),
        }
        event = Event(Kind.EDITION_FREEZE, data, actor.account, actor.channel)
        try:
            await append(ports, slug, [event], index, {kept: content})
        except LedgerMoved:
            continue
        declaration = await load_declaration(ports, slug)
        await ports.workshops.recheck(slug)  # authentic texts are read-only from now on
        await letters.ask_approval(ports, declaration, n)
        return declaration.editions[n - 1]
    raise Refusal(Code.CANNOT_SAVE)


def _require_freezable(declaration: Declaration, whole: Manifest, seen: str) -> None:
    if declaration.open_edition:
        raise Refusal(Code.FROZEN, edition=declaration.open_edition.n)
    if whole.digest != seen:
        raise Refusal(Code.TEXT_CHANGED, now={"manifest": whole.digest})
    if whole.blocked:
        blocked = [{"section": b.section, "code": b.code, "networks": list(b.networks)} for b in whole.blocked]
        raise Refusal(Code.RULE_NOT_MET, blocked=blocked)
    released = declaration.released
    if released and released[-1].manifest_digest == seen:
        raise Refusal(Code.NOTHING_CHANGED, n=released[-1].n)


async def approve_edition(
    ports: Ports, actor: Actor, *, slug: str, n: int, manifest_digest: str, network: str | None = None
) -> Approved:
    """One person's word for one network; the second one, of another network, starts the release. A first word whose
    speaker no longer speaks for its network has lapsed, and this one is the first then.

    Raises ``second_network_required`` for the same person or network again, ``window_open`` with ``until``.
    """

    def decide(declaration: Declaration) -> Sequence[Event]:
        at = ports.clock.now()
        edition = find_edition(declaration, n)
        chosen = voice_of(declaration, actor, network, at)
        _require_approvable(declaration, edition, manifest_digest, actor, chosen, at)
        word = word_for(declaration, edition.approvals, chosen, at)
        return [Event(Kind.EDITION_APPROVE, {"n": n, **word}, actor.account, actor.channel)]

    declaration = await commit(ports, slug, decide)
    edition = find_edition(declaration, n)
    job = await open_job(ports, slug, edition) if is_approved(edition) else None
    return Approved(len(edition.approvals), APPROVALS_NEEDED, job)


def _require_approvable(
    declaration: Declaration, edition: Edition, seen: str, actor: Actor, network: str | None, at: datetime
) -> None:
    if edition.manifest_digest != seen:
        raise Refusal(Code.TEXT_CHANGED, now={"manifest": edition.manifest_digest})
    require_second(declaration, edition.approvals, actor, network, at)
    if edition.status is not EditionStatus.FROZEN:
        raise Refusal(Code.FROZEN, edition=edition.n, status=edition.status.value)
    if at < edition.window_ends:
        raise Refusal(Code.WINDOW_OPEN, until=edition.window_ends)


def is_approved(edition: Edition) -> bool:
    """Enough people have approved it."""
    return len(edition.approvals) >= APPROVALS_NEEDED


async def open_job(ports: Ports, slug: str, edition: Edition, content: str | None = None) -> str:
    """The job that makes an edition's files, made where there is none for this content yet."""
    digest = content or edition.content
    data = {"declaration": slug, "n": edition.n, "content": digest}
    locales = public_locales(await read_content(ports, digest))
    steps = [Step(locale, format) for locale in locales for format in FORMATS]
    return (await ports.jobs.create(PUBLISH, data, steps, ports.clock.now())).id


async def release_translations(ports: Ports, actor: Actor, *, slug: str, n: int) -> str:
    """Make a further release of an edition with the translations approved since; the manifest stays as it is.

    Returns the job. Raises ``nothing_changed`` where no translation joined, ``not_released``.
    """
    declaration, edition = await releasable(ports, actor, slug, n)
    content = await with_translations(ports, declaration, await newest_content(ports, edition))
    return await ask_release(ports, actor, slug, edition, content)


async def releasable(ports: Ports, actor: Actor, slug: str, n: int) -> tuple[Declaration, Edition]:
    """An edition that is out, for somebody who may release it again. Raises ``not_released``."""
    declaration = await load_declaration(ports, slug)
    authorise(declaration, actor, Action.FREEZE, Subject(), ports.clock.now())
    edition = find_edition(declaration, n)
    if edition.status is not EditionStatus.RELEASED:
        raise Refusal(Code.NOT_RELEASED, edition=n)
    return declaration, edition


def newest_digest(edition: Edition) -> str:
    """What was asked for last, even where it is not out yet, so that no asking loses what another one brought."""
    return edition.asked[-1] if edition.asked else edition.content


async def newest_content(ports: Ports, edition: Edition) -> Mapping[str, Any]:
    return await read_content(ports, newest_digest(edition))


async def ask_release(ports: Ports, actor: Actor, slug: str, edition: Edition, content: Mapping[str, Any]) -> str:
    """Keep a further content of an edition and make its files. Returns the job. Raises ``nothing_changed``."""
    kept = content_bytes(content)
    digest = digest_of_bytes(kept)
    if digest == newest_digest(edition):
        raise Refusal(Code.NOTHING_CHANGED, n=edition.n)
    # Contents are kept with an entry; the note of the asking is that entry.
    event = Event(Kind.RELEASE_ASK, {"n": edition.n, "content": digest}, actor.account, actor.channel)
    await commit(ports, slug, lambda _: [event], {digest: kept})
    return await open_job(ports, slug, edition, digest)
