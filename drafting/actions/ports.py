"""What the actions need from outside, as protocols; ``web/app.py`` hands in the real things, tests hand in others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from drafting.actions.letter_ports import Mail, Sentences
from drafting.actions.mailing_ports import Mailings
from drafting.actions.organisation_ports import Pictures, Sites
from drafting.actions.passkey_ports import Passkeys
from drafting.actions.publishing_ports import Jobs, Press, PublicLogs
from drafting.actions.roll_ports import Rolls
from drafting.actions.signature_list_ports import SignatureLists
from drafting.actions.signature_ports import Signatures
from drafting.actions.writing_ports import Workshops
from drafting.domain.events import Entry, Event


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


class Notices(Protocol):
    def announce(self, entries: Sequence[Entry]) -> None:
        """Tell open pages, after the commit. Never raises, never waits."""


class Clock(Protocol):
    def now(self) -> datetime:
        """UTC, with its zone."""


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
    sentences: Sentences
    signatures: Signatures
    lists: SignatureLists
    rolls: Rolls
    mailings: Mailings
    limits: Mapping[str, int] = field(default_factory=dict)
    logs: PublicLogs | None = None
    sites: Sites | None = None
    pictures: Pictures | None = None
