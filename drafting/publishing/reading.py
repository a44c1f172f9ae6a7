"""One edition as readers of one language meet it: what the templates of pages and of print show."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from markupsafe import Markup

from drafting.domain.errors import Code, Refusal
from drafting.domain.locales import Locale
from drafting.domain.positions import CellStatus
from drafting.domain.prose import short_code
from drafting.publishing.content import Content, Network, Section, SectionText, Standing, TextStatus, Wording
from drafting.publishing.html import TOP_LEVEL, SetSection, Setting, set_lines, set_section
from drafting.publishing.standings import MARKS, Tally, label, sentences
from drafting.publishing.words import Words, autonym, direction_in, number

FRONT: Final = "front"
_NOT_LATIN: Final = re.compile("[\u0370-\u1dff\u2c00-\ua71f\uab00-\U0010ffff]")
# Beyond this many networks a row of marks says nothing any more; the sentence does.
MOST_MARKS: Final = 12
SPEAKS: Final = frozenset(
    {CellStatus.RESERVES, CellStatus.STANDS_ASIDE, CellStatus.OBJECTS, CellStatus.WITHDRAWN, CellStatus.AD_REFERENDUM}
)
CARD: Final = ("who", "about", "aims", "needs", "offers")


def direction_of(text: str) -> str:
    """The direction of a name or a line, by most of its letters; page makers do not look for themselves."""
    kinds = [unicodedata.bidirectional(character) for character in text]
    rightward = kinds.count("R") + kinds.count("AL")
    return "rtl" if rightward > kinds.count("L") else "ltr"


def isolate(name: str) -> Markup:
    """A name inside a sentence of another script. Western names keep Western punctuation among East Asian words."""
    kind = Markup(' class="latn"') if not _NOT_LATIN.search(name) else Markup("")
    return Markup('<bdi dir="{}"{}>{}</bdi>').format(direction_of(name), kind, name)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A statement in one language, set; ``attributes`` are lang and dir."""

    wording: Wording
    attributes: Markup
    language: str
    html: Markup
    is_original: bool


