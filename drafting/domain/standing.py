"""Where a declaration stands at a moment: acts of a section, the matrix, what blocks a freeze, the manifest."""

from dataclasses import dataclass
from datetime import datetime

from drafting.domain.declaration import Declaration, Section
from drafting.domain.editions import manifest_digest
from drafting.domain.positions import (
    Cell,
    CellStatus,
    Matrix,
    Position,
    Revision,
    SectionStatus,
    Verdict,
    decide,
    standing,
)
from drafting.domain.prose import digest_of_bytes


def acts(declaration: Declaration, section: Section) -> list[Position]:
    """The acts that bear on a section, oldest first: its own, before them those of the section it was split from."""
    if section.parent is None:
        return section.positions
    inherited = [
        act for act in acts(declaration, declaration.sections[section.parent]) if act.index < section.inherits_until
    ]
    return inherited + section.positions


def tabled_revision(section: Section, at: datetime) -> Revision | None:
    """The revision that was before the networks at that moment."""
    known = [r for r in section.revisions if r.at <= at and r.generation == section.generation]
    return known[-1] if known else None


def cell(declaration: Declaration, section: Section, network: str, at: datetime) -> Cell:
    """One network's standing on one section."""
    revision = tabled_revision(section, at)
    due = declaration.deadline(revision) if revision else None
    return standing(network, section.id, acts(declaration, section), revision.digest if revision else None, at, due)


def row(declaration: Declaration, section: Section, at: datetime) -> list[Cell]:
    return [cell(declaration, section, member.network, at) for member in declaration.voices(at)]


def matrix(declaration: Declaration, at: datetime) -> Matrix:
    """Every network on every live section."""
    sections = declaration.live_sections()
    networks = tuple(member.network for member in declaration.voices(at))
    cells = {(c.section, c.network): c for section in sections for c in row(declaration, section, at)}
    return Matrix(at, networks, tuple(section.id for section in sections), cells)


def verdict(declaration: Declaration, section: Section, at: datetime) -> Verdict:
    """Whether the section is agreed."""
    revision = tabled_revision(section, at)
    deadline = declaration.deadline(revision) if revision else None
    return decide(row(declaration, section, at), declaration.consents_needed(at), deadline, at)


def section_status(declaration: Declaration, section: Section, at: datetime) -> SectionStatus:
    if section.retired:
        return SectionStatus.RETIRED
    revision = tabled_revision(section, at)
    if revision is None:
        return SectionStatus.DRAFTING
    frozen = declaration.open_edition
    if frozen and revision.index < frozen.index:
        return SectionStatus.FROZEN
    released = declaration.released
    if released and revision.index < released[-1].index:
        return SectionStatus.PUBLISHED
    if section.bracketed:
        return SectionStatus.BRACKETED
    outcome = verdict(declaration, section, at)
    if outcome.code == "objection":
        return SectionStatus.CONTESTED
    return SectionStatus.AGREED if outcome.is_agreed else SectionStatus.TABLED


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a section keeps the whole from being frozen."""

    section: str
    code: str
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    digest: str
    blocked: tuple[Blocked, ...]


def manifest(declaration: Declaration, at: datetime) -> Manifest:
    """The whole as it stands: its digest, and what blocks it. A declaration without sections is blocked too."""
    sections = declaration.live_sections()
    revisions = [(s.id, r.digest) for s in sections if (r := tabled_revision(s, at)) is not None]
    names = [(m.network, m.name) for m in declaration.voices(at)]
    digest = manifest_digest(declaration.slug, revisions, names, _statements(declaration, at))
    blocked = [
        Blocked(s.id, v.code, v.networks) for s in sections if (v := verdict(declaration, s, at)).code is not None
    ]
    if not sections:
        blocked = [Blocked("", "no_sections", ())]
    return Manifest(digest, tuple(blocked))


def _statements(declaration: Declaration, at: datetime) -> list[tuple[str, str, str]]:
    """(section, network, digest) of every statement that would be published: reservations and minority statements."""
    return [
        (cell.section, cell.network, digest_of_bytes(cell.position.statement.text.encode()))
        for cell in matrix(declaration, at).cells.values()
        if cell.position and cell.position.statement and cell.status in (CellStatus.RESERVES, CellStatus.STANDS_ASIDE)
    ]
