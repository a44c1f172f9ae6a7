"""Turns a live text into given words by the smallest edits, so that what others write meanwhile keeps its place.

Blocks are aligned first: those whose id the new text names, then those with the same words, then the most alike. Within
a pair words are compared; marks are set right at the end. All offsets come from what the body says (UTF-8 bytes).
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeAlias

from drafting.domain import prose
from drafting.domain.alike import Alike
from drafting.domain.prose import Block, Run, is_id
from drafting.sync.markup import Marks, Roots, is_marker, marks_of, needs_repair, new_id, read, repair, size

# Scripts written without spaces are compared by character, all others by word with the space behind it.
_CLOSE: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN: Final = re.compile(f"[{_CLOSE}]|[^\\s{_CLOSE}]+\\s*|\\s+")
_ALIKE: Final = 0.3
_MOST_PAIRINGS: Final = 20_000

Pair: TypeAlias = tuple[int, int]
Piece: TypeAlias = tuple[Any, dict[str, Any]]
# A word, or a footnote reference (its id).
Token: TypeAlias = tuple[str, str | None]


class Edit(NamedTuple):
    """At ``at``, remove ``length`` and insert the pieces; offsets are those before any edit."""

    at: int
    length: int
    pieces: list[Piece]


def rewrite(text: Roots, target: prose.Text) -> None:
    """Make the text read like ``target``. Blocks that are kept keep their ids; new ones get theirs, if it is free.

    To be called within a transaction.
    """
    diff, properties = text.diff, text.properties
    if diff and needs_repair(diff, properties):
        repair(text)
        diff, properties = text.diff, text.properties
    current = read(diff, properties) if diff else ()
    target = target or (Block("", "paragraph"),)
    pairs = align(current, target)
    named = _name(current, target, pairs)
    for edit in reversed(list(_edits(current, named, {new: old for old, new in pairs}))):
        _apply(text, edit)
    _set_properties(text, named)
    _set_marks(text, named)


# ---- which block is which


def align(current: prose.Text, target: prose.Text) -> list[Pair]:
    """Pairs of places in both texts that are the same block; both places rise from pair to pair."""
    places = {block.id: place for place, block in enumerate(current)}
    named = [(places[block.id], place) for place, block in enumerate(target) if block.id in places]
    fixed = _rising(named)
    pairs = list(fixed)
    corners = [(-1, -1), *fixed, (len(current), len(target))]
    for (old_from, new_from), (old_to, new_to) in pairwise(corners):
        pairs += _align_between(current, target, range(old_from + 1, old_to), range(new_from + 1, new_to))
    return sorted(pairs)


def _rising(pairs: Sequence[Pair]) -> list[Pair]:
    """The longest choice of pairs whose first places rise as the second do: what did not move."""
    ends: list[int] = []
    chains: list[list[Pair]] = []
    for pair in pairs:
        length = bisect_left(ends, pair[0])
        chain = [*(chains[length - 1] if length else ()), pair]
        ends[length : length + 1] = [pair[0]]
        chains[length : length + 1] = [chain]
    return chains[-1] if chains else []


def _align_between(current: prose.Text, target: prose.Text, old: range, new: range) -> Iterator[Pair]:
    if not old or not new:
        return
    before = [block.words for block in current[old.start : old.stop]]
    after = [block.words for block in target[new.start : new.stop]]
    for kind, a, b, c, d in Alike(before, after).get_opcodes():
        if kind == "equal":
            yield from zip(old[a:b], new[c:d], strict=True)
        elif kind == "replace":
            for i, j in _most_alike(before[a:b], after[c:d]):
                yield old[a + i], new[c + j]


def _most_alike(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """The rising pairs with the most words in common in all; blocks with too little in common stay alone."""
    if len(old) * len(new) > _MOST_PAIRINGS:
        return []
    bags = [[frozenset(_TOKEN.findall(words)) for words in side] for side in (old, new)]
    best: list[list[tuple[float, list[Pair]]]] = [[(0.0, [])] * (len(new) + 1)]
    for i, left in enumerate(bags[0]):
        row = [(0.0, list[Pair]())]
        for j, right in enumerate(bags[1]):
            likeness = len(left & right) / (len(left | right) or 1)
            score, chain = best[-1][j]
            taken = (score + likeness, [*chain, (i, j)]) if likeness > _ALIKE else (-1.0, [])
            row.append(max(taken, best[-1][j + 1], row[-1], key=lambda choice: choice[0]))
        best.append(row)
    pairs = best[-1][-1][1]
    return pairs or ([(0, 0)] if len(old) == len(new) == 1 else [])


def _name(current: prose.Text, target: prose.Text, pairs: Iterable[Pair]) -> list[Block]:
    """The target under the ids that its blocks will have, footnote references included."""
    kept = {new: current[old].id for old, new in pairs}
    taken = {block.id for block in current}
    ids = []
    for place, block in enumerate(target):
        name = kept.get(place)
        if name is None:
            name = block.id if is_id(block.id) and block.id not in taken else new_id()
        taken.add(name)
        ids.append(name)
    # A reference to no block must not come to refer to one that kept that id.
    notes = {
        run.note: new_id() if run.note in taken else run.note for block in target for run in block.runs if run.note
    }
    renamed = {**notes, **{block.id: name for block, name in zip(target, ids, strict=True)}}
    return [
        replace(block, id=name, runs=tuple(_renamed(run, renamed) for run in block.runs))
        for block, name in zip(target, ids, strict=True)
    ]


def _renamed(run: Run, names: dict[str, str]) -> Run:
    return run if run.note is None else replace(run, note=names[run.note])


# ---- words


def _tokens(block: Block) -> list[Token]:
    out: list[Token] = []
    text = ""
    for run in (*block.runs, Run("", note="")):
        if run.note is None:
            text += run.text
            continue
        out += [(word, None) for word in _TOKEN.findall(text)]
        out.append(("", run.note))
        text = ""
    return out[:-1]


def _token_size(token: Token) -> int:
    return 1 if token[1] is not None else len(token[0].encode())


def _block_size(block: Block) -> int:
    return 1 + sum(1 if run.note is not None else len(run.text.encode()) for run in block.runs)


def _edits(current: Sequence[Block], target: Sequence[Block], old_of: dict[int, int]) -> Iterator[Edit]:
    """From the front to the back; ``old_of``: place in the target → place in the current text."""
    at = place = 0
    for new, block in enumerate(target):
        old = old_of.get(new)
        if old is None:
            yield Edit(at, 0, [({"b": block.id}, {}), *_pieces(block)])
            continue
        while place < old:
            length = _block_size(current[place])
            yield Edit(at, length, [])
            at += length
            place += 1
        yield from _word_edits(at + 1, current[old], block)
        at += _block_size(current[old])
        place += 1
    for block in current[place:]:
        yield Edit(at, _block_size(block), [])
        at += _block_size(block)


def _word_edits(at: int, old: Block, new: Block) -> Iterator[Edit]:
    left, right = _tokens(old), _tokens(new)
    if left == right:
        return
    ends = [at]
    for token in left:
        ends.append(ends[-1] + _token_size(token))
    marked = _marked(new)
    starts = [0]
    for word, note in right:
        starts.append(starts[-1] + (1 if note is not None else len(word)))
    for kind, a, b, c, d in Alike(left, right).get_opcodes():
        if kind != "equal":
            yield Edit(ends[a], ends[b] - ends[a], list(_joined(marked[starts[c] : starts[d]])))


def _marked(block: Block) -> list[Piece]:
    """Each character or footnote reference with its attributes."""
    out: list[Piece] = []
    for run in block.runs:
        if run.note is not None:
            out.append(({"fn": run.note}, {}))
        else:
            attributes = _attributes(run.marks)
            out += [(character, attributes) for character in run.text]
    return out


def _pieces(block: Block) -> Iterator[Piece]:
    return _joined(_marked(block))


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    text, attributes = "", dict[str, Any]()
    for value, marks in pieces:
        if isinstance(value, str) and (not text or marks == attributes):
            text, attributes = text + value, marks
            continue
        if text:
            yield text, attributes
        text = ""
        if isinstance(value, str):
            text, attributes = value, marks
        else:
            yield value, marks
    if text:
        yield text, attributes


def _attributes(marks: Marks) -> dict[str, Any]:
    """Always given, even where there are none: without any, the neighbour's would be inherited."""
    strong, em, link = marks
    return {**({"strong": True} if strong else {}), **({"em": True} if em else {}), **({"link": link} if link else {})}


