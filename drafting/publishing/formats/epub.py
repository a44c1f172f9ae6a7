"""An edition in one language as an EPUB 3 book: a page for each section, no script, no face of its own.

The words around the text and the look are those of the pages; templates/public/epub holds the parts.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from drafting.domain.looks import OWN_COLOUR, Design, Look
from drafting.publishing.formats.containers import packed, xml_bytes
from drafting.publishing.pages import surround
from drafting.publishing.pages.setting import describe, environment
from drafting.publishing.reading import Part, Reading

_VOID: Final = re.compile("<br>")
_REFERENCE: Final = 'role="doc-noteref"'


def make_epub(reading: Reading, templates: Path) -> bytes:
    """``reading`` must have ``prefix="p."``, ``separator="."``: anchors here hold no colon and begin with a letter."""
    return packed(dict(_files(reading, templates)))


def chapter_of(part: Part) -> str:
    """The file of a section; ids of sections may begin with a digit, names of files need not care."""
    return f"section-{part.id}.xhtml"


def as_xhtml(html: Markup) -> Markup:
    """What the writer of pages made, elements closed and references marked for systems that show notes in place."""
    closed = _VOID.sub("<br/>", html)
    return Markup(closed.replace(_REFERENCE, f'epub:type="noteref" {_REFERENCE}'))  # noqa: S704 - as it was


def _files(reading: Reading, templates: Path) -> Iterator[tuple[str, bytes]]:
    made = environment(templates, reading.words)
    chapters = [(chapter_of(part), part) for part in reading.sections]
    values: dict[str, Any] = {
        "reading": reading,
        "content": reading.content,
        "title": reading.title,
        "root": reading.attributes(reading.locale.tag),
        "ui": reading.ui,
        "chapters": chapters,
        "surround": surround,
        "xhtml": as_xhtml,
    }
    yield "mimetype", b"application/epub+zip"
    yield "META-INF/container.xml", (templates / "public" / "epub" / "container.xml").read_bytes()
    yield "book/package.opf", _set(made, "package.opf", description=describe(reading), **values)
    yield "book/style.css", (templates / "public" / "epub" / "style.css").read_bytes() + _look(reading.content.look)
    if reading.content.mark:
        yield "book/mark.png", reading.content.mark
    yield "book/nav.xhtml", _set(made, "nav.xhtml", **values)
    yield "book/title.xhtml", _set(made, "title.xhtml", **values)
    for name, part in chapters:
        yield f"book/{name}", _set(made, "section.xhtml", part=part, **values)
    yield "book/end.xhtml", _set(made, "end.xhtml", **values)


def _look(look: Look) -> bytes:
    """Little of a design, since readers set books as they like: the colour of numbers, and titles in the middle."""
    colour = f".no {{ color: {look.colour}; }}\n" if look.colour != OWN_COLOUR else ""
    centred = ".cover, h2 { text-align: center; }\n" if look.design is Design.CLASSIC else ""
    return (colour + centred).encode()


def _set(made: Environment, name: str, **values: Any) -> bytes:
    return xml_bytes(made.get_template(f"public/epub/{name}").render(**values))
