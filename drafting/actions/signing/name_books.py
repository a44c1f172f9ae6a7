"""The signatories of an edition as printed lists, in each of its languages: made when asked for, and made again.

A list holds what the public list shows at the moment when it is printed, and nothing of it is kept elsewhere. Who takes
a name back is therefore gone with the next printing, which begins by itself within minutes.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from drafting.actions.core import Actor, authorise, list_declarations, load_declaration
from drafting.actions.editions import find_edition, public_locales, released_content
from drafting.actions.leases import while_held
from drafting.actions.ports import Ports
from drafting.actions.publishing_ports import Job, Made, Step
from drafting.actions.signing.geographies import told_geography
from drafting.actions.signing.lists import AT_A_TIME, GONE, MOST_ORGANISATIONS, PAGE, renew_front, shown
from drafting.domain.editions import EditionStatus
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Kind
from drafting.domain.geography import told
from drafting.domain.policy import Action, Subject
from drafting.domain.signatures import SignatoryKind, Signature

NAMES: Final = "names"
MOST_NAMES: Final = 50_000
# Of organisations; the list online shows all of theirs.
MOST_LOGOS: Final = 300
"""More people than this a printed list does not name; it says so, and where the others stand."""
_UNSEEN: Final = GONE | {Kind.SIGNATURE_QUARANTINE}


async def print_names(ports: Ports, actor: Actor, *, slug: str, n: int) -> Job:
    """Print the list of an edition's signatories as it stands now. Raises ``not_released``, ``not_allowed``."""
    declaration = await load_declaration(ports, slug)
    authorise(declaration, actor, Action.MODERATE, Subject(), ports.clock.now())
    if find_edition(declaration, n).status is not EditionStatus.RELEASED:
        raise Refusal(Code.NOT_RELEASED, edition=n)
    return await renew_names(ports, slug, n)


async def renew_names(ports: Ports, slug: str, n: int) -> Job:
    """The same by the platform itself: at the end of signing, or when somebody has taken a name back."""
    edition = find_edition(await load_declaration(ports, slug), n)
    content = await released_content(ports, edition)
    index = await ports.lists.seen(content) or 0
    data = {"declaration": slug, "n": n, "release": edition.releases[-1].content, "index": index}
    steps = [Step(locale, NAMES) for locale in public_locales(content)]
    job = await ports.jobs.create(NAMES, data, steps, ports.clock.now())
    is_lost = job.status == "done" and await ports.lists.printed(content) is None
    if job.status != "failed" and not is_lost:
        return job
    job = replace(job, status="queued", steps=tuple(steps), error="", changed=ports.clock.now())
    await ports.jobs.save(job)
    return job


async def find_names(ports: Ports, slug: str, n: int) -> Mapping[str, Any] | None:
    """What was printed last, or None: ``at``, ``index`` (how far the ledger was read) and ``files``."""
    edition = find_edition(await load_declaration(ports, slug), n)
    return await ports.lists.printed(await released_content(ports, edition)) if edition.releases else None


async def work_on_names(ports: Ports) -> int:
    """Do all open printing of names, oldest first; how many jobs others are at."""
    waiting = [job.id for job in await ports.jobs.open() if job.kind == NAMES]
    done = [await while_held(ports, job, partial(_work, ports, job)) for job in waiting]
    return sum(job is None for job in done)


async def _work(ports: Ports, job_id: str, holder: str) -> Job:
    job = replace(await ports.jobs.get(job_id), status="running", changed=ports.clock.now())
    await ports.jobs.save(job, holder)
    slug, n = job.data["declaration"], job.data["n"]
    content = await released_content(ports, find_edition(await load_declaration(ports, slug), n))
    names = await _names(ports, slug, n)
    made: list[Made] = []
    for place, step in enumerate(job.steps):
        error = ""
        try:
            made += await ports.press.print_names(content, step.locale, names)
        except Refusal as refusal:
            error = str(refusal.data.get("reason", refusal.code.value))
        steps = list(job.steps)
        steps[place] = replace(step, status="failed" if error else "done", error=error)
        job = replace(job, steps=tuple(steps), changed=ports.clock.now())
        await ports.jobs.save(job, holder)
    if job.done == job.total:
        await _put_up(ports, job, content, names, made)
    job = replace(job, status="done" if job.done == job.total else "failed", changed=ports.clock.now())
    await ports.jobs.save(job, holder)
    return job


async def _names(ports: Ports, slug: str, n: int) -> dict[str, Any]:
    """What the public list shows, by value."""
    organisations = await ports.signatures.listed(slug, n, 0, MOST_ORGANISATIONS, kind=SignatoryKind.ORGANISATION)
    people: list[Signature] = []
    after = 0
    while found := await ports.signatures.listed(slug, n, after, PAGE, kind=SignatoryKind.PERSON):
        people += found
        after = found[-1].index or 0
        if len(people) > MOST_NAMES:
            break
    counts = await ports.signatures.counts(slug, n)
    return {
        "at": ports.clock.now().isoformat(),
        "people": counts.people,
        "organisations": counts.organisations,
        "on_paper": counts.on_paper,
        "items": [shown(signature) for signature in [*organisations, *people[:MOST_NAMES]]],
        "logos": await _logos(ports, organisations),
        "is_cut": len(people) > MOST_NAMES,
        "places": [[place.name, place.count] for place in told((await told_geography(ports, slug, n)).places)],
    }


async def _logos(ports: Ports, organisations: Sequence[Signature]) -> dict[str, str]:
    """The pictures that the list shows, by their files' names, in base64."""
    found: dict[str, str] = {}
    for signature in organisations:
        logo = shown(signature)["logo"]
        if logo and len(found) < MOST_LOGOS and (data := await ports.signatures.logo(signature.id)):
            found[logo["file"]] = base64.b64encode(data).decode("ascii")
    return found


async def _put_up(
    ports: Ports, job: Job, content: Mapping[str, Any], names: Mapping[str, Any], made: Sequence[Made]
) -> None:
    files = [{"locale": f.locale, "path": f.path, "bytes": f.bytes, "sha256": f.sha256} for f in made]
    told = {"at": names["at"], "index": job.data["index"], "names": len(names["items"]), "files": files}
    await ports.lists.put_printed(content, told)
    await renew_front(ports, job.data["declaration"], content)


@dataclass
class NameKeeper:
    """Prints lists again from which a name was taken back; remembers how far it has looked."""

    ports: Ports
    _looked: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)

    async def renew(self) -> int:
        """Ask for the lists that name somebody who is gone; how many were asked for."""
        asked = 0
        for declaration in await list_declarations(self.ports):
            for edition in declaration.released:
                printed = await find_names(self.ports, declaration.slug, edition.n)
                if printed and await self._is_outdated(declaration.slug, edition.n, printed["index"]):
                    await renew_names(self.ports, declaration.slug, edition.n)
                    asked += 1
        return asked

    async def _is_outdated(self, slug: str, n: int, printed: int) -> bool:
        known, after = self._looked.get((slug, n), (printed, printed))
        after = after if known == printed else printed
        while entries := await self.ports.signatures.entries(slug, after, AT_A_TIME):
            if any(e.event.kind in _UNSEEN and e.event.data.get("edition") == n for e in entries):
                return True
            after = entries[-1].index
        self._looked[slug, n] = printed, after
        return False
