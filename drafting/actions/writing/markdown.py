"""Markdown in and out: the part of CommonMark that a declaration may hold, with footnotes.

Strong, emphasis, links (http, https, mailto), hard breaks, headings, quotes, nested lists, ``[^x]`` and ``[^x]: …``.
Anything else is refused with its line, so that nothing is lost silently.
"""

import re
from collections.abc import Iterator
from html.entities import html5
from itertools import pairwise
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from drafting.actions.names import new_block_id
from drafting.actions.writing.markdown_writing import to_markdown
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import HARD_BREAK, MAX_DEPTH, REFUSED, Block, Run, Text, is_href, normal_runs

__all__ = ["from_markdown", "to_markdown"]

MAX_CHARACTERS: Final = 1_000_000
MAX_BLOCKS: Final = 5_000
# Parsing takes the square of the open brackets of a paragraph.
MAX_MARKS: Final = 20_000
MAX_MARKS_OF_PARAGRAPH: Final = 2_000
_REFUSED_BLOCKS: Final = {
    "html_block": "html",
    "fence": "code",
    "code_block": "code",
    "hr": "rule",
    "table_open": "table",
}
_REFUSED_INLINES: Final = {"html_inline": "html", "code_inline": "code", "image": "image"}
_NOTE: Final = re.compile(r"\[\^([^\]\[\s^]{1,64})\]")
_NOTE_BEGINS: Final = re.compile(r"\[\^([^\]\[\s^]{1,64})\]:[ \t]*")
_REFERENCE: Final = re.compile(r"\[(?!\^)[^\]\[]+\]:")
_MARK: Final = re.compile(r"[\[<*_`]")
_ENTITY: Final = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]{1,31}));")


class _Refused(Exception):
    """Found while parsing; ``line`` counts from 0 in the source."""

    def __init__(self, line: int, what: str, **data: str) -> None:
        self.line = line
        self.what = what
        self.data = data


def from_markdown(source: str, *, first_line: int = 1) -> Text:
    """The text of one section; ``#`` and ``##`` are heading1, ``###`` heading2, deeper ones heading3.

    Raises ``markdown_refused`` with ``line`` (the first line of the source is ``first_line``) and ``what``: html,
    table, image, code, rule, link (of another scheme), link_title, reference, nested_block, list_depth,
    footnote_missing, footnote_twice, character (with ``code_point``), too_many_marks; ``too_large`` with ``limit``.
    """
    if len(source) > MAX_CHARACTERS:
        raise Refusal(Code.TOO_LARGE, limit=MAX_CHARACTERS)
    if len(_MARK.findall(source)) > MAX_MARKS:
        raise Refusal(Code.MARKDOWN_REFUSED, line=first_line, what="too_many_marks")
    try:
        blocks = tuple(_Reader(_PARSER.parse(source)).blocks())
    except _Refused as refused:
        data = {"line": first_line + refused.line, "what": refused.what, **refused.data}
        raise Refusal(Code.MARKDOWN_REFUSED, **data) from None
    if len(blocks) > MAX_BLOCKS:
        raise Refusal(Code.TOO_LARGE, limit=MAX_BLOCKS)
    return blocks


