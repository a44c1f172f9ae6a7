"""Lines of words whose glyphs stand side by side, written to the page at once instead of glyph by glyph.

It gives the bytes that ``draw_first_line`` of WeasyPrint 70.0 gives, and leaves to it lines with anything else in them.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from weasyprint.draw import text
from weasyprint.text.ffi import FROM_UNITS, ffi, pango

# How Pango keeps a glyph: its number, its width, how far it is moved along and up, and flags, each of four bytes.
_FIELDS: Final = 5
_BYTES: Final = 4 * _FIELDS
_SMALLEST: Final = 1e-6
# From here on Pango's numbers are no glyphs.
_NO_GLYPH: Final = 0x0FFFFFFF
# Older releases of Pango say sizes of faces wrongly.
_KNOWS_SIZES: Final = 14802
# The patches may have been applied before.
_plain: Any = vars(text).get("draw_plain_line", text.draw_first_line)


class _Run(NamedTuple):
    """Words in one face. ``glyphs`` and ``widths`` are as long as each other; widths are in Pango's units."""

    item: Any
    pango_font: Any
    font: Any
    size: float
    glyphs: list[int]
    widths: list[int]


def _runs(stream: Any, line: Any) -> Iterator[_Run | None]:
    """The words of a line, or None where they are not simple."""
    run, known = line.runs[0], None
    while run != ffi.NULL:
        item, run = run.data, run.next
        kept = memoryview(ffi.buffer(item.glyphs.glyphs, item.glyphs.num_glyphs * _BYTES))
        numbers = kept.cast("B").cast("i").tolist()
        glyphs = numbers[::_FIELDS]
        is_moved = any(numbers[2::_FIELDS]) or any(numbers[3::_FIELDS])
        if is_moved or max(glyphs, default=_NO_GLYPH) >= _NO_GLYPH:
            yield None
            return
        pango_font = item.item.analysis.font
        if known is None or pango_font != known.pango_font:
            font, size = stream.add_font(pango_font)
            if font.bitmap or font.png or font.svg or font.colr:
                yield None
                return
        known = _Run(item, pango_font, font, size, glyphs, numbers[1::_FIELDS])
        yield known


def draw_first_line(stream: Any, textbox: Any, text_overflow: str, block_ellipsis: Any, matrix: Any) -> Any:
    """The line of ``textbox`` as text of a PDF. What it returns, pictures of emoji, is always empty here."""
    is_cut = text_overflow == "ellipsis" or block_ellipsis != "none" or textbox.style["font_size"] < _SMALLEST
    if is_cut or not textbox.text.strip() or pango.pango_version() < _KNOWS_SIZES:
        return _plain(stream, textbox, text_overflow, block_ellipsis, matrix)
    pango.pango_layout_set_single_paragraph_mode(textbox.pango_layout.layout, True)
    first_line, _ = textbox.pango_layout.get_first_line()
    runs = list(_runs(stream, first_line))
    if None in runs:
        return _plain(stream, textbox, text_overflow, block_ellipsis, matrix)
    stream.set_text_matrix(*matrix.values)
    shown, former = "", None
    for run in runs:
        assert run is not None
        if former is None or run.pango_font != former.pango_font:
            if shown:
                stream.show_text(shown)
            shown = ""
            stream.set_font_size(run.font.hash, run.size)
        former = run
        line = "<" + _written(stream, run, textbox.pango_layout.text)
        shown += line[:-1] if line[-1] == "<" else line + ">"
    stream.show_text(shown)
    return []


def _written(stream: Any, run: _Run, words: str) -> str:
    """The numbers of the glyphs, and between them how far apart they stand, where it is not as their face says."""
    known = run.font.__dict__.setdefault("written", {})
    pairs = list(zip(run.glyphs, run.widths, strict=True))
    size = run.size
    try:
        return "".join([known[glyph, width, size] for glyph, width in pairs])
    except KeyError:
        for i, (glyph, width) in enumerate(pairs):
            known[glyph, width, size] = _one(stream, run, i, glyph, width, words)
        return "".join([known[glyph, width, size] for glyph, width in pairs])


def _one(stream: Any, run: _Run, i: int, glyph: int, width: int, words: str) -> str:
    font = run.font
    if glyph not in font.to_unicode:
        font.to_unicode[glyph] = _words_of(run, i, words)
    if glyph not in font.widths:
        pango.pango_font_get_glyph_extents(run.pango_font, glyph, stream.ink_rect, stream.logical_rect)
        font.widths[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / run.size)
    kerning = font.widths[glyph] + 0.0 - width * 1000 * FROM_UNITS / run.size
    return f"{glyph:04x}>{int(kerning)}<" if kerning else f"{glyph:04x}"


def _words_of(run: _Run, i: int, words: str) -> str:
    """What a glyph stands for: the characters from where it begins to where its neighbour does."""
    item, clusters = run.item.item, run.item.glyphs.log_clusters
    if item.analysis.level % 2:
        end = item.length if i == 0 else clusters[i - 1]
    else:
        end = item.length if i == len(run.glyphs) - 1 else clusters[i + 1]
    return words.encode()[item.offset + clusters[i] : item.offset + end].decode()
