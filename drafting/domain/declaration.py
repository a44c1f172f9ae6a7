"""A declaration: its charter, its sections and their order, and all that its ledger says. Computed, never stored.

The ledger's entries are folded into a :class:`Declaration` by ``domain/folding``; everything here only reads it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from drafting.domain.editions import APPROVALS_NEEDED, Approval, Edition
from drafting.domain.locales import Locale
from drafting.domain.looks import Look
from drafting.domain.networks import Mandate, Membership, Scope
from drafting.domain.positions import ManifestSignature, Position, Revision, Statement
from drafting.domain.prose import digest_of
from drafting.domain.rolls import HandedIn
from drafting.domain.translations import Review, Translation
from drafting.domain.updates import Update

FRONT: Final = "front"
# Words that stand where a section's id stands in addresses of pages with two parts.
RESERVED_SECTIONS: Final = frozenset({"translations", "publishing", "whole", "members", "mandates", "rounds"})
CHARTER_PREFIX: Final = b"drafting charter 1\n"


class Preset(StrEnum):
    """A ready charter; accepting it is part of joining."""

    PLAIN = "plain"
    URGENT = "urgent"
    FULL = "full"


PRESETS: Final[Mapping[Preset, Mapping[str, Any]]] = {
    Preset.PLAIN: {"answer_hours": 168, "objection_hours": 24},
    Preset.URGENT: {"answer_hours": 6, "objection_hours": 0},
    Preset.FULL: {"answer_hours": 336, "objection_hours": 72},
}


@dataclass(frozen=True, slots=True)
class Charter:
    """The agreed rules. Hours count from the tabling and from the freeze; ``zone`` is an IANA name."""

    preset: Preset
    consents_at_least: int = 2
    answer_hours: int = 168
    objection_hours: int = 24
    zone: str = "Etc/GMT+12"

    def to_json(self) -> dict[str, Any]:
        return {
            "preset": self.preset.value,
            "consents_at_least": self.consents_at_least,
            "answer_hours": self.answer_hours,
            "objection_hours": self.objection_hours,
            "zone": self.zone,
        }

    @property
    def digest(self) -> str:
        return digest_of(CHARTER_PREFIX, self.to_json())

    @classmethod
    def of(cls, preset: Preset, changes: Mapping[str, Any]) -> "Charter":
        """The preset with some numbers changed."""
        return cls(preset, **{**PRESETS[preset], **changes})


class Status(StrEnum):
    """Where a declaration stands."""

    DRAFTING = "drafting"
    ASKING = "asking"
    FROZEN = "frozen"
    RELEASED = "released"


@dataclass(slots=True)
class Section:
    """A part of the declaration. ``generation`` counts its texts: a split retires them and begins new ones.

    ``parent`` is the section it was split from, after that section's act number ``inherits_until``.
    """

    id: str
    holder: str
    holder_network: str | None
    generation: int = 1
    parent: str | None = None
    inherits_until: int = 0
    retired: bool = False
    bracketed: bool = False
    revisions: list[Revision] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    reviews: dict[tuple[str, str], Review] = field(default_factory=dict)
    translations: list[Translation] = field(default_factory=list)
    split_at: int = 0

    @property
    def revision(self) -> Revision | None:
        """The revision people are asked about: the last one tabled since the texts began."""
        last = self.revisions[-1] if self.revisions else None
        return last if last and last.generation == self.generation else None


@dataclass(slots=True)
class Declaration:
    """The whole state at ledger index ``index``."""

    slug: str
    title: dict[str, str] = field(default_factory=dict)
    created: datetime | None = None
    initiator: str = ""
    source_locale: str = "en"
    authentic_locales: tuple[str, ...] = ("en",)
    locales: dict[str, Locale] = field(default_factory=dict)
    charter: Charter = field(default_factory=lambda: Charter(Preset.PLAIN))
    members: dict[str, Membership] = field(default_factory=dict)
    mandates: dict[str, Mandate] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    statements: dict[str, dict[str, Statement]] = field(default_factory=dict)
    signatures: list[ManifestSignature] = field(default_factory=list)
    offline_keys: dict[str, str] = field(default_factory=dict)
    offline_signers: dict[str, str] = field(default_factory=dict)
    passkeys: dict[str, str] = field(default_factory=dict)
    passkey_holders: dict[str, str] = field(default_factory=dict)
    editions: list[Edition] = field(default_factory=list)
    rolls: dict[str, HandedIn] = field(default_factory=dict)
    look: Look = field(default_factory=Look)
    updates: dict[str, Update] = field(default_factory=dict)
    index: int = 0

    # ---- people

    def live_mandates(self, account: str, at: datetime) -> Iterator[Mandate]:
        """The account's mandates that hold at that time and whose network is still a member."""
        for mandate in self.mandates.values():
            member = self.members.get(mandate.network) if mandate.network else None
            if mandate.account == account and mandate.is_live(at) and (member is None or member.is_live(at)):
                yield mandate

    def mandate_for(self, account: str, network: str, scope: Scope, at: datetime) -> Mandate | None:
        """The mandate by which this account may act for that network."""
        return next((m for m in self.live_mandates(account, at) if m.network == network and scope in m.scopes), None)

    def voices(self, at: datetime) -> list[Membership]:
        """The networks whose positions count at that time, in the order in which they joined."""
        return [m for m in self.members.values() if m.is_live(at) and m.counts]

    def standing_words(self, words: Sequence[Approval], at: datetime) -> list[Approval]:
        """Which of the words for an edition, a list or an update hold at that time: all of them once there are enough;
        before that, those whose speakers still speak for their network."""
        if len(words) >= APPROVALS_NEEDED:
            return list(words)
        return [word for word in words if self._may_speak(word, at)]

    def _may_speak(self, word: Approval, at: datetime) -> bool:
        if not word.network:  # whoever looks after the declaration wrote an update, for no network
            return word.account == self.initiator
        return self.mandate_for(word.account, word.network, Scope.SIGN, at) is not None

    def consents_needed(self, at: datetime) -> int:
        """How many networks have to consent; never more than there are members."""
        return max(1, min(self.charter.consents_at_least, len(self.voices(at))))

    # ---- text

    def text_name(self, section: str, locale: str, generation: int | None = None) -> str:
        """The name of a live text: opaque to clients, the ``documentName`` of the wire."""
        number = self.sections[section].generation if generation is None else generation
        return f"{self.slug}.{section}.{locale}" + (f".{number}" if number > 1 else "")

    def live_sections(self) -> list[Section]:
        """The sections that are not retired, in the order of the declaration."""
        return [self.sections[id] for id in self.order if not self.sections[id].retired]

    def deadline(self, revision: Revision) -> datetime:
        """When the minimum time to answer about this revision ends."""
        return revision.at + timedelta(hours=self.charter.answer_hours)

    # ---- editions

    @property
    def open_edition(self) -> Edition | None:
        """The edition that is frozen and not yet released."""
        last = self.editions[-1] if self.editions else None
        return last if last and last.status == "frozen" else None

    @property
    def released(self) -> list[Edition]:
        return [edition for edition in self.editions if edition.status == "released"]

    @property
    def status(self) -> Status:
        if self.open_edition:
            return Status.FROZEN
        tabled = [s.revision for s in self.live_sections() if s.revision]
        released = self.released
        if released and all(revision.index < released[-1].index for revision in tabled):
            return Status.RELEASED
        return Status.ASKING if tabled else Status.DRAFTING


def text_place(name: str) -> tuple[str, str, str, int]:
    """A live text's name taken apart: declaration, section, locale, generation. Raises ValueError."""
    slug, section, locale, *rest = name.split(".")
    return slug, section, locale, int(rest[0]) if rest else 1
