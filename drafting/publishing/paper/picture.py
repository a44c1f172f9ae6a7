"""The picture that stands for an edition where its link is shared (Open Graph): its title in its own script.

WeasyPrint lays it out with the faces and the directions of the printed edition, PDFium draws it.
"""

from io import BytesIO
from pathlib import Path
from typing import Final

import pypdfium2
from weasyprint import CSS

from drafting.domain.errors import Code, Refusal
from drafting.publishing.pages import surround
from drafting.publishing.pages.designs import MARK, coloured
from drafting.publishing.pages.setting import environment
from drafting.publishing.paper import warming
from drafting.publishing.paper.breaks import mark_breaks
from drafting.publishing.paper.fonts import script_of, typography
from drafting.publishing.paper.markup import Page
from drafting.publishing.paper.pdf import OwnAssetsOnly, has_faces, quoted_locales, style_sheet
from drafting.publishing.reading import Reading

WIDTH: Final = 1200
HEIGHT: Final = 630
_PIXELS_PER_POINT: Final = 4 / 3
_COLOURS: Final = 64
# Titles of up to so many characters are set in that size, in pixels; East Asian characters count twice.
_SIZES: Final = ((24, 92), (48, 72), (90, 56), (160, 42))
_SMALLEST: Final = 32
_WIDE: Final = 0x2E80
# Scripts without marks far above and below; others get more room between lines.
_LOW: Final = frozenset({"Latn", "Cyrl", "Grek", "Geor", "Armn", "Hebr", "Hans", "Hant", "Jpan", "Kore", "Ethi"})
MOST_NAMES: Final = 12


def make_picture(reading: Reading, templates: Path) -> bytes:
    """A PNG of 1200 × 630 pixels. Raises ``rendering_failed`` where no face is installed."""
    if not has_faces():
        raise Refusal(Code.RENDERING_FAILED, reason="no_font", locale=reading.locale.tag, characters="")
    html = mark_breaks(_set(reading, templates))
    fetcher = OwnAssetsOnly({MARK: reading.content.mark})
    sheets = [
        CSS(string=typography(reading.locale, quoted_locales(reading, html), html), url_fetcher=fetcher),
        style_sheet(_sheet(reading, templates)),
    ]
    page = Page(html, fetcher).write_pdf(font_config=warming.faces(), stylesheets=sheets)
    return _drawn(page)


def _sheet(reading: Reading, templates: Path) -> str:
    return coloured(reading.content.look, (templates / "public" / "picture.css").read_text("utf-8"))


def title_size(title: str) -> int:
    """Pixels, so that the title fills the picture and does not leave it."""
    length = sum(2 if ord(character) >= _WIDE else 1 for character in title)
    return next((size for longest, size in _SIZES if length <= longest), _SMALLEST)


def _set(reading: Reading, templates: Path) -> str:
    template = environment(templates, reading.words).get_template("public/picture.html")
    return template.render(
        reading=reading,
        title=reading.title,
        root=reading.attributes(reading.locale.tag),
        ui=reading.ui,
        size=title_size(reading.title),
        kicker=surround.kicker(reading),
        is_tall=script_of(reading.locale) not in _LOW,
        names=reading.words.join([reading.name(network.slug) for network in reading.content.networks[:MOST_NAMES]]),
        edition=surround.dated(reading),
    )


def _drawn(page: bytes) -> bytes:
    """The first page as a picture of few colours, which is all that letters need."""
    document = pypdfium2.PdfDocument(page)
    try:
        picture = document[0].render(scale=_PIXELS_PER_POINT).to_pil().convert("RGB")
    finally:
        document.close()
    out = BytesIO()
    picture.crop((0, 0, WIDTH, HEIGHT)).quantize(_COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()
