"""A name under an edition: its states, what the ledger is told of it, and when two addresses are one.

The ledger's entries of signatures stand in a stream of their own (:func:`stream_of`), since there may be a million of
them and a declaration is folded from its own stream at every act. They hold no personal data: what somebody said of
themselves is bound by a salted commitment, and the salt lies beside the words, where erasing takes both away.
"""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import rfc8785

from drafting.domain.events import Entry, Kind
from drafting.domain.organisations import ADHERES, Verified

STREAM_END: Final = "/signatures"
SALT_BYTES: Final = 32


class SignatureState(StrEnum):
    """``pending``: asked for and not confirmed. ``quarantined``: confirmed, and held back until somebody has looked.
    ``taken_back``: it stood on a list that those who vouched for it took back; its address is free to sign."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    QUARANTINED = "quarantined"
    INVALIDATED = "invalidated"
    WITHDRAWN = "withdrawn"
    TAKEN_BACK = "taken_back"


class SignatoryKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


class Shown(StrEnum):
    """How a signatory wants to stand in the list; ``count``: not at all, only counted."""

    NAME = "name"
    INITIALS = "initials"
    COUNT = "count"


class Source(StrEnum):
    """How a signature came in."""

    WEB = "web"
    API = "api"
    PAPER = "paper"
    LIST = "list"


ON_PAPER: Final = (Source.PAPER, Source.LIST)
"""Not confirmed by a letter: two people of different networks vouch for them, and they are told apart in the counts."""
HOLDING_STATES: Final = frozenset({SignatureState.CONFIRMED, SignatureState.QUARANTINED, SignatureState.INVALIDATED})
"""Of the signatures of one address under one edition, one at most is in any of these."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it is kept. Empty words: not said, or erased.

    ``publish`` and ``updates``: the digest of the consent's wording, empty where it was not given. ``index``: the place
    of its confirmation in the ledger. ``turn`` counts its changes. ``contact_confirmed`` and ``second_confirmed``: when
    the first and, for organisations, the second contact followed their links. ``prefix``: the network the request came
    from, for the rules against floods. ``domain``: the one that an organisation proves to be its own, or has proven.
    ``details``: what organisations say beyond this. ``roll``: the list on which it came in, if any.
    """

    id: str
    declaration: str
    edition: int
    kind: SignatoryKind
    state: SignatureState
    name: str
    address: str
    shown: Shown
    locale: str
    salt: bytes
    commitment: str
    requested: datetime
    expires: datetime
    affiliation: str = ""
    role: str = ""
    place: str = ""
    publish: str = ""
    updates: str = ""
    source: Source = Source.WEB
    second_address: str = ""
    contact_confirmed: datetime | None = None
    second_confirmed: datetime | None = None
    confirmed: datetime | None = None
    changed: datetime | None = None
    reminded: datetime | None = None
    index: int | None = None
    turn: int = 0
    prefix: str = ""
    reason: str = ""
    domain: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    country: str = ""
    bounced: datetime | None = None
    roll: str = ""

    @property
    def is_listed(self) -> bool:
        """Whether the public list shows more of it than a number."""
        return self.state is SignatureState.CONFIRMED and bool(self.publish) and self.shown is not Shown.COUNT

    @property
    def shown_name(self) -> str:
        """What the public list says; empty where it is only counted."""
        if not self.is_listed:
            return ""
        return self.name if self.shown is Shown.NAME else initials(self.name)

    @property
    def is_erased(self) -> bool:
        return not self.salt

    @property
    def awaits_second(self) -> bool:
        """An organisation of which one contact has confirmed and the other has not."""
        return self.state is SignatureState.PENDING and self.contact_confirmed is not None

    @property
    def verified(self) -> Verified | None:
        """Through what it is known that the organisation has signed; None for people, and before it is known."""
        if proof := self.details.get("proof"):
            return Verified(proof)
        is_second = self.kind is SignatoryKind.ORGANISATION and self.second_confirmed is not None
        return Verified.SECOND_CONTACT if is_second else None

    def said(self) -> dict[str, Any]:
        """What its commitment binds; of mandate, adherence, domain and country what there is."""
        domain = self.domain if self.details.get("proof") else ""
        more = {name: self.details.get(name) for name in ("mandate", ADHERES)}
        more |= {"domain": domain, "country": self.country}
        return {
            "declaration": self.declaration,
            "edition": self.edition,
            "kind": self.kind.value,
            "name": self.name,
            "affiliation": self.affiliation,
            "role": self.role,
            "place": self.place,
            "shown": self.shown.value,
            **{name: value for name, value in more.items() if value},
        }


def commitment(salt: bytes, said: Mapping[str, Any]) -> str:
    """``sha256:`` over the salt followed by the RFC 8785 form of what was said."""
    return "sha256:" + hashlib.sha256(salt + rfc8785.dumps(dict(said))).hexdigest()


def stream_of(declaration: str) -> str:
    """The ledger's stream of a declaration's signatures; a slug holds no slash."""
    return declaration + STREAM_END


def is_signature_stream(stream: str) -> bool:
    return stream.endswith(STREAM_END)


def folded(address: str) -> str:
    """What all spellings of one mailbox have in common: case, dots and what follows a plus do not count.

    At some providers ``a.b@`` and ``ab@`` are two mailboxes. They are one here all the same: a list of providers would
    be stale tomorrow, and of two such neighbours the second one is told by letter that the first has signed.
    """
    local, _, domain = unicodedata.normalize("NFKC", address.strip()).casefold().rpartition("@")
    bare = local.partition("+")[0].replace(".", "")
    return f"{bare or local}@{_ascii(domain.rstrip('.'))}"


def _ascii(domain: str) -> str:
    """A domain in its one ASCII form, where it has one."""
    try:
        return domain.encode("idna").decode("ascii").casefold()
    except UnicodeError:
        return domain


def initials(name: str) -> str:
    """The first letter of each part, in the script of the name: “Amina Bint Said” is “A. B. S.”."""
    parts = [part for part in name.replace("-", " ").split() if part[0].isalnum()]
    return " ".join(f"{_first_letter(part)}." for part in parts)


def _first_letter(part: str) -> str:
    """With the marks that belong to it: vowel signs, accents."""
    end = 1
    while end < len(part) and unicodedata.category(part[end]).startswith("M"):
        end += 1
    return part[:end].upper()


@dataclass(frozen=True, slots=True)
class Counts:
    """Signatures that count: confirmed, less those withdrawn and invalidated. Those on paper and lists are in both."""

    people: int = 0
    organisations: int = 0
    people_on_paper: int = 0
    organisations_on_paper: int = 0

    @property
    def all(self) -> int:
        return self.people + self.organisations

    @property
    def on_paper(self) -> int:
        return self.people_on_paper + self.organisations_on_paper


_COUNTING: Final[Mapping[Kind, bool]] = {
    Kind.SIGNATURE_CONFIRM: True,
    Kind.SIGNATURE_RESTORE: True,
    Kind.SIGNATURE_WITHDRAW: False,
    Kind.SIGNATURE_INVALIDATE: False,
    Kind.SIGNATURE_QUARANTINE: False,
}


class Tally:
    """The count of every edition, folded from a stream of signatures. Applying an entry twice changes nothing."""

    def __init__(self) -> None:
        self.index = 0
        self._known: dict[str, tuple[int, str, bool]] = {}
        self._counted: dict[str, bool] = {}

    def apply(self, entries: Iterable[Entry]) -> "Tally":
        for entry in entries:
            data, counts = entry.event.data, _COUNTING.get(entry.event.kind)
            if entry.event.kind is Kind.SIGNATURE_CONFIRM:
                self._known[data["id"]] = data["edition"], data["kind"], data.get("source") in ON_PAPER
            if counts is not None:
                self._counted[data["id"]] = counts
            self.index = entry.index
        return self

    def counts(self, edition: int) -> Counts:
        """Of one edition."""
        found = Counter(
            (kind, on) for id, (n, kind, on) in self._known.items() if n == edition and self._counted.get(id)
        )

        def of(kind: SignatoryKind) -> tuple[int, int]:
            return found[kind, False] + found[kind, True], found[kind, True]

        (people, people_on), (organisations, organisations_on) = (
            of(SignatoryKind.PERSON),
            of(SignatoryKind.ORGANISATION),
        )
        return Counts(people, organisations, people_on, organisations_on)
