"""Which typefaces set which script, and how: the styles of print that depend on a language.

The faces are Noto's, as Debian's fonts-noto-core and fonts-noto-cjk bring them. A face is always named: left to itself
the page maker takes whatever else covers the characters.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import pyphen  # type: ignore[import-untyped]

from drafting.domain.locales import Locale
from drafting.publishing.words import digits_of, in_digits, parents


@dataclass(frozen=True, slots=True)
class Script:
    """How a script is set. ``leading`` is the line height; ``size`` the size relative to Latin's.

    ``ranges`` are the letters by which the script is known in a text, as the inside of a regular expression's brackets.
    ``is_dense``: set without spaces on a grid of whole ems, so that both edges can be straight.
    """

    families: tuple[str, ...]
    ranges: str
    leading: float = 1.55
    size: float = 1.0
    is_spaced: bool = False
    is_dense: bool = False


def _noto(name: str) -> tuple[str, ...]:
    return (f"Noto Serif {name}", f"Noto Sans {name}")


_INDIC: Final = 1.7
# How much less of leading titles have than the text.
_CLOSER: Final = 0.3
_TALL: Final = 1.9
_WEST: Final = ("Noto Serif",)
SCRIPTS: Final[dict[str, Script]] = {
    "Latn": Script(_WEST, "A-Za-z\u00c0-\u024f\u1e00-\u1eff"),
    "Grek": Script(_WEST, "\u0370-\u03ff\u1f00-\u1fff"),
    "Cyrl": Script(_WEST, "\u0400-\u052f"),
    "Arab": Script(
        ("Noto Naskh Arabic",), "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc", 1.8, 1.14, True
    ),
    # Nastaliq's own Western digits are of another weight than anything beside them.
    "Aran": Script((*_WEST, "Noto Nastaliq Urdu", "Noto Naskh Arabic"), "\ue000", 2.35, 1.05),
    "Hebr": Script(_noto("Hebrew"), "\u0590-\u05ff\ufb1d-\ufb4f", 1.6, 1.04, True),
    "Hans": Script(("Noto Serif CJK SC",), "\u3400-\u9fff\U00020000-\U0003134f", 1.75, 1.0, False, True),
    "Hant": Script(("Noto Serif CJK TC",), "\u3100-\u312f", 1.75, 1.0, False, True),
    "Jpan": Script(("Noto Serif CJK JP",), "\u3040-\u30ff", 1.75, 1.0, False, True),
    "Kore": Script(("Noto Serif CJK KR",), "\uac00-\ud7af\u1100-\u11ff", 1.7),
    "Deva": Script(_noto("Devanagari"), "\u0900-\u097f", _INDIC),
    "Beng": Script(_noto("Bengali"), "\u0980-\u09ff", _INDIC),
    "Guru": Script(_noto("Gurmukhi"), "\u0a00-\u0a7f", _INDIC),
    "Gujr": Script(_noto("Gujarati"), "\u0a80-\u0aff", _INDIC),
    "Orya": Script(_noto("Oriya"), "\u0b00-\u0b7f", _INDIC),
    "Taml": Script(_noto("Tamil"), "\u0b80-\u0bff", _INDIC, 0.95),
    "Telu": Script(_noto("Telugu"), "\u0c00-\u0c7f", _INDIC),
    "Knda": Script(_noto("Kannada"), "\u0c80-\u0cff", _INDIC),
    "Mlym": Script(_noto("Malayalam"), "\u0d00-\u0d7f", _INDIC, 0.95),
    "Sinh": Script(_noto("Sinhala"), "\u0d80-\u0dff", _INDIC),
    "Thai": Script(_noto("Thai"), "\u0e00-\u0e7f", 1.8, 1.05),
    "Laoo": Script(_noto("Lao"), "\u0e80-\u0eff", 1.8, 1.05),
    "Tibt": Script(_noto("Tibetan"), "\u0f00-\u0fff", _TALL, 1.1),
    "Mymr": Script(_noto("Myanmar"), "\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff", _TALL),
    "Geor": Script(_noto("Georgian"), "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f"),
    "Armn": Script(_noto("Armenian"), "\u0530-\u058f"),
    "Ethi": Script(_noto("Ethiopic"), "\u1200-\u139f\u2d80-\u2ddf", 1.7),
    "Khmr": Script(_noto("Khmer"), "\u1780-\u17ff\u19e0-\u19ff", _TALL),
    "Mong": Script(_noto("Mongolian"), "\u1800-\u18af", 1.7, 1.2),
    "Cher": Script(_noto("Cherokee"), "\u13a0-\u13ff\uab70-\uabbf"),
    "Cans": Script(_noto("Canadian Aboriginal"), "\u1400-\u167f\u18b0-\u18ff", 1.65),
    "Syrc": Script(_noto("Syriac"), "\u0700-\u074f", 1.8),
    "Thaa": Script(_noto("Thaana"), "\u0780-\u07bf", 1.8),
    "Nkoo": Script(_noto("NKo"), "\u07c0-\u07ff", 1.8),
    "Adlm": Script(_noto("Adlam"), "\U0001e900-\U0001e95f", 1.7),
    "Rohg": Script(_noto("Hanifi Rohingya"), "\U00010d00-\U00010d3f", 1.8),
    "Tfng": Script(_noto("Tifinagh"), "\u2d30-\u2d7f"),
    "Olck": Script(_noto("Ol Chiki"), "\u1c50-\u1c7f", 1.65),
    "Yiii": Script(_noto("Yi"), "\ua000-\ua4cf", 1.75),
    "Lisu": Script(_noto("Lisu"), "\ua4d0-\ua4ff"),
    "Vaii": Script(_noto("Vai"), "\ua500-\ua63f", 1.65),
    "Bamu": Script(_noto("Bamum"), "\ua6a0-\ua6ff"),
    "Java": Script(_noto("Javanese"), "\ua980-\ua9df", _TALL),
    "Bali": Script(_noto("Balinese"), "\u1b00-\u1b7f", _TALL),
    "Sund": Script(_noto("Sundanese"), "\u1b80-\u1bbf", 1.65),
    "Lana": Script(_noto("Tai Tham"), "\u1a20-\u1aaf", _TALL),
    "Talu": Script(_noto("New Tai Lue"), "\u1980-\u19df", 1.7),
    "Tavt": Script(_noto("Tai Viet"), "\uaa80-\uaadf", 1.8),
    "Cakm": Script(_noto("Chakma"), "\U00011100-\U0001114f", 1.8),
    "Mtei": Script(_noto("Meetei Mayek"), "\uabc0-\uabff", 1.7),
    "Limb": Script(_noto("Limbu"), "\u1900-\u194f", 1.65),
    "Cham": Script(_noto("Cham"), "\uaa00-\uaa5f", 1.8),
}
_KNOWN: Final = {iso: re.compile(f"[{script.ranges}]") for iso, script in SCRIPTS.items()}
_ALIASES: Final = {"Hani": "Hans", "Hira": "Jpan", "Kana": "Jpan", "Hang": "Kore", "Geok": "Geor"}
_HAN: Final = {"Hans", "Hant", "Jpan", "Kore"}
# The Hebrew script justifies well where words are as short as Hebrew's; Yiddish ones are not.
_SHORT_WORDS: Final = {"he", "iw"}
_NASTALIQ: Final = {"ur", "ks", "bal"}
# Scripts that cut words at the end of a line and show it by a hyphen.
HYPHENATED: Final = frozenset(
    {"Latn", "Grek", "Cyrl", "Armn", "Geor", "Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym"}
)
# Families that show signs which no script's own face has.
_SIGNS: Final = ("Noto Sans Symbols", "Noto Sans Symbols2", "Noto Sans Math")

# CLDR's numbering systems as CSS counter styles, where a page number differs from Western digits.
COUNTERS: Final = {
    "arab": "arabic-indic", "arabext": "persian", "beng": "bengali", "deva": "devanagari", "gujr": "gujarati",
    "guru": "gurmukhi", "khmr": "khmer", "knda": "kannada", "laoo": "lao", "mlym": "malayalam", "mymr": "myanmar",
    "orya": "oriya", "telu": "telugu", "thai": "thai", "tibt": "tibetan",
}  # fmt: skip


def script_of(locale: Locale) -> str:
    """The key of :data:`SCRIPTS` that sets a language; Latin's for a script that is not there."""
    language = locale.tag.split("-")[0]
    if locale.script == "Arab" and language in _NASTALIQ:
        return "Aran"
    script = _ALIASES.get(locale.script, locale.script)
    return script if script in SCRIPTS else "Latn"


