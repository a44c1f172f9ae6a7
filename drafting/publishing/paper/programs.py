"""The programs of East Asian faces, as small as the letters that occur.

WeasyPrint keeps the numbers of glyphs, so that a face of 65,000 leaves tables with as many places in each of its
subsets: 800 kB to make and compress for ten letters, of which 100 kB stay in the file. Here the glyphs that occur are
numbered anew, one after the other, in the program as well as on the pages that name them.

These programs are CID-keyed (Adobe Technical Note 5176): a table of theirs, the charset, says by which number a PDF
finds a glyph (ISO 32000-1, 9.7.4.2). Some readers follow it and some do not, so it says what those take for granted.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any, Final

from fontTools.cffLib import CFFFontSet  # type: ignore[import-untyped]
from fontTools.ttLib.sfnt import SFNTReader, SFNTWriter  # type: ignore[import-untyped]
from weasyprint.pdf import fonts
from weasyprint.pdf.stream import Stream
from weasyprint.text.ffi import ffi, gobject, harfbuzz, harfbuzz_subset
from weasyprint.text.fonts import get_hb_object_data

_OUTLINES: Final = "CFF "
# What a reader needs of a face whose glyphs are named by number.
_NEEDED: Final = frozenset({_OUTLINES, "head", "hhea", "hmtx", "maxp"})
_FONT: Final = re.compile(rb"/(\S+) \S+ Tf")
_SHOWN: Final = re.compile(rb"<([0-9a-f]+)>")
_LONG: Final = 255
# How many glyphs a program of one letter has: the one for what is missing comes first.
_ONE_LETTER: Final = 2
# The release of HarfBuzz from which WeasyPrint makes subsets with it.
_RELEASE: Final = (4, 1, 0)
# Of HarfBuzz 4.0 and later, and of GObject; WeasyPrint does not ask for them.
ffi.cdef("""
typedef ... hb_subset_plan_t;
typedef ... hb_map_t;
hb_subset_plan_t * hb_subset_plan_create_or_fail (hb_face_t *face, const hb_subset_input_t *input);
void hb_subset_plan_destroy (hb_subset_plan_t *plan);
hb_map_t * hb_subset_plan_old_to_new_glyph_mapping (const hb_subset_plan_t *plan);
hb_face_t * hb_subset_plan_execute_or_fail (hb_subset_plan_t *plan);
hb_codepoint_t hb_map_get (const hb_map_t *map, hb_codepoint_t key);
gpointer g_object_ref (gpointer object);
""")
_whole_subset, _plain_add = fonts.Font.subset, Stream.add_font


def _fill(numbers: Any, values: Iterable[int]) -> None:
    ordered = sorted(values)
    harfbuzz.hb_set_add_sorted_array(numbers, ffi.new("hb_codepoint_t[]", ordered), len(ordered))


def _few_glyphs(font: Any, glyphs: Iterable[int]) -> tuple[bytes, dict[int, int]]:
    """A face of these glyphs and nothing else, without hints as in WeasyPrint's own subsets, and their new numbers.

    Nothing, where it cannot be made.
    """
    library = harfbuzz_subset
    wanted = ffi.gc(library.hb_subset_input_create_or_fail(), library.hb_subset_input_destroy)
    _fill(library.hb_subset_input_glyph_set(wanted), glyphs)
    dropped = library.hb_subset_input_set(wanted, library.HB_SUBSET_SETS_DROP_TABLE_TAG)
    _fill(dropped, [harfbuzz.hb_tag_from_string(each.encode(), 4) for each in {*font.tables} - _NEEDED])
    flags = library.HB_SUBSET_FLAGS_NO_HINTING | library.HB_SUBSET_FLAGS_DESUBROUTINIZE
    library.hb_subset_input_set_flags(wanted, flags)
    plan = library.hb_subset_plan_create_or_fail(font.hb_face, wanted)
    if plan == ffi.NULL:
        return b"", {}
    plan = ffi.gc(plan, library.hb_subset_plan_destroy)
    places = library.hb_subset_plan_old_to_new_glyph_mapping(plan)
    numbers = {glyph: int(harfbuzz.hb_map_get(places, glyph)) for glyph in glyphs}
    face = library.hb_subset_plan_execute_or_fail(plan)
    if face == ffi.NULL:
        return b"", {}
    return get_hb_object_data(ffi.gc(face, harfbuzz.hb_face_destroy)) or b"", numbers


def _in_order(count: int) -> bytes:
    """A charset by which the number of each glyph is its place, in the shortest form: no other is shorter."""
    if count == _ONE_LETTER:
        return b"\0\0\1"
    if count - 2 <= _LONG:
        return b"\1\0\1" + bytes([count - 2])
    return b"\2\0\1" + (count - 2).to_bytes(2, "big")


def found_by_place(face: bytes) -> bytes:
    """The face with a charset by which its glyphs are found by their places; so they are where it is not CID-keyed."""
    reader = SFNTReader(BytesIO(face))
    outlines, programs = reader[_OUTLINES], CFFFontSet()
    programs.decompile(BytesIO(outlines), None)
    (top,) = (programs[name] for name in programs.fontNames)
    if not hasattr(top, "ROS"):
        return face
    place, charset = top.rawDict["charset"], _in_order(top.numGlyphs)
    return _joined(reader, {_OUTLINES: outlines[:place] + charset + outlines[place + len(charset) :]})


def _joined(reader: Any, changed: Mapping[str, bytes]) -> bytes:
    """The file of a face with other tables in place of some of its own, its check sums worked out anew."""
    out = BytesIO()
    names = sorted(reader.keys())
    writer = SFNTWriter(out, len(names), reader.sfntVersion)
    for name in names:
        writer[name] = changed.get(name, reader[name])
    writer.close()
    return out.getvalue()


def _is_fit(font: Any) -> bool:
    """Whether it is a face of outlines alone that has all that was asked for, drawn on pages and not in forms."""
    has_more = "fvar" in font.tables or font.bitmap or font.png or font.svg or font.colr
    return _OUTLINES in font.tables and not (has_more or font.missing or font.used_in_forms)


def _can_subset() -> bool:
    return bool(harfbuzz_subset and harfbuzz.hb_version_atleast(*_RELEASE))


def renumber(faces: Iterable[Any]) -> None:
    """Number the glyphs of one face anew. ``faces`` are what WeasyPrint knows of it, one for each size and the like."""
    faces = list(faces)
    glyphs = {glyph for face in faces for glyph in face.to_unicode}
    if not (_can_subset() and glyphs and all(map(_is_fit, faces))):
        return
    program, number = _few_glyphs(faces[0], glyphs)
    if not program:
        return
    program = found_by_place(program)
    for face in faces:
        face.file_content, face.is_numbered = program, True
        for numbers in (face.to_unicode, face.widths):
            renamed = {number[glyph]: value for glyph, value in numbers.items() if glyph in number}
            numbers.clear()
            numbers.update(renamed)
    for stream in {id(each): each for face in faces for each in face.drawn_on.values()}.values():
        _rewrite(stream, faces[0].hash.encode(), number)


def _rewrite(stream: Any, name: bytes, number: Mapping[int, int]) -> None:
    """Name the glyphs of one face by their new numbers. A state that is left gives the former face back."""
    codes = {b"%04x" % old: b"%04x" % new for old, new in number.items()}

    def translated(found: re.Match[bytes]) -> bytes:
        shown = found[1]
        return b"<" + b"".join([codes[shown[i : i + 4]] for i in range(0, len(shown), 4)]) + b">"

    current, former = b"", []
    for i, part in enumerate(stream.stream):
        if not isinstance(part, bytes):
            continue
        if part == b"q":
            former.append(current)
        elif part == b"Q":
            current = former.pop()
        elif chosen := _FONT.fullmatch(part):
            current = chosen[1]
        elif current == name and part.endswith(b"TJ"):
            stream.stream[i] = _SHOWN.sub(translated, part)


def _add_font(self: Any, pango_font: Any) -> Any:
    """WeasyPrint's, which keeps what HarfBuzz knows of a face, but not the face: among many, Pango lets it go."""
    font, size = _plain_add(self, pango_font)
    if not hasattr(font, "held"):
        font.held = ffi.gc(gobject.g_object_ref(pango_font), gobject.g_object_unref)
    font.__dict__.setdefault("drawn_on", {})[id(self)] = self
    return font, size


def _subset(self: Any, *rest: Any) -> None:
    if not getattr(self, "is_numbered", False):
        _whole_subset(self, *rest)


def before(build: Callable[..., Any]) -> Callable[..., Any]:
    """WeasyPrint's writing of all faces, with such programs made before it."""

    def build_fonts_dictionary(pdf: Any, faces: Mapping[Any, Any], compress: bool, subset: bool, options: Any) -> Any:
        by_name: dict[str, list[Any]] = {}
        for face in faces.values():
            by_name.setdefault(face.hash, []).append(face)
        if subset and not options["hinting"]:
            for alike in by_name.values():
                renumber(alike)
        return build(pdf, faces, compress, subset, options)

    return build_fonts_dictionary


def apply() -> None:
    """Once a process, before the short cuts, which put off to read a whole face."""
    fonts.Font.subset, Stream.add_font = _subset, _add_font
