"""Who wrote each word of a text, at any moment: its updates are played again, and every unit keeps its author.

In one Y.Text a split or a join moves no words, so they keep their authors; a block that was moved, which is deletion
and insertion, keeps them too, because its words are found among those that went. An update's author follows from the
client ids in it (nobody writes under another's), and was written down with it.

A replay of 20,000 updates takes a part of a second, in a thread. What it took is kept as marks to go on from: plain
bytes, since a Y.Doc must stay in the thread that made it.
"""

import asyncio
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from pycrdt import Doc, TextEvent

from drafting.actions.ports import CannotSave
from drafting.actions.writing_ports import Author, Update, UpdateLog, Written, WrittenBlock
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import Run, is_id
from drafting.sync import markup
from drafting.sync.notes import Trace
from drafting.sync.replica import Broken, contained

EVERY: Final = 4_000
"""Updates between two marks."""
MARKS: Final = 8
TEXTS: Final = 16
MOVED: Final = 12
"""Bytes: shorter stretches that went and came are not taken for moved ones."""
_WHOLE: Final = b"\x00"
_EMBED: Final = b"\xff"  # no byte of UTF-8


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a replay can go on: after ``sequence``; ``by`` has a place in ``authors`` for each unit of ``words``."""

    sequence: int
    state: bytes
    words: bytes
    by: bytes
    authors: tuple[Author, ...]


@dataclass(frozen=True, slots=True)
class Played:
    """A text with its authors, and the marks made on the way."""

    sequence: int
    blocks: tuple[WrittenBlock, ...]
    marks: tuple[Mark, ...]


class Authorship:
    """Reads from the log; keeps marks of the texts that were asked for last."""

    def __init__(self, log: UpdateLog) -> None:
        self._log = log
        self._marks: OrderedDict[str, list[Mark]] = OrderedDict()
        self._turn = asyncio.Semaphore(1)

    async def read(self, name: str, sequence: int | None = None) -> tuple[WrittenBlock, ...]:
        """The text right after an update, else as it is now. Raises ``not_found``."""
        async with self._turn:  # one at a time: a replay takes the processor from those who write
            mark = self._nearest(name, sequence)
            updates = await self._log.read(name, after=mark.sequence if mark else 0, until=sequence)
            if (mark is None and not updates) or sequence == 0:
                raise Refusal(Code.NOT_FOUND, text=name)
            try:
                played = await asyncio.to_thread(play, mark, updates)
            except Broken as error:
                raise CannotSave from error
            if sequence is not None and played.sequence != sequence:
                raise Refusal(Code.NOT_FOUND, text=name, sequence=sequence)
            self._keep(name, played.marks)
            return played.blocks

    def _nearest(self, name: str, sequence: int | None) -> Mark | None:
        marks = self._marks.get(name, [])
        place = len(marks) if sequence is None else bisect_right([mark.sequence for mark in marks], sequence)
        return marks[place - 1] if place else None

    def _keep(self, name: str, made: Sequence[Mark]) -> None:
        marks = {mark.sequence: mark for mark in (*self._marks.pop(name, []), *made)}
        kept = sorted(marks)
        while len(kept) > MARKS:
            # the one whose loss makes the shortest stretch to play again, never the newest
            del kept[min(range(len(kept) - 1), key=lambda n: kept[n + 1] - (kept[n - 1] if n else 0))]
        self._marks[name] = [marks[sequence] for sequence in kept]
        while len(self._marks) > TEXTS:
            self._marks.popitem(last=False)


def play(mark: Mark | None, updates: Sequence[Update]) -> Played:
    """All in one thread. Raises :class:`Broken`."""
    with contained(Trace()):
        player = _Player(mark)
        try:
            return _play(player, mark.sequence if mark else 0, updates)
        finally:
            player.end()


def _play(player: "_Player", since: int, updates: Sequence[Update]) -> Played:
    made: list[Mark] = []
    for author, stretch in groupby(updates, lambda update: Author(update.account, update.network)):
        for some in _parts(list(stretch)):
            player.play(author, some)
            if player.sequence - (made[-1].sequence if made else since) >= EVERY:
                made.append(player.mark())
    if updates and (not made or made[-1].sequence != player.sequence):
        made.append(player.mark())
    return Played(player.sequence, tuple(player.blocks()), tuple(made))


def _parts(stretch: Sequence[Update]) -> Iterator[Sequence[Update]]:
    for start in range(0, len(stretch), EVERY):
        yield stretch[start : start + EVERY]


class _Player:
    def __init__(self, mark: Mark | None) -> None:
        self.sequence = mark.sequence if mark else 0
        self._doc: Doc[Any] = Doc()
        self._roots = markup.roots(self._doc)
        self._words = bytearray(mark.words if mark else b"")
        self._by = array("H", mark.by if mark else b"")
        self._authors = list(mark.authors if mark else ())
        self._places = {author: place for place, author in enumerate(self._authors)}
        self._now = 0
        if mark:
            self._doc.apply_update(mark.state)
        self._subscription = self._roots.body.observe(self._changed)

    def end(self) -> None:
        """Let go of the text here: in another thread it must not be, and what is observed would stay for ever."""
        self._roots.body.unobserve(self._subscription)
        del self._subscription, self._roots, self._doc

    def play(self, author: Author, updates: Sequence[Update]) -> None:
        """What one author did in a row, as one change."""
        if author not in self._places:
            self._places[author] = len(self._authors)
            self._authors.append(author)
        self._now = self._places[author]
        with self._doc.transaction():
            for update in updates:
                self._doc.apply_update(update.data)
        self.sequence = updates[-1].sequence

    def mark(self) -> Mark:
        state = self._doc.get_update(_WHOLE)
        return Mark(self.sequence, state, bytes(self._words), self._by.tobytes(), tuple(self._authors))

    def _changed(self, event: TextEvent) -> None:
        delta: list[dict[str, Any]] = event.delta  # type: ignore[attr-defined]  # there, and not declared
        gone, by = self._gone(delta)
        at = 0
        came: list[bytes] = []
        for op in (*delta, {}):
            if "insert" in op:
                value = op["insert"]
                came.append(value.encode() if isinstance(value, str) else _EMBED)
                continue
            if came:
                at = self._insert(at, came, gone, by)
                came = []
            if "retain" in op:
                at += int(op["retain"])
            elif "delete" in op:
                length = int(op["delete"])
                del self._words[at : at + length]
                del self._by[at : at + length]

    def _gone(self, delta: Sequence[Mapping[str, Any]]) -> tuple[bytes, "array[int]"]:
        """The units that a change takes away, and who wrote them."""
        at, words, by = 0, bytearray(), array("H")
        for op in delta:
            length = int(op.get("retain") or op.get("delete") or 0)
            if "delete" in op:
                words += self._words[at : at + length]
                by += self._by[at : at + length]
            at += length
        return bytes(words), by

    def _insert(self, at: int, came: Sequence[bytes], gone: bytes, by: "array[int]") -> int:
        whole = b"".join(came)
        for words in [whole] if _find(gone, whole) >= 0 else came:
            found = _find(gone, words)
            authors = by[found : found + len(words)] if found >= 0 else array("H", [self._now]) * len(words)
            self._words[at:at] = words
            self._by[at:at] = authors
            at += len(words)
        return at

    def blocks(self) -> Iterator[WrittenBlock]:
        text = markup.read(self._roots.diff, self._roots.properties)
        written: list[list[Written]] = []
        at = 0
        for value, attributes in self._roots.diff:
            length = markup.size(value)
            if markup.is_marker(value):
                written.append([])
            else:
                written = written or [[]]
                written[-1].extend(self._pieces(value, at, markup.marks_of(attributes or {})))
            at += length
        for block, words in zip(text, written or [[]], strict=True):
            yield WrittenBlock(block, tuple(words))

    def _pieces(self, value: object, at: int, marks: markup.Marks) -> Iterator[Written]:
        if not isinstance(value, str):
            note = value.get("fn") if isinstance(value, dict) else None
            if is_id(note):
                yield Written(Run("", note=note), self._authors[self._by[at]])
            return
        words = value.encode()
        start = 0
        for place, units in groupby(self._by[at : at + len(words)]):
            end = start + sum(1 for _ in units)
            yield Written(Run(words[start:end].decode().replace("\n", " "), *marks), self._authors[place])
            start = end


def _find(gone: bytes, words: bytes) -> int:
    return gone.find(words) if MOVED <= len(words) <= len(gone) else -1
