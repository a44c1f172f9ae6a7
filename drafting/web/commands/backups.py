"""``drafting backup`` and ``drafting restore``: one file that holds an installation (``stores/backup.py``)."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from drafting.actions.core import list_declarations
from drafting.actions.release.releasing import rebuild_edition
from drafting.actions.signing.erasing import erase_again, read_erasures, write_erasures
from drafting.domain.errors import Refusal
from drafting.settings import Settings
from drafting.stores.backup import backup
from drafting.stores.database import Database
from drafting.stores.files import write_atomically
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


async def restore(settings: Settings, file: Path, erasures: Path | None = None) -> None:
    """Fill an empty installation, erase again who was erased since, then make the public pages again.

    ``erasures``: a newer list than the backup's, such as ``DATA/erasures`` or a mirror's ``removed.json``; one that
    lies in the data folder already counts too. Either all of the backup is kept or nothing.
    """
    words = speech()
    ids = _erased(settings.paths.erasures) | (_erased(erasures, is_needed=True) if erasures else {})
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
    await _erase_again(settings, ids | _erased(settings.paths.erasures))
    await publish_all(settings)


def _erased(file: Path, *, is_needed: bool = False) -> dict[str, bool]:
    """The ids of a list, one a line, or those of a mirror's JSON; of each whether it went with its list."""
    try:
        text = file.read_text("utf-8")
        if not text.startswith("{"):
            return read_erasures(text)
        told = json.loads(text)
        with_list = {str(id) for id in told.get("erased_with_list", ())}
        return {str(id): str(id) in with_list for id in told["erased"]}
    except FileNotFoundError:
        if not is_needed:
            return {}
        fail(Exit.USAGE, speech().gettext("%(file)s is not a list of erasures.", file=str(file)))
    except (UnicodeDecodeError, ValueError, KeyError, TypeError):
        fail(Exit.FAILED, speech().gettext("%(file)s is not a list of erasures.", file=str(file)))


async def _erase_again(settings: Settings, ids: Mapping[str, bool]) -> None:
    if ids:
        async with opened(settings) as here:
            await erase_again(here.ports, ids)
        write_atomically(settings.paths.erasures, write_erasures(ids).encode())


async def publish_all(settings: Settings) -> None:
    """Every released edition's files; what cannot be made is named, and the rest goes on."""
    async with opened(settings) as here:
        for declaration in await list_declarations(here.ports):
            for edition in declaration.released:
                try:
                    await rebuild_edition(here.ports, declaration.slug, edition.n)
                except Refusal as refusal:
                    print(f"{declaration.slug} {edition.n}: {failure_of(refusal, speech())}", file=sys.stderr)
