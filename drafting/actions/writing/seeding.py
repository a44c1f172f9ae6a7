"""New live texts, made before the ledger says that they exist: nobody sees them until it does."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from drafting.actions.core import load_declaration
from drafting.actions.names import new_block_id
from drafting.actions.ports import Ports
from drafting.actions.writing_ports import Author
from drafting.domain.declaration import Declaration, text_place
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import Block, Run, Text

AT_ONCE: Final = 64


async def seed_texts(ports: Ports, texts: Mapping[str, Text], author: Author) -> None:
    """Create every named text with these words, a bounded number at a time.

    A text that was left by an attempt that failed before the ledger had it is written over; one that the ledger knows
    raises ``taken``.
    """
    names = list(texts)
    for start in range(0, len(names), AT_ONCE):
        part = names[start : start + AT_ONCE]
        done = await asyncio.gather(*(_seed(ports, name, texts[name], author) for name in part), return_exceptions=True)
        for outcome in done:
            if outcome is not None:
                raise outcome


async def _seed(ports: Ports, name: str, text: Text, author: Author) -> None:
    try:
        await ports.workshops.create(name, text, author)
    except Refusal as refusal:
        if refusal.code is not Code.TAKEN or await _is_known(ports, name):
            raise
        await ports.workshops.write(name, text, author)


async def _is_known(ports: Ports, name: str) -> bool:
    slug, section, _, generation = text_place(name)
    try:
        declaration = await load_declaration(ports, slug)
    except Refusal:
        return False
    known = declaration.sections.get(section)
    return known is not None and known.generation >= generation


def titled_texts(source_locale: str, locales: Sequence[str], title: Mapping[str, str]) -> dict[str, Text]:
    """The first texts of a section in every locale: one heading each, those of translations bound to the source's."""
    source = _heading(title.get(source_locale, ""), None)
    texts = {loc: (_heading(title.get(loc, ""), source.id),) for loc in locales if loc != source_locale}
    return {source_locale: (source,), **texts}


def _heading(words: str, of: str | None) -> Block:
    return Block(new_block_id(), "heading1", (Run(words),) if words else (), of=of)


def named(declaration: Declaration, section: str, texts: Mapping[str, Text], generation: int = 1) -> dict[str, Text]:
    """Texts by locale → texts by the name of the live text."""
    return {declaration.text_name(section, loc, generation): text for loc, text in texts.items()}
