"""What changed between two texts, for people: blocks are aligned first, then words within them.

Tokens are a word with the white space behind it; white space as tokens of its own would make the comparison a thousand
times slower. Scripts without spaces are compared by character, or by what a segmenter would call a syllable.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from drafting.domain.alike import Alike
from drafting.domain.prose import Block, Text, block_digest

# A character of a script written without spaces together with the marks that belong to it; else a word and its space.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN: Final = re.compile(
    f"[{_SPACELESS}][\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd"
    f"\u102b-\u103e\u17b4-\u17d3]*\\s*|[^\\s{_SPACELESS}]+\\s*|\\s+"
)
_ALIKE: Final = 0.4
_NUMBER: Final = re.compile(r"\d[\d.,\u066b\u066c]*\d|\d")
_CANDIDATES: Final = 40
# Words that turn a sentence into its opposite, in the languages in which they are words of their own.
_NEGATIONS: Final = frozenset(
    """
    no not never nor without cannot neither nobody none nothing
    ne pas jamais sans ni aucun aucune rien non
    nunca sin tampoco ningún ninguna ninguno nadie nada
    não nem sem nenhum nenhuma ninguém jamais
    nicht kein keine keinen keinem keiner nie niemals ohne weder
    не ни нет никогда без нельзя
    لا لم لن ليس ليست غير بلا دون بدون
    hapana kamwe bila wala
    नहीं न मत बिना
    değil yok asla
    """.split()  # noqa: SIM905
)
_NEGATING: Final = re.compile("[不没沒無无非未別别勿]|n['’]t\\b")


class Op(StrEnum):
    SAME = "same"
    INS = "ins"
    DEL = "del"


class BlockKind(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words that stayed, came or went."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class BlockChange:
    """A block of either text, or the pair of them, in reading order of the new one."""

    kind: BlockKind
    old: Block | None
    new: Block | None
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a reader should see first: numbers, capitalised names, negations and links that came or went."""

    numbers_gone: tuple[str, ...]
    numbers_new: tuple[str, ...]
    names_gone: tuple[str, ...]
    names_new: tuple[str, ...]
    negations_gone: tuple[str, ...] = ()
    negations_new: tuple[str, ...] = ()
    links_gone: tuple[str, ...] = ()
    links_new: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


def tokens(words: str) -> list[str]:
    """The units in which people see a change; joined they give the words back."""
    return _TOKEN.findall(words)


def diff_words(old: str, new: str) -> tuple[Piece, ...]:
    """The smallest run of pieces that leads from the old words to the new ones."""
    before, after = tokens(old), tokens(new)
    pieces: list[Piece] = []
    for op, a, b, c, d in Alike(_bare(before), _bare(after)).get_opcodes():
        if op == "equal":
            pieces.append(Piece(Op.SAME, "".join(after[c:d])))
            continue
        if a < b:
            pieces.append(Piece(Op.DEL, "".join(before[a:b])))
        if c < d:
            pieces.append(Piece(Op.INS, "".join(after[c:d])))
    return tuple(pieces)


def _bare(words: Sequence[str]) -> list[str]:
    """Without the space behind, so that the last word of a paragraph equals the same word within one."""
    return [word.rstrip() or " " for word in words]


def diff_blocks(old: Block, new: Block) -> tuple[Piece, ...]:
    """The pieces between two blocks' words."""
    return diff_words(old.words, new.words)


def diff_texts(old: Text, new: Text) -> list[BlockChange]:
    """Every block of both texts once, in the order of the new text; what went stands where it stood."""
    before = [block for block in old if not block.is_empty]
    after = [block for block in new if not block.is_empty]
    matcher = Alike([block_digest(b) for b in before], [block_digest(b) for b in after])
    changes: list[BlockChange] = []
    for op, a, b, c, d in matcher.get_opcodes():
        if op == "equal":
            changes.extend(BlockChange(BlockKind.SAME, o, n) for o, n in zip(before[a:b], after[c:d], strict=True))
        else:
            changes.extend(_paired(before[a:b], after[c:d]))
    return _with_moves(changes)


