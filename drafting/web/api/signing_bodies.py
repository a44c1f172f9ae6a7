"""What the API takes and answers where somebody signs."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from drafting.web.api.answers import Answer
from drafting.web.api.bodies import Address, Body, Id, Name, Secret, Tag
from drafting.web.api.verdicts import Counts, SigningAnswer


class Consents(Body):
    """What the signatory agrees to; nothing unless it is said."""

    publish: bool = False
    updates: bool = False


class Mandate(Body):
    """Who in an organisation decided that it signs, and on which day (ISO 8601); ``text``: in their words."""

    by: Name
    on: Annotated[str, Meta(max_length=10)]
    text: Annotated[str, Meta(max_length=2000)] = ""
    locale: Annotated[str, Meta(max_length=35)] = ""


class NewAdherence(Body):
    """An organisation joins as a network, with its own reservation or without. ``sections``: ids of those that it is
    about; empty where it is about the whole."""

    reservation: Annotated[str, Meta(max_length=2000)] = ""
    locale: Annotated[str, Meta(max_length=35)] = ""
    sections: Annotated[list[Id], Meta(max_length=200)] = field(default_factory=list)


class NewSignature(Body):
    """``shown``: name, initials or count. ``locale``: the language that the signatory read. ``country``: ISO 3166-1."""

    kind: str
    name: Name
    address: Address
    locale: Tag
    affiliation: Name = ""
    role: Name = ""
    place: Name = ""
    country: Annotated[str, Meta(max_length=2)] = ""
    shown: Annotated[str, Meta(max_length=20)] = "name"
    consents: Consents = field(default_factory=Consents)
    second_contact: Annotated[str, Meta(max_length=320)] | None = None
    mandate: Mandate | None = None
    adherence: NewAdherence | None = None
    proof: Annotated[str, Meta(max_length=2000)] = ""


class LetterAnswer(Answer):
    """``minutes``: about how long until the letter leaves; null where none can leave at the moment."""

    minutes: int | None


class AskedAnswer(Answer):
    """The same for every address. ``letter`` stands there alone where letters take longer than usual."""

    letter: LetterAnswer | UnsetType = UNSET


class Withdrawal(Body):
    token: Secret
    erase: bool = False


class NewDomain(Body):
    """The domain that an organisation proves to be its own."""

    token: Secret
    domain: Annotated[str, Meta(max_length=300)]


class ProofAnswer(Answer):
    """What has to be published: ``line`` as a TXT record under ``record``, or in the page at the address ``page``.

    ``status``: as of :class:`ConfirmedAnswer`. ``found``: what the last look has shown, by dns and web: absent, other,
    moved, certificate or unreachable.
    """

    status: str
    domain: str
    record: str
    page: str
    line: str
    found: dict[str, str]
    until: datetime


class LogoAnswer(Answer):
    """``width`` and ``height`` of the logo as it is shown, in pixels; 0 where there is none."""

    width: int
    height: int


class ConfirmedAnswer(Answer):
    """``status``: confirmed, awaiting_second or quarantined. ``index``: the place in the ledger of signatures."""

    status: str
    id: str
    index: int | None
    commitment: str


class WithdrawnAnswer(Answer):
    status: str
    erased: bool


class MandateAnswer(Answer):
    """``text``: in the language ``locale``."""

    by: str
    on: str
    text: str
    locale: str


class JoinedAnswer(Answer):
    """A network that joined after the text was written. ``reservation``: empty, or in the language ``locale``;
    ``sections``: ids of those that it is about, or none."""

    reservation: str
    locale: str
    sections: list[str]


class SignatureAnswer(Answer):
    """``name``: or initials. ``commitment``: what the ledger holds of it.

    Of organisations: ``verified`` is second_contact, dns, web or empty; ``logo`` the address of a PNG, or empty.
    """

    index: int
    kind: str
    name: str
    affiliation: str
    role: str
    place: str
    at: datetime
    commitment: str
    verified: str = ""
    domain: str = ""
    mandate: MandateAnswer | None = None
    joined: JoinedAnswer | None = None
    logo: str = ""


class CountryAnswer(Answer):
    """``code``: ISO 3166-1; ``about``: a multiple of ten."""

    code: str
    about: int


class SignaturesAnswer(Answer):
    """``on_paper``: those among the count that were given on paper or in lists, for which two networks vouch.
    ``countries``: those that ten people or more named, as they were last published."""

    count: Counts
    on_paper: Counts
    countries: list[CountryAnswer]
    items: list[SignatureAnswer]
    signing: SigningAnswer
    next: str | None = None


class SigningEnd(Body):
    """When signing ends (RFC 3339, with its zone); at once without it."""

    at: Annotated[datetime, Meta(tz=True)] | None = None


class Decision(Body):
    """``reason``: flood, made_up, not_theirs, twice, offensive, looked_at or other; the note stays off the ledger."""

    reason: Annotated[str, Meta(max_length=20)]
    note: Annotated[str, Meta(max_length=500)] = ""


class ModeratedAnswer(Answer):
    """``domain``: of the address. ``proven_domain``: of an organisation that has proven it to be its own."""

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
    verified: str
    proven_domain: str
    has_logo: bool
    adheres: bool
    admitted: bool
    reservation: str
    reservation_sections: list[str]
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
    bounced: list[ModeratedAnswer]
    bounces: int
