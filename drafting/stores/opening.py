"""Opens every store over one database and one data folder."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from drafting.actions.ports import Accounts, Clock, Ledger, Passes
from drafting.actions.publishing_ports import Jobs
from drafting.stores.accounts import SqlAccounts
from drafting.stores.database import Database
from drafting.stores.files import Files
from drafting.stores.jobs import SqlJobs
from drafting.stores.ledger import SqlLedger
from drafting.stores.logs.postgres_log import PostgresLog
from drafting.stores.logs.sqlite_log import SqliteLog
from drafting.stores.mail.carrying import carrier
from drafting.stores.mail.courier import AT_ONCE, Courier
from drafting.stores.mail.outbox import Outbox
from drafting.stores.mail.pace import Bucket, Pace
from drafting.stores.migrating import migrate
from drafting.stores.offences import SqlOffences
from drafting.stores.passes import SqlPasses
from drafting.stores.passkeys import SqlPasskeys
from drafting.stores.remembered import Remembered
from drafting.stores.sealing import unlock
from drafting.stores.signing.mailings import SqlMailings
from drafting.stores.signing.rolls import SqlRolls
from drafting.stores.signing.signatures import SqlSignatures

DATABASE_FILE = "drafting.sqlite"
KEYS_FILE = "keys/addresses"


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that is kept. ``courier.work()`` is the endless task that delivers mail."""

    database: Database
    log: SqliteLog | PostgresLog
    ledger: Ledger
    accounts: Accounts
    passes: Passes
    passkeys: SqlPasskeys
    mail: Outbox
    courier: Courier
    jobs: Jobs
    remembered: Remembered
    offences: SqlOffences
    signatures: SqlSignatures
    mailings: SqlMailings
    rolls: SqlRolls
    public: Files

    async def ready(self) -> bool:
        """Whether the database answers and the data folder can be written."""
        return self.public.is_writable() and await self.database.is_ready()

    async def close(self) -> None:
        """Waits for what is being written, then lets go of the database."""
        await self.log.close()
        await self.signatures.close()
        await self.courier.close()
        await self.database.close()


def database_url(data: Path) -> str:
    """The database of an installation that names none: a SQLite file in its data folder."""
    return f"sqlite:///{(data / DATABASE_FILE).absolute()}"


async def open_stores(
    url: str | None,
    data: Path,
    *,
    smtp: str | None,
    clock: Clock,
    sender: str = "",
    keys: Path | None = None,
    letters_at_once: int = AT_ONCE,
    letters_a_minute: int | None = None,
) -> Stores:
    """Make the folders, bring the schema up to date, open every store.

    ``url``: ``sqlite:///file`` or ``postgresql://…``, None for the file in ``data``. ``smtp``: ``smtp://``,
    ``smtp+starttls://`` or ``smtps://``; without it letters become files in ``data/mail``. ``keys``: the file
    that personal data is encrypted with, None for the one in ``data/keys``. The numbers of letters are for a mail
    server; files are written as fast as it goes. Raises ``CannotSave`` where the database is away, ``SchemaAhead``
    where a newer program has written it, ``KeysMissing`` where it was written with other keys.
    """
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    database = Database(url or database_url(data))
    try:
        await migrate(database)
        await unlock(database, keys or data / KEYS_FILE)
    except BaseException:
        await database.close()
        raise
    rate = letters_a_minute if smtp else None
    outbox = Outbox(database, Pace(rate))
    log = SqliteLog(database.path, database.turn) if database.path and database.turn else PostgresLog(database.url)
    return Stores(
        database=database,
        log=log,
        ledger=SqlLedger(database),
        accounts=SqlAccounts(database),
        passes=SqlPasses(database),
        passkeys=SqlPasskeys(database),
        mail=outbox,
        courier=Courier(
            outbox, carrier(smtp, data / "mail", sender), clock, at_once=letters_at_once, bucket=Bucket(rate)
        ),
        jobs=SqlJobs(database),
        remembered=Remembered(database, clock),
        offences=SqlOffences(database),
        signatures=SqlSignatures(database, outbox),
        mailings=SqlMailings(database, outbox),
        rolls=SqlRolls(database, outbox),
        public=Files(data / "public"),
    )