class _Reader:
    """Walks the tokens of a parsed source once."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.lists: list[str] = []
        self.is_item_filled: list[bool] = []
        self.is_in_quote = False
        self.notes: dict[str, str] = {}
        for token in tokens:
            if token.type == "footnote_open":
                if token.info in self.notes:
                    raise _Refused(_line(token), "footnote_twice")
                self.notes[token.info] = new_block_id()

    def blocks(self) -> Iterator[Block]:
        for token, following in pairwise([*self.tokens, None]):
            assert token is not None
            if token.type in _REFUSED_BLOCKS:
                raise _Refused(_line(token), _REFUSED_BLOCKS[token.type])
            if token.type in ("bullet_list_open", "ordered_list_open", "list_item_open", "blockquote_open"):
                self._enter(token)
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                self.lists.pop()
            elif token.type == "list_item_close":
                self.is_item_filled.pop()
            elif token.type == "blockquote_close":
                self.is_in_quote = False
            elif token.type in ("paragraph_open", "heading_open", "footnote_open"):
                assert following is not None
                yield from self._block(token, following)

    def _enter(self, token: Token) -> None:
        if token.type == "list_item_open":
            self.is_item_filled.append(False)
            return
        if self.is_in_quote or (token.type == "blockquote_open" and self.lists):
            raise _Refused(_line(token), "nested_block")
        if token.type == "blockquote_open":
            self.is_in_quote = True
            return
        self.lists.append("bullet" if token.type.startswith("bullet") else "ordered")
        if len(self.lists) > MAX_DEPTH + 1:
            raise _Refused(_line(token), "list_depth")

    def _block(self, token: Token, inline: Token) -> Iterator[Block]:
        runs = normal_runs(self._runs(inline))
        if token.type == "footnote_open":
            self._refuse_nesting(token)
            yield Block(self.notes[token.info], "footnote", runs)
            return
        block = Block(new_block_id(), self._kind(token), runs, max(0, len(self.lists) - 1))
        if not block.is_empty:
            yield block

    def _kind(self, token: Token) -> str:
        if token.type == "heading_open":
            self._refuse_nesting(token)
            return f"heading{min(3, max(1, int(token.tag[1]) - 1))}"
        if self.lists:
            if self.is_item_filled[-1]:
                raise _Refused(_line(token), "nested_block")
            self.is_item_filled[-1] = True
            return self.lists[-1]
        return "quote" if self.is_in_quote else "paragraph"

    def _refuse_nesting(self, token: Token) -> None:
        if self.lists or self.is_in_quote:
            raise _Refused(_line(token), "nested_block")

    def _runs(self, inline: Token) -> Iterator[Run]:
        line, strong, em, link = _line(inline), 0, 0, None
        for child in inline.children or ():
            match child.type:
                case "strong_open" | "strong_close":
                    strong += child.nesting
                case "em_open" | "em_close":
                    em += child.nesting
                case "link_open":
                    link = _checked_href(child, line)
                case "link_close":
                    link = None
                case "softbreak" | "hardbreak":
                    line += 1
                    yield Run(HARD_BREAK if child.type == "hardbreak" else " ", strong > 0, em > 0, link)
                case "note":
                    if child.info not in self.notes:
                        raise _Refused(line, "footnote_missing")
                    yield Run("", note=self.notes[child.info])
                case "text":
                    yield Run(_checked_words(child.content, line), strong > 0, em > 0, link)
                case _:
                    raise _Refused(line, _REFUSED_INLINES.get(child.type, child.type))


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _checked_href(token: Token, line: int) -> str:
    href = token.attrGet("href")
    if not isinstance(href, str) or not is_href(href):
        raise _Refused(line, "link")
    if token.attrGet("title"):
        raise _Refused(line, "link_title")
    return href


def _checked_words(words: str, line: int) -> str:
    words = words.replace("\t", " ")
    found = REFUSED.search(words)
    if found:
        raise _Refused(line, "character", code_point=f"U+{ord(found.group()):04X}")
    return words


# ---- rules of the parser that CommonMark lacks or that differ


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """``[^x]: words``, over the lines that would make a paragraph; it ends a paragraph before it."""
    begins = _NOTE_BEGINS.match(state.src, state.bMarks[start] + state.tShift[start], state.eMarks[start])
    if begins is None or state.is_code_block(start):
        return False
    if silent:
        return True
    first = begins.end() - state.bMarks[start]
    last = start + 1
    while last < end and not state.isEmpty(last) and not _interrupts(state, last, end):
        last += 1
    lines = state.getLines(start, last, 0, False)
    opened = state.push("footnote_open", "", 1)
    opened.info, opened.map = begins.group(1), [start, last]
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = lines[first:].strip(" \t\n"), [start, last], []
    state.push("footnote_close", "", -1)
    state.line = last
    return True


def _interrupts(state: StateBlock, line: int, end: int) -> bool:
    if state.sCount[line] < 0 or state.sCount[line] - state.blkIndent > 3:
        return False
    return any(rule(state, line, end, True) for rule in state.md.block.ruler.getRules("paragraph"))


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Links that are defined elsewhere are refused rather than shown as brackets."""
    if _REFERENCE.match(state.src, state.bMarks[start] + state.tShift[start], state.eMarks[start]):
        raise _Refused(start, "reference")
    return False


def _note(state: StateInline, silent: bool) -> bool:
    found = _NOTE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("note", "", 0).info = found.group(1)
    state.pos = found.end()
    return True


def _entity(state: StateInline, silent: bool) -> bool:
    """Character references, all that Unicode has: the usual rule gives up on control and private characters."""
    found = _ENTITY.match(state.src, state.pos, state.posMax)
    words = _referred(found) if found else None
    if found is None or words is None:
        return False
    if not silent:
        token = state.push("text_special", "", 0)
        token.content, token.markup, token.info = words, found.group(), "entity"
    state.pos = found.end()
    return True


def _referred(found: re.Match[str]) -> str | None:
    hexadecimal, decimal, name = found.groups()
    if name:
        return html5.get(name + ";")
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    is_character = 0 < number < 0xD800 or 0xDFFF < number <= 0x10FFFF
    return chr(number) if is_character else "\ufffd"


def _bound_marks(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and len(_MARK.findall(token.content)) > MAX_MARKS_OF_PARAGRAPH:
            raise _Refused(_line(token), "too_many_marks")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
    parser.block.ruler.before("paragraph", "footnote", _footnote, {"alt": ["paragraph", "blockquote", "list"]})
    parser.block.ruler.at("reference", _reference)
    parser.core.ruler.before("inline", "bound_marks", _bound_marks)
    parser.inline.ruler.before("link", "note", _note)
    parser.inline.ruler.at("entity", _entity)
    # What a link may lead to is asked in one place, of the address as it was written.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return parser


_PARSER: Final = _parser()
