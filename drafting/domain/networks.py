"""Networks, their cards, their membership in a declaration, and the mandates of the people who act for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from drafting.domain.own_keys import OwnKey
from drafting.domain.passkeys import Passkey

CARD_FIELDS: Final = ("who", "about", "aims", "needs", "offers")
MAX_SHORT_NAME: Final = 12


class Scope(StrEnum):
    """What a mandate allows."""

    EDIT = "edit"
    CONSENT = "consent"
    TRANSLATE = "translate"
    SIGN = "sign"
    SPEAK = "speak"


class Role(StrEnum):
    """How a network takes part in a declaration; observers take no positions and are not counted."""

    FOUNDING = "founding"
    JOINED = "joined"
    OBSERVER = "observer"


@dataclass(frozen=True, slots=True)
class Network:
    """An organisation. ``card``: who, about, aims, needs, offers, as plain words; asked for, never a gate."""

    slug: str
    name: str
    short: str
    card: Mapping[str, str] = field(default_factory=dict)
    registered_by: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """A network in a declaration, from then on; ``until`` is set when it left. Past acts stand either way."""

    network: str
    name: str
    role: Role
    since: datetime
    charter_digest: str
    until: datetime | None = None
    place: int = 0

    def is_live(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)

    @property
    def counts(self) -> bool:
        return self.role is not Role.OBSERVER


@dataclass(frozen=True, slots=True)
class Mandate:
    """What one account may do in a declaration, for a network or (``network`` None) as a volunteer.

    ``locales`` narrows translating and editing to some languages; empty means all.
    """

    id: str
    network: str | None
    account: str
    scopes: frozenset[Scope]
    since: datetime
    until: datetime | None
    granted_by: str
    evidence: str = ""
    locales: tuple[str, ...] = ()

    def is_live(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)

    def allows(self, scope: Scope, at: datetime, locale: str | None = None) -> bool:
        in_locale = locale is None or not self.locales or locale in self.locales
        return scope in self.scopes and self.is_live(at) and in_locale


@dataclass(slots=True)
class Directory:
    """Every registered network by its slug, people's own keys and passkeys by their id: the fold of the platform's
    stream."""

    networks: dict[str, Network] = field(default_factory=dict)
    keys: dict[str, OwnKey] = field(default_factory=dict)
    passkeys: dict[str, Passkey] = field(default_factory=dict)
    index: int = 0

    def register(self, data: Mapping[str, Any], actor: str) -> None:
        self.networks[data["slug"]] = Network(
            data["slug"], data["name"], data.get("short") or data["name"], dict(data.get("card", {})), actor
        )

    def describe(self, data: Mapping[str, Any]) -> None:
        known = self.networks[data["slug"]]
        self.networks[data["slug"]] = replace(
            known,
            name=data.get("name", known.name),
            short=data.get("short", known.short),
            card={**known.card, **data.get("card", {})},
        )
