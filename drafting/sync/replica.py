"""A text in memory: the Y.Doc, what is known of it, and the only place where bytes from outside meet pycrdt."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from pycrdt import Doc

from drafting.domain import prose
from drafting.sync import markup, wire
from drafting.sync.check import Checked, Deletions, check, survey, unit
from drafting.sync.keystroke import check_keystroke
from drafting.sync.notes import Stage, Trace
from drafting.sync.rewrite import rewrite
from drafting.sync.wire import EMPTY_UPDATE, FrameError

_WHOLE: Final = b"\x00"
# Of a client in a state vector, at most; and clients that somebody may name beyond those who wrote here.
STATE_BYTES: Final = 16
STATE_SPARE: Final = 1000


class Broken(Exception):
    """pycrdt gave up on it, or took less than it was given. What it was applied to must be thrown away."""


@contextmanager
def contained(trace: Trace, stage: Stage = Stage.READ) -> Iterator[None]:
    """Turns whatever comes out of pycrdt into :class:`Broken`; its panics are BaseExceptions."""
    trace.enter(stage)
    try:
        yield
    except Broken:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise Broken(str(error)[:200]) from error
        raise
    finally:
        trace.leave()


@contextmanager
def noted(doc: Doc[Any]) -> Iterator[list[bytes]]:
    """The updates that it makes meanwhile.

    pycrdt's observer holds its doc, out of the garbage collector's sight: until it is taken off, neither leaves memory.
    """
    made: list[bytes] = []
    subscription = doc.observe(lambda event: made.append(event.update))
    try:
        yield made
    finally:
        doc.unobserve(subscription)


class Replica:
    """Built from what the log holds, oldest first. Raises :class:`Broken`."""

    def __init__(self, updates: Iterable[bytes] = (), trace: Trace | None = None) -> None:
        self.trace = trace or Trace()
        self.doc: Doc[Any] = Doc()
        self._whole: bytes | None = None
        self._text: prose.Text | None = None
        self._deletions: Deletions | None = None
        updates = tuple(updates)
        self.trace.weight = sum(map(len, updates))
        with contained(self.trace, Stage.LOAD):
            markup.roots(self.doc)  # Not kept: pycrdt's objects for them weigh as much as a short text.
            with self.doc.transaction():
                for update in updates:
                    self.doc.apply_update(update)
            self.known, self._deletions = survey(self.whole)
            if self.known.clocks != wire.state_vector(self.doc.get_state()):
                raise Broken("something is missing")

    def apply(self, updates: Iterable[bytes], is_doubtful: bool) -> bytes | None:
        """Apply checked updates in one transaction; all that they changed as one update, None where that is nothing.

        ``is_doubtful``: only applying them shows whether they fit. ``known`` has to have taken them in already.
        """
        self._whole = self._text = self._deletions = None
        with contained(self.trace):
            with noted(self.doc) as made, self.doc.transaction():
                for update in updates:
                    self.doc.apply_update(update)
            if is_doubtful and self.known.clocks != wire.state_vector(self.doc.get_state()):
                raise Broken("taken in part")
            return made[0] if made else None

    def prove(self) -> None:
        """Do with it all that is ever done with a text. Raises :class:`Broken`."""
        with contained(self.trace):
            self._whole = self._text = None
            copy = Replica([self.whole], self.trace)
            if copy.text != self.text or copy.known.clocks != self.known.clocks:
                raise Broken("reads otherwise when loaded")

    @property
    def whole(self) -> bytes:
        """The full state, as one update."""
        if self._whole is None:
            with contained(self.trace):
                self._whole = self.doc.get_update(_WHOLE)
        return self._whole

    @property
    def state(self) -> bytes:
        return wire.encode_state(self.known.clocks)

    def since(self, state: bytes) -> bytes:
        """What somebody with that state lacks. Raises :class:`FrameError` for what is no state vector."""
        known = self.known
        if len(state) > STATE_BYTES * (len(known.clocks) + STATE_SPARE):
            raise FrameError("a state of strangers")
        theirs = wire.state_vector(state)
        common = {
            client: min(clock, known.clocks[client]) for client, clock in theirs.items() if client in known.clocks
        }
        if not any(common.values()):
            return self.whole
        if common == known.clocks and self.deletions.is_empty:
            return EMPTY_UPDATE
        for client, clock in common.items():
            if unit(client, clock) in known.halves:
                common[client] = clock - 1
        with contained(self.trace):
            return self.doc.get_update(wire.encode_state(common))

    @property
    def text(self) -> prose.Text:
        """As everybody reads it."""
        if self._text is None:
            with contained(self.trace):
                roots = markup.roots(self.doc)
                self._text = markup.read(roots.diff, roots.properties)
        return self._text

    @property
    def deletions(self) -> Deletions:
        if self._deletions is None:
            with contained(self.trace):
                _, self._deletions = survey(self.doc.get_update(self.doc.get_state()))
        return self._deletions

    @property
    def needs_repair(self) -> bool:
        with contained(self.trace):
            roots = markup.roots(self.doc)
            return markup.needs_repair(roots.diff, roots.properties)

    def check(self, update: bytes) -> Checked:
        return check_keystroke(update, self.known) or check(update, self.known)

    def draft(self, client: int, change: Callable[[markup.Roots], None]) -> bytes | None:
        """The update by which a client of that id would make the change; None where nothing changes.

        It is made on a copy: here, everything comes in by :meth:`apply`.
        """
        with contained(self.trace):
            copy: Doc[Any] = Doc(client_id=client)
            copy.apply_update(self.whole)
            with noted(copy) as made:
                roots = markup.roots(copy)
                with copy.transaction():
                    change(roots)
            return made[0] if made else None

    def draft_text(self, client: int, text: prose.Text) -> bytes | None:
        return self.draft(client, lambda roots: rewrite(roots, text))

    def draft_repair(self, client: int) -> bytes | None:
        return self.draft(client, markup.repair)
