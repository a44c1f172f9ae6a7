"""An edition in one language as a word processor's file (Office Open XML, ECMA-376), for those who must have one.

Styles are named, so that a reader can change the look; headings, lists, notes and languages are what they say. It is
written here since the one well-known library for it has no footnotes and no right-to-left paragraphs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from drafting.domain.prose import HARD_BREAK, HEADINGS, LISTS, Block, Run, Text, is_href
from drafting.publishing.formats.containers import packed, xml_bytes
from drafting.publishing.formats.docx_frame import (
    CONTENT_TYPES,
    HYPERLINK,
    RELATIONS,
    numbering,
    properties,
    related,
    styles,
)
from drafting.publishing.html import DEEPEST_LEVEL
from drafting.publishing.outline import Outline
from drafting.publishing.pages import surround
from drafting.publishing.reading import Part, Reading, Side, direction_of

_W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R: Final = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LIST_STYLES: Final = {"bullet": "ListBullet", "ordered": "ListNumber"}
BULLETS: Final = 1
LEFT_TO_RIGHT, RIGHT_TO_LEFT = "\u200e", "\u200f"


@dataclass(frozen=True, slots=True)
class _Tongue:
    """Language and direction of a paragraph."""

    tag: str
    is_rtl: bool

    def paragraph(self) -> str:
        """Said in either case: one that says nothing takes its direction from the pages around it."""
        return "<w:bidi/>" if self.is_rtl else '<w:bidi w:val="0"/>'

    def run(self) -> str:
        tag = escape(self.tag)
        return f'{"<w:rtl/>" if self.is_rtl else ""}<w:lang w:val="{tag}" w:eastAsia="{tag}" w:bidi="{tag}"/>'


@dataclass(slots=True)
class _Book:
    """The body as it grows, and what it refers to."""

    rows: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    ordered_lists: int = 0

    def link(self, address: str) -> str:
        return self.links.setdefault(address, f"link{len(self.links) + 1}")

    def add(self, style: str, runs: str, tongue: _Tongue, *, list_of: tuple[int, int] | None = None) -> None:
        """A paragraph; ``list_of``: the list's number and the item's depth."""
        place = ""
        if list_of is not None:
            number, depth = list_of
            place = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
        shown = f'<w:pPr><w:pStyle w:val="{style}"/>{place}{tongue.paragraph()}</w:pPr>'
        self.rows.append(f"<w:p>{shown}{runs}</w:p>")

    def say(self, style: str, words: str, tongue: _Tongue) -> None:
        self.add(style, _run(words, tongue), tongue)


def make_docx(reading: Reading) -> bytes:
    """The file; the same bytes for the same edition."""
    book = _Book()
    _fill(book, reading)
    body = "".join(book.rows)
    section = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" '
        'w:header="708" w:footer="708" w:gutter="0"/>'
        f"{'<w:bidi/>' if _own(reading).is_rtl else ''}</w:sectPr>"
    )
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS,
        "docProps/core.xml": properties(reading),
        "word/document.xml": f"{_HEAD}<w:document {_W} {_R}><w:body>{body}{section}</w:body></w:document>",
        "word/_rels/document.xml.rels": related([(id, HYPERLINK, address) for address, id in book.links.items()]),
        "word/_rels/footnotes.xml.rels": related(
            [(id, HYPERLINK, address) for address, id in book.links.items()], is_body=False
        ),
        "word/styles.xml": styles(reading.locale.tag),
        "word/numbering.xml": numbering(book.ordered_lists),
        "word/footnotes.xml": _footnotes(book.notes, _own(reading)),
    }
    return packed({name: xml_bytes(part) for name, part in parts.items()})


def _footnotes(notes: Sequence[str], tongue: _Tongue) -> str:
    """The notes, behind the lines that stand above them and above what goes on from a page before."""
    lines = "".join(
        f'<w:footnote w:type="{kind}" w:id="{n}"><w:p><w:pPr>{tongue.paragraph()}</w:pPr><w:r><w:{kind}/></w:r></w:p>'
        "</w:footnote>"
        for n, kind in enumerate(("separator", "continuationSeparator"), -1)
    )
    return f"{_HEAD}<w:footnotes {_W} {_R}>{lines}{''.join(notes)}</w:footnotes>"


def _own(reading: Reading) -> _Tongue:
    return _Tongue(reading.locale.tag, reading.locale.direction == "rtl")


def _around(reading: Reading) -> _Tongue:
    return _Tongue(reading.words.tag, reading.words.direction == "rtl")


def _fill(book: _Book, reading: Reading) -> None:
    around = _around(reading)
    book.say("Subtitle", surround.kicker(reading), around)
    if reading.front:
        _blocks(book, reading, reading.front, "Title", "")
    else:
        book.say("Title", reading.title, _own(reading))
    for sentence in surround.opening(reading):
        book.say("Notice", sentence, around)
    for part in reading.sections:
        _section(book, reading, part)
    _end(book, reading)


def _section(book: _Book, reading: Reading, part: Part) -> None:
    around = _around(reading)
    _blocks(book, reading, part, "Heading1", part.number, surround.untranslated(reading, part))
    for side in part.sides:
        _side(book, reading, side)
    if part.sentences:
        book.say("Notice", surround.standing(reading, part), around)


def _blocks(book: _Book, reading: Reading, part: Part, title: str, number: str, notice: str = "") -> None:
    """The title in its style, the notice where there is one, then the text."""
    tongue = _Tongue(part.lang, 'dir="rtl"' in reading.attributes(part.lang))
    text = surround.flagged(reading, part)
    writer = _Text(book, text, tongue)
    shown = [block for block in text if block.kind != "footnote"]
    if shown:
        before = _run(f"{number} ", tongue) if number else ""
        book.add(title, before + writer.runs(shown[0]), tongue)
    if notice:
        book.say("Notice", notice, _around(reading))
    outline = Outline(1 if title == "Title" else 2, DEEPEST_LEVEL)
    for block in shown[1:]:
        if block.is_empty:
            continue
        if block.kind in LISTS:
            writer.item(block)
            continue
        writer.lists.clear()
        if block.kind in HEADINGS:
            book.add(f"Heading{outline.level(block.kind)}", writer.runs(block), tongue)
        else:
            book.add("Quote" if block.kind == "quote" else "Normal", writer.runs(block), tongue)
    for note in writer.unsaid():
        book.add("FootnoteText", writer.runs(note), tongue)


class _Text:
    """Sets the blocks of one section."""

    def __init__(self, book: _Book, text: Text, tongue: _Tongue) -> None:
        self.book = book
        self.tongue = tongue
        self.notes = {block.id: block for block in text if block.kind == "footnote"}
        self.numbers: dict[str, int] = {}
        self.lists: dict[int, tuple[str, int]] = {}

    def item(self, block: Block) -> None:
        """Every list counts for itself, also one within an item. ``lists``: those that are open, by their depth."""
        self.lists = {depth: each for depth, each in self.lists.items() if depth <= block.depth}
        kind, number = self.lists.get(block.depth, ("", BULLETS))
        if kind != block.kind:
            number = BULLETS
            if block.kind == "ordered":
                self.book.ordered_lists += 1
                number += self.book.ordered_lists
            self.lists[block.depth] = block.kind, number
        self.book.add(_LIST_STYLES[block.kind], self.runs(block), self.tongue, list_of=(number, block.depth))

    def unsaid(self) -> list[Block]:
        """Notes that no paragraph refers to; a footnote can't stand in another one here."""
        return [note for note in self.notes.values() if note.id not in self.numbers and not note.is_empty]

    def runs(self, block: Block) -> str:
        return "".join(self.run(run) for run in block.runs)

    def run(self, run: Run) -> str:
        if run.note is not None:
            return self.reference(run.note)
        marks = f"{'<w:b/><w:bCs/>' if run.strong else ''}{'<w:i/><w:iCs/>' if run.em else ''}"
        if run.link and is_href(run.link):
            shown = _run(run.text, self.tongue, f'<w:rStyle w:val="Hyperlink"/>{marks}')
            return f'<w:hyperlink r:id="{self.book.link(run.link)}">{shown}</w:hyperlink>'
        return _run(run.text, self.tongue, marks)

    def reference(self, note: str) -> str:
        """The first reference carries the note; a further one says its number."""
        known = self.notes.get(note)
        if known is None:
            return ""
        if note in self.numbers:
            return _run(str(self.numbers[note]), self.tongue, '<w:rStyle w:val="FootnoteReference"/>')
        number = self.numbers[note] = len(self.book.notes) + 1
        self.book.notes.append("")  # its place, before notes that it may refer to itself
        mark = '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
        shown = f'<w:pPr><w:pStyle w:val="FootnoteText"/>{self.tongue.paragraph()}</w:pPr>'
        words = "".join(self.run(each) for each in known.runs if each.note is None)
        space = _run(" ", self.tongue)
        self.book.notes[number - 1] = f'<w:footnote w:id="{number}"><w:p>{shown}{mark}{space}{words}</w:p></w:footnote>'
        return f'<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteReference w:id="{number}"/></w:r>'


