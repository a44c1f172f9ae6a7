"""What the API takes and answers where somebody signs."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, field

from drafting.web.api.answers import Answer
from drafting.web.api.bodies import Address, Body, Name, Secret, Tag
from drafting.web.api.verdicts import Counts


class Consents(Body):
    """What the signatory agrees to; nothing unless it is said."""

    publish: bool = False
    updates: bool = False


class NewSignature(Body):
    """``shown``: name, initials or count. ``locale``: the language that the signatory read."""

    kind: str
    name: Name
    address: Address
    locale: Tag
    affiliation: Name = ""
    role: Name = ""
    place: Name = ""
    shown: Annotated[str, Meta(max_length=20)] = "name"
    consents: Consents = field(default_factory=Consents)
    second_contact: Annotated[str, Meta(max_length=320)] | None = None
    proof: Annotated[str, Meta(max_length=2000)] = ""


class Withdrawal(Body):
    token: Secret
    erase: bool = False


class ConfirmedAnswer(Answer):
    """``status``: confirmed, awaiting_second or quarantined. ``index``: the place in the ledger of signatures."""

    status: str
    id: str
    index: int | None
    commitment: str


class WithdrawnAnswer(Answer):
    status: str
    erased: bool


class SignatureAnswer(Answer):
    """``name``: or initials. ``commitment``: what the ledger holds of it."""

    index: int
    kind: str
    name: str
    affiliation: str
    role: str
    place: str
    at: datetime
    commitment: str


class SignaturesAnswer(Answer):
    count: Counts
    items: list[SignatureAnswer]
    next: str | None = None


class Decision(Body):
    """``reason``: flood, made_up, not_theirs, twice, offensive, looked_at or other; the note stays off the ledger."""

    reason: Annotated[str, Meta(max_length=20)]
    note: Annotated[str, Meta(max_length=500)] = ""


class ModeratedAnswer(Answer):
    id: str
    state: str
    kind: str
    name: str
    affiliation: str
    place: str
    domain: str
    prefix: str
    reason: str
    note: str
    at: datetime


class TrendAnswer(Answer):
    """``of``: prefix or domain."""

    of: str
    value: str
    count: int
    held_back: bool


class DeskAnswer(Answer):
    waiting: list[ModeratedAnswer]
    latest: list[ModeratedAnswer]
    refused: list[ModeratedAnswer]
    trends: list[TrendAnswer]
