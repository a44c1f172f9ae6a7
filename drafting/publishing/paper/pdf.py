"""The printed edition. What WeasyPrint does not do, :mod:`drafting.publishing.paper.patches` mends.

1 The reading is set by a template. 2 Line breaks are marked. 3 The styles of its languages are written. 4 WeasyPrint
lays it out and writes a tagged PDF for archives (``archival.py``), the same for the same content, faces and libraries.
"""

import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup
from weasyprint import CSS
from weasyprint.logger import LOGGER
from weasyprint.text.ffi import ffi, fontconfig
from weasyprint.urls import URLFetcher, URLFetcherResponse

from drafting.domain.errors import Code, Refusal
from drafting.domain.locales import Locale
from drafting.domain.looks import Design
from drafting.publishing.pages import surround
from drafting.publishing.pages.designs import MARK, printed
from drafting.publishing.pages.setting import describe, environment, qr_code
from drafting.publishing.paper import archival, contents, patches, shortcuts, warming
from drafting.publishing.paper.breaks import SPACE, mark_breaks
from drafting.publishing.paper.fonts import page_number, typography
from drafting.publishing.paper.markup import Page
from drafting.publishing.reading import Reading, direction_of
from drafting.publishing.words import likely_script

patches.apply()
shortcuts.apply()

# So many characters that no face has are named in a refusal.
MOST_NAMED: Final = 20
LONG_TITLE: Final = 28
# Up to this many lines of front and of networks may leave room for a note at the foot of the title page, with this much
# between them (CSS pixels).
SHORT_FRONT: Final = 20
LEAST_GAP: Final = 24
LETTERS_A_LINE: Final = 60
WIDE: Final = 0x2E80
# Letters of a title that a running head has room for; East Asian ones count twice.
LONGEST_HEAD: Final = 46
# What begins words of another direction than the page's.
ISOLATES: Final = {"ltr": "\u2066", "rtl": "\u2067"}
_MISSING: Final = re.compile(r"\(U\+([0-9A-F]+)\)")
# White square: what stands for a character that no face has.
UNSEEN: Final = "\u25a1"
# What in a page names something, and is not shown.
_ADDRESSES: Final = re.compile(r'( (?:href|src|id|data-target)="[^"]*")')


class NothingFetched(Exception):
    """A page asked for something outside itself."""


class OwnAssetsOnly(URLFetcher):  # type: ignore[misc]
    """Gives out the files it was made with, by name, and refuses every other address: no socket, no file is opened."""

    def __init__(self, assets: Mapping[str, bytes] = {}) -> None:
        super().__init__(timeout=1, allowed_protocols=(), allow_redirects=False, fail_on_errors=False)
        self.assets = dict(assets)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        name = url.removeprefix("asset:")
        if name != url and name in self.assets:
            return URLFetcherResponse(url, body=self.assets[name])
        self.refused.append(url)
        raise NothingFetched(url)


