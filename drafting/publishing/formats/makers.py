"""The formats in which an edition comes out, and who makes each."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from drafting.publishing.content import Content
from drafting.publishing.formats.data import make_json
from drafting.publishing.formats.docx import make_docx
from drafting.publishing.formats.epub import make_epub
from drafting.publishing.formats.markdown import make_markdown
from drafting.publishing.formats.plain import make_plain
from drafting.publishing.reading import Reading
from drafting.publishing.words import Words

# Quick ones, which need neither fonts nor a page maker. Pages and PDFs are made elsewhere.
LIGHT: Final[Mapping[str, Callable[[Reading], bytes]]] = {
    "md": make_markdown,
    "txt": make_plain,
    "json": make_json,
    "docx": make_docx,
}


def make_light(content: Content, tag: str, format: str, words: Words, templates: Path) -> bytes:
    """One file in any format but ``html`` and ``pdf``."""
    locale = content.locale(tag)
    if format == "epub":
        return make_epub(Reading(content, locale, words, prefix="p.", separator="."), templates)
    return LIGHT[format](Reading(content, locale, words))
