"""The installation as commands open it: the same stores as a running server, no web, and letters carried at the end.

Live texts belong to whoever has them open. A command that runs beside a server therefore makes new texts and reads
others, and leaves editing to the server.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from drafting.actions.ports import CannotSave, Clock, Ports
from drafting.domain.errors import Code, Refusal
from drafting.paths import LOCALES
from drafting.publishing.logs import StaticLogs
from drafting.publishing.making.limits import Limits
from drafting.publishing.making.logos import Logos
from drafting.publishing.making.press import StaticPress
from drafting.publishing.signature_lists import StaticLists
from drafting.settings import Settings
from drafting.stores.migrating import SchemaAhead
from drafting.stores.opening import Stores, open_stores
from drafting.stores.outside.site_lookup import SiteLookup
from drafting.stores.secrets.address_keys import KeysMissing
from drafting.stores.secrets.signing_keys import KeyUnusable, open_key
from drafting.sync.rooms import Rooms
from drafting.web.commands.outcomes import Exit, fail
from drafting.web.i18n import Languages
from drafting.web.letters import Letters

CARRYING_SECONDS = 20.0
OPERATOR = "operator@localhost"


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Silence:
    """Nobody has a page open in this process; those of a server look into the ledger themselves."""

    def announce(self, entries: object) -> None:
        return


@dataclass(frozen=True, slots=True)
class Installation:
    settings: Settings
    stores: Stores
    ports: Ports


@asynccontextmanager
async def opened_stores(settings: Settings) -> AsyncIterator[tuple[Stores, Clock]]:
    """The stores alone. Raises ``cannot_save`` where the database is away, Failure where program or keys do not fit."""
    clock = SystemClock()
    try:
        stores = await open_stores(
            settings.database or None,
            settings.data,
            smtp=settings.smtp or None,
            clock=clock,
            sender=settings.sender,
            keys=settings.keys_file,
            letters_at_once=settings.letters_at_once,
            letters_a_minute=settings.letters_a_minute,
        )
    except CannotSave as error:
        raise Refusal(Code.CANNOT_SAVE) from error
    except (SchemaAhead, KeysMissing) as error:
        fail(Exit.FAILED, str(error))
    try:
        yield stores, clock
    finally:
        await stores.close()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Installation]:
    """Everything that actions need; what they wrote to people is carried before this ends, as far as it can be."""
    async with opened_stores(settings) as (stores, clock):
        rooms = Rooms(stores.log, clock)
        limits = Limits.of(settings.job_seconds, settings.job_bytes)
        press = StaticPress(settings.paths.public, limits=limits)
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
            notices=Silence(),
            clock=clock,
            origin=settings.base,
            sentences=Letters(Languages(LOCALES)),
            limits=settings.limits,
            logs=public_logs(settings),
            sites=SiteLookup() if settings.site_proofs else None,
            pictures=Logos(longest=settings.logo_bytes, pixels=settings.logo_pixels),
        )
        try:
            yield Installation(settings, stores, ports)
            await carry_letters(stores)
        finally:
            await rooms.close()
            await press.close()


def public_logs(settings: Settings) -> StaticLogs:
    """The logs that strangers check, signed with the key of this installation, which the first start makes."""
    try:
        key = open_key(settings.paths.log_key)
    except KeyUnusable as error:
        fail(Exit.FAILED, str(error))
    return StaticLogs(settings.paths.public, settings.base, key.public, key.sign)


async def carry_letters(stores: Stores) -> None:
    """What cannot be delivered now stays in the outbox, which the server empties."""
    try:
        await asyncio.wait_for(stores.courier.deliver(), CARRYING_SECONDS)
    except (TimeoutError, CannotSave):
        return


async def operator_account(here: Installation, address: str | None) -> str:
    """The account in whose name a command acts: the one asked for, else the first operator's."""
    chosen = address or next(iter(here.settings.operators), OPERATOR)
    account, _ = await here.ports.accounts.open(chosen)
    return account.id
