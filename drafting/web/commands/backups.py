"""``drafting backup`` and ``drafting restore``: one file that holds an installation (``stores/backup.py``)."""

import sys
from pathlib import Path
from typing import Final

from drafting.actions.core import list_declarations
from drafting.actions.releasing import rebuild_edition
from drafting.domain.errors import Refusal
from drafting.settings import Settings
from drafting.stores.backup import backup
from drafting.stores.database import Database
from drafting.stores.migrating import SchemaAhead
from drafting.stores.restoring import BackupInvalid, StoreNotEmpty
from drafting.stores.restoring import restore as fill
from drafting.web.commands.installation import opened, opened_stores
from drafting.web.commands.outcomes import Exit, fail
from drafting.web.commands.speaking import failure_of, speech

LAST: Final = "last-backup"


async def back_up(settings: Settings, file: Path) -> None:
    """Write everything, as of one moment, while a server may go on running."""
    async with opened_stores(settings) as (stores, _):
        await backup(stores.database, settings.data, file)
    (settings.paths.root / LAST).touch()


async def restore(settings: Settings, file: Path) -> None:
    """Fill an empty installation, then make the public pages again. Either all of the backup is kept or nothing."""
    words = speech()
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    try:
        await fill(file, database, settings.data)
    except BackupInvalid as error:
        fail(Exit.FAILED, words.gettext("This is not a whole backup: %(why)s.", why=str(error)))
    except SchemaAhead as error:
        fail(Exit.FAILED, str(error))
    except StoreNotEmpty:
        fail(Exit.NOT_NOW, words.gettext("There is something in this installation already; nothing was changed."))
    finally:
        await database.close()
    await publish_all(settings)


async def publish_all(settings: Settings) -> None:
    """Every released edition's files; what cannot be made is named, and the rest goes on."""
    async with opened(settings) as here:
        for declaration in await list_declarations(here.ports):
            for edition in declaration.released:
                try:
                    await rebuild_edition(here.ports, declaration.slug, edition.n)
                except Refusal as refusal:
                    print(f"{declaration.slug} {edition.n}: {failure_of(refusal, speech())}", file=sys.stderr)
