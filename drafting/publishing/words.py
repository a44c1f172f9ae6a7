"""The words around a text: gettext catalogues, numbers, dates and lists, in the best language there is for a text."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from markupsafe import Markup

from drafting.domain.locales import RIGHT_TO_LEFT, catalogue_name

ENGLISH: Final = "en"
_OWN: Final = ("templates/public/", "templates/print/", "drafting/publishing/")
_NEARLY_ALL: Final = 0.9
# CLDR gives Western digits for "ar" as a whole; the text of the mashriq, which the tag stands for here, has its own.
NUMBERS: Final = {"ar": "arab"}
# Whose dates and lists to write where a language is no country's: day before month, as most of the world reads.
FORMATS: Final = {"en": "en-001"}
# The digit nought of each numbering system (CLDR's names) that a language may write by default.
ZEROS: Final = {
    "arab": "٠", "arabext": "۰", "beng": "০", "deva": "०", "gujr": "૦", "guru": "੦", "khmr": "០", "knda": "೦",
    "laoo": "໐", "mlym": "൦", "mymr": "၀", "nkoo": "߀", "olck": "᱐", "orya": "୦", "tamldec": "௦", "telu": "౦",
    "thai": "๐", "tibt": "༠", "adlm": "𞥐", "cakm": "𑄶", "mtei": "꯰",
}  # fmt: skip


def parents(tag: str) -> list[str]:
    """The tag and ever wider ones: ``zh-Hant-TW`` → ``zh-Hant-TW``, ``zh-Hant``, ``zh``."""
    parts = tag.split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]


@lru_cache(maxsize=256)
def cldr(tag: str) -> Locale:
    """What CLDR knows of the nearest language; English where it knows none."""
    for candidate in parents(tag):
        try:
            return Locale.parse(catalogue_name(candidate))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale(ENGLISH)


@lru_cache(maxsize=256)
def likely_script(tag: str) -> str:
    """The script (ISO 15924) of a language: what its tag says, or else what CLDR takes to be likely, or else Latin.

    Nothing else of the language is read, which would take longer than to set a page in it.
    """
    likely = get_global("likely_subtags")
    for candidate in parents(tag):
        full = candidate if any(map(_is_script, candidate.split("-"))) else likely.get(catalogue_name(candidate))
        if full:
            return next(filter(_is_script, re.split("[-_]", full)))
    return "Latn"


def _is_script(part: str) -> bool:
    return len(part) == 4 and part.isalpha()


def direction_in(tag: str) -> str:
    """``rtl`` or ``ltr``, from the script of a language."""
    return "rtl" if likely_script(tag) in RIGHT_TO_LEFT else "ltr"


def digits_of(tag: str) -> str:
    """The numbering system (CLDR's name) in which a language writes its numbers.

    What is written in Latin letters has Western digits; nothing of such a language is read to find out.
    """
    if likely_script(tag) == "Latn":
        return "latn"
    return NUMBERS.get(tag) or cldr(tag).default_numbering_system or "latn"


def in_digits(text: str, tag: str) -> str:
    """Western digits in a text turned into those of a language."""
    zero = ZEROS.get(digits_of(tag))
    if zero is None:
        return text
    return re.sub("[0-9]", lambda digit: chr(ord(zero) + int(digit.group())), text)


def number(value: int, tag: str) -> str:
    return in_digits(format_decimal(value, locale=cldr(tag)), tag)


def autonym(tag: str) -> str:
    """The name of a language in itself, or its tag where CLDR has none."""
    for candidate in parents(tag):
        try:
            return Locale.parse(catalogue_name(candidate)).display_name or tag
        except (UnknownLocaleError, ValueError):
            continue
    return tag


class Words:
    """What a page says around a text. ``tag`` is the language of these words, not that of the text."""

    def __init__(self, tag: str, translations: NullTranslations) -> None:
        self.tag = tag
        self.translations = translations
        self.gettext = translations.gettext
        self.ngettext = translations.ngettext
        self.pgettext = translations.pgettext
        self._cldr = cldr(FORMATS.get(tag, tag))

    @property
    def direction(self) -> str:
        return direction_in(self.tag)

    def number(self, value: int) -> str:
        return number(value, self.tag)

    def date(self, at: datetime) -> str:
        """The day in UTC, which is the zone of the ledger."""
        return in_digits(format_date(at.astimezone(UTC).date(), "long", locale=self._cldr), self.tag)

    def moment(self, at: datetime) -> str:
        """Day and time in UTC: “4 December 2026, 18:00 UTC”."""
        time = in_digits(f"{at.astimezone(UTC):%H:%M}", self.tag) + " UTC"
        return self.gettext("%(day)s, %(time)s") % {"day": self.date(at), "time": time}

    def join(self, names: Sequence[str]) -> Markup:
        """“a, b and c”; names that are markup stay so, others are escaped."""
        tokens = [f"\ue000{index}\ue001" for index in range(len(names))]
        joined = str(Markup.escape(format_list(tokens, locale=self._cldr)))
        filled = re.sub("\ue000(\\d+)\ue001", lambda m: str(Markup.escape(names[int(m.group(1))])), joined)
        return Markup(filled)  # noqa: S704 - escaped above

    def country(self, code: str) -> str:
        """A country's name in the language of the page; its code where CLDR has none."""
        return str(self._cldr.territories.get(code, code))

    def language(self, tag: str) -> str:
        """A language's name in the language of the page; its own name where CLDR has none."""
        for candidate in parents(tag):
            try:
                return Locale.parse(catalogue_name(candidate)).get_display_name(self._cldr) or autonym(tag)
            except (UnknownLocaleError, ValueError):
                continue
        return tag


def _is_spoken(catalogue: Catalog) -> bool:
    """Whether a page can be in this language: nearly all of what published pages say is translated."""
    own = [m for m in catalogue if m.id and any(place.startswith(_OWN) for place, _ in m.locations)]
    done = [m for m in own if not m.fuzzy and all(m.string if isinstance(m.string, tuple | list) else [m.string])]
    return bool(done) and len(done) >= _NEARLY_ALL * len(own)


@lru_cache(maxsize=64)
def _catalogue(folder: Path, tag: str) -> Translations | None:
    source = folder / catalogue_name(tag) / "LC_MESSAGES" / "messages.po"
    if not source.is_file():
        return None
    compiled = BytesIO()
    with source.open("rb") as lines:
        catalogue = read_po(lines)
    if not _is_spoken(catalogue):
        return None
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(maxsize=64)
def words_for(folder: Path, wanted: tuple[str, ...]) -> Words:
    """The words of the first language, or wider form of it, whose catalogue covers these pages; or else English."""
    for tag in _candidates(wanted):
        if tag == ENGLISH:
            break
        catalogue = _catalogue(folder, tag)
        if catalogue is not None:
            return Words(tag, catalogue)
    return Words(ENGLISH, NullTranslations())


def _candidates(wanted: Iterable[str]) -> Iterable[str]:
    for tag in wanted:
        yield from parents(tag)
