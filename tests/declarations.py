"""The Universal Declaration in any language of the package, as an edition that can be printed."""

import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from drafting.domain.errors import Refusal
from drafting.domain.locales import Locale, canonical_tag
from drafting.domain.prose import Block, Run, Text, digest, to_json
from drafting.publishing.paper.fonts import SCRIPTS, scripts_in
from tests.udhr import FOLDER, Article, read_file

_LANG: Final = re.compile(r'<html[^>]* lang="([^"]+)"')
_NAME: Final = re.compile(r"<title>([^<]*)</title>")


@dataclass(frozen=True, slots=True)
class Language:
    """A file of the package: its code (the file's name), English name, locale, and what is written in it."""

    code: str
    name: str
    locale: Locale
    title: str
    articles: tuple[Article, ...]


def codes() -> list[str]:
    """Every file of the package."""
    return sorted(file.stem for file in FOLDER.glob("*.html"))


def main_script(text: str) -> str:
    """The ISO 15924 code of the script in which most of a text is written; ``Zyyy`` where it has no letters."""
    counts: Counter[str] = Counter()
    for letter, count in Counter(text).items():
        if letter.isalpha():
            found = scripts_in(letter)
            counts[found[0] if found else _by_name(letter)] += count
    if counts["Jpan"] > len(text) / 20:
        return "Jpan"
    if counts["Hans"] > len(text) / 4:
        return "Hans"
    return counts.most_common(1)[0][0] if counts else "Zyyy"


def _by_name(letter: str) -> str:
    """A script without faces here, by the first word of its letters' names."""
    return unicodedata.name(letter, "UNKNOWN").split()[0].title()[:4]


@lru_cache(maxsize=8)
def language(code: str) -> Language:
    source = (FOLDER / f"{code}.html").read_text("utf-8")
    found = _LANG.search(source)
    name = _NAME.search(source)
    reader = read_file(code)
    words = " ".join([reader.title, *(p for heading, rest in reader.parts for p in [heading, *rest])])
    script = main_script(words)
    if found and found.group(1).endswith("-Hant"):
        script = "Hant"
    tag = _tag(found.group(1) if found else "und")
    title = reader.title or (name.group(1) if name else code)
    articles = tuple(part for part in reader.parts if part[1]) or ((title, [title]),)
    return Language(code, name.group(1) if name else code, Locale(tag, script, title), title, articles)


def _tag(tag: str) -> str:
    try:
        return canonical_tag(tag)
    except Refusal:
        return tag.split("-")[0]


def _text(heading: str, paragraphs: list[str], id: str) -> Text:
    kind = "ordered" if len(paragraphs) > 2 else "paragraph"
    blocks = [Block(f"{id}-{n}", kind, (Run(words),)) for n, words in enumerate(paragraphs)]
    return (Block(f"{id}-t", "heading1", (Run(heading or "–"),)), *blocks)


def _section(id: str, tag: str, text: Text) -> dict[str, Any]:
    return {
        "id": id,
        "revision": {"n": 1, "digest": digest(text), "at": "2026-05-01T09:00:00Z"},
        "texts": {
            tag: {
                "title": text[0].words,
                "digest": digest(text),
                "body": to_json(text),
                "status": "authentic",
                "outdated_blocks": [],
            }
        },
        "positions": [],
    }


def edition(code: str, most: int = 99) -> dict[str, Any]:
    """An edition of one language with up to ``most`` parts of its text."""
    found = language(code)
    locale = found.locale
    front = (Block("t", "heading1", (Run(found.title),)),)
    parts = [_section("front", locale.tag, front)]
    for n, (heading, paragraphs) in enumerate(found.articles[:most], start=1):
        parts.append(_section(f"part-{n}", locale.tag, _text(heading, paragraphs, f"b{n}")))
    return {
        "format": 1,
        "declaration": "udhr",
        "n": 1,
        "origin": "https://example.org",
        "title": {locale.tag: found.title},
        "manifest": "sha256:" + hashlib.sha256(code.encode()).hexdigest(),
        "frozen_at": "2026-05-13T09:30:00Z",
        "source_locale": locale.tag,
        "authentic_locales": [locale.tag],
        "charter": {"preset": "plain"},
        "locales": [
            {"tag": locale.tag, "script": locale.script, "direction": locale.direction, "autonym": locale.autonym}
        ],
        "sections": parts,
        "networks": [{"slug": "all", "name": found.title, "short": found.title, "card": {}}],
        "translators": {},
        "manifest_signed_by": ["all"],
        "errata": [],
        "approvals": [{"network": "all", "at": "2026-05-14T08:00:00Z"}],
    }


def is_dressed(script: str) -> bool:
    """Whether publishing knows how to set a script."""
    return script in SCRIPTS
