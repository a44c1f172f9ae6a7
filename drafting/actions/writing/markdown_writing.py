"""The text of a section as CommonMark that reads back to the same canonical bytes.

Strong is the outer mark, emphasis the inner one, a link the innermost. Whatever CommonMark would drop or take for a
mark is escaped; where its rules about words and punctuation beside ``*`` and ``_`` stand in the way, the neighbouring
character is written as a numeric reference, which no rule looks into.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from drafting.domain.prose import HARD_BREAK, HEADINGS, LISTS, Block, Run, Text, normal_runs, note_numbers

_ALWAYS: Final = frozenset("\\`*_[]<")
_AT_LINE_START: Final = frozenset("#+-=>|:~")
_PLAIN_HREF: Final = re.compile(r"[^()\x00-\x20\x7f<>]+\Z")
_LOOKS_LIKE_REFERENCE: Final = re.compile("[A-Za-z0-9#]")


def to_markdown(text: Text, *, first_note: int = 1) -> str:
    """Markdown in which heading1 is ``##``; footnotes are numbered from ``first_note`` in the order of reference."""
    labels = {note: number + first_note - 1 for note, number in note_numbers(text).items()}
    parts = []
    for is_list, members in groupby(_shown(text), key=lambda block: block.kind in LISTS):
        blocks = list(members)
        parts += ["\n".join(_list_lines(blocks, labels))] if is_list else [_block(b, labels) for b in blocks]
    written = {block.id for block in text if block.kind == "footnote"}
    parts += [f"[^{label}]:" for note, label in labels.items() if note not in written]
    return "\n\n".join(parts) + "\n" if parts else ""


def _shown(text: Text) -> Iterator[Block]:
    """Blocks that carry meaning; an empty footnote holds a number."""
    return (block for block in text if not block.is_empty or block.kind == "footnote")


def _block(block: Block, labels: Mapping[str, int]) -> str:
    if block.kind in HEADINGS:
        marks = "#" * (int(HEADINGS[block.kind]) + 1)
        return f"{marks} " + _Line(block.runs, labels, is_heading=True).written("")
    if block.kind == "quote":
        return "> " + _Line(block.runs, labels).written("> ")
    if block.kind == "footnote":
        words = "" if block.is_empty else " " + _Line(block.runs, labels).written("    ")
        return f"[^{labels[block.id]}]:{words}"
    return _Line(block.runs, labels).written("")


@dataclass(slots=True)
class _Level:
    """An open list: its kind, and the number and the width of its last marker."""

    kind: str
    number: int = 0
    width: int = 2

    def next_marker(self) -> str:
        self.number += 1
        marker = "- " if self.kind == "bullet" else f"{self.number}. "
        self.width = len(marker)
        return marker


def _list_lines(blocks: Sequence[Block], labels: Mapping[str, int]) -> Iterator[str]:
    """Nested items; levels that no item stands on are opened on the line of the item below them."""
    levels: list[_Level] = []
    for block in blocks:
        del levels[block.depth + 1 :]
        if len(levels) == block.depth + 1 and levels[-1].kind != block.kind:
            levels.pop()
        markers = ""
        if len(levels) == block.depth + 1:
            indent = sum(level.width for level in levels[:-1])
            markers = levels[-1].next_marker()
        else:
            indent = sum(level.width for level in levels)
        while len(levels) < block.depth + 1:
            levels.append(_Level(block.kind if len(levels) == block.depth else "bullet"))
            markers += levels[-1].next_marker()
        yield " " * indent + markers + _Line(block.runs, labels).written(" " * (indent + len(markers)))


@dataclass(slots=True)
class _Unit:
    """A piece of a line: a character, a hard break, the opening or closing of a mark, or ready Markdown."""

    kind: str
    value: str
    is_encoded: bool = False


