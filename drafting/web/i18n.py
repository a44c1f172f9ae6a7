"""The language of the interface: catalogues, whole sentences with named values, dates and numbers as readers write."""

import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from functools import cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale as Cldr
from babel.core import UnknownLocaleError, get_global
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup

from drafting.domain.locales import RIGHT_TO_LEFT, catalogue_name
from drafting.publishing.words import FORMATS as PUBLISHED_FORMATS
from drafting.publishing.words import NUMBERS, ZEROS

SOURCE: Final = "en"
PSEUDO: Final = "en-XA"
"""A made-up language for tests: long, accented and bracketed, so that what was not marked for translation shows."""
FORMATS: Final[Mapping[str, str]] = {**PUBLISHED_FORMATS, PSEUDO: PUBLISHED_FORMATS[SOURCE]}
DIGITS: Final[Mapping[str, Mapping[int, str]]] = {
    name: {ord("0") + value: chr(ord(zero) + value) for value in range(10)} for name, zero in ZEROS.items()
}
_HOLDERS: Final = re.compile(r"(%\(\w+\)[sd]|<[^>]*>|&\w+;|%%)")
_ACCENTED: Final = str.maketrans("aeiouyAEIOUYncsz", "áéíöûýÁÉÍÖÛÝñçšž")


class Pseudo(NullTranslations):
    """Makes every sentence 1.4 times as long and recognisable, and leaves its placeholders alone."""

    def gettext(self, message: str) -> str:
        parts = [p if _HOLDERS.fullmatch(p) else p.translate(_ACCENTED) for p in _HOLDERS.split(message)]
        return f"[{''.join(parts)}{'~' * (len(message) // 3)}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


