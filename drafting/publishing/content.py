"""A frozen edition as it is handed over for publication: everything by value, read once into typed things."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from drafting.domain.editions import CONTENT_PREFIX
from drafting.domain.errors import Code, Refusal
from drafting.domain.locales import Locale
from drafting.domain.looks import Look, read_look
from drafting.domain.positions import CellStatus
from drafting.domain.prose import Text, digest_of, from_json


class TextStatus(StrEnum):
    """How a section stands in one language. SOURCE: no approved translation, so the source's words stand there."""

    AUTHENTIC = "authentic"
    TRANSLATION = "translation"
    OUTDATED = "outdated"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Wording:
    """A network's statement in one language; ``approved``: the network stands behind this translation."""

    locale: str
    text: str
    approved: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """The words of a reservation or a minority, in every language there is. ``original`` names the first one."""

    original: str
    wordings: Mapping[str, Wording]

    def best(self, locale: str) -> Wording:
        """The approved words in that language, or else the original."""
        wanted = self.wordings.get(locale)
        return wanted if wanted and wanted.approved else self.wordings[self.original]

    def others(self, locale: str) -> list[Wording]:
        """What :meth:`best` did not give: the page's own language first, then the original, then by tag."""
        rest = [w for w in self.wordings.values() if w is not self.best(locale)]
        return sorted(rest, key=lambda w: (w.locale != locale, w.locale != self.original, w.locale))


@dataclass(frozen=True, slots=True)
class Standing:
    """A network's position on a section as of the freeze.

    ``offline_key``: the fingerprint of the key that it was signed with away from the server, or empty; ``passkey``:
    that of the passkey with which a device of a delegate agreed to it.
    """

    network: str
    status: CellStatus
    at: datetime | None
    harms: str
    remedy: str
    statement: Statement | None
    offline_key: str = ""
    passkey: str = ""

    @property
    def has_words(self) -> bool:
        """Whether the network said more than its position, which the sentence on the section tells anyway."""
        return bool(self.statement or self.harms or self.remedy)


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section in one language. ``outdated``: ids of the blocks whose source changed since they were translated."""

    title: str
    digest: str
    body: Text
    status: TextStatus
    outdated: frozenset[str]


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    revision: int
    digest: str
    texts: Mapping[str, SectionText]
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """``card``: what the network says of itself, by the keys who, about, aims, needs, offers."""

    slug: str
    name: str
    short: str
    card: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Erratum:
    n: int
    at: datetime
    locale: str
    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """One edition. ``digest`` covers all of it; ``manifest`` is what the networks signed.

    ``public_locales`` are the languages that have pages: authentic ones, and those with a translated section at least.
    ``released`` holds the moments of its releases, oldest first, where they are known. ``mark``: a PNG, or empty.
    """

    slug: str
    n: int
    origin: str
    title: Mapping[str, str]
    manifest: str
    digest: str
    frozen_at: datetime
    source_locale: str
    authentic_locales: tuple[str, ...]
    locales: tuple[Locale, ...]
    public_locales: tuple[Locale, ...]
    sections: tuple[Section, ...]
    networks: tuple[Network, ...]
    translators: Mapping[str, tuple[str, ...]]
    signed_by: tuple[str, ...]
    approvals: tuple[tuple[str, datetime], ...]
    errata: tuple[Erratum, ...]
    released: tuple[datetime, ...]
    look: Look = field(default_factory=Look)
    mark: bytes = b""

    @property
    def mark_name(self) -> str:
        """The file of the mark beside the pages, named by its content; empty where there is none."""
        return f"mark-{self.look.mark.removeprefix('sha256:')[:12]}.png" if self.mark else ""

    @property
    def is_released(self) -> bool:
        return bool(self.released or self.approvals)

    @property
    def released_at(self) -> datetime:
        """The first release, or the last approval that it needed; before that, the moment of the freeze."""
        return self.released[0] if self.released else max((at for _, at in self.approvals), default=self.frozen_at)

    @property
    def changed_at(self) -> datetime:
        """The release or its newest correction."""
        return max([self.released_at, *self.released, *(erratum.at for erratum in self.errata)])

    def locale(self, tag: str) -> Locale:
        """Raises ``unknown_locale`` for a language that the edition does not have."""
        for locale in self.locales:
            if locale.tag == tag:
                return locale
        raise Refusal(Code.UNKNOWN_LOCALE, locale=tag)

    def title_in(self, tag: str) -> str:
        return self.title.get(tag) or self.title.get(self.source_locale) or self.slug

    def text(self, section: Section, tag: str) -> tuple[str, SectionText]:
        """The section for readers of that language, and the language in which its words really are."""
        text = section.texts.get(tag)
        if text is None or text.status is TextStatus.SOURCE:
            return self.source_locale, _as_source(text or section.texts[self.source_locale])
        return tag, text


def _as_source(text: SectionText) -> SectionText:
    return SectionText(text.title, text.digest, text.body, TextStatus.SOURCE, frozenset())


def read_content(value: Mapping[str, Any]) -> Content:
    """The typed form of an edition's content, which is trusted: it was made from the ledger."""
    locales = tuple(Locale(each["tag"], each["script"], each["autonym"]) for each in value["locales"])
    sections = tuple(_section(each) for each in value["sections"])
    return Content(
        slug=value["declaration"],
        n=value["n"],
        origin=value.get("origin", ""),
        title=value["title"],
        manifest=value["manifest"],
        digest=digest_of(CONTENT_PREFIX, value),
        frozen_at=moment(value["frozen_at"]),
        source_locale=value["source_locale"],
        authentic_locales=tuple(value["authentic_locales"]),
        locales=locales,
        public_locales=tuple(locale for locale in locales if _has_words(sections, locale.tag)),
        sections=sections,
        networks=tuple(_network(each) for each in value["networks"]),
        translators={tag: tuple(names) for tag, names in value.get("translators", {}).items()},
        signed_by=tuple(value.get("manifest_signed_by", ())),
        approvals=tuple((each["network"], moment(each["at"])) for each in value.get("approvals", ())),
        errata=tuple(
            Erratum(e["n"], moment(e["at"]), e["locale"], e["section"], e["text"]) for e in value.get("errata", ())
        ),
        released=tuple(moment(at) for at in value.get("released_at", ())),
        look=read_look(value.get("look", {})),
        mark=base64.b64decode(value.get("look", {}).get("png", "")),
    )


