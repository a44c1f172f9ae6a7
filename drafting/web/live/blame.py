"""The memory that a worker shares with its supervisor: signs of life, and the last note of what it was about to do."""

import struct
from hashlib import blake2b
from mmap import mmap
from typing import Final

from drafting.stores.offences import What
from drafting.sync.notes import Notes, Stage
from drafting.web.live.record import Note, Record

SIZE: Final = 4096
DIGEST_BYTES: Final = 16
# Beats and breaths, one writer each; then notes so far, weight, stage, digest, account, text.
_COUNT: Final = struct.Struct("<Q")
_BREATHS_AT: Final = _COUNT.size
_NOTE: Final = struct.Struct(f"<QQB{DIGEST_BYTES}s128p255p")
_NOTE_AT: Final = 2 * _COUNT.size
_LEAVING: Final = (1 << 64) - 1


def digest_of(update: bytes) -> bytes:
    return blake2b(update, digest_size=DIGEST_BYTES).digest()


class SharedNotes(Notes):
    """Made by the supervisor before it forks; from then on one worker at a time writes into it."""

    def __init__(self) -> None:
        self.record = Record()
        self._memory = mmap(-1, SIZE)
        self._beats = 0
        self._breaths = 0
        self._count = 0

    # ---- the worker writes

    def beat(self) -> None:
        """The event loop goes round."""
        self._beats += 1
        _COUNT.pack_into(self._memory, 0, self._beats)

    def breathe(self) -> None:
        """The interpreter goes on, whatever the event loop waits for: for a thread that does nothing else."""
        self._breaths += 1
        _COUNT.pack_into(self._memory, _BREATHS_AT, self._breaths)

    def say_farewell(self) -> None:
        """The worker has begun to leave, and its event loop need not go round any more."""
        _COUNT.pack_into(self._memory, 0, _LEAVING)

    def note(self, stage: Stage, text: str, weight: int = 0) -> None:
        self._count += 1
        if stage is Stage.REST:
            _NOTE.pack_into(self._memory, _NOTE_AT, self._count, 0, 0, b"", b"", b"")
        else:
            _NOTE.pack_into(self._memory, _NOTE_AT, self._count, weight, stage, b"", b"", text.encode())

    def take(self, text: str, account: str, update: bytes, weight: int = 0) -> None:
        self._count += 1
        _NOTE.pack_into(
            self._memory,
            _NOTE_AT,
            self._count,
            weight,
            Stage.TAKE,
            digest_of(update),
            account.encode(),
            text.encode(),
        )

    # ---- the worker asks

    def is_poison(self, update: bytes) -> bool:
        return bool(self.record.held[What.POISON]) and self.record.holds(What.POISON, digest_of(update).hex())

    def is_shut_out(self, account: str) -> bool:
        return self.record.holds(What.SHUT_OUT, account)

    def is_careful(self, text: str) -> bool:
        return self.record.holds(What.CAREFUL, text)

    def is_closed(self, text: str) -> bool:
        return self.record.holds(What.CLOSED, text)

    @property
    def shut_out(self) -> int:
        """How many accounts are."""
        return self.record.count(What.SHUT_OUT)

    # ---- the supervisor reads

    def wipe(self) -> None:
        """Before a worker is started."""
        self._memory[:] = bytes(SIZE)

    @property
    def beats(self) -> int:
        """0: the worker does not serve yet."""
        return int(_COUNT.unpack_from(self._memory)[0])

    @property
    def breaths(self) -> int:
        return int(_COUNT.unpack_from(self._memory, _BREATHS_AT)[0])

    @property
    def is_leaving(self) -> bool:
        return self.beats == _LEAVING

    @property
    def last(self) -> Note:
        number, weight, stage, digest, account, text = _NOTE.unpack_from(self._memory, _NOTE_AT)
        known = Stage(stage) if stage in Stage.__members__.values() else Stage.REST
        return Note(number, known, digest, account.decode(errors="replace"), text.decode(errors="replace"), weight)
