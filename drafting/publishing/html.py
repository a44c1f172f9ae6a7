"""The text tree as HTML. Nothing that people write reaches a page other than through here: all of it is escaped."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from urllib.parse import quote

from markupsafe import Markup

from drafting.domain.prose import HARD_BREAK, HEADINGS, LISTS, Block, Run, Text, is_href, note_numbers
from drafting.publishing.outline import Outline

LIST_TAGS = {"bullet": "ul", "ordered": "ol"}
TOP_LEVEL = 3
DEEPEST_LEVEL = 6
# RFC 3986 and 3987 have no place for these.
_NOT_SENT = re.compile(r"[`{}|\\^]|%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Setting:
    """What it takes to set one section.

    ``section`` is its id, for anchors; ``number`` writes numbers in the text's digits; ``back`` is what a screen reader
    says for the way back from a footnote; ``flags`` holds what is said of single blocks, by id. With ``notes_inline``
    a footnote stands where it is referred to, for a page maker that moves it to the foot of the page. ``separator``
    stands between a section's id and the rest of an anchor. With ``has_links`` each block has a link to itself, for
    those who quote it. ``flag_attributes``: lang and dir of the flags, where they are of another language. ``level`` is
    that of the highest headings within the section.
    """

    section: str
    number: Callable[[int], str] = str
    back: str = ""
    flags: Mapping[str, str] = field(default_factory=dict)
    notes_inline: bool = False
    separator: str = ":"
    has_links: bool = False
    flag_attributes: str = ""
    level: int = TOP_LEVEL


class _Writer:
    """Sets the blocks of one section, in order."""

    def __init__(self, text: Text, setting: Setting) -> None:
        self.text = text
        self.setting = setting
        self.numbers = note_numbers(text)
        self.footnotes = {block.id: block for block in text if block.kind == "footnote"}
        self.referred: set[str] = set()
        self.paragraphs = 0
        self.outline = Outline(setting.level, DEEPEST_LEVEL)

    def runs(self, block: Block) -> str:
        parts: list[str] = []
        for (marks, is_note), group in groupby(block.runs, key=lambda run: (run.marks, run.note is not None)):
            if is_note:
                parts.extend(self.reference(run) for run in group)
            else:
                parts.append(_marked("".join(run.text for run in group), *marks))
        return "".join(parts)

    def reference(self, run: Run) -> str:
        note = self.footnotes.get(run.note or "")
        if note is None:
            return ""
        n = self.numbers[note.id]
        shown = escape(self.setting.number(n))
        first = note.id not in self.referred
        self.referred.add(note.id)
        if self.setting.notes_inline and first:
            return f'<span class="fn" data-n="{shown}">{self.runs(note)}</span>'
        if self.setting.notes_inline:
            return f'<sup class="fn-again">{shown}</sup>'
        anchor = f' id="{self.anchor("ref", n)}"' if first else ""
        return f'<a class="ref"{anchor} href="#{self.anchor("note", n)}" role="doc-noteref">{shown}</a>'

    def anchor(self, kind: str, n: int) -> str:
        return escape(f"{self.setting.section}{self.setting.separator}{kind}-{n}")

    def link(self) -> str:
        """To the block whose anchor was the last. It has no words, so that copied text stays clean; no other link of
        a page is empty, by which style sheets know it."""
        if not self.setting.has_links:
            return ""
        place = f"{escape(self.setting.section)}{self.setting.separator}{self.paragraphs}"
        shown = escape(self.setting.number(self.paragraphs))
        return f'<a href="#{place}" aria-label="¶{shown}"></a>'

    def next_anchor(self) -> str:
        self.paragraphs += 1
        return f' id="{escape(self.setting.section)}{self.setting.separator}{self.paragraphs}"'

    def flag(self, block: Block) -> str:
        flag = self.setting.flags.get(block.id)
        return f'<small class="flag"{self.setting.flag_attributes}>{escape(flag)}</small>' if flag else ""

    def block(self, block: Block) -> str:
        inner = self.runs(block)
        anchor = self.next_anchor()
        inner += self.link()
        flag, outdated = self.flag(block), ' class="outdated"' if block.id in self.setting.flags else ""
        if block.kind in HEADINGS:
            heading = f"h{self.outline.level(block.kind)}"
            return f"<{heading}{anchor}{outdated}>{inner}{flag}</{heading}>\n"
        if block.kind == "quote":
            return f"<blockquote{anchor}{outdated}><p>{inner}</p>{flag}</blockquote>\n"
        return f"<p{anchor}{outdated}>{inner}{flag}</p>\n"

    def items(self, blocks: list[Block], depth: int = 0) -> str:
        """Items of ever the same or greater depth as real lists; a deeper run belongs to the item before it."""
        out = []
        for kind, group in groupby(_nested(blocks, depth), key=lambda item: item[0].kind):
            tag = LIST_TAGS[kind]
            rows = "".join(self.item(block, below, depth) for block, below in group)
            out.append(f"<{tag}>{rows}</{tag}>\n")
        return "".join(out)

    def item(self, block: Block, below: list[Block], depth: int) -> str:
        outdated = ' class="outdated"' if block.id in self.setting.flags else ""
        anchor = self.next_anchor()
        inner = f"{self.runs(block)}{self.link()}{self.flag(block)}"
        nested = "\n" + self.items(below, depth + 1) if below else ""
        return f"<li{anchor}{outdated}>{inner}{nested}</li>\n"

    def units(self, text: Text) -> list[str]:
        """Blocks and whole lists: what stands below each other."""
        shown = [block for block in text if block.kind != "footnote" and not block.is_empty]
        out: list[str] = []
        for is_list, group in groupby(shown, key=lambda block: block.kind in LISTS):
            blocks = list(group)
            out += [self.items(blocks)] if is_list else [self.block(block) for block in blocks]
        return out

    def endnotes(self) -> str:
        notes = sorted(self.footnotes.values(), key=lambda note: self.numbers[note.id])
        kept = [note for note in notes if not note.is_empty or note.id in self.referred]
        if self.setting.notes_inline:
            kept = [note for note in kept if note.id not in self.referred]
        rows = "".join(self.endnote(note) for note in kept)
        return f'<div class="notes" role="doc-endnotes">\n{rows}</div>\n' if rows else ""

    def endnote(self, note: Block) -> str:
        n = self.numbers[note.id]
        label = escape(self.setting.back)
        back = ""
        if note.id in self.referred:
            back = f'<a class="back" href="#{self.anchor("ref", n)}" role="doc-backlink" aria-label="{label}">↑</a>'
        shown = escape(self.setting.number(n))
        words = f"<span>{self.runs(note)} {back}{self.flag(note)}</span>"
        return f'<p id="{self.anchor("note", n)}"><span class="n">{shown}</span> {words}</p>\n'


def _nested(blocks: list[Block], depth: int) -> list[tuple[Block, list[Block]]]:
    items: list[tuple[Block, list[Block]]] = []
    for block in blocks:
        if items and block.depth > depth and block.depth != items[-1][0].depth:
            items[-1][1].append(block)
        else:
            items.append((block, []))
    return items


def sent(link: str) -> str:
    """An address as a browser sends it: what an address may not hold is written as it travels."""
    return _NOT_SENT.sub(lambda found: quote(found[0]), link)


def _marked(text: str, strong: bool, em: bool, link: str | None) -> str:
    html = "<br>".join(escape(line) for line in text.split(HARD_BREAK))
    if em:
        html = f"<em>{html}</em>"
    if strong:
        html = f"<strong>{html}</strong>"
    if link and is_href(link):
        html = f'<a href="{escape(sent(link))}" rel="noopener nofollow">{html}</a>'
    return html


@dataclass(frozen=True, slots=True)
class SetSection:
    """A section set in HTML: the inside of its heading, its paragraphs, and its footnotes where they stand apart.

    ``units`` are the paragraphs and lists one by one.
    """

    heading: Markup
    units: tuple[Markup, ...]
    notes: Markup

    @property
    def body(self) -> Markup:
        return Markup("").join(self.units)


def set_section(text: Text, setting: Setting) -> SetSection:
    """Set a section; its first block is the title, whatever kind it has.

    Anchors are ``{section}:{n}`` for the n-th block, the same in every language whose blocks pair with the source's.
    """
    writer = _Writer(text, setting)
    shown = tuple(block for block in text if block.kind != "footnote")
    heading = writer.runs(shown[0]) + writer.flag(shown[0]) if shown else ""
    units = tuple(Markup(unit) for unit in writer.units(shown[1:]))  # noqa: S704 - escaped above
    return SetSection(Markup(heading), units, Markup(writer.endnotes()))  # noqa: S704 - escaped above


def set_lines(text: str) -> Markup:
    """Plain words, such as a network's statement: an empty line starts a paragraph, any other is kept."""
    paragraphs = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n")]
    rows = (f"<p>{'<br>'.join(escape(line) for line in part.splitlines())}</p>" for part in paragraphs if part)
    return Markup("".join(rows))  # noqa: S704 - escaped above
