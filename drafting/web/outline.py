"""A declaration's sections as its pages list them: number, title in a language the reader reads, where each stands."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drafting.actions.ports import Ports
from drafting.domain.declaration import FRONT, Declaration, Section
from drafting.domain.errors import Code, Refusal
from drafting.domain.positions import COUNTS, Cell, CellStatus, SectionStatus
from drafting.domain.prose import Text, digest, title
from drafting.domain.standing import row, section_status
from drafting.web.visits import Visit


@dataclass(frozen=True, slots=True)
class Part:
    """A section as a row of a list. ``number`` is empty for the front; ``title_locale`` the language of the title."""

    section: Section
    number: str
    title: str
    title_locale: str
    status: SectionStatus
    cells: Sequence[Cell]
    workshop_differs: bool

    @property
    def id(self) -> str:
        return self.section.id

    @property
    def consenting(self) -> int:
        return sum(cell.status in COUNTS for cell in self.cells)

    @property
    def objecting(self) -> list[str]:
        return [cell.network for cell in self.cells if cell.status is CellStatus.OBJECTS]

    @property
    def waiting(self) -> list[str]:
        """The networks that have no position that counts on these words, one way or the other."""
        open_ones = (CellStatus.NONE, CellStatus.STALE, CellStatus.CONSULTING)
        return [cell.network for cell in self.cells if cell.status in open_ones]

    @property
    def is_open(self) -> bool:
        settled = (SectionStatus.AGREED, SectionStatus.FROZEN, SectionStatus.PUBLISHED)
        return self.status not in settled or bool(self.waiting) or bool(self.objecting)


async def outline(visit: Visit, declaration: Declaration) -> list[Part]:
    """Every live section, in order; titles in the reader's language where the section has one in it."""
    sections = declaration.live_sections()
    source = await _texts(visit.ports, declaration, sections, declaration.source_locale)
    own = visit.lang if visit.lang in declaration.locales else declaration.source_locale
    read = source if own == declaration.source_locale else await _texts(visit.ports, declaration, sections, own)
    parts: list[Part] = []
    for section in sections:
        number = "" if section.id == FRONT else str(1 + sum(1 for part in parts if part.number))
        parts.append(_part(visit, declaration, section, number, own, source[section.id], read[section.id]))
    return parts


def _part(
    visit: Visit, declaration: Declaration, section: Section, number: str, own: str, source: Text, read: Text
) -> Part:
    translated = title(read)
    return Part(
        section,
        number,
        translated or title(source) or section.id,
        own if translated else declaration.source_locale,
        section_status(declaration, section, visit.at),
        row(declaration, section, visit.at),
        differs(declaration, section, source),
    )


def differs(declaration: Declaration, section: Section, source: Text) -> bool:
    """Whether the workshop's source text is another than the tabled one, or nothing is tabled yet."""
    revision = section.revision
    return revision is None or revision.texts[declaration.source_locale] != digest(source)


async def _texts(
    ports: Ports, declaration: Declaration, sections: Sequence[Section], locale: str
) -> Mapping[str, Text]:
    names = [declaration.text_name(section.id, locale) for section in sections]
    texts = await asyncio.gather(*(ports.workshops.read(name) for name in names))
    return {section.id: text for section, text in zip(sections, texts, strict=True)}


def part_of(parts: Sequence[Part], section: str) -> Part | None:
    return next((part for part in parts if part.id == section), None)


def known_part(parts: Sequence[Part], section: str) -> Part:
    """Raises ``not_found``."""
    part = part_of(parts, section)
    if part is None:
        raise Refusal(Code.NOT_FOUND, section=section)
    return part
