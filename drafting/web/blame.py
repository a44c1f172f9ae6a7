"""The memory that a worker shares with its supervisor: signs of life, the last note, and what is held against whom."""

import struct
import time
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from mmap import mmap
from typing import Final, NamedTuple

from drafting.sync.notes import Notes, Stage

SIZE: Final = 4096
DIGEST_BYTES: Final = 16
# Beats; then, from byte 8: notes so far, stage, digest, account, text.
_BEATS: Final = struct.Struct("<Q")
_NOTE: Final = struct.Struct(f"<QB{DIGEST_BYTES}s128p255p")
_NOTE_AT: Final = _BEATS.size
_LEAVING: Final = (1 << 64) - 1

SHUT_OUT_SECONDS: Final = 600.0
CAREFUL_SECONDS: Final = 600.0
CLOSED_SECONDS: Final = 60.0
LONGEST_SECONDS: Final = 24 * 3600.0
MOST_POISONS: Final = 10_000


class Note(NamedTuple):
    """What a worker was doing. ``digest`` and ``account``: of the update, in the stage ``TAKE`` alone."""

    number: int
    stage: Stage
    digest: bytes
    account: str
    text: str


def digest_of(update: bytes) -> bytes:
    return blake2b(update, digest_size=DIGEST_BYTES).digest()


@dataclass
class Record:
    """What the supervisor knows of former workers, which each new one inherits. Times are monotonic, in seconds."""

    restarts: int = 0
    shut_out: dict[str, float] = field(default_factory=dict)
    careful: dict[str, float] = field(default_factory=dict)
    closed: dict[str, float] = field(default_factory=dict)
    poisons: dict[bytes, None] = field(default_factory=dict)
    offences: Counter[str] = field(default_factory=Counter)
    suspicions: Counter[tuple[str, bytes]] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)

    def hold_against(self, note: Note, *, is_certain: bool) -> str:
        """A worker ended at this note; what follows from it, in a word. Not ``is_certain``: something outside may have
        ended it, so that nobody is blamed the first time."""
        now = time.monotonic()
        if note.stage is Stage.REST:
            return "nothing"
        self.careful[note.text] = now + CAREFUL_SECONDS
        if note.stage is Stage.COMMIT:
            return "careful"
        if note.stage is Stage.TAKE:
            suspect = (note.account, note.digest)
            self.suspicions[suspect] += 1
            if not is_certain and self.suspicions[suspect] < 2:
                return "careful"
            self._shut_out(note, now)
            return "shut out"
        self.endings[note.text] += 1
        if self.endings[note.text] < 2:
            return "careful"
        self.closed[note.text] = now + _growing(CLOSED_SECONDS, self.endings[note.text] - 1)
        return "closed"

    def _shut_out(self, note: Note, now: float) -> None:
        self.offences[note.account] += 1
        if note.account:
            self.shut_out[note.account] = now + _growing(SHUT_OUT_SECONDS, self.offences[note.account])
        self.poisons[note.digest] = None
        while len(self.poisons) > MOST_POISONS:
            del self.poisons[next(iter(self.poisons))]


def _growing(seconds: float, times: int) -> float:
    return float(min(seconds * 2 ** min(times - 1, 20), LONGEST_SECONDS))


class SharedNotes(Notes):
    """Made by the supervisor before it forks; from then on one worker at a time writes into it."""

    def __init__(self) -> None:
        self.record = Record()
        self._memory = mmap(-1, SIZE)
        self._beats = 0
        self._count = 0

    # ---- the worker writes

    def beat(self) -> None:
        """The event loop goes round."""
        self._beats += 1
        _BEATS.pack_into(self._memory, 0, self._beats)

    def say_farewell(self) -> None:
        """The worker has begun to leave, and its event loop need not go round any more."""
        _BEATS.pack_into(self._memory, 0, _LEAVING)

    def note(self, stage: Stage, text: str) -> None:
        self._count += 1
        if stage is Stage.REST:
            _NOTE.pack_into(self._memory, _NOTE_AT, self._count, 0, b"", b"", b"")
        else:
            _NOTE.pack_into(self._memory, _NOTE_AT, self._count, stage, b"", b"", text.encode())

    def take(self, text: str, account: str, update: bytes) -> None:
        self._count += 1
        digest = digest_of(update)
        _NOTE.pack_into(self._memory, _NOTE_AT, self._count, Stage.TAKE, digest, account.encode(), text.encode())

    # ---- the worker asks

    def is_poison(self, update: bytes) -> bool:
        return bool(self.record.poisons) and digest_of(update) in self.record.poisons

    def is_shut_out(self, account: str) -> bool:
        return _holds(self.record.shut_out, account)

    def is_careful(self, text: str) -> bool:
        return _holds(self.record.careful, text)

    def is_closed(self, text: str) -> bool:
        return _holds(self.record.closed, text)

    @property
    def shut_out(self) -> int:
        """How many accounts are."""
        now = time.monotonic()
        return sum(until > now for until in self.record.shut_out.values())

    # ---- the supervisor reads

    def wipe(self) -> None:
        """Before a worker is started."""
        self._memory[:] = bytes(SIZE)

    @property
    def beats(self) -> int:
        """0: the worker does not serve yet."""
        return int(_BEATS.unpack_from(self._memory)[0])

    @property
    def is_leaving(self) -> bool:
        return self.beats == _LEAVING

    @property
    def last(self) -> Note:
        number, stage, digest, account, text = _NOTE.unpack_from(self._memory, _NOTE_AT)
        known = Stage(stage) if stage in Stage.__members__.values() else Stage.REST
        return Note(number, known, digest, account.decode(errors="replace"), text.decode(errors="replace"))


def _holds(until: dict[str, float], name: str) -> bool:
    return bool(until) and until.get(name, 0.0) > time.monotonic()
