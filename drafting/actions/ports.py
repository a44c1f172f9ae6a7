"""What the actions need from outside, as protocols; ``web/app.py`` hands in the real things, tests hand in others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from drafting.actions.mailing_ports import Mailings
from drafting.actions.organisation_ports import Pictures, Sites
from drafting.actions.passkey_ports import Passkeys
from drafting.actions.publishing_ports import Jobs, Press, PublicLogs
from drafting.actions.roll_ports import Rolls
from drafting.actions.writing_ports import Workshops
from drafting.domain.editions import Signing
from drafting.domain.events import Entry, Event
from drafting.domain.geography import Geography, Place
from drafting.domain.signatures import Counts, SignatoryKind, Signature, SignatureState, Source


class LedgerMoved(Exception):
    """Somebody appended first; decide again on what the ledger now says."""


class CannotSave(Exception):
    """The store cannot keep anything now (disk full, database away). Nothing of the call was kept."""


class Ledger(Protocol):
    """The append-only record, and the immutable bytes that it refers to by digest."""

    async def append(
        self,
        stream: str,
        events: Sequence[Event],
        *,
        expected: int,
        at: datetime,
        contents: Mapping[str, bytes] = {},
    ) -> Sequence[Entry]:
        """Append after index ``expected`` in one durable transaction with the contents (digest → bytes).

        Raises :class:`LedgerMoved` when the stream's last index is another, :class:`CannotSave` when it can't write.
        """

    async def read(self, stream: str, after: int = 0, most: int | None = None) -> Sequence[Entry]:
        """Entries with a greater index, oldest first, at most so many; empty for an unknown stream."""

    async def streams(self) -> Sequence[str]:
        """Every stream that has an entry."""

    async def content(self, digest: str) -> bytes:
        """The bytes kept under a digest. Raises ``not_found``."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who signs in. The address and the name are personal and stand nowhere in the ledger."""

    id: str
    address: str
    name: str
    locale: str


class Accounts(Protocol):
    async def open(self, address: str, name: str = "", locale: str = "") -> tuple[Account, bool]:
        """The account of an address (case folded), made where there is none; and whether it was made now."""

    async def find(self, address: str) -> Account | None: ...

    async def get(self, account: str) -> Account:
        """Raises ``not_found``."""

    async def describe(self, account: str, *, name: str | None = None, locale: str | None = None) -> Account: ...

    async def names(self, accounts: Sequence[str]) -> Mapping[str, str]:
        """Account id → the name to show."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Something secret that lets its bearer in or lets them do one thing; only a hash of the secret is kept."""

    id: str
    purpose: str
    account: str
    data: Mapping[str, Any]
    created: datetime
    expires: datetime
    used: datetime | None = None
    seen: datetime | None = None


