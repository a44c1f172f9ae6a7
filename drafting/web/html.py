"""Participants' words as HTML on the pages of the interface; all of it goes through the prose tree and is escaped."""

from collections.abc import Callable, Mapping

from markupsafe import Markup

from drafting.domain.declaration import Declaration
from drafting.domain.locales import RIGHT_TO_LEFT
from drafting.domain.prose import Text
from drafting.publishing.html import Setting, set_lines, set_section
from drafting.web.i18n import cldr, script_of


def prose(
    text: Text,
    section: str = "text",
    *,
    number: Callable[[int], str] = str,
    back: str = "",
    flags: Mapping[str, str] | None = None,
    with_title: bool = False,
) -> Markup:
    """A section's text. ``section`` keeps anchors apart; ``flags``: what is said of single blocks, by id."""
    made = set_section(text, Setting(section, number, back, flags or {}))
    heading = Markup("<h2>{}</h2>\n").format(made.heading) if with_title else Markup("")
    return heading + made.body + made.notes


def paragraphs(text: str) -> Markup:
    """Plain words that a person typed: an empty line starts a paragraph."""
    return set_lines(text)


def text_dir(locale: str, declaration: Declaration | None = None) -> str:
    """The direction of a text in a locale: ``ltr`` or ``rtl``."""
    known = declaration.locales.get(locale) if declaration else None
    if known:
        return known.direction
    try:
        return "rtl" if script_of(cldr(locale)) in RIGHT_TO_LEFT else "ltr"
    except ValueError:
        return "ltr"