class Words:
    """One language of the interface. ``tag`` is BCP 47; dates are shown in ``zone``."""

    def __init__(self, tag: str, catalogue: NullTranslations, zone: tzinfo = ZoneInfo("UTC")) -> None:  # noqa: B008
        self.tag = tag
        self.zone = zone
        self._catalogue = catalogue
        self._cldr = cldr(FORMATS.get(tag, tag))
        self._numbers = NUMBERS.get(self._cldr.language, self._cldr.default_numbering_system)
        self._digits = DIGITS.get(self._numbers, {})

    @cached_property
    def direction(self) -> str:
        return "rtl" if script_of(self._cldr) in RIGHT_TO_LEFT else "ltr"

    @property
    def autonym(self) -> str:
        name = self._cldr.get_language_name(self._cldr.language) or self.tag
        return name[:1].upper() + name[1:]

    def in_zone(self, zone: tzinfo) -> "Words":
        return Words(self.tag, self._catalogue, zone)

    # ---- sentences; values are localised where they are numbers or moments

    def gettext(self, message: str, **values: Any) -> str:
        return self._catalogue.gettext(message) % self.localised(values)

    def ngettext(self, one: str, many: str, count: int, **values: Any) -> str:
        return self._catalogue.ngettext(one, many, count) % self.localised({"num": count, **values})

    def pgettext(self, context: str, message: str, **values: Any) -> str:
        return self._catalogue.pgettext(context, message) % self.localised(values)

    def npgettext(self, context: str, one: str, many: str, count: int, **values: Any) -> str:
        return self._catalogue.npgettext(context, one, many, count) % self.localised({"num": count, **values})

    def template(self, message: str, many: str = "", count: int = 1) -> str:
        """A translated sentence with its placeholders still in it, for scripts that fill them in."""
        return self._catalogue.ngettext(message, many, count) if many else self._catalogue.gettext(message)

    def localised(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._localised(value) for name, value in values.items()}

    def _localised(self, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return self.number(value)
        if isinstance(value, datetime):
            return self.moment(value)
        return self.isolated(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    def isolated(self, text: str) -> str:
        """A name that runs the other way keeps its place in the sentence, and its neighbours keep theirs."""
        other = ("L",) if self.direction == "rtl" else ("R", "AL")
        return f"\u2068{text}\u2069" if any(unicodedata.bidirectional(c) in other for c in text) else text

    # ---- numbers, dates, lists

    def number(self, value: float) -> str:
        return self.digits(format_decimal(value, locale=self._cldr, numbering_system=self._numbers))

    def digits(self, text: object) -> str:
        """Western digits in a short text (a section's number, a code) as this language writes them."""
        return str(text).translate(self._digits)

    def day(self, value: date | datetime) -> str:
        """“4 December 2026”."""
        return self.digits(format_date(self._here(value), "long", locale=self._cldr))

    def short_day(self, value: date | datetime) -> str:
        """“4 Dec.”, for columns of dates near today."""
        return self.digits(format_skeleton("MMMd", self._here(value), locale=self._cldr))

    def time(self, value: datetime) -> str:
        """“14:05 UTC”."""
        return (
            self.digits(format_time(value, "HH:mm", tzinfo=self.zone, locale=self._cldr)) + f" {self.zone_name(value)}"
        )

    def moment(self, value: datetime) -> str:
        """“4 December 2026, 18:00 UTC”."""
        day = format_datetime(value, _day_pattern(self._cldr), tzinfo=self.zone, locale=self._cldr)
        return self.gettext("%(day)s, %(time)s", day=self.digits(day), time=self.time(value))

    def zone_name(self, value: datetime) -> str:
        return value.astimezone(self.zone).tzname() or "UTC"

    def listed(self, items: Iterable[str]) -> Markup:
        """“A, B and C”; each item is escaped and isolated, so that names of any script keep their place."""
        isolated = [str(Markup("<bdi>{}</bdi>").format(item)) for item in items]
        return Markup(format_list(isolated, locale=self._cldr)) if isolated else Markup("")  # noqa: S704

    def plain_list(self, items: Sequence[str]) -> str:
        """The same for letters."""
        return format_list(items, locale=self._cldr) if items else ""

    def country(self, code: str) -> str:
        """The name of a country in this language, by its code of ISO 3166-1."""
        return str(self._cldr.territories.get(code, code))

    def language(self, tag: str) -> str:
        """The name of a language in this one: “Arabic”."""
        try:
            return cldr(tag).get_display_name(self._cldr) or tag
        except ValueError:
            return tag

    def _here(self, value: date | datetime) -> date | datetime:
        return value.astimezone(self.zone) if isinstance(value, datetime) else value

    # ---- for templates

    def callables(self) -> dict[str, Callable[..., Any]]:
        """gettext and its kin as the templates call them: the sentence is trusted, its values are escaped."""
        return {
            "_": self._marked("gettext", 1),
            "gettext": self._marked("gettext", 1),
            "ngettext": self._marked("ngettext", 3),
            "pgettext": self._marked("pgettext", 2),
            "npgettext": self._marked("npgettext", 4),
        }

    def _marked(self, name: str, count: int) -> Callable[..., Markup]:
        find = getattr(self._catalogue, name)

        def marked(*parts: Any, **values: Any) -> Markup:
            number = {"num": parts[-1]} if name.startswith("n") else {}
            return Markup(find(*parts[:count])) % self.localised({**number, **values})  # noqa: S704

        return marked


def cldr(tag: str) -> Cldr:
    """What Babel knows of a tag. Raises ValueError where it knows nothing."""
    try:
        return Cldr.parse(tag, sep="-")
    except (UnknownLocaleError, TypeError) as error:
        raise ValueError(tag) from error


def script_of(locale: Cldr) -> str:
    """The script a language is usually written in: its ISO 15924 code."""
    if locale.script:
        return locale.script
    likely = get_global("likely_subtags")
    full = likely.get(f"{locale.language}_{locale.territory}") or likely.get(locale.language) or ""
    return next((part for part in full.split("_") if len(part) == 4), "Latn")


def _day_pattern(locale: Cldr) -> str:
    return str(locale.date_formats["long"].pattern)


class Languages:
    """The languages that the interface speaks: English, and each that has a catalogue in the folder."""

    def __init__(self, folder: Path, *, pseudo: bool = False) -> None:
        found = sorted(path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/messages.po"))
        found += [n for p in folder.glob("*/LC_MESSAGES/messages.mo") if (n := p.parent.parent.name) not in found]
        self._words = {SOURCE: Words(SOURCE, NullTranslations())}
        for name in found:
            tag = name.replace("_", "-")
            self._words[tag] = Words(tag, load_catalogue(folder, tag))
        self.tags = tuple(self._words)
        if pseudo:
            self._words[PSEUDO] = Words(PSEUDO, Pseudo())

    def find(self, tag: str) -> Words | None:
        return self._words.get(tag)

    def words(self, tag: str) -> Words:
        """The language of a tag, or the nearest that there is: its base language, else English."""
        return self._words.get(tag) or self._words.get(tag.split("-")[0]) or self._words[SOURCE]

    def all(self) -> list[Words]:
        return [self._words[tag] for tag in self.tags]

    def negotiate(self, header: str) -> Words:
        """The language that an ``Accept-Language`` header asks for, among those that there are."""
        return self.words(best_match(header, self.tags) or SOURCE)


def load_catalogue(folder: Path, tag: str) -> NullTranslations:
    """A compiled catalogue; where it is missing or older than its source, the source is compiled in memory."""
    base = folder / catalogue_name(tag) / "LC_MESSAGES"
    source, compiled = base / "messages.po", base / "messages.mo"
    if compiled.exists() and not (source.exists() and source.stat().st_mtime > compiled.stat().st_mtime):
        with compiled.open("rb") as file:
            return GNUTranslations(file)
    with source.open("rb") as file:
        catalogue = read_po(file, locale=catalogue_name(tag))
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    buffer.seek(0)
    return GNUTranslations(buffer)


@lru_cache(maxsize=256)
def best_match(header: str, tags: Sequence[str]) -> str | None:
    """The tag that suits an ``Accept-Language`` header best (RFC 4647 lookup, both ways), or None."""
    wanted: list[tuple[float, str]] = []
    for part in header[:400].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    for share, asked in sorted(wanted, key=lambda pair: -pair[0]):
        found = _nearest(asked.lower(), tags) if share > 0 else None
        if found:
            return found
    return None


def _nearest(tag: str, tags: Sequence[str]) -> str | None:
    known = {known.lower(): known for known in tags}
    if tag.startswith("zh") and tag not in known:
        tag = "zh-hant" if re.search("hant|tw|hk|mo", tag) else "zh-hans"
    while tag:
        if tag in known:
            return known[tag]
        longer = next((known[k] for k in known if k.startswith(tag + "-")), None)
        if longer:
            return longer
        tag = tag.rpartition("-")[0]
    return None
