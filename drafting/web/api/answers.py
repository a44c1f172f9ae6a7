"""What the API answers, as structs; times are UTC and come out as RFC 3339 in ``Z``."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct, field

T = TypeVar("T")


class Answer(Struct, kw_only=True):
    """Every answer."""


class Page(Answer, Generic[T]):
    """A part of a list; ``next`` is the address of the following part, or null."""

    items: list[T]
    next: str | None = None


# ---- declarations


class CharterAnswer(Answer):
    digest: str
    preset: str
    consents_at_least: int
    answer_hours: int
    objection_hours: int
    zone: str


class LocaleAnswer(Answer):
    tag: str
    script: str
    direction: str
    autonym: str


class MemberAnswer(Answer):
    network: str
    name: str
    role: str
    since: datetime = field(name="from")
    until: datetime | None


class HolderAnswer(Answer):
    account: str
    network: str | None


class RevisionPlace(Answer):
    n: int
    digest: str


class TextPlace(Answer):
    """A live text. ``state``: source, untranslated, draft, in_review or approved; the rest counts source blocks."""

    name: str
    title: str
    digest: str
    state: str
    approved: int
    outdated: int
    total: int


class SectionAnswer(Answer):
    id: str
    status: str
    holder: HolderAnswer
    workshop_differs: bool
    revision: RevisionPlace | None
    texts: dict[str, TextPlace]


class DeclarationPlace(Answer):
    slug: str
    title: dict[str, str]
    status: str
    created: datetime | None


class DeclarationAnswer(DeclarationPlace):
    initiator: str
    index: int
    source_locale: str
    authentic_locales: list[str]
    charter: CharterAnswer
    locales: list[LocaleAnswer]
    members: list[MemberAnswer]
    sections: list[SectionAnswer]


class OrderAnswer(Answer):
    sections: list[str]


# ---- texts


class RunAnswer(Answer, omit_defaults=True):
    text: str
    marks: dict[str, Any]
    note: str | None = None


class BlockAnswer(Answer):
    id: str
    of: str | None
    kind: str
    depth: int
    runs: list[RunAnswer]
    state: str
    outdated: bool


class TextAnswer(Answer):
    name: str
    digest: str
    blocks: list[BlockAnswer]


class EditAnswer(Answer):
    """An edit; everything up to it makes the text at that moment."""

    sequence: int
    at: datetime
    account: str
    network: str | None


class ReviewAnswer(Answer):
    state: str
    account: str
    network: str | None
    at: datetime
    reason: str


class BoardBlock(Answer):
    block: str
    target: str | None
    state: str
    outdated: bool
    review: ReviewAnswer | None


class BoardAnswer(Answer):
    """A section side by side: the source in the workshop and its translation."""

    section: str
    locale: str
    source: TextAnswer
    target: TextAnswer
    blocks: list[BoardBlock]


class ProgressAnswer(Answer):
    """How far a language is, in blocks of the source."""

    locale: str
    approved: int
    in_review: int
    draft: int
    outdated: int
    total: int


# ---- people


class NetworkAnswer(Answer):
    slug: str
    name: str
    short: str
    card: dict[str, str]


class MandateAnswer(Answer):
    id: str
    network: str | None
    account: str
    name: str
    scopes: list[str]
    locales: list[str]
    since: datetime = field(name="from")
    until: datetime | None


class InvitationAnswer(Answer):
    declaration: str
    network: str | None
    address: str
    scopes: list[str]
    until: datetime | None
    used: bool


class AcceptedAnswer(Answer):
    declaration: str
    account: str
    mandate: MandateAnswer


class AccountAnswer(Answer):
    id: str
    address: str
    name: str
    locale: str


class SessionAnswer(Answer):
    id: str
    created: datetime
    expires: datetime
    seen: datetime | None


class MatterAnswer(Answer):
    """One thing that waits for the caller, the most urgent first."""

    kind: str
    declaration: str
    section: str
    network: str
    locale: str
    count: int
    n: int
    due: datetime | None


# ---- consent


class RevisionAnswer(Answer):
    n: int
    digest: str
    texts: dict[str, str]
    change: str
    why: str
    tabled_by: str
    network: str | None
    title: str
    at: datetime


class PieceAnswer(Answer):
    """Words that stayed (same), came (ins) or went (del)."""

    op: str
    text: str


class BlockWords(Answer):
    id: str
    kind: str
    text: str


class BlockChangeAnswer(Answer):
    """``kind``: same, changed, added, removed or moved; the block before and after; pieces where it changed."""

    kind: str
    old: BlockWords | None
    new: BlockWords | None
    pieces: list[PieceAnswer]


class FactsAnswer(Answer):
    """Numbers and names that came or went: what a reader should see first."""

    numbers_gone: list[str]
    numbers_new: list[str]
    names_gone: list[str]
    names_new: list[str]


class DiffAnswer(Answer):
    """What changed from revision ``from`` to ``to``; ``rewritten`` is the share of the text, from 0 to 1."""

    locale: str
    older: int = field(name="from")
    to: int
    rewritten: float
    facts: FactsAnswer
    blocks: list[BlockChangeAnswer]


class WordsAnswer(Answer):
    text: str
    approved: bool


class StatementAnswer(Answer):
    """``original`` is the locale in which the network wrote."""

    original: str
    texts: dict[str, WordsAnswer]


class PositionTaken(Answer):
    """``status`` is the network's standing on the section after the act."""

    id: str
    index: int
    status: str
    section: str