@dataclass(frozen=True, slots=True)
class Side:
    """What a network says beside a section."""

    name: Markup
    mark: str
    label: str
    first: Quoted | None
    others: tuple[Quoted, ...]
    harms: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section as shown. ``number`` is empty for the front; ``attributes`` are set where its language is another."""

    section: Section
    text: SectionText
    lang: str
    attributes: Markup
    number: str
    set: SetSection
    sides: tuple[Side, ...]
    marks: tuple[str, ...]
    sentences: tuple[Markup, ...]
    outdated: int

    @property
    def id(self) -> str:
        return self.section.id

    @property
    def is_source(self) -> bool:
        return self.text.status is TextStatus.SOURCE


class Reading:
    """An edition in one language. ``words`` may be of another one, where the text's own has no catalogue."""

    def __init__(
        self,
        content: Content,
        locale: Locale,
        words: Words,
        *,
        notes_inline: bool = False,
        separator: str = ":",
        has_links: bool = False,
        prefix: str = "",
    ) -> None:
        """``prefix`` begins every anchor within a section; for the rest see :class:`Setting`."""
        self.content = content
        self.locale = locale
        self.words = words
        self.notes_inline = notes_inline
        self.separator = separator
        self.has_links = has_links
        self.prefix = prefix
        self.networks: Mapping[str, Network] = {network.slug: network for network in content.networks}

    @property
    def title(self) -> str:
        return self.content.title_in(self.locale.tag)

    @property
    def ui(self) -> Markup:
        """lang and dir for the words around the text, where they are of another language than the text."""
        if self.words.tag == self.locale.tag:
            return Markup("")
        if self.words.direction == self.locale.direction:
            return Markup(' lang="{}"').format(self.words.tag)
        return Markup(' lang="{}" dir="{}"').format(self.words.tag, self.words.direction)

    @property
    def code(self) -> str:
        return short_code(self.content.manifest)

    @property
    def address(self) -> str:
        """Where this edition stands online, in this language."""
        return self.address_of(self.locale.tag)

    def address_of(self, tag: str) -> str:
        return f"{self.content.origin}/d/{self.content.slug}/{self.content.n}/{tag}/"

    @property
    def is_authentic(self) -> bool:
        return self.locale.tag in self.content.authentic_locales

    @cached_property
    def authentic_languages(self) -> Markup:
        return self.words.join([self.words.language(tag) for tag in self.content.authentic_locales])

    def number(self, value: int) -> str:
        """In the digits of the text, which may not be those of the words around it."""
        return number(value, self.locale.tag)

    def name(self, network: str) -> Markup:
        known = self.networks.get(network)
        return isolate(known.name if known else network)

    def attributes(self, tag: str) -> Markup:
        return Markup('lang="{}" dir="{}"').format(tag, self._direction(tag))

    def _direction(self, tag: str) -> str:
        known = next((locale for locale in self.content.locales if locale.tag == tag), None)
        return known.direction if known else direction_in(tag)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All sections, the front among them, in their order."""
        return tuple(self._parts())

    @property
    def front(self) -> Part | None:
        """What stands before the sections, where there is a word of it."""
        part = next((part for part in self.parts if part.id == FRONT), None)
        return part if part and any(not block.is_empty for block in part.text.body) else None

    @property
    def sections(self) -> list[Part]:
        return [part for part in self.parts if part.id != FRONT]

    def _parts(self) -> Iterator[Part]:
        count = 0
        for section in self.content.sections:
            count += section.id != FRONT
            yield self._part(section, self.number(count) if section.id != FRONT else "")

    def headings(self, ids: Collection[str]) -> list[tuple[str, str, Markup]]:
        """Id, number and title of these sections, in their order; without setting what stands in them."""
        shown = [section for section in self.content.sections if section.id != FRONT]
        return [
            (section.id, self.number(n), isolate(self.content.text(section, self.locale.tag)[1].title))
            for n, section in enumerate(shown, start=1)
            if section.id in ids
        ]

    def _part(self, section: Section, shown: str) -> Part:
        if not section.texts:
            raise Refusal(Code.RENDERING_FAILED, reason="no_text", section=section.id)
        lang, text = self.content.text(section, self.locale.tag)
        tally = Tally(section.standings, self.name, len(self.content.networks))
        return Part(
            section=section,
            text=text,
            lang=lang,
            attributes=Markup("") if lang == self.locale.tag else Markup(" ") + self.attributes(lang),
            number=shown,
            set=set_section(text.body, self._setting(section, text)),
            sides=tuple(self._side(each) for each in section.standings if each.status in SPEAKS and each.has_words),
            marks=tuple(tally.marks) if len(section.standings) <= MOST_MARKS else (),
            sentences=tuple(sentences(self.words, tally)),
            outdated=len(text.outdated),
        )

    def _setting(self, section: Section, text: SectionText) -> Setting:
        flag = self.words.gettext("The original of this paragraph has changed since it was translated.")
        return Setting(
            section=self.prefix + section.id,
            number=self.number,
            back=self.words.gettext("Back to the text"),
            flags=dict.fromkeys(text.outdated, flag) if text.status is TextStatus.OUTDATED else {},
            notes_inline=self.notes_inline,
            separator=self.separator,
            has_links=self.has_links,
            flag_attributes=self.ui,
            # The heading of the front is the page's.
            level=TOP_LEVEL - 1 if section.id == FRONT else TOP_LEVEL,
        )

    def _side(self, standing: Standing) -> Side:
        statement = standing.statement
        first = statement.best(self.locale.tag) if statement else None
        others = statement.others(self.locale.tag) if statement else []
        original = statement.original if statement else ""
        return Side(
            name=self.name(standing.network),
            mark=MARKS[standing.status],
            label=label(self.words, standing.status),
            first=self._quoted(first, original) if first else None,
            others=tuple(self._quoted(wording, original) for wording in others),
            harms=standing.harms,
            remedy=standing.remedy,
        )

    def _quoted(self, wording: Wording, original: str) -> Quoted:
        return Quoted(
            wording,
            self.attributes(wording.locale),
            self.words.language(wording.locale),
            set_lines(wording.text),
            wording.locale == original,
        )

    @cached_property
    def outdated(self) -> int:
        """Paragraphs whose original has changed since they were translated."""
        return sum(part.outdated for part in self.parts)

    @cached_property
    def untranslated(self) -> list[Part]:
        return [part for part in self.parts if part.is_source]

    def cards(self) -> Iterator[tuple[Network, list[tuple[str, str]]]]:
        """Each network with what its card says, as (heading, words)."""
        _ = self.words.gettext
        headings = {
            "who": _("Who we are"),
            "about": _("What we are about"),
            "aims": _("Who we want to be"),
            "needs": _("What we need"),
            "offers": _("What we can contribute"),
        }
        for network in self.content.networks:
            yield network, [(headings[key], str(network.card[key])) for key in CARD if network.card.get(key)]

    def autonym(self, tag: str) -> str:
        known = next((locale.autonym for locale in self.content.locales if locale.tag == tag), None)
        return known or autonym(tag)