def scripts_in(text: str) -> list[str]:
    """The scripts whose letters occur in a text."""
    return [iso for iso, letters in _KNOWN.items() if letters.search(text)]


def letters_in(text: str) -> str:
    """One letter of each of these scripts."""
    return "".join(found.group() for letters in _KNOWN.values() if (found := letters.search(text)))


def stack(iso: str, others: Iterable[str]) -> list[str]:
    """Families in the order in which they are asked for a glyph: the script's own, the other scripts', signs."""
    has_han = iso in _HAN
    rest = [other for other in others if not (has_han and other in _HAN)]
    families = [*SCRIPTS[iso].families, *_WEST]
    for other in rest:
        families += SCRIPTS[other].families
    return list(dict.fromkeys([*families, *_SIGNS]))


@lru_cache(maxsize=256)
def has_patterns(tag: str) -> bool:
    """Whether there is anything to hyphenate the language by."""
    return any(pyphen.language_fallback(each.replace("-", "_")) for each in parents(tag))


def hyphenates(locale: Locale) -> bool | None:
    """Whether long words can be cut; None in scripts that are not written so."""
    if script_of(locale) not in HYPHENATED:
        return None
    return has_patterns(locale.tag)


def is_justified(locale: Locale) -> bool:
    """Both edges straight only where it opens no gaps: with hyphenation, with short words, or on a grid of ems."""
    script = SCRIPTS[script_of(locale)]
    if script_of(locale) == "Hebr" and locale.tag.split("-")[0] not in _SHORT_WORDS:
        return False
    return script.is_dense or script.is_spaced or (script.families == _WEST and has_patterns(locale.tag))