class PositionAnswer(Answer):
    id: str
    index: int
    at: datetime
    section: str
    network: str
    account: str
    mandate: str
    kind: str
    target_digest: str
    read_locale: str
    read_digest: str
    authority: str
    statement: StatementAnswer | None
    harms: str
    remedy: str
    until: datetime | None
    channel: str
    supersedes: str | None


class AgreementAnswer(Answer):
    manifest_digest: str
    positions: list[PositionTaken]


class MatrixSection(Answer):
    id: str
    digest: str | None
    status: str


class CellAnswer(Answer):
    network: str
    section: str
    position: str | None
    status: str
    explicit_digest: str | None
    due: datetime | None
    older_words: bool


class MatrixAnswer(Answer):
    at: datetime
    networks: list[str]
    sections: list[MatrixSection]
    cells: list[CellAnswer]


# ---- publication


class BlockedAnswer(Answer):
    section: str
    code: str
    networks: list[str]


class ManifestAnswer(Answer):
    digest: str
    blocked: list[BlockedAnswer]


class ErratumAnswer(Answer):
    locale: str
    section: str
    text: str


class ReleaseAnswer(Answer):
    n: int
    at: datetime
    locales: list[str]
    errata: list[ErratumAnswer]


class FileAnswer(Answer):
    locale: str
    format: str
    path: str
    bytes: int
    sha256: str


class Counts(Answer):
    people: int = 0
    organisations: int = 0


class ApprovalPlace(Answer):
    network: str
    at: datetime


class EditionAnswer(Answer):
    """``approvals`` counts the people who approved it; ``approved_by`` names their networks."""

    n: int
    status: str
    manifest_digest: str
    content_digest: str
    frozen_at: datetime
    window_ends: datetime
    approvals: int
    approved_by: list[ApprovalPlace]
    releases: list[ReleaseAnswer]
    files: list[FileAnswer]
    signatures: Counts


class ApprovedAnswer(Answer):
    approvals: int
    needed: int
    job: str | None


class JobPlace(Answer):
    job: str


class StepAnswer(Answer):
    locale: str
    format: str
    status: str
    error: str


class JobAnswer(Answer):
    id: str
    kind: str
    status: str
    done: int
    total: int
    steps: list[StepAnswer]
