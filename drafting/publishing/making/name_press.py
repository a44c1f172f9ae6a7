"""The press for names: volumes made by worker processes, and put where the public list is."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from drafting.actions.publishing_ports import Made
from drafting.publishing.paper.name_volumes import split
from drafting.publishing.writing import refusing, write_all

FORMAT: Final = "names"
Run = Callable[[Mapping[str, Any], str, str], Awaitable[Mapping[str, bytes]]]


async def print_names(
    run: Run, public: Path, edition: Mapping[str, Any], tag: str, names: Mapping[str, Any]
) -> Sequence[Made]:
    """One PDF for each volume, public at once: there is nothing in it that the list online does not show."""
    made = []
    # The text is not needed, and long.
    bare = {**edition, "sections": [_bare(section) for section in edition["sections"]]}
    for volume in await asyncio.to_thread(split, names, tag):
        files = dict(await run({**bare, "signatories": volume}, tag, FORMAT))
        with refusing():
            await asyncio.to_thread(write_all, public, files)
        path, data = next(iter(files.items()))
        made.append(Made(tag, FORMAT, path, len(data), hashlib.sha256(data).hexdigest()))
    return made


def _bare(section: Mapping[str, Any]) -> dict[str, Any]:
    texts = {tag: {**text, "body": [], "outdated_blocks": []} for tag, text in section["texts"].items()}
    return {**section, "texts": texts, "positions": []}