def counter(tag: str) -> str:
    return COUNTERS.get(digits_of(tag), "decimal")


def page_number(n: int, tag: str) -> str:
    """The number of a page as CSS writes it at the foot of this page."""
    return in_digits(str(n), tag) if digits_of(tag) in COUNTERS else str(n)


def typography(locale: Locale, quoted: Sequence[Locale], text: str) -> str:
    """The rules for a book in one language that quotes others; ``text`` is all that is to be set.

    Only what occurs gets a rule, since every face that is looked at costs time and memory.
    """
    present = scripts_in(text)
    page = counter(locale.tag)
    rules = [
        _rule("html", locale, present),
        f".text ol{{list-style-type:{page}}}",
        *_headings(SCRIPTS[script_of(locale)]),
        f".text p,.text li{{text-align:{'justify' if is_justified(locale) else 'start'}}}",
        f"@page{{@bottom-center{{content:counter(page,{page})}}}}",
        f'.at::after{{content:"{page_number(0, locale.tag)}"}}',
    ]
    if SCRIPTS[script_of(locale)].families[:1] != _WEST:  # Some faces draw quotation marks for their script alone.
        rules.append('.latn{font-family:"Noto Serif"}')
    if locale.direction == "rtl":
        rules.append('.network [dir="rtl"]{font-size:10.5pt;line-height:1.75}')
    for other in quoted:
        if other.tag != locale.tag:
            rules.append(_rule(f'[lang="{other.tag}"]', other, present))
            rules.append(f'[lang="{other.tag}"] p{{text-align:start}}')
            rules.append(f'.text [lang="{other.tag}"] ol{{list-style-type:{counter(other.tag)}}}')
    return "\n".join(rules)


def _headings(script: Script) -> list[str]:
    """Titles stand closer than the text, but as far apart as marks above and below need."""
    if script.is_dense or script.leading < _INDIC:
        return []
    leading = script.leading - _CLOSER
    return [f".cover h1,.cover h1.long,h2,h3,h4,h5,h6{{line-height:{leading:.2f}}}"]


def _rule(selector: str, locale: Locale, present: Sequence[str]) -> str:
    iso = script_of(locale)
    families = ",".join(f'"{family}"' for family in stack(iso, present))
    script = SCRIPTS[iso]
    size = f"font-size:{10.5 * script.size:.2f}pt;" if selector == "html" else ""
    return f"{selector}{{font-family:{families},serif;{size}line-height:{script.leading}}}"
