"""A live text's Y.Text and Y.Map ⇄ the prose of the domain.

``body`` is ``( {b: id} unit* )*``: an embed starts each block; a unit is text with marks, U+2028 or a footnote
reference ``{fn: id}``. ``blocks`` holds ``<id>.kind``, ``.depth`` and ``.of``. Reading is total and the same as the
browser's (``frontend``): whatever the merge of two good edits makes odd is shown in one defined way.
"""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Any, Final, NamedTuple, TypeAlias

from pycrdt import Doc, Map, Text

from drafting.domain import prose
from drafting.domain.prose import KINDS, MAX_DEPTH, Block, Run, is_href, is_id
from drafting.sync.check import BLOCKS, BODY, PROPERTIES

Diff: TypeAlias = Sequence[tuple[Any, dict[str, Any] | None]]
Properties: TypeAlias = Mapping[str, Any]
Marks: TypeAlias = tuple[bool, bool, str | None]

_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"


class Roots(NamedTuple):
    """The two shared types of a text."""

    body: Text
    blocks: Map[Any]

    @property
    def diff(self) -> Diff:
        return self.body.diff()

    @property
    def properties(self) -> Properties:
        # One call into pycrdt; ``to_py`` makes three for each entry.
        properties: Properties = json.loads(str(self.blocks))
        return properties


def roots(doc: Doc[Any]) -> Roots:
    return Roots(doc.get(BODY, type=Text), doc.get(BLOCKS, type=Map))


def new_id() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(10))


def read(diff: Diff, properties: Properties) -> prose.Text:
    """The text as everybody sees it; a text without any block reads as one empty paragraph."""
    blocks = list(_raw_blocks(diff))
    ids = effective_ids([block.id for block in blocks])
    return tuple(
        Block(name, _kind(raw.id, properties), tuple(raw.runs), _depth(raw.id, properties), _of(raw.id, properties))
        for name, raw in zip(ids, blocks, strict=True)
    )


class RawBlock:
    """A block as it stands in the body: the id in its marker (None where it has none or a bad one) and its runs."""

    __slots__ = ("id", "runs")

    def __init__(self, block_id: str | None) -> None:
        self.id = block_id
        self.runs: list[Run] = []

    def add(self, run: Run) -> None:
        """Equal neighbours become one run."""
        last = self.runs[-1] if self.runs else None
        if last and run.note is None and last.note is None and last.marks == run.marks:
            self.runs[-1] = Run(last.text + run.text, *run.marks)
        else:
            self.runs.append(run)


def _raw_blocks(diff: Diff) -> Iterator[RawBlock]:
    block: RawBlock | None = None
    for value, attributes in diff:
        if is_marker(value):
            if block:
                yield block
            block = RawBlock(value["b"] if is_id(value["b"]) else None)
            continue
        block = block or RawBlock(None)
        run = _run(value, attributes or {})
        if run:
            block.add(run)
    yield block or RawBlock(None)


def is_marker(value: object) -> bool:
    return isinstance(value, dict) and "b" in value


def _run(value: object, attributes: Mapping[str, Any]) -> Run | None:
    """Text with the marks that are well formed, or a footnote reference; None for anything foreign."""
    if isinstance(value, str):
        return Run(value.replace("\n", " "), *marks_of(attributes))
    note = value.get("fn") if isinstance(value, dict) else None
    return Run("", note=note) if is_id(note) else None


def marks_of(attributes: Mapping[str, Any]) -> Marks:
    link = attributes.get("link")
    return (attributes.get("strong") is True, attributes.get("em") is True, link if is_href(link) else None)


def _kind(block: str | None, properties: Properties) -> str:
    kind = properties.get(f"{block}.kind") if block else None
    return kind if isinstance(kind, str) and kind in KINDS else "paragraph"


def _depth(block: str | None, properties: Properties) -> int:
    """Numbers come back as floats; what is no whole number reads as 0, what is too deep as the deepest."""
    depth = properties.get(f"{block}.depth") if block else None
    if isinstance(depth, bool) or not isinstance(depth, int | float) or not 0 <= depth < inf or depth != int(depth):
        return 0
    return min(int(depth), MAX_DEPTH)


def _of(block: str | None, properties: Properties) -> str | None:
    source = properties.get(f"{block}.of") if block else None
    return source if is_id(source) else None


def effective_ids(ids: Sequence[str | None]) -> list[str]:
    """The first holder keeps an id, later ones read ``id~2``, ``id~3``; a block without id is ``x`` and its place."""
    taken = {block for block in ids if block is not None}
    given: set[str] = set()
    counts: dict[str, int] = {}
    names: list[str] = []
    for place, block in enumerate(ids):
        name = block if block is not None and block not in given else None
        base = block or f"x{place}"
        count = counts.get(base, 0 if block is None else 1)
        while name is None or (name != block and (name in taken or name in given)):
            count += 1
            name = base if count == 1 else f"{base}~{count}"
        counts[base] = count
        given.add(name)
        names.append(name)
    return names


def needs_repair(diff: Diff, properties: Properties) -> bool:
    """Whether something in it is only read as if it were otherwise."""
    markers = [value["b"] for value, _ in diff if is_marker(value)]
    return (
        not diff
        or not is_marker(diff[0][0])
        or len(set(markers)) < len(markers)
        or not all(is_id(marker) for marker in markers)
        or any(_foreign(attributes) for _, attributes in diff)
        or any(not is_property(name, value) for name, value in properties.items())
    )


def _foreign(attributes: Mapping[str, Any] | None) -> dict[str, None]:
    """The attributes that are not shown, ready to be taken away."""
    good = {"strong": lambda v: v is True, "em": lambda v: v is True, "link": is_href}
    return {name: None for name, value in (attributes or {}).items() if name not in good or not good[name](value)}


def is_property(name: str, value: object) -> bool:
    block, _, field = name.rpartition(".")
    if not is_id(block) or field not in PROPERTIES:
        return False
    if field == "kind":
        return isinstance(value, str) and value in KINDS
    if field == "of":
        return is_id(value)
    return not isinstance(value, bool) and isinstance(value, int | float) and value in range(MAX_DEPTH + 1)


def size(value: object) -> int:
    """What a piece of a diff counts in pycrdt: text its bytes in UTF-8, an embed one."""
    return len(value.encode()) if isinstance(value, str) else 1


def repair(text: Roots) -> None:
    """Write down what reading only shows: a head marker, fresh ids for missing and repeated ones, nothing foreign.

    For texts that nobody is editing just now, and by one writer.
    """
    diff, properties = text.diff, text.properties
    at = 0
    if not diff or not is_marker(diff[0][0]):
        text.body.insert_embed(0, {"b": new_id()}, {})
        at = 1
    seen: set[str] = set()
    for value, attributes in diff:
        if is_marker(value):
            seen.add(_repair_marker(text, at, value["b"], seen, properties))
        elif foreign := _foreign(attributes):
            text.body.format(at, at + size(value), foreign)
        at += size(value)
    for name in [name for name, value in properties.items() if not is_property(name, value)]:
        del text.blocks[name]


def _repair_marker(text: Roots, at: int, block: Any, seen: set[str], properties: Properties) -> str:
    """The id that the block has now; a block that gets a new one takes its properties along."""
    if is_id(block) and block not in seen:
        return str(block)
    fresh = new_id()
    del text.body[at : at + 1]
    text.body.insert_embed(at, {"b": fresh}, {})
    for field in PROPERTIES:
        if is_property(f"{block}.{field}", properties.get(f"{block}.{field}")):
            text.blocks[f"{fresh}.{field}"] = properties[f"{block}.{field}"]
    return fresh