def _run(text: str, tongue: _Tongue, marks: str = "") -> str:
    lines = (f'<w:t xml:space="preserve">{escape(line, quote=False)}</w:t>' for line in text.split(HARD_BREAK))
    return f"<w:r><w:rPr>{marks}{tongue.run()}</w:rPr>{'<w:br/>'.join(lines)}</w:r>"


def _apart(text: str, tongue: _Tongue) -> str:
    """Words of people's own, or an address: where they run the other way, marks keep their stops with them."""
    is_rtl = direction_of(text) == "rtl"
    if is_rtl == tongue.is_rtl:
        return _run(text, tongue)
    mark = _run(RIGHT_TO_LEFT if is_rtl else LEFT_TO_RIGHT, tongue)
    return mark + _run(text, _Tongue(tongue.tag, is_rtl)) + mark


def _side(book: _Book, reading: Reading, side: Side) -> None:
    around = _around(reading)
    book.add("Side", _run(surround.says(reading, side), around, "<w:b/><w:bCs/>"), around)
    for what, quoted, plain in surround.side_words(reading, side):
        if what or plain:
            book.say("Side", f"{what} {plain}".strip(), around)
        if quoted:
            tongue = _Tongue(quoted.wording.locale, 'dir="rtl"' in quoted.attributes)
            for line in filter(str.strip, quoted.wording.text.splitlines()):
                book.say("Side", line, tongue)


def _end(book: _Book, reading: Reading) -> None:
    words, around = reading.words, _around(reading)
    book.say("Heading1", words.gettext("The networks"), around)
    for network, card in reading.cards():
        book.say("Heading2", network.name, around)
        for what, said in card:
            book.add("Normal", _run(f"{what}: ", around) + _apart(" ".join(said.split()), around), around)
    if corrected := surround.corrections(reading):
        book.say("Heading1", words.gettext("Corrections"), around)
        for sentence in corrected:
            book.say("Normal", sentence, around)
    book.say("Heading1", words.gettext("About this edition"), around)
    for sentence in surround.closing(reading):
        shown = _apart(sentence, around) if sentence == reading.address else _run(sentence, around)
        book.add("Notice", shown, around)
