"""What changed from one edition to the next, in one language, word by word."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from markupsafe import Markup

from drafting.domain.differences import BlockChange, BlockKind, Op, changed_share, diff_texts
from drafting.domain.prose import HARD_BREAK, Block
from drafting.publishing.content import Content
from drafting.publishing.pages.setting import page_bytes
from drafting.publishing.reading import Part, Reading
from drafting.publishing.words import Words

_TAGS: Final = {Op.INS: "ins", Op.DEL: "del"}
# Beyond this share of new words a comparison word by word reads worse than the text itself.
MOST_CHANGED: Final = 0.9


@dataclass(frozen=True, slots=True)
class Change:
    """A section then and now. ``kind``: same, changed, added, removed; ``html``: its blocks, marked.

    ``has_same_words``: it changed in nothing that can be marked.
    """

    part: Part
    kind: str
    html: Markup
    is_rewritten: bool = False
    has_same_words: bool = False


def changes_page(content: Content, former: Content, tag: str, words: Words, templates: Path) -> bytes:
    """The page ``changes.html`` of an edition: what is different from the former one."""
    now = Reading(content, content.locale(tag), words)
    then = Reading(former, former.locale(tag), words)
    found = {"former": former, "changes": changes(now, then), "has_other_order": has_other_order(now, then)}
    return page_bytes(now, templates, "changes.html", "changes.html", **found)


def changes(now: Reading, then: Reading) -> list[Change]:
    """Every section of either edition, in the order of the new one; those that went come last."""
    before = {part.id: part for part in then.parts}
    found = [_compared(now, part, before.get(part.id)) for part in now.parts]
    left = {part.id for part in now.parts}
    return found + [Change(part, "removed", _all(part, "del")) for part in then.parts if part.id not in left]


def has_other_order(now: Reading, then: Reading) -> bool:
    """Whether sections of both editions stand in another order: that is a part of what networks agree to."""
    both = {part.id for part in now.parts} & {part.id for part in then.parts}
    orders = [[part.id for part in reading.parts if part.id in both] for reading in (now, then)]
    return orders[0] != orders[1]


def _compared(now: Reading, part: Part, former: Part | None) -> Change:
    if former is None:
        return Change(part, "added", _all(part, "ins"))
    if former.text.digest == part.text.digest:
        return Change(part, "same", Markup(""))
    if former.lang != part.lang:  # It was translated meanwhile.
        html = _all(former, "del", now.attributes(former.lang)) + _all(part, "ins")
        return Change(part, "changed", html, is_rewritten=True)
    different = diff_texts(former.text.body, part.text.body)
    # The title stands above already, where it is the same.
    shown = different[1:] if different and different[0].kind is BlockKind.SAME else different
    html = Markup("").join(_block(change) for change in shown)
    return Change(
        part,
        "changed",
        html,
        is_rewritten=changed_share(different) > MOST_CHANGED,
        has_same_words=not any(f"<{tag}>" in html for tag in _TAGS.values()),
    )


def _all(part: Part, tag: str, attributes: str = "") -> Markup:
    return Markup("").join(
        _line(block, [(tag, block.words)], attributes) for block in part.text.body if not block.is_empty
    )


def _block(change: BlockChange) -> Markup:
    if change.kind is BlockKind.ADDED and change.new:
        return _line(change.new, [("ins", change.new.words)])
    if change.kind is BlockKind.REMOVED and change.old:
        return _line(change.old, [("del", change.old.words)])
    block = change.new or change.old
    assert block is not None
    if change.kind is BlockKind.CHANGED:
        return _line(block, [(_TAGS.get(piece.op, ""), piece.text) for piece in change.pieces])
    return _line(block, [("", block.words)])


def _line(block: Block, pieces: Sequence[tuple[str, str]], attributes: str = "") -> Markup:
    """A block as a paragraph; what it is otherwise can be read on the page of the edition."""
    inner = "".join(
        f"<{tag}>{escape(words)}</{tag}>" if tag else escape(words) for tag, words in pieces if words
    ).replace(HARD_BREAK, "<br>")
    kind = ' class="heading"' if block.kind.startswith("heading") else ""
    own = f" {attributes}" if attributes else ""
    return Markup(f"<p{kind}{own}>{inner}</p>\n")  # noqa: S704 - escaped
