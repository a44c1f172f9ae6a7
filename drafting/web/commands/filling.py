"""``drafting demo``: fills an empty installation with the demonstration, and does nothing to any other."""

import shutil
import sys
from dataclasses import replace

from drafting.paths import DEMO
from drafting.settings import Settings
from drafting.web.commands.installation import Installation, opened, opened_stores
from drafting.web.commands.outcomes import Exit, fail
from drafting.web.commands.speaking import speech
from drafting.web.demo.files import read_story
from drafting.web.demo.memory import RememberingAccounts, RememberingLedger
from drafting.web.demo.story import StoryFault, tell

BEGUN = "demonstration.begun"
WRITTEN_BY_US = ("drafting.sqlite", "drafting.sqlite-wal", "drafting.sqlite-shm", "public", "public.making", "mail")


async def fill(settings: Settings) -> None:
    """Tell the demonstration's story through the actions; switch the demonstration on when all of it is told."""
    words = speech()
    begin_anew(settings)
    if not await is_empty(settings):
        print(words.gettext("There is something in %(data)s already; nothing was changed.", data=str(settings.data)))
        return
    begun = settings.paths.root / BEGUN
    begun.touch()
    async with opened(settings) as here:
        try:
            await _tell(here)
        except StoryFault as fault:
            fail(Exit.FAILED, words.gettext("The demonstration could not be made: %(why)s.", why=str(fault)))
    settings.paths.demonstration.write_text("# Here lives a demonstration: anybody may act as one of its people.\n")
    begun.unlink()


async def _tell(here: Installation) -> None:
    def say(line: str) -> None:
        print(f"  {line}", file=sys.stderr, flush=True)

    alone = replace(
        here.ports,
        ledger=RememberingLedger(here.ports.ledger),
        accounts=RememberingAccounts(here.ports.accounts),
    )
    await tell(alone, read_story(DEMO), say)


async def is_empty(settings: Settings) -> bool:
    """Whether nobody has done anything in this installation yet."""
    async with opened_stores(settings) as (stores, _):
        return not await stores.ledger.streams()


def begin_anew(settings: Settings) -> None:
    """A demonstration that was interrupted is of no use: what it left is taken away."""
    begun = settings.paths.root / BEGUN
    if not begun.exists():
        return
    if settings.database:
        words = speech()
        fail(
            Exit.NOT_NOW,
            words.gettext(
                "An interrupted demonstration is in %(database)s; empty it first.", database="DRAFTING_DATABASE"
            ),
        )
    for name in WRITTEN_BY_US:
        path = settings.paths.root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
