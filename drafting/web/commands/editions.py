"""``drafting render`` and ``drafting publish``: the files of an edition."""

import asyncio
from pathlib import Path

from drafting.actions.core import load_declaration
from drafting.actions.editions import approved_content, find_edition, read_content
from drafting.actions.release.releasing import rebuild_edition
from drafting.domain.errors import Code, Refusal
from drafting.settings import Settings
from drafting.web.commands.installation import opened


async def render(settings: Settings, slug: str, n: int, locale: str, format: str, output: Path) -> None:
    """Write one file of an edition, released or frozen; the public pages stay as they are."""
    async with opened(settings) as here:
        edition = find_edition(await load_declaration(here.ports, slug), n)
        kept = edition.releases[-1].content if edition.releases else edition.content
        content = approved_content(edition, await read_content(here.ports, kept))
        if not any(known["tag"] == locale for known in content["locales"]):
            raise Refusal(Code.UNKNOWN_LOCALE, locale=locale)
        data = await here.ports.press.render(content, locale, format)
    await asyncio.to_thread(output.write_bytes, data)


async def publish(settings: Settings, slug: str, n: int) -> None:
    """Make a released edition's public files again, and say where they are."""
    async with opened(settings) as here:
        made = await rebuild_edition(here.ports, slug, n)
    for file in made:
        print(settings.paths.public / file.path)
