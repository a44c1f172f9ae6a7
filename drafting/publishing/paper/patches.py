"""What WeasyPrint 70.0 does not do yet, mended from outside. The only module that knows its insides.

Each mend has a test that fails as soon as the release in use does without it. WeasyPrint is pinned exactly, and a mend
whose place in the source is not found raises when it is applied, so none is ever half in force.
"""

import inspect
import itertools
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pydyf  # type: ignore[import-untyped]
import weasyprint
import weasyprint.document
import weasyprint.draw
import weasyprint.draw.text
import weasyprint.pdf
import weasyprint.pdf.tags
from weasyprint.formatting_structure import boxes

from drafting.publishing.paper import programs

MENDED: Final = "70.0"
# Those that poppler turns round; scripts beyond the basic plane it leaves as they come.
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_COMPLEX: Final = re.compile(
    "[\u0300-\u036f\u0900-\u109f\u1700-\u18af\u1900-\u1cff\u200b\u2060\ua800-\uabff\U00010800-\U00011fff\U0001e800-\U0001efff]"
)
_INVISIBLE: Final = str.maketrans("", "", "\u200b\u2060")
# They have no glyph of their own; Persian is misspelt without them.
_JOINERS: Final = "\u200c\u200d"
_HYPHENS: Final = ("-", "\u2010")
_NOTHING: Final = "\u200b"
# Of the names of faces whose words descend to the line.
_SLANTING: Final = "Nastaliq"
# How hard is tried to make streams small, of 9.
_COMPRESSED: Final = 6
# From here on Pango's numbers are no glyphs: nothing to draw, or a character that no face has.
_NO_GLYPH: Final = 0x0FFFFFFF


class PatchFailed(RuntimeError):
    """The installed WeasyPrint is not the one that this module was written for."""


def _actual_text(words: str) -> bytes:
    return b"/Span <</ActualText <FEFF" + words.encode("utf-16-be").hex().encode() + b">>> BDC"


def _flush(stream: Any, string: str) -> str:
    """Show the glyphs gathered so far, so that marked content can begin or end here."""
    string = string[:-1] if string[-1] == "<" else string + ">"
    if string:
        stream.show_text(string)
    return "<"


def _is_mark(character: str) -> bool:
    """Whether it is written upon the letter before it. Thaana's vowels are marks without a combining class."""
    return unicodedata.category(character) in ("Mn", "Me")


@dataclass(frozen=True, slots=True)
class _Letter:
    """A character, or several that are written as one, and the combining marks upon it.

    ``first`` is the place of its first glyph in the run. ``parts`` holds for each glyph, as they lie on the page, the
    byte at which its characters begin, and these characters.
    """

    first: int
    parts: list[tuple[int, str]]

    @property
    def last(self) -> int:
        return self.first + len(self.parts) - 1

    @property
    def words(self) -> str:
        return "".join(words for _, words in sorted(set(self.parts)))

    @property
    def is_written_backwards(self) -> bool:
        """Marks before their letter, as right-to-left runs have it."""
        places = [place for place, _ in self.parts]
        has_marks = _is_mark(self.parts[0][1][0])
        return has_marks and all(left > right for left, right in itertools.pairwise(places))

    @property
    def order(self) -> list[int]:
        """The glyphs in the order in which readers of the file take them up: letters as they lie, then the marks."""
        marks = [i for i, (_, words) in enumerate(self.parts) if _is_mark(words[0])]
        return [*(i for i in range(len(self.parts)) if i not in marks), *reversed(marks)]