def _paired(gone: Sequence[Block], come: Sequence[Block]) -> list[BlockChange]:
    """Within a changed stretch, a block is another one changed when it kept its id or most of its words."""
    out: list[BlockChange] = []
    rest = list(gone)
    for block in come:
        partner = next((o for o in rest if o.id == block.id), None) or _closest(rest, block)
        if partner is None:
            out.append(BlockChange(BlockKind.ADDED, None, block))
            continue
        while rest and rest[0] is not partner and partner in rest:
            out.append(BlockChange(BlockKind.REMOVED, rest.pop(0), None))
        rest.remove(partner)
        out.append(BlockChange(BlockKind.CHANGED, partner, block, diff_blocks(partner, block)))
    out.extend(BlockChange(BlockKind.REMOVED, block, None) for block in rest)
    return out


def _closest(candidates: Sequence[Block], block: Block) -> Block | None:
    scored = [(likeness(candidate, block), n) for n, candidate in enumerate(candidates[:_CANDIDATES])]
    best = max(scored, default=(0.0, 0), key=lambda pair: (pair[0], -pair[1]))
    return candidates[best[1]] if best[0] >= _ALIKE else None


def likeness(old: Block, new: Block) -> float:
    """The share of words that two blocks have in common, from 0 to 1; 0 as soon as it is too small to matter."""
    matcher = Alike(_bare(tokens(old.words)), _bare(tokens(new.words)))
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio()


def _with_moves(changes: list[BlockChange]) -> list[BlockChange]:
    """What went in one place and came unchanged in another was moved."""
    gone = {block_digest(c.old): c for c in changes if c.kind is BlockKind.REMOVED and c.old}
    moved: set[int] = set()
    out: list[BlockChange] = []
    for change in changes:
        origin = gone.pop(block_digest(change.new), None) if change.kind is BlockKind.ADDED and change.new else None
        if origin is None or origin.old is None or change.new is None:
            out.append(change)
            continue
        moved.add(id(origin))
        out.append(BlockChange(BlockKind.MOVED, origin.old, change.new, (Piece(Op.SAME, change.new.words),)))
    return [change for change in out if id(change) not in moved]


def changed_share(changes: Sequence[BlockChange]) -> float:
    """How much of the new text is not as it was, from 0 to 1; beyond a half, side by side reads better."""
    new = sum(len(c.new.words) for c in changes if c.new)
    same = sum(len(p.text) for c in changes for p in c.pieces if p.op is Op.SAME)
    same += sum(len(c.new.words) for c in changes if c.new and c.kind is BlockKind.SAME)
    return 1 - min(same, new) / new if new else 0.0


def changed_facts(old: Text, new: Text) -> Facts:
    """Numbers, words in capitals within a sentence, and links, that stand in one of the texts only; and negations that
    stand there more often than in the other."""
    before, after = " ".join(b.words for b in old), " ".join(b.words for b in new)
    numbers = _NUMBER.findall(before), _NUMBER.findall(after)
    names = _names(before), _names(after)
    negations = Counter(_negations(before)), Counter(_negations(after))
    links = [run.link for b in old for run in b.runs if run.link], [run.link for b in new for run in b.runs if run.link]
    return Facts(
        _only(*numbers),
        _only(*reversed(numbers)),
        _only(*names),
        _only(*reversed(names)),
        tuple(negations[0] - negations[1]),
        tuple(negations[1] - negations[0]),
        _only(*links),
        _only(*reversed(links)),
    )


def _negations(words: str) -> list[str]:
    found = [word for word in re.findall(r"\w+", words.casefold()) if word in _NEGATIONS]
    return found + _NEGATING.findall(words)


def _only(here: Sequence[str], there: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for item in here if item not in set(there)))


def _names(words: str) -> list[str]:
    """Words with a capital that do not begin a sentence."""
    found = re.findall(r"(?<=[^.!?:\s] )([^\W\d_]\w+)", words)
    return [name for name in found if unicodedata.category(name[0]) == "Lu"]
