"""What WeasyPrint 70.0 does not do yet, mended from outside. The only module that knows its insides.

Each mend has a test that fails as soon as the release in use does without it. WeasyPrint is pinned exactly, and a mend
whose place in the source is not found raises when it is applied, so none is ever half in force.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pydyf  # type: ignore[import-untyped]
import weasyprint
import weasyprint.draw
import weasyprint.draw.text
import weasyprint.pdf.tags
from weasyprint.formatting_structure import boxes

MENDED: Final = "70.0"
_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_COMPLEX: Final = re.compile(
    "[\u0300-\u036f\u0900-\u109f\u1700-\u18af\u1900-\u1cff\u200b\u2060\ua800-\uabff\U00011000-\U00011fff]"
)
_INVISIBLE: Final = str.maketrans("", "", "\u200b\u2060")


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


def _open_cluster(
    stream: Any, string: str, glyph_item: Any, clusters: Any, i: int, text: str, known: dict[int, str]
) -> tuple[str, bool]:
    """Begin marked content for the cluster at glyph ``i`` where its glyphs alone would not give back its text."""
    count, length = glyph_item.glyphs.num_glyphs, glyph_item.item.length
    last = i
    while last + 1 < count and clusters[last + 1] == clusters[i]:
        last += 1
    if glyph_item.item.analysis.level % 2:
        end = length if i == 0 else clusters[i - 1]
    else:
        end = length if last == count - 1 else clusters[last + 1]
    offset = glyph_item.item.offset
    words = text.encode()[offset + clusters[i] : offset + end].decode()
    mapped = known.get(glyph_item.glyphs.glyphs[i].glyph)
    if last == i and (mapped is None or mapped == words):
        return string, False
    string = _flush(stream, string)
    stream.stream.append(_actual_text(words.translate(_INVISIBLE)))
    return string, True


def _close_cluster(stream: Any, string: str, is_open: bool) -> str:
    if is_open:
        string = _flush(stream, string)
        stream.stream.append(b"EMC")
    return string


_LOOP: Final = "        for i, glyph_info in enumerate(glyphs_info[0:num_glyphs]):\n"
_LOOP_MENDED: Final = (
    "        is_open = False\n"
    + _LOOP
    + """\
            if i == 0 or clusters[i] != clusters[i - 1]:
                string = _close_cluster(stream, string, is_open)
                string, is_open = _open_cluster(
                    stream, string, glyph_item, clusters, i, textbox.pango_layout.text, font.to_unicode)
"""
)
_END: Final = "        # Close the last glyphs list, remove if empty.\n"
_END_MENDED: Final = "        string = _close_cluster(stream, string, is_open)\n" + _END


def _by_cluster() -> Callable[..., Any]:
    """``draw_first_line`` with an ActualText around each cluster that needs one, made from its own source."""
    source = inspect.getsource(weasyprint.draw.text.draw_first_line)
    for place, mended in ((_LOOP, _LOOP_MENDED), (_END, _END_MENDED)):
        if source.count(place) != 1:
            raise PatchFailed("draw_first_line is not the one of WeasyPrint 70.0")
        source = source.replace(place, mended)
    names = dict(vars(weasyprint.draw.text), _open_cluster=_open_cluster, _close_cluster=_close_cluster)
    exec(compile(source, "draw_first_line, mended", "exec"), names)  # noqa: S102 - our own words in a pinned source
    made: Callable[..., Any] = names["draw_first_line"]
    return made


def mend_text_layer() -> None:
    """Words copied from complex scripts come back as they were written (upstream issue 2841).

    Right-to-left text gets an ActualText per cluster, since readers reorder a longer one; other complex scripts, and
    lines that end in a hyphen of the page maker's, one per line.
    """
    plain, by_cluster = weasyprint.draw.text.draw_first_line, _by_cluster()

    def draw_first_line(stream: Any, textbox: Any, *rest: Any) -> Any:
        text = textbox.text
        if _RIGHT_TO_LEFT.search(text):
            return by_cluster(stream, textbox, *rest)
        hyphen = textbox.style["hyphenate_character"]
        is_cut = len(text) > len(hyphen) and text.endswith(hyphen) and textbox.style["hyphens"] == "auto"
        if not (is_cut or _COMPLEX.search(text)):
            return plain(stream, textbox, *rest)
        words = text.removesuffix(hyphen) + "\u00ad" if is_cut else text
        stream.stream.append(_actual_text(words.translate(_INVISIBLE)))
        emojis = plain(stream, textbox, *rest)
        stream.stream.append(b"EMC")
        return emojis

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


def apply() -> None:
    """Mend the WeasyPrint of this process, once. Raises :class:`PatchFailed` for another release."""
    if weasyprint.__version__ != MENDED:
        raise PatchFailed(f"WeasyPrint {weasyprint.__version__} is installed, {MENDED} was mended")
    if getattr(weasyprint, "_mended", False):
        return
    mend_text_layer()
    mend_running_heads()
    mend_structure()
    weasyprint._mended = True