def _has_words(sections: tuple[Section, ...], tag: str) -> bool:
    texts = (section.texts.get(tag) for section in sections)
    return any(text is not None and text.status is not TextStatus.SOURCE for text in texts)


def moment(text: str) -> datetime:
    """RFC 3339, as everything in the ledger is written."""
    return datetime.fromisoformat(text)


def _network(value: Mapping[str, Any]) -> Network:
    return Network(value["slug"], value["name"], value.get("short") or value["name"], value.get("card") or {})


def _section(value: Mapping[str, Any]) -> Section:
    return Section(
        id=value["id"],
        revision=value["revision"]["n"],
        digest=value["revision"]["digest"],
        texts={tag: _text(each) for tag, each in value["texts"].items()},
        standings=tuple(_standing(each) for each in value["positions"]),
    )


def _text(value: Mapping[str, Any]) -> SectionText:
    return SectionText(
        value["title"],
        value["digest"],
        from_json(value["body"]),
        TextStatus(value["status"]),
        frozenset(value.get("outdated_blocks", ())),
    )


def _standing(value: Mapping[str, Any]) -> Standing:
    at = value.get("at")
    return Standing(
        value["network"],
        CellStatus(value["status"]),
        moment(at) if at else None,
        value.get("harms") or "",
        value.get("remedy") or "",
        _statement(value["statement"]) if value.get("statement") else None,
        value.get("offline_key") or "",
        value.get("passkey") or "",
    )


def _statement(value: Mapping[str, Any]) -> Statement:
    wordings = {tag: Wording(tag, each["text"], bool(each["approved"])) for tag, each in value["texts"].items()}
    return Statement(value["original"], wordings)
