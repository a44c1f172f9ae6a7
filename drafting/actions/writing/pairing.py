"""Which blocks are the same ones: between two states of a text, and between a source and its translation."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from drafting.domain.alike import Alike
from drafting.domain.prose import Block, Run, Text, block_digest

NEAR: Final = 20
"""How far on a block is looked for; comparing each with each would take minutes for a rewritten text of thousands."""


def paired_with_source(source: Text, target: Text) -> tuple[Text, bool]:
    """A translation whose blocks know what they render, and whether all of them do.

    Blocks are paired by their place where both texts have the same kinds in the same order (and list items the same
    depth), else the title alone is.
    """
    shape = [(block.kind, block.depth) for block in source]
    is_whole = shape == [(block.kind, block.depth) for block in target]
    if is_whole:
        return tuple(replace(b, of=original.id) for b, original in zip(target, source, strict=True)), True
    if source and target:
        return (replace(target[0], of=source[0].id), *target[1:]), False
    return target, False


def with_identities(old: Text, new: Text) -> Text:
    """A newly read text whose blocks keep the ids, and what they render, of the blocks that they continue.

    Equal blocks continue each other; between them the changed ones do where they are as many and of the same kind.
    """
    pairs = dict(_continued(old, new))
    ids = {new[at].id: old[before].id for at, before in pairs.items()}
    out = []
    for at, block in enumerate(new):
        before = old[pairs[at]] if at in pairs else None
        renamed = replace(block, runs=tuple(_renamed(run, ids) for run in block.runs))
        out.append(replace(renamed, id=before.id, of=before.of) if before else renamed)
    return tuple(out)


def _renamed(run: Run, ids: Mapping[str, str]) -> Run:
    return replace(run, note=ids.get(run.note, run.note)) if run.note is not None else run


def _continued(old: Text, new: Text) -> list[tuple[int, int]]:
    """(place in the new text, place in the old one) of each block that goes on."""
    matcher = Alike(_keys(old), _keys(new))
    pairs: list[tuple[int, int]] = []
    for operation, i1, i2, j1, j2 in matcher.get_opcodes():
        if operation == "equal":
            pairs += zip(range(j1, j2), range(i1, i2), strict=True)
        elif operation == "replace":
            pairs += _replaced(old, new, range(i1, i2), range(j1, j2))
    return pairs


def _keys(text: Text) -> list[str]:
    return [block_digest(block) for block in text]


def _replaced(old: Text, new: Text, before: range, after: range) -> list[tuple[int, int]]:
    if len(before) == len(after):
        return [(j, i) for i, j in zip(before, after, strict=True) if _may_continue(old[i], new[j])]
    # The first block is the title, whatever its words.
    pairs = [(0, 0)] if before[0] == after[0] == 0 and _may_continue(old[0], new[0]) else []
    left = [i for i in before if i or not pairs]
    for j in after[len(pairs) :]:
        likeness, best = max(((_likeness(old[i], new[j]), -i) for i in left[:NEAR]), default=(0.0, 0))
        if likeness > 0.5:
            best = -best
            pairs.append((j, best))
            left = [i for i in left if i > best]
    return pairs


def _may_continue(old: Block, new: Block) -> bool:
    return (old.kind == "footnote") == (new.kind == "footnote")


def _likeness(old: Block, new: Block) -> float:
    """0 to 1, by words."""
    if not _may_continue(old, new):
        return 0.0
    matcher = Alike(old.words.split(), new.words.split())
    return matcher.ratio() if matcher.real_quick_ratio() > 0.5 else 0.0
