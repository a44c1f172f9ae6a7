"""The end of signing: whoever may freeze an edition sets it, at once or for a moment to come, and can take it back.

Nobody can ask to sign from then on. What was asked for before can still be confirmed until its letter ends, and
withdrawing and erasing go on as ever.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from drafting.actions.core import Actor, authorise, commit, list_declarations
from drafting.actions.editions import find_edition, released_content
from drafting.actions.ports import Ports
from drafting.actions.signing.lists import AT_A_TIME
from drafting.actions.signing.name_books import renew_names
from drafting.domain.declaration import Declaration
from drafting.domain.editions import Edition, EditionStatus
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.policy import Action, Subject
from drafting.domain.signatures import Counts

SYSTEM: Final = "system"
MAX_TRIES: Final = 20
FURTHEST: Final = timedelta(days=36_525)
"""A moment later than this is a slip; to the last ones that there are, no days can be added."""


async def close_signing(ports: Ports, actor: Actor, *, slug: str, n: int, at: datetime | None = None) -> Edition:
    """End signing at once, or at a moment to come (with its zone); a moment that was set before is replaced.

    Raises ``not_allowed``, ``not_released``, ``signing_ended``, and ``bad_input`` with ``field`` until for a moment
    that is over, or a lifetime away.
    """

    def decide(declaration: Declaration) -> Sequence[Event]:
        now = ports.clock.now()
        edition = _authorised(declaration, actor, n, now)
        if not edition.can_be_signed(now):
            raise Refusal(Code.SIGNING_ENDED, ended=edition.closes)
        if at is not None and not now < at <= now + FURTHEST:
            raise Refusal(Code.BAD_INPUT, field="until")
        data = {"n": n, "at": (at or now).astimezone(UTC).isoformat()}
        return [Event(Kind.SIGNING_CLOSE, data, actor.account, actor.channel)]

    declaration = await commit(ports, slug, decide)
    if at is None:
        await _count(ports, slug, find_edition(declaration, n))
    return find_edition(declaration, n)


async def reopen_signing(ports: Ports, actor: Actor, *, slug: str, n: int) -> Edition:
    """Let people sign (on), whether the end has come or was only set. Raises ``not_allowed``, ``not_released``."""

    def decide(declaration: Declaration) -> Sequence[Event]:
        edition = _authorised(declaration, actor, n, ports.clock.now())
        if edition.closes is None:
            return []
        return [Event(Kind.SIGNING_REOPEN, {"n": n}, actor.account, actor.channel)]

    return find_edition(await commit(ports, slug, decide), n)


def _authorised(declaration: Declaration, actor: Actor, n: int, at: datetime) -> Edition:
    authorise(declaration, actor, Action.END_SIGNING, Subject(), at)
    edition = find_edition(declaration, n)
    if edition.status is not EditionStatus.RELEASED:
        raise Refusal(Code.NOT_RELEASED, edition=n)
    return edition


async def count_ended(ports: Ports) -> int:
    """Count, and print the names of, every edition whose signing has ended since, or whose last letters have; how many.

    May run any number of times, on any node: each of the two moments is counted once.
    """
    counted = 0
    for declaration in await list_declarations(ports):
        for edition in declaration.released:
            if uncounted(edition, ports.clock.now()):
                counted += await _count(ports, declaration.slug, edition)
    return counted


def uncounted(edition: Edition, at: datetime) -> datetime | None:
    """The last of the two moments that has come, where nothing was counted since."""
    come = [moment for moment in (edition.closes, edition.settles) if moment is not None and moment <= at]
    is_counted = not come or (edition.counted is not None and edition.counted.since >= come[-1])
    return None if is_counted else come[-1]


async def _count(ports: Ports, slug: str, edition: Edition) -> bool:
    """The names are printed first: what a crash leaves uncounted is gone through again."""
    found = await _counts(ports, slug, edition)
    if found is None:
        return False
    index, counts = found
    if counts.all:
        await renew_names(ports, slug, edition.n)

    def decide(declaration: Declaration) -> Sequence[Event]:
        since = uncounted(find_edition(declaration, edition.n), ports.clock.now())
        if since is None:
            return []
        data = {
            "n": edition.n,
            "since": since.isoformat(),
            "index": index,
            "people": counts.people,
            "organisations": counts.organisations,
        }
        return [Event(Kind.SIGNING_COUNT, data, SYSTEM, SYSTEM)]

    await commit(ports, slug, decide)
    return True


async def _counts(ports: Ports, slug: str, edition: Edition) -> tuple[int, Counts] | None:
    """The count, and the place in the ledger of signatures that it is of; None while too many come in to tell."""
    index = await _last(ports, slug, await ports.lists.seen(await released_content(ports, edition)) or 0)
    for _ in range(MAX_TRIES):
        counts = await ports.signatures.counts(slug, edition.n)
        before, index = index, await _last(ports, slug, index)
        if before == index:
            return index, counts
    return None


async def _last(ports: Ports, slug: str, after: int) -> int:
    while entries := await ports.signatures.entries(slug, after, AT_A_TIME):
        after = entries[-1].index
    return after
