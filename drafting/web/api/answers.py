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


class WrittenAnswer(Answer):
    """Words of one author, with their marks."""

    text: str
    marks: dict[str, Any]
    note: str | None
    account: str
    network: str | None


class WrittenBlockAnswer(Answer):
    id: str
    kind: str
    depth: int
    words: list[WrittenAnswer]


class AuthorshipAnswer(Answer):
    """Who wrote the words of a text as it was right after the edit of that number."""

    sequence: int
    blocks: list[WrittenBlockAnswer]


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


class OwnKeyAnswer(Answer):
    """A key with which the caller signs positions; ``until``: when it was ended."""

    id: str
    public: str
    fingerprint: str
    since: datetime
    until: datetime | None


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