def _letters(glyph_item: Any, clusters: Any, text: str) -> list[_Letter]:
    """The letters of a run. ``clusters`` says for each glyph the byte at which its character begins."""
    run = text.encode()[glyph_item.item.offset : glyph_item.item.offset + glyph_item.item.length]
    places = [clusters[i] for i in range(glyph_item.glyphs.num_glyphs)]
    # A face may write two letters with one glyph for both and one without a width, as Noto's does lam and alef.
    empty = {place for i, place in enumerate(places) if glyph_item.glyphs.glyphs[i].geometry.width == 0}
    bounds = sorted({*places, len(run)})
    words = {place: run[place:end].decode() for place, end in itertools.pairwise(bounds)}
    starts, start = {}, 0
    for place, following in itertools.zip_longest(bounds[:-1], bounds[1:-1]):
        is_mark = _is_mark(words[place][0]) or words[place][0] in _JOINERS
        bears_mark = following is not None and _is_mark(words[following][0])
        starts[place] = start = start if is_mark or (place in empty and bears_mark) else place
    groups = itertools.groupby(range(len(places)), key=lambda i: starts[places[i]])
    rows = [list(group) for _, group in groups]
    return [_Letter(row[0], [(places[i], words[places[i]]) for i in row]) for row in rows]


def _turn(glyphs: Any, clusters: Any, letter: _Letter, order: Sequence[int]) -> None:
    """Put glyphs in another order without moving any of them on the page."""
    span = range(letter.first, letter.last + 1)
    laid, x = [], 0
    for i in span:
        geometry = glyphs[i].geometry
        laid.append((clusters[i], glyphs[i].glyph, geometry.width, x + geometry.x_offset, geometry.y_offset))
        x += geometry.width
    x = 0
    for i, source in zip(span, order, strict=True):
        clusters[i], glyphs[i].glyph, width, left, rise = laid[source]
        geometry = glyphs[i].geometry
        geometry.width, geometry.x_offset, geometry.y_offset = width, left - x, rise
        x += width


def _prepare(glyph_item: Any, text: str, font: Any) -> dict[int, str]:
    """First glyph → what is written, where glyphs alone would not give it back; backward letters are turned round."""
    glyphs, clusters, known = glyph_item.glyphs.glyphs, glyph_item.glyphs.log_clusters, font.to_unicode
    letters = _letters(glyph_item, clusters, text)
    by_letter = _by_letter(glyphs, clusters, letters, known)
    return _by_word(glyphs, clusters, letters) if _SLANTING in font.family else by_letter


def _is_of_a_word(letter: _Letter) -> bool:
    return all(unicodedata.category(each)[0] in "LM" for each in letter.words)


def _by_word(glyphs: Any, clusters: Any, letters: Sequence[_Letter]) -> dict[int, str]:
    """In Nastaliq letters stand above and below each other; poppler sorts them by their left edges, but not words.

    It takes a word to stand as high as its first glyph, so a dot upon the last letter does not come first.
    """
    out = {}
    for is_word, group in itertools.groupby(letters, key=_is_of_a_word):
        row = list(group)
        raised = [glyphs[i].geometry.y_offset != 0 for i in range(row[0].first, row[0].last + 1)]
        if is_word and raised[0]:
            _turn(glyphs, clusters, row[0], sorted(range(len(raised)), key=raised.__getitem__))
        out[row[0].first] = "".join(letter.words[::-1] for letter in row) if is_word else ""
    return out


def _by_letter(glyphs: Any, clusters: Any, letters: Sequence[_Letter], known: dict[int, str]) -> dict[int, str]:
    out = {}
    for letter in letters:
        is_turned = letter.is_written_backwards
        if is_turned:
            _turn(glyphs, clusters, letter, letter.order)  # Readers attach marks to what precedes them.
        order = letter.order if is_turned else range(len(letter.parts))
        mapped = [known.get(glyphs[i].glyph) for i in range(letter.first, letter.last + 1)]
        is_plain = len(letter.words) == 1 and mapped in ([None], [letter.words])
        # Poppler takes what it reads in a right-to-left line for glyphs from left to right, ActualText too.
        out[letter.first] = "" if is_plain else letter.words[::-1]
        _map(known, glyphs, letter, order)
    return out


def _map(known: dict[int, str], glyphs: Any, letter: _Letter, order: Sequence[int]) -> None:
    """Say what each glyph stands for; WeasyPrint would work it out from neighbours, of which some were turned."""
    seen: set[int] = set()
    for i, source in zip(range(letter.first, letter.last + 1), order, strict=True):
        place, words = letter.parts[source]
        if place not in seen and glyphs[i].glyph < _NO_GLYPH:
            known.setdefault(glyphs[i].glyph, words)
        seen.add(place)