class _Missing(logging.Handler):
    """Collects the characters that no face has, from WeasyPrint's warnings."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.characters: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message.startswith(".notdef") and (found := _MISSING.search(message)):
            self.characters[chr(int(found.group(1), 16))] = None

    @property
    def letters(self) -> list[str]:
        return [character for character in self.characters if unicodedata.category(character)[0] in "LMN"]


def set_printed(
    name: str, reading: Reading, templates: Path, at: datetime, *, kind: str = "", description: str = "", **values: Any
) -> str:
    """A template of print as HTML for the page maker, line breaks marked.

    ``at`` is when its content was made; ``kind`` stands before the title; ``values`` are the template's own.
    """
    root = reading.attributes(reading.locale.tag)
    page = environment(templates, reading.words).get_template(f"print/{name}.html")
    html = page.render(
        reading=reading,
        content=reading.content,
        kind=kind,
        title=reading.title,
        description=description,
        root=root,
        ui=reading.ui or Markup(" ") + root,
        made_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        **values,
    )
    return mark_breaks(html)


def set_html(reading: Reading, templates: Path, *, is_short: bool) -> str:
    """The book as HTML for the page maker. ``is_short``: the title page has its note at the foot."""
    content, words = reading.content, reading.words
    return set_printed(
        "edition",
        reading,
        templates,
        content.changed_at,
        description=describe(reading),
        running=running_head(reading),
        running_title=shortened(reading.title),
        is_short=is_short,
        title_size="long" if len(reading.title) > LONG_TITLE else "short",
        signed=words.join([reading.name(slug) for slug in content.signed_by]),
        translators=words.join(list(content.translators.get(reading.locale.tag, ()))),
        languages=words.join([words.language(each.tag) for each in content.public_locales]),
        digest_lines=_grouped(content.manifest),
        qr=qr_code(reading.address, words.gettext("QR code: the address of this edition online")),
        shown_address=shown_address(reading.address),
        direction_of=direction_of,
    )


def _grouped(digest: str) -> list[str]:
    prefix, _, hexadecimal = digest.partition(":")
    return [f"{prefix}:", *re.findall(".{1,8}", hexadecimal)]


def shown_address(address: str) -> str:
    """An address that may be broken behind each of its slashes."""
    return SPACE.join(re.split("(?<=/)", address))


def _cover_lines(reading: Reading) -> float:
    """How many lines the front and the names of the networks take, roughly; East Asian letters count twice."""
    words = "".join(block.words for block in reading.front.text.body) if reading.front else ""
    letters = sum(2 if ord(letter) >= WIDE else 1 for letter in words)
    columns = 1 if reading.content.look.design is Design.CLASSIC else 2
    return letters / LETTERS_A_LINE + len(reading.content.networks) / columns


def shortened(title: str) -> str:
    """A title that fits the head of a page beside what else stands there; cut at a word's end where there is one."""
    length, room = 0, 0
    for room, letter in enumerate(title, start=1):  # noqa: B007 - used behind the loop
        length += 2 if ord(letter) >= WIDE else not unicodedata.combining(letter)
        if length > LONGEST_HEAD:
            break
    else:
        return title
    start = title[: room - 1]
    words, _, _ = start.rpartition(" ")
    return (words if len(words) > room // 2 else start).rstrip(" ,;:–-") + "…"


def running_head(reading: Reading) -> str:
    """Language, edition and short code, for the head of every page."""
    words = reading.words
    said = words.gettext("%(language)s, edition %(n)s, %(code)s") % {
        "language": f"{surround.FIRST_STRONG_ISOLATE}{reading.locale.autonym}{surround.POP_ISOLATE}",
        "n": words.number(reading.content.n),
        "code": reading.code,
    }
    if words.direction == reading.locale.direction:
        return said
    return f"{ISOLATES[words.direction]}{said}{surround.POP_ISOLATE}"


def quoted_locales(reading: Reading, html: str) -> list[Locale]:
    """The other languages that occur on the pages, from their lang attributes."""
    tags = dict.fromkeys(re.findall(r'\blang="([A-Za-z0-9-]+)"', html))
    known = {locale.tag: locale for locale in reading.content.locales}
    return [known.get(tag) or Locale(tag, likely_script(tag), tag) for tag in tags]


@dataclass(frozen=True, slots=True)
class Laid:
    """A book laid out on pages. ``missing`` are the letters that no face has, ``unseen`` all such characters; both are
    known once it is written. ``lay`` makes another one of other words (HTML)."""

    reading: Reading
    document: Any
    fetcher: OwnAssetsOnly
    source: archival.Source
    html: str
    lay: Callable[[str], "Laid"]
    missing: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    @property
    def pages(self) -> int:
        return len(self.document.pages)

    def write(self) -> bytes:
        """The file, the same for the same content, faces and libraries."""
        identifier = bytes.fromhex(self.reading.content.digest.removeprefix("sha256:"))[:16]
        missing = _Missing()
        LOGGER.addHandler(missing)
        try:
            data = self.document.write_pdf(
                finisher=archival.finish(),
                attachments=[archival.attach(self.source, self.fetcher)],
                output_intent=archival.COLOURS,
                pdf_variant=archival.VARIANT,
                pdf_identifier=identifier,
            )
        finally:
            LOGGER.removeHandler(missing)
        self.missing[:] = missing.letters
        self.unseen[:] = missing.characters
        return bytes(data)

    def write_seen(self, *, has_all_letters: bool) -> bytes:
        """The file, with a square for each character that no face has: what draws nothing is no text for archives.

        Raises ``rendering_failed`` (``no_font``, ``characters`` says which) where one of them is a letter and
        ``has_all_letters`` is asked for.
        """
        data = self.write()
        if has_all_letters and self.missing:
            shown = "".join(self.missing[:MOST_NAMED])
            raise Refusal(Code.RENDERING_FAILED, reason="no_font", locale=self.reading.locale.tag, characters=shown)
        return self.lay(with_squares(self.html, self.unseen)).write() if self.unseen else data


def with_squares(html: str, characters: Iterable[str]) -> str:
    """A page with squares in place of characters, save where they name something."""
    head, body, rest = html.partition("<body")
    squares = str.maketrans(dict.fromkeys(characters, UNSEEN))
    parts = _ADDRESSES.split(rest)
    return head + body + "".join(part if n % 2 else part.translate(squares) for n, part in enumerate(parts))


def lay_out(reading: Reading, templates: Path) -> Laid:
    """``reading`` must have been made with ``notes_inline``. Raises ``rendering_failed`` where there is no face."""
    if _cover_lines(reading) <= SHORT_FRONT:
        laid = _lay_out(reading, templates, is_short=True)
        if _has_room(laid):
            return laid
    return _lay_out(reading, templates, is_short=False)


def _lay_out(reading: Reading, templates: Path, *, is_short: bool) -> Laid:
    html = set_html(reading, templates, is_short=is_short)
    return lay_out_page(reading, html, templates, ("print.css",), archival.text_source(reading))


def _has_room(laid: Laid) -> bool:
    """Whether all of a short title page is on it, the networks well above the note at its foot."""
    found: dict[str, Any] = {}
    for box in laid.document.pages[0]._page_box.descendants(placeholders=True):
        if box.element is not None:
            found.setdefault(box.element.get("class"), box)
    if not {"by", "meta"} <= found.keys():
        return False
    above, below = found["by"], found["meta"]
    return bool(above.position_y + above.margin_height() + LEAST_GAP <= below.position_y)


@lru_cache(maxsize=16)
def style_sheet(text: str) -> CSS:
    """Rules that ask for nothing outside themselves; the same rules are read once."""
    return CSS(string=text, url_fetcher=OwnAssetsOnly())


def lay_out_page(
    reading: Reading,
    html: str,
    templates: Path,
    sheets: Sequence[str],
    source: archival.Source,
    pictures: Mapping[str, bytes] = {},
) -> Laid:
    """A page whose line breaks are marked, with style sheets of print by name, and its own pictures by theirs.

    Raises ``rendering_failed``.
    """
    if not has_faces():
        raise Refusal(Code.RENDERING_FAILED, reason="no_font", locale=reading.locale.tag, characters="")
    warming.note_letters(html)
    shortcuts.begin_book()
    content = reading.content
    fetcher = OwnAssetsOnly({**pictures, MARK: content.mark})
    styles = [style_sheet(rules) for rules in printed(content.look, templates, tuple(sheets))]
    styles.append(CSS(string=typography(reading.locale, quoted_locales(reading, html), html), url_fetcher=fetcher))
    document = Page(html, fetcher).render(
        font_config=warming.faces(),
        stylesheets=styles,
        color_profiles=archival.profiles(),
        output_intent=archival.COLOURS,
        pdf_variant=archival.VARIANT,
    )
    contents.fill_in(document, lambda n: page_number(n, reading.locale.tag))
    again = partial(lay_out_page, reading, templates=templates, sheets=sheets, source=source, pictures=pictures)
    return Laid(reading, document, fetcher, source, html, again)


def make_pdf(reading: Reading, templates: Path) -> bytes:
    """A tagged PDF for archives. ``reading`` must have been made with ``notes_inline``. Raises ``rendering_failed``.

    ``reason`` is ``no_font`` where letters of the text are in none of the installed faces (``characters`` says which).
    """
    return lay_out(reading, templates).write_seen(has_all_letters=True)


def has_faces() -> bool:
    """Whether any face is installed. Without one Pango ends the process as soon as it lays out a word."""
    found = fontconfig.FcConfigGetFonts(ffi.NULL, fontconfig.FcSetSystem)
    return bool(found != ffi.NULL and found.nfont)


def warm() -> None:
    """Lay out a word, so that faces are looked up and style sheets of the page maker read before the first job."""
    if not has_faces():
        return
    warming.share_faces()
    page = Page("<html lang=en><title>-</title><p>-", OwnAssetsOnly())
    page.write_pdf(pdf_variant="pdf/ua-1", font_config=warming.faces())
    warming.keep_to_itself()