class Passes(Protocol):
    """Sessions, API tokens, sign-in links and codes, invitations. ``purpose`` keeps them apart."""

    async def issue(
        self, purpose: str, account: str, expires: datetime, at: datetime, data: Mapping[str, Any] = {}
    ) -> tuple[str, Pass]:
        """A new secret (43 characters of base64url) and what is known of it."""

    async def find(self, purpose: str, secret: str, at: datetime) -> Pass | None:
        """The pass, unless it is unknown, revoked or past its time. A used one is found, with ``used`` set."""

    async def spend(self, purpose: str, secret: str, at: datetime) -> Pass | None:
        """Use it up: of any number of callers at once exactly one gets it."""

    async def change(
        self, pass_id: str, *, data: Mapping[str, Any] | None = None, seen: datetime | None = None
    ) -> None: ...

    async def of_account(self, purpose: str, account: str, at: datetime) -> Sequence[Pass]:
        """The live ones, newest first."""

    async def revoke(self, pass_id: str, account: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in one language; links stand alone on a line of ``body``.

    ``about``: the update that it brings, if any. Such letters let others go first, and so do those that ``can_wait``
    since nobody asked for them. ``leave``: the address at which its reader gets no more of them, which mail programs
    are told too (RFC 8058).
    """

    to: str
    subject: str
    body: str
    locale: str = "en"
    about: str = ""
    leave: str = ""
    can_wait: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a letter has to expect that is sent now. ``minutes``: about how long until it leaves, None where nothing
    leaves at the moment; ``waiting``: how many leave before it."""

    waiting: int
    minutes: int | None


class Mail(Protocol):
    async def send(self, letters: Sequence[Letter], at: datetime) -> None:
        """Kept durably when this returns; delivered soon after, once, again and again until it works."""

    async def waiting(self, limit: int) -> int:
        """How many letters are not delivered yet, counted up to ``limit``."""

    async def outlook(self, at: datetime) -> Outlook:
        """How long a letter takes that is sent now, judged by what waits and by how fast letters leave."""


class SignatureMoved(Exception):
    """Somebody changed this signature first; look at it and decide again."""


class AddressHasSigned(Exception):
    """The address holds another signature under this edition, and one is all it can hold."""


class LinkRole(StrEnum):
    """Whose link it is: the signatory's own, that of an organisation's second contact, or one that lets its bearer
    leave the updates and do nothing else."""

    OWN = "own"
    SECOND = "second"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class SignatureLink:
    """A secret that stands in a letter; only a hash of it is kept, with the letter that carries it."""

    secret: str
    role: LinkRole
    letter: Letter


@dataclass(frozen=True, slots=True)
class SignatureRequest:
    """Somebody asks to sign. Two letters with the same link, of which one is sent: ``letter`` where the address has not
    signed this edition yet, ``known`` where it has. ``contents``: the consents' wordings by digest."""

    signature: Signature
    secret: str
    letter: Letter
    known: Letter
    contents: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignatureChange:
    """From what was seen to what shall be, with its events (for the declaration's stream of signatures) and letters.

    An ``after`` without a salt is erased: the store then drops its links, its waiting letters, its logo and what finds
    it. ``logo``: PNG to keep from now on; empty: the one that was kept is dropped; None: it stays.
    """

    before: Signature
    after: Signature
    events: Sequence[Event] = ()
    links: Sequence[SignatureLink] = ()
    logo: bytes | None = None


class Signatures(Protocol):
    """Who signed which edition, and the counts. Whatever is asked for at the same time shares a transaction."""

    async def request(self, asked: SignatureRequest, at: datetime) -> None:
        """Keep a pending signature, its link and its letter; durable when this returns.

        Where the address has signed this edition, only ``known`` is sent; where it was asked for too often today,
        nothing is. Raises :class:`CannotSave`.
        """

    async def add(self, changes: Sequence[SignatureChange], at: datetime) -> Sequence[Signature | None]:
        """Keep new signatures (``before`` is ``after``) as they are with their events, in one transaction; for lists
        and paper. Those whose address holds one already are left out, and None stands in their place."""

    async def change(self, change: SignatureChange, at: datetime) -> Signature:
        """As kept, with its ``index`` where an event of it confirms. Raises :class:`SignatureMoved`,
        :class:`AddressHasSigned`, :class:`CannotSave`."""

    async def find(self, secret: str) -> tuple[Signature, LinkRole] | None:
        """The signature that a letter's link leads to, and whose link it is."""

    async def get(self, id: str) -> Signature:
        """Raises ``not_found``."""

    async def counts(self, declaration: str, edition: int) -> Counts:
        """As of now, from a row that every change keeps right."""

    async def listed(
        self,
        declaration: str,
        edition: int,
        after: int = 0,
        limit: int = 100,
        *,
        newest_first: bool = False,
        kind: SignatoryKind | None = None,
    ) -> Sequence[Signature]:
        """Confirmed ones that show a name or initials, by their place in the ledger. ``after``: the last place seen;
        0 begins at the first one, or at the newest. ``kind``: of this kind alone."""

    async def in_state(
        self,
        declaration: str,
        edition: int,
        state: SignatureState,
        limit: int,
        *,
        since: datetime | None = None,
        but: Collection[Source] = (),
    ) -> Sequence[Signature]:
        """Those in this state, the newest first; ``since``: changed after that moment alone; ``but``: not those that
        came in so."""

    async def bounced(self, declaration: str, edition: int, limit: int) -> tuple[int, Sequence[Signature]]:
        """How many there are to whose address no letter can be delivered, and the newest of them."""

    async def places(self, declaration: str, edition: int) -> Mapping[str, int]:
        """How many of those who count and agreed to be published named each place, as they wrote it."""

    async def countries(self, declaration: str, edition: int) -> Mapping[str, int]:
        """The same for countries, by their codes."""

    async def geography(self, declaration: str, edition: int) -> Geography:
        """What was told last of where people signed; an empty one where nothing was."""

    async def keep_geography(self, declaration: str, edition: int, before: Geography, after: Geography) -> Geography:
        """Keep what is told from now on, unless another node told something since ``before``; what is told then."""

    async def entries(self, declaration: str, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """The ledger's entries of a declaration's signatures with a greater index, oldest first."""

    async def unreminded(self, before: datetime, at: datetime, limit: int = 100) -> Sequence[Signature]:
        """Pending ones, asked for before that moment, not yet past their time and not reminded yet; oldest first."""

    async def unproven(self, before: datetime, at: datetime, limit: int = 50) -> Sequence[Signature]:
        """Pending organisations that named a domain, not yet past their time, unchanged since that moment; those that
        have waited longest come first."""

    async def logo(self, id: str) -> bytes | None:
        """The logo of a signature, PNG; None where it has none."""

    async def forget_prefixes(self, before: datetime) -> int:
        """Forget from which network those came that were asked for before that moment; how many."""

    async def sweep(self, before: datetime) -> int:
        """Drop pending ones whose time ended before that moment, with their links; how many."""


class Notices(Protocol):
    def announce(self, entries: Sequence[Entry]) -> None:
        """Tell open pages, after the commit. Never raises, never waits."""


class Clock(Protocol):
    def now(self) -> datetime:
        """UTC, with its zone."""


@dataclass(frozen=True, slots=True)
class ListFront:
    """The first page of an edition's list. ``newest``: people; items as ``actions/signature_lists.py`` shows them.

    ``index``: how far the ledger of signatures was read; ``gone``: ids that were taken back since the last time;
    ``erased``: those of them of which nothing is left. ``closes`` and ``settles``: of the edition's signing, where its
    end was set.
    """

    index: int
    pages: int
    counts: Counts
    newest: Sequence[Mapping[str, Any]]
    organisations: Sequence[Mapping[str, Any]]
    gone: Sequence[str]
    erased: Sequence[str]
    at: datetime
    places: Sequence[Place] = ()
    countries: Sequence[Place] = ()
    signing: Signing = Signing.OPEN
    closes: datetime | None = None
    settles: datetime | None = None


class SignatureLists(Protocol):
    """The public lists of signatures, as files. ``edition``: the content of a released edition, by value."""

    async def seen(self, edition: Mapping[str, Any]) -> int | None:
        """How far the ledger was read when the lists were written; None where they are not, or not in every locale."""

    async def put_page(
        self, edition: Mapping[str, Any], page: int, last: int, items: Sequence[Mapping[str, Any]]
    ) -> None:
        """Write one page of names in every locale, and as data."""

    async def missing_logos(self, edition: Mapping[str, Any], names: Sequence[str]) -> Sequence[str]:
        """Those of these files of logos that are not there yet."""

    async def put_logo(self, edition: Mapping[str, Any], name: str, data: bytes) -> None:
        """Write one; those that no organisation of the first page names are taken away when that is written."""

    async def erased(self) -> Collection[str]:
        """The ids of all signatures that were ever erased here, also of those that an older backup does not know."""

    async def put_front(self, edition: Mapping[str, Any], front: ListFront) -> None:
        """Write the first page and the counts; from then on :meth:`seen` answers ``front.index``."""

    async def printed(self, edition: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What :meth:`put_printed` was told last, or None."""

    async def put_printed(self, edition: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        """Say which printed lists there are (``at``, ``index``, ``names``, ``files``), and take others away."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything the actions work with. ``limits`` are the bounded numbers of the settings that actions obey.

    ``sites``: None where this server asks no others.
    """

    workshops: Workshops
    ledger: Ledger
    accounts: Accounts
    passes: Passes
    passkeys: Passkeys
    mail: Mail
    jobs: Jobs
    press: Press
    notices: Notices
    clock: Clock
    origin: str
    sentences: "Sentences"
    signatures: Signatures
    lists: SignatureLists
    rolls: Rolls
    mailings: Mailings
    limits: Mapping[str, int] = field(default_factory=dict)
    logs: PublicLogs | None = None
    sites: Sites | None = None
    pictures: Pictures | None = None


class Sentences(Protocol):
    """Translated words for letters; the web layer knows gettext."""

    def letter(self, name: str, locale: str, /, **values: Any) -> tuple[str, str]:
        """Subject and body of a letter by its name: ``invitation``, ``sign_in``, ``receipt``, ``tabled``, ``grant``."""

    def wording(self, name: str, locale: str) -> tuple[str, str]:
        """The words of a consent (``publish``, ``updates``), and the locale that they are in."""