def _open_letter(stream: Any, string: str, words: str) -> tuple[str, bool]:
    """Begin marked content that says what is written, where there is something to say."""
    if not words:
        return string, False
    string = _flush(stream, string)
    stream.stream.append(_actual_text(words.translate(_INVISIBLE)))
    return string, True


def _close_letter(stream: Any, string: str, is_open: bool) -> str:
    if is_open:
        string = _flush(stream, string)
        stream.stream.append(b"EMC")
    return string


_LOOP: Final = "        for i, glyph_info in enumerate(glyphs_info[0:num_glyphs]):\n"
_LOOP_MENDED: Final = (
    "        is_open = False\n"
    "        letters = _prepare(glyph_item, textbox.pango_layout.text, font)\n"
    + _LOOP
    + """\
            if i in letters:
                string = _close_letter(stream, string, is_open)
                string, is_open = _open_letter(stream, string, letters[i])
"""
)
_END: Final = "        # Close the last glyphs list, remove if empty.\n"
_END_MENDED: Final = "        string = _close_letter(stream, string, is_open)\n" + _END


def _by_cluster() -> Callable[..., Any]:
    """``draw_first_line`` with an ActualText around each cluster that needs one, made from its own source."""
    source = inspect.getsource(weasyprint.draw.text.draw_first_line)
    for place, mended in ((_LOOP, _LOOP_MENDED), (_END, _END_MENDED)):
        if source.count(place) != 1:
            raise PatchFailed("draw_first_line is not the one of WeasyPrint 70.0")
        source = source.replace(place, mended)
    own = {"_prepare": _prepare, "_open_letter": _open_letter, "_close_letter": _close_letter}
    names = {**vars(weasyprint.draw.text), **own}
    exec(compile(source, "draw_first_line, mended", "exec"), names)  # noqa: S102 - our own words in a pinned source
    made: Callable[..., Any] = names["draw_first_line"]
    return made


def mend_text_layer() -> None:
    """Words copied from complex scripts come back as they were written (upstream issue 2841).

    Right-to-left text gets an ActualText per cluster, since readers reorder a longer one; other complex scripts, and
    lines that end in a hyphen of the page maker's, one per line.
    """
    by_cluster = _by_cluster()

    def draw_first_line(stream: Any, textbox: Any, *rest: Any) -> Any:
        text = textbox.text
        if _RIGHT_TO_LEFT.search(text):
            return by_cluster(stream, textbox, *rest)
        hyphen = textbox.style["hyphenate_character"]
        is_cut = len(text) > len(hyphen) and text.endswith(hyphen) and textbox.style["hyphens"] == "auto"
        is_joined = text.endswith(_HYPHENS)
        if not (is_cut or is_joined or _COMPLEX.search(text)):
            return weasyprint.draw.text.draw_plain_line(stream, textbox, *rest)
        words = (text.removesuffix(hyphen) + "\u00ad" if is_cut else text).translate(_INVISIBLE)
        # Poppler takes a hyphen that ends a line for one of the page maker's and leaves it out.
        stream.stream.append(_actual_text(words + _NOTHING if is_joined and not is_cut else words))
        emojis = weasyprint.draw.text.draw_plain_line(stream, textbox, *rest)
        stream.stream.append(b"EMC")
        return emojis

    weasyprint.draw.text.draw_plain_line = weasyprint.draw.text.draw_first_line
    weasyprint.draw.text.draw_first_line = draw_first_line


def mend_running_heads() -> None:
    """Running heads and page numbers are artifacts, which a screen reader does not read on every page."""
    plain = weasyprint.draw.draw_stacking_context

    def draw_stacking_context(stream: Any, stacking_context: Any) -> None:
        if not isinstance(stacking_context.box, boxes.MarginBox) or getattr(stream, "_tags", None) is None:
            plain(stream, stacking_context)
            return
        tags, stream._tags = stream._tags, None
        stream.stream.append(b"/Artifact <</Type /Pagination>> BDC")
        plain(stream, stacking_context)
        stream.stream.append(b"EMC")
        stream._tags = tags

    weasyprint.draw.draw_stacking_context = draw_stacking_context


