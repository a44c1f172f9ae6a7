"""Opens everything a server needs, starts what runs beside the requests, and closes it again, in this order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from drafting.actions.ports import CannotSave, Ports
from drafting.actions.release.releasing import work_on_jobs
from drafting.actions.rolls.upkeep import sweep_rolls
from drafting.actions.rolls.work import work_on_rolls
from drafting.actions.signing.domain_proofs import look_for_proofs
from drafting.actions.signing.ending import count_ended
from drafting.actions.signing.lists import Lister
from drafting.actions.signing.mailing import begin_mailings, mail_updates
from drafting.actions.signing.name_books import NameKeeper, work_on_names
from drafting.actions.signing.upkeep import remind_signatories, sweep_signatures
from drafting.actions.trees import publish_logs
from drafting.domain.errors import Refusal
from drafting.domain.events import Kind
from drafting.publishing.making.limits import Limits as PressLimits
from drafting.publishing.making.logos import Logos
from drafting.publishing.making.press import StaticPress
from drafting.publishing.signature_lists import StaticLists
from drafting.settings import Settings
from drafting.stores.opening import Stores
from drafting.stores.outside.site_lookup import SiteLookup
from drafting.sync.alone import ALONE, Others
from drafting.sync.neighbours import Neighbours
from drafting.sync.notes import UNWATCHED, Notes
from drafting.sync.redis_relay import RedisRelay
from drafting.sync.rooms import Rooms
from drafting.web.commands.installation import opened_stores, public_logs
from drafting.web.i18n import Languages
from drafting.web.letters import Letters
from drafting.web.live.blame import SharedNotes
from drafting.web.live.recording import SharedRecord
from drafting.web.notices import Notices
from drafting.web.watching import watch

LOG: Final = logging.getLogger(__name__)
JOBS_SECONDS: Final = 15.0
TAKE_OVER_SECONDS: Final = 3.0
LOGS_SECONDS: Final = 3.0
AGAIN_SECONDS: Final = 5.0
LISTS_SECONDS: Final = 3.0
ROLLS_SECONDS: Final = 2.0
DRAIN_SECONDS: Final = 1.0
UPDATES_SECONDS: Final = 2.0
SIGNATURES_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Opened:
    """What the application works with while it serves. ``wake`` tells the job worker that there is something to do."""

    ports: Ports
    stores: Stores
    rooms: Rooms
    wake: Callable[[], None]
    others: Others


@asynccontextmanager
async def opened(settings: Settings, languages: Languages, notes: Notes = UNWATCHED) -> AsyncIterator[Opened]:
    """Stores, rooms, press, ports; then the tasks: mail, jobs, and the watch over what other processes append."""
    async with AsyncExitStack() as stack:
        stores, clock = await stack.enter_async_context(opened_stores(settings))
        press = StaticPress(
            settings.paths.public,
            limits=PressLimits.of(settings.job_seconds, settings.job_bytes),
            prepares=True,
        )
        stack.push_async_callback(press.close)
        others = await stack.enter_async_context(_others(settings, stores))
        rooms = Rooms(stores.log, clock, others=others, notes=notes)
        stack.push_async_callback(rooms.close)
        await _share_record(stack, notes, stores, rooms)
        bell, released = asyncio.Event(), asyncio.Event()
        asks = dict.fromkeys((Kind.EDITION_APPROVE, Kind.RELEASE_ASK), bell.set)
        notices = Notices({**asks, Kind.EDITION_RELEASE: released.set})
        ports = Ports(
            workshops=rooms,
            ledger=stores.ledger,
            accounts=stores.accounts,
            passes=stores.passes,
            passkeys=stores.passkeys,
            mail=stores.mail,
            jobs=stores.jobs,
            signatures=stores.signatures,
            rolls=stores.rolls,
            mailings=stores.mailings,
            lists=StaticLists(settings.paths.public, erasures=settings.paths.erasures),
            press=press,
            notices=notices,
            clock=clock,
            origin=settings.base,
            sentences=Letters(languages),
            limits=settings.limits,
            logs=public_logs(settings),
            sites=SiteLookup() if settings.site_proofs else None,
            pictures=Logos(longest=settings.logo_bytes, pixels=settings.logo_pixels),
        )
        for name, work in (
            ("mail", stores.courier.work),
            ("jobs", lambda: _work_on_jobs(ports, bell)),
            ("lists", lambda: _keep_lists(ports, released)),
            ("rolls", lambda: _work_on_rolls(ports)),
            ("updates", lambda: _mail_updates(ports)),
            ("watch", lambda: watch(ports, rooms, notices)),
            ("logs", lambda: _keep_logs(ports)),
            ("signatures", lambda: _keep_signatures(ports)),
        ):
            _run_beside(stack, name, work)
        yield Opened(ports, stores, rooms, bell.set, others)


@asynccontextmanager
async def _others(settings: Settings, stores: Stores) -> AsyncIterator[Others]:
    """The nodes beside this one. Those that share a database share its address too, so that is their secret."""
    if not settings.relay:
        yield ALONE
        return
    async with AsyncExitStack() as stack:
        relay = RedisRelay(settings.relay)
        neighbours = Neighbours(relay, stores.log, settings.database_url)
        _run_beside(stack, "relay", relay.work)
        _run_beside(stack, "neighbours", neighbours.work)
        yield neighbours
        neighbours.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(relay.drain(), DRAIN_SECONDS)


async def _share_record(stack: AsyncExitStack, notes: Notes, stores: Stores, rooms: Rooms) -> None:
    """Who is shut out, here, elsewhere, and before a restart; without a supervisor nobody is."""
    if isinstance(notes, SharedNotes):
        shared = SharedRecord(notes.record, stores.offences, rooms.send_away)
        await shared.begin()
        _run_beside(stack, "record", shared.work)


async def _keep_signatures(ports: Ports) -> None:
    """Reminders, domains, the end of what nobody confirmed; of several nodes the one that is first does it."""
    names = NameKeeper(ports)
    while True:
        try:
            await names.renew()
            await count_ended(ports)
            await remind_signatories(ports)
            await look_for_proofs(ports)
            await sweep_signatures(ports)
            await sweep_rolls(ports)
        except CannotSave as error:
            LOG.warning("cannot look after signatures now: %s", error)
        await asyncio.sleep(SIGNATURES_SECONDS)


def _run_beside(stack: AsyncExitStack, name: str, work: Callable[[], Awaitable[None]]) -> None:
    stack.push_async_callback(_stop, asyncio.create_task(_kept_up(name, work), name=name))


async def _work_on_jobs(ports: Ports, bell: asyncio.Event) -> None:
    """What a former process left unfinished, then whatever is approved; another process may approve, hence the look."""
    while True:
        bell.clear()
        at_work_elsewhere = 1
        try:
            at_work_elsewhere = await work_on_jobs(ports) + await work_on_names(ports)
        except CannotSave as error:
            LOG.warning("cannot publish now: %s", error)
        try:
            await asyncio.wait_for(bell.wait(), TAKE_OVER_SECONDS if at_work_elsewhere else JOBS_SECONDS)
        except TimeoutError:
            continue


async def _keep_logs(ports: Ports) -> None:
    """The public logs follow the ledger within seconds, whoever appends to it; an absent database is waited for."""
    while True:
        try:
            await publish_logs(ports)
        except (CannotSave, OSError, Refusal) as error:
            LOG.warning("cannot bring the public logs up to date now: %s", error)
        await asyncio.sleep(LOGS_SECONDS)


async def _keep_lists(ports: Ports, released: asyncio.Event) -> None:
    """The public lists of signatures follow the ledger within seconds; reading them never asks the database. Those of
    an edition that was just ``released`` come with its pages, which lead to them."""
    lister = Lister(ports)
    while True:
        is_anew = released.is_set()
        released.clear()
        with suppress(CannotSave):
            await lister.refresh(anew=is_anew)
        with suppress(TimeoutError):
            await asyncio.wait_for(released.wait(), LISTS_SECONDS)


async def _mail_updates(ports: Ports) -> None:
    """Updates go into the outbox as it empties; what was vouched for just before a crash is found at the start."""
    has_begun = False
    while True:
        try:
            if not has_begun:
                await begin_mailings(ports)
                has_begun = True
            await mail_updates(ports)
        except CannotSave as error:
            LOG.warning("cannot send updates now: %s", error)
        await asyncio.sleep(UPDATES_SECONDS)


async def _work_on_rolls(ports: Ports) -> None:
    """Names on paper and lists: checked once somebody said how to read them, counted once two networks vouch, and taken
    back once two networks say so."""
    while True:
        with suppress(CannotSave):
            await work_on_rolls(ports)
        await asyncio.sleep(ROLLS_SECONDS)


async def _kept_up(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Begin an endless task anew when it fails; each failure is logged with its trace."""
    while True:
        task = asyncio.ensure_future(work())
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        LOG.error("%s failed and begins anew", name, exc_info=error)
        await asyncio.sleep(AGAIN_SECONDS)


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
