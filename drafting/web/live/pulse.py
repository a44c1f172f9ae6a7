"""Whether a worker still lives, judged by what it used of the processor since its last sign, never by the clock alone.

A worker on a machine that is busy with other things gets little of the processor, and so may be silent for long. One
that hangs uses all that it gets. There are three signs:

* breaths, of a thread: the interpreter goes on. Native code that never comes back holds it, so they stop at once.
* notes: something else is being done than before.
* beats: the event loop goes round.

Healthy native code holds the interpreter for a time that follows from the bytes it is given, so the first limit can be
short. What runs in Python ends some time; the limits for it are generous.
"""

import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from drafting.sync.notes import Stage
from drafting.web.live.blame import SharedNotes

# In seconds of processor time. Without a breath: 3.4 MB of the worst shape take 0.2 s, so 0.06 µs for each byte.
BREATH: Final = 0.2
BREATH_AT_REST: Final = 1.0
BREATH_A_BYTE: Final = 0.5e-6
# While the interpreter goes on, but what it was about to do does not end, or the event loop stands.
PATIENCE: Final = {Stage.TAKE: 0.8, Stage.COMMIT: 0.8, Stage.READ: 2.0, Stage.LOAD: 5.0, Stage.REST: 10.0}
# In seconds asleep, for one that waits for something that never comes.
STILL_SECONDS: Final = 30.0


class Spent(NamedTuple):
    """Seconds of a process so far: on a processor, and neither on one nor waiting for one."""

    processor: float
    asleep: float


class Pulse:
    """Of one worker, from its start."""

    def __init__(self, notes: SharedNotes) -> None:
        self._notes = notes
        self._seen = (0, 0, 0)
        self._at_beat = self._at_note = self._at_breath = self._asleep_at_beat = 0.0
        self.silence = 0.0

    def has_stopped(self, spent: Spent) -> bool:
        """Asked every now and then. While the worker has not begun to serve, it may take its time. ``silence``: what it
        used of the processor since the last sign of any kind."""
        notes = self._notes
        beats, breaths, last = notes.beats, notes.breaths, notes.last
        if beats != self._seen[0]:
            self._at_beat, self._asleep_at_beat = spent.processor, spent.asleep
        if beats != self._seen[0] or last.number != self._seen[2]:
            self._at_note = spent.processor
        if (beats, breaths, last.number) != self._seen:
            self._at_breath = spent.processor
        self._seen = (beats, breaths, last.number)
        self.silence = spent.processor - self._at_breath
        if not beats:
            return False
        breath = BREATH_AT_REST if last.stage is Stage.REST else BREATH + last.weight * BREATH_A_BYTE
        return (
            self.silence > breath
            or spent.processor - self._at_note > PATIENCE[last.stage] + last.weight * BREATH_A_BYTE
            or spent.processor - self._at_beat > PATIENCE[Stage.REST]
            or spent.asleep - self._asleep_at_beat > STILL_SECONDS
        )


def spent_by(pid: int) -> Spent:
    """Where the system does not say, the clock has to do."""
    now = time.monotonic()
    if not sys.platform.startswith("linux"):
        return Spent(now, now)
    processor = now
    with suppress(OSError):
        # The clock of another process, as clock_getcpuclockid(3) makes it.
        processor = time.clock_gettime(~pid << 3 | 2)
    return Spent(processor, now - _awake(pid))


def _awake(pid: int) -> float:
    """Seconds that a process's first thread ran or waited for a processor (scheduler/sched-stats of Linux); 0
    where the kernel does not count."""
    with suppress(OSError, ValueError):
        ran, waited, _ = map(int, Path(f"/proc/{pid}/schedstat").read_text().split())
        return (ran + waited) / 1e9
    return 0.0