def mend_structure() -> None:
    """The structure tree says the language of each part, knows footnotes as notes, and describes links."""
    plain = weasyprint.pdf.tags._build_box_tree

    def _build_box_tree(box: Any, parent: Any, pdf: Any, *rest: Any) -> Iterator[Any]:
        if isinstance(box, boxes.MarginBox):
            return
        for element in plain(box, parent, pdf, *rest):
            _describe(element, getattr(box, "element", None), box)
            yield element

    weasyprint.pdf.tags._build_box_tree = _build_box_tree


def _describe(element: Any, source: Any, box: Any) -> None:
    if source is None or getattr(box, "element_tag", "").partition("::")[2]:
        return
    if source.get("lang"):
        element["Lang"] = pydyf.String(source.get("lang"))
    if source.get("class") == "fn" and element["S"] == "/Span":
        element["S"] = "/Note"
        element["ID"] = pydyf.String(f"note-{element.number}")
    annotation = getattr(box, "link_annotation", None)
    if annotation is not None:
        annotation["Contents"] = pydyf.String("".join(source.itertext()).strip() or source.get("href", ""))


def mend_links() -> None:
    """A link is one thing to click on, though words within it may be stressed."""
    plain = weasyprint.document.gather_anchors

    def gather_anchors(box: Any, anchors: Any, links: Any, *rest: Any) -> None:
        plain(box, anchors, links, *rest)
        links[:] = [link for link in links if link[3].link]

    weasyprint.document.gather_anchors = gather_anchors


def mend_maps() -> None:
    """No glyph stands for nothing: a map with an empty entry is malformed.

    Such glyphs are the later parts of a letter, whose words the first part or an ActualText gives.
    """
    plain = weasyprint.pdf.build_fonts_dictionary

    def build_fonts_dictionary(pdf: Any, fonts: Any, *rest: Any) -> Any:
        for font in fonts.values():
            font.to_unicode.update({glyph: _NOTHING for glyph, words in font.to_unicode.items() if not words})
        return plain(pdf, fonts, *rest)

    weasyprint.pdf.build_fonts_dictionary = programs.before(build_fonts_dictionary)


def ended_plainly(compressed: bytes) -> bytes:
    """Checkers disagree on the length of a stream whose last byte is a carriage return or a line feed.

    What follows the end of compressed data is read by nobody.
    """
    return compressed + b"\0" if compressed[-1:] in (b"\r", b"\n") else compressed


class _Compressed:
    """One of zlib's objects that make compressed data."""

    def __init__(self, level: int) -> None:
        self._made = zlib.compressobj(level)

    def compress(self, data: bytes) -> bytes:
        return self._made.compress(data)

    def flush(self) -> bytes:
        return ended_plainly(self._made.flush())


class _Compression:
    """zlib at its usual level: the highest one takes four times as long and saves three bytes of a hundred."""

    def __getattr__(self, name: str) -> Any:
        return getattr(zlib, name)

    def compressobj(self, level: int = zlib.Z_DEFAULT_COMPRESSION) -> Any:
        return _Compressed(min(level, _COMPRESSED))


def mend_compression() -> None:
    """Streams are compressed as far as it pays, and none ends like a line."""
    pydyf.zlib = _Compression()


def apply() -> None:
    """Mend the WeasyPrint of this process, once. Raises :class:`PatchFailed` for another release."""
    if weasyprint.__version__ != MENDED:
        raise PatchFailed(f"WeasyPrint {weasyprint.__version__} is installed, {MENDED} was mended")
    if getattr(weasyprint, "_mended", False):
        return
    mend_text_layer()
    mend_running_heads()
    mend_structure()
    mend_links()
    mend_maps()
    mend_compression()
    programs.apply()
    weasyprint._mended = True