def _apply(text: Roots, edit: Edit) -> None:
    if edit.length:
        del text.body[edit.at : edit.at + edit.length]
    at = edit.at
    for value, attributes in edit.pieces:
        if isinstance(value, str):
            text.body.insert(at, value, attributes)
        else:
            text.body.insert_embed(at, value, attributes)
        at += size(value)


# ---- properties and marks


def _set_properties(text: Roots, target: Sequence[Block]) -> None:
    current = {block.id: block for block in read(text.diff, text.properties)}
    for block in target:
        now = current[block.id]
        if now.kind != block.kind:
            text.blocks[f"{block.id}.kind"] = block.kind
        if now.depth != block.depth:
            text.blocks[f"{block.id}.depth"] = block.depth
        if now.of != block.of and block.of:
            text.blocks[f"{block.id}.of"] = block.of
        elif now.of != block.of:
            del text.blocks[f"{block.id}.of"]


@dataclass(slots=True)
class _Stretch:
    """Neighbouring characters that need the same change of marks."""

    start: int
    end: int
    change: dict[str, Any]


def _set_marks(text: Roots, target: Sequence[Block]) -> None:
    wanted = iter([piece for block in target for piece in _marked(block)])
    stretches: list[_Stretch] = []
    at = 0
    for value, attributes in text.diff:
        if not isinstance(value, str):
            at += 1
            if not is_marker(value):
                next(wanted)
            continue
        now = _attributes(marks_of(attributes or {}))
        for character in value:
            _, marks = next(wanted)
            end = at + len(character.encode())
            if marks != now:
                _extend(stretches, at, end, {**dict.fromkeys(now), **marks})
            at = end
    for stretch in stretches:
        text.body.format(stretch.start, stretch.end, stretch.change)


def _extend(stretches: list[_Stretch], start: int, end: int, change: dict[str, Any]) -> None:
    if stretches and stretches[-1].end == start and stretches[-1].change == change:
        stretches[-1].end = end
    else:
        stretches.append(_Stretch(start, end, change))
