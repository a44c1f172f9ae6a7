"""A client that writes, strikes out, marks and divides at random, and remembers what it was told is saved."""

import asyncio
from collections import deque
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from drafting.sync import markup, wire
from drafting.sync.wire import Kind, Reader
from tests.nodes.writer import Place, Writer

WORDS = ("well", "eau", "água", "水を", "ماء", "🚰")
MAX_UNSAVED = 4


class Deed(NamedTuple):
    """A word of one's own was put in, or struck out."""

    word: str
    is_there: bool


class Author(Writer):
    """Comes once each time that it :meth:`may_come`. ``on_saved`` is told how many deeds are known to be saved."""

    def __init__(
        self, server: Place, token: str, name: str, mark: str, random: Random, on_saved: Callable[[int], None]
    ) -> None:
        super().__init__(server, token, name)
        self.mark = mark
        self._on_saved = on_saved
        self._may_come = asyncio.Event()
        self._fate: dict[str, bool] = {}
        self._own: list[str] = []
        self._struck: set[str] = set()
        self._random = random
        self._is_writing = True
        self._count = 0
        self._deeds: list[Deed] = []
        self._unsaved: deque[list[Deed]] = deque()

    @property
    def expected(self) -> dict[str, bool]:
        """Word → whether it has to be in the text, as far as it was told; what it struck out may be gone already."""
        return {word: there for word, there in self._fate.items() if not there or word not in self._struck}

    @property
    def has_saved_all(self) -> bool:
        return self._is_synced and not self._unsaved

    def may_come(self) -> None:
        self._may_come.set()

    def may_not_come(self) -> None:
        """Any more, if it has not come yet."""
        self._may_come.clear()

    def begin(self) -> None:
        self._tasks = [asyncio.create_task(work) for work in (self._stay(), self._write_on())]

    async def stop_writing(self) -> None:
        """Come back when it knows that all is saved. Raises what went wrong meanwhile."""
        self._is_writing = False
        await self._note(lambda _: None, None)
        await self._tasks[1]
        await self.until(lambda: self.has_saved_all)

    async def rest(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    async def _write_on(self) -> None:
        """With a few edits on the way at most."""
        while self._is_writing:
            await self.until(lambda: not self._is_writing or (self._is_synced and len(self._unsaved) < MAX_UNSAVED))
            with self.doc.transaction():
                self._edit()
            await self._flush()

    # ---- what it does

    def _edit(self) -> None:
        choice = self._random.random()
        if self._own and choice < 0.15:
            self._strike(self._own.pop(self._random.randrange(len(self._own))))
        elif self._own and choice < 0.25:
            start, end = self._place(self._random.choice(self._own))
            if end:
                self.roots.body.format(start, end, {"strong": True})
        elif choice < 0.3:
            self._divide()
        else:
            self._put_in()

    def _put_in(self) -> None:
        self._count += 1
        word = f"⟨{self.mark}{self._count} {self._random.choice(WORDS)}⟩"
        self.roots.body.insert(self._random.choice(self._boundaries()), word, {})
        self._own.append(word)
        self._deeds.append(Deed(word, True))

    def _strike(self, word: str) -> None:
        start, end = self._place(word)
        if end:
            del self.roots.body[start:end]
            self._struck.add(word)
            self._deeds.append(Deed(word, False))

    def _divide(self) -> None:
        block = markup.new_id()
        self.roots.body.insert_embed(self._random.choice(self._boundaries()), {"b": block}, {})
        self.roots.blocks[f"{block}.kind"] = self._random.choice(["heading2", "bullet", "quote"])

    def _boundaries(self) -> list[int]:
        """Offsets, in bytes, at which no word is torn: behind the first marker and behind each word."""
        found, at = [], 0
        for value, _ in self.roots.diff:
            if isinstance(value, str):
                pieces = value.split("⟩")
                ends = at
                for piece in pieces[:-1]:
                    ends += len(piece.encode()) + len("⟩".encode())
                    found.append(ends)
                at += len(value.encode())
            else:
                at += 1
                found.append(at)
        return found

    def _place(self, word: str) -> tuple[int, int]:
        """Where it stands, in bytes; twice 0 where it stands in pieces."""
        at = 0
        for value, _ in self.roots.diff:
            if isinstance(value, str) and (found := value.find(word)) >= 0:
                start = at + len(value[:found].encode())
                return start, start + len(word.encode())
            at += len(value.encode()) if isinstance(value, str) else 1
        return 0, 0

    # ---- the socket

    async def _come(self) -> None:
        await self._may_come.wait()
        self._may_come.clear()
        await super()._come()

    async def _take(self, kind: Kind, reader: Reader) -> None:
        """What is not known to be saved goes into the answer to the server's question, and "saved" is said once."""
        if kind == Kind.SYNC and not self._is_synced:
            doubtful = [deed for deeds in self._unsaved for deed in deeds]
            self._unsaved = deque([doubtful + self._deeds])
            self._deeds = []
        await super()._take(kind, reader)

    async def _flush(self) -> None:
        """Before it has told the server all it has, an update might build on what the server lacks."""
        if not self._is_synced:
            return
        outgoing, self._outgoing = self._outgoing, []
        deeds, self._deeds = self._deeds, []
        if outgoing:
            self._unsaved += [[] for _ in outgoing[1:]]
            self._unsaved.append(deeds)
        for update in outgoing:
            await self._send(wire.update(update))

    def _status(self, saved: int) -> None:
        super()._status(saved)
        if self._unsaved:
            deeds = self._unsaved.popleft()
            if saved:
                self._fate.update(deeds)
                self._on_saved(len(deeds))
            else:
                self._deeds = [*deeds, *self._deeds]
