"""What the API answers of consent and publication, as structs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import field

from drafting.web.api.answers import Answer


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


class OverflowAnswer(Answer):
    """Words that leave their column by so many CSS pixels, on a page counted from 1."""

    page: int
    by: int
    words: str


class PreflightAnswer(Answer):
    """What to look at before a language is printed.

    ``uncovered``: letters without a font; ``squares``: other characters without one, which are printed as squares.
    ``hyphenates``: null in scripts that do not. ``verbatim``: the share of paragraphs that can be copied word for word,
    0 to 1, null where it was not read; ``lost``: beginnings of the others.
    """

    locale: str
    is_fine: bool
    pages: int
    size: int
    uncovered: str
    squares: str
    overflowing: list[OverflowAnswer]
    hyphenates: bool | None
    verbatim: float | None
    lost: list[str]
    outdated: int
    untranslated: int


def preflight(found: Mapping[str, Any]) -> PreflightAnswer:
    overflowing = [OverflowAnswer(**each) for each in found["overflowing"]]
    return PreflightAnswer(**{**found, "overflowing": overflowing})


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


class SigningAnswer(Answer):
    """``state``: open, ending (a moment is set), settling (only letters sent before still confirm) or ended."""

    state: str
    closes: datetime | None


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
    signing: SigningAnswer


class ApprovedAnswer(Answer):
    approvals: int
    needed: int
    job: str | None


class LookAnswer(Answer):
    """``mark``: the digest of its PNG, or empty; ``alt``: what it shows."""

    design: str
    colour: str
    mark: str
    alt: str


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


class ReceiptAnswer(Answer):
    """An inclusion proof (RFC 6962). ``leaf``, ``path``: hashes in base64; ``checkpoint``, ``key``: as in C2SP.

    ``entry``: the line itself, for the confirmation of a signature; empty for others, which members read in the ledger.
    """

    format: int
    stream: str
    index: int
    entry: str
    leaf: str
    size: int
    path: list[str]
    checkpoint: str
    key: str


class CosignedAnswer(Answer):
    """How many known witnesses have signed."""

    witnesses: int


class OfflineKey(Answer):
    """``strength`` A: signed with a key that the server never had; ``key``: its fingerprint."""

    strength: str
    key: str