class _Line:
    """The inline content of one block."""

    def __init__(self, runs: Sequence[Run], labels: Mapping[str, int], *, is_heading: bool = False) -> None:
        self.labels = labels
        self.is_heading = is_heading
        self.units = list(self._units(normal_runs(runs)))
        self._choose_emphasis()
        self._encode_edges()
        self._make_marks_work()

    def written(self, continuation: str) -> str:
        """``continuation`` begins every line after the first."""
        return "".join(self._source(n) for n in range(len(self.units))).replace("\n", "\n" + continuation)

    def _units(self, runs: Sequence[Run]) -> Iterator[_Unit]:
        for strong, members in groupby(runs, key=lambda run: run.strong and run.note is None):
            if strong:
                yield _Unit("open", "**")
            for em, inner in groupby(members, key=lambda run: run.em and run.note is None):
                if em:
                    yield _Unit("open", "*")
                for run in inner:
                    yield from self._run_units(run)
                if em:
                    yield _Unit("close", "*")
            if strong:
                yield _Unit("close", "**")

    def _run_units(self, run: Run) -> Iterator[_Unit]:
        if run.note is not None:
            yield _Unit("ready", f"[^{self.labels[run.note]}]")
            return
        if run.link:
            yield _Unit("ready", "[")
        yield from (_Unit("break" if char == HARD_BREAK else "char", char) for char in run.text)
        if run.link:
            yield _Unit("ready", f"]({_href(run.link)})")

    def _choose_emphasis(self) -> None:
        """``*``, but ``_`` where it touches a ``**``, with which it would melt."""
        opened = 0
        for n, unit in enumerate(self.units):
            if unit.value != "*" or unit.kind not in ("open", "close"):
                continue
            if unit.kind == "open":
                opened = n
            elif any(self._is_strong_mark(at) for at in (opened - 1, n + 1)):
                self.units[opened].value = unit.value = "_"

    def _is_strong_mark(self, at: int) -> bool:
        return 0 <= at < len(self.units) and self.units[at].kind in ("open", "close") and self.units[at].value == "**"

    def _encode_edges(self) -> None:
        """White space and breaks that CommonMark would strip: at the ends of the block and beside breaks."""
        for n, unit in enumerate(self.units):
            if unit.kind == "break":
                unit.is_encoded = self.is_heading or not (self._is_inner(n - 1) and self._is_inner(n + 1))
        for n, unit in enumerate(self.units):
            if unit.kind == "char" and unit.value.isspace():
                unit.is_encoded = not (self._is_solid(n - 1) and self._is_solid(n + 1))

    def _is_inner(self, at: int) -> bool:
        return 0 <= at < len(self.units) and self.units[at].kind != "break"

    def _is_solid(self, at: int) -> bool:
        """Whether a line goes on there."""
        if not 0 <= at < len(self.units):
            return False
        return self.units[at].kind != "break" or self.units[at].is_encoded

    def _make_marks_work(self) -> None:
        """Encode the characters beside marks where CommonMark would not take them for marks.

        A character between two groups of marks may be encoded for one and thereby spoil the other: until none is.
        """
        groups = list(self._groups())
        while any(self._mend(start, end) for start, end in groups):
            pass

    def _groups(self) -> Iterator[tuple[int, int]]:
        """Where marks stand side by side."""
        n = 0
        for is_mark, members in groupby(self.units, key=lambda unit: unit.kind in ("open", "close")):
            count = len(list(members))
            if is_mark:
                yield n, n + count
            n += count

    def _mend(self, start: int, end: int) -> bool:
        """Whether anything had to be encoded."""
        changed = False
        for neighbour in (start - 1, end):
            if 0 <= neighbour < len(self.units) and not self._do_marks_work(start, end):
                unit = self.units[neighbour]
                changed = changed or not unit.is_encoded
                unit.is_encoded = True
        return changed

    def _do_marks_work(self, start: int, end: int) -> bool:
        source = [self._source(n) for n in range(start, end)]
        before = self._source(start - 1)[-1] if start else " "
        after = self._source(end)[0] if end < len(self.units) else " "
        line = before + "".join(source) + after
        at = 1
        for n, mark in zip(range(start, end), source, strict=True):
            if not _works(self.units[n].kind, mark, line[at - 1], line[at + len(mark)]):
                return False
            at += len(mark)
        return True

    def _source(self, n: int) -> str:
        unit = self.units[n]
        if unit.is_encoded and unit.kind in ("char", "break"):
            return f"&#{ord(unit.value)};"
        if unit.kind == "break":
            return "\\\n"
        return "\\" + unit.value if unit.kind == "char" and self._needs_escape(n) else unit.value

    def _needs_escape(self, n: int) -> bool:
        char = self.units[n].value
        if char in _ALWAYS or (self.is_heading and char == "#"):
            return True
        following = self.units[n + 1] if n + 1 < len(self.units) else None
        if char == "&":
            return following is not None and bool(_LOOKS_LIKE_REFERENCE.match(following.value))
        if char == "!":
            return following is not None and following.kind == "ready"
        if char == "{":
            return following is not None and following.value == "#"
        if char == "^":
            return n > 0 and self.units[n - 1].value == "["
        if char == ":" and n and self.units[n - 1].value.startswith("[^"):
            return True
        if char in ".)":
            return self._is_after_line_number(n)
        return char in _AT_LINE_START and self._starts_line(n)

    def _starts_line(self, n: int) -> bool:
        return n == 0 or (self.units[n - 1].kind == "break" and not self.units[n - 1].is_encoded)

    def _is_after_line_number(self, n: int) -> bool:
        first = n
        while first and self.units[first - 1].kind == "char" and self.units[first - 1].value.isdecimal():
            first -= 1
        return first < n and self._starts_line(first)


def _works(kind: str, mark: str, before: str, after: str) -> bool:
    """CommonMark's left- and right-flanking delimiter runs."""
    is_left = not after.isspace() and (not _is_punctuation(after) or before.isspace() or _is_punctuation(before))
    is_right = not before.isspace() and (not _is_punctuation(before) or after.isspace() or _is_punctuation(after))
    if kind == "open":
        return is_left and (mark != "_" or not is_right or _is_punctuation(before))
    return is_right and (mark != "_" or not is_left or _is_punctuation(after))


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _href(href: str) -> str:
    escaped = re.sub(r"\\|&(?=[A-Za-z0-9#])", lambda found: "\\" + found.group(), href)
    return escaped if _PLAIN_HREF.match(href) else f"<{escaped}>"
