"""``drafting import`` and ``drafting export``: declarations as folders of plain files."""

from collections.abc import Mapping
from pathlib import Path

from drafting.actions import folders
from drafting.actions.core import Actor, load_declaration
from drafting.actions.editions import find_edition
from drafting.actions.release.bundling import make_bundle
from drafting.settings import Settings
from drafting.web.archives import read_folder
from drafting.web.commands.installation import opened, operator_account
from drafting.web.commands.outcomes import Exit, fail
from drafting.web.commands.speaking import speech

WANTED = (".toml", ".md", "mark.png")


async def bring_in(settings: Settings, folder: Path, slug: str | None, address: str | None) -> None:
    """Make a declaration of a folder or ZIP archive and print its slug."""
    files = {name: data for name, data in read_folder(folder).items() if name.endswith(WANTED)}
    async with opened(settings) as here:
        actor = Actor(await operator_account(here, address), "cli")
        made = await folders.import_declaration(here.ports, actor, files=files, slug=slug)
    print(made.slug)


async def hand_out(settings: Settings, slug: str, folder: Path, edition: int | None) -> None:
    """Write a declaration's workshop, or one of its editions, into a new folder."""
    require_new(folder)
    async with opened(settings) as here:
        declaration = await load_declaration(here.ports, slug)
        actor = Actor(declaration.initiator, "cli")
        files = await folders.export_declaration(here.ports, actor, slug=slug, edition=edition)
        if edition is not None and find_edition(declaration, edition).releases:
            files = await make_bundle(here.ports, slug, edition)
    write_folder(folder, files)


def require_new(folder: Path) -> None:
    """Nothing is written over."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fail(Exit.NOT_NOW, speech().gettext("%(folder)s exists and is not empty.", folder=str(folder)))


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
