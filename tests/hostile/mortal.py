"""A supervisor whose workers die, each another way, before or after they serve: ``python -m tests.hostile.mortal N``.

After N deaths it is asked to leave, and prints how many workers it replaced.
"""

import os
import signal
import sys
from random import Random

from drafting.web.live import supervising
from drafting.web.live.blame import SharedNotes

DEATHS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGBUS)


def main(deaths: int) -> int:
    notes, supervisor = SharedNotes(), os.getpid()

    def work() -> int:
        chance = Random(notes.record.restarts)
        if notes.record.restarts and chance.random() < 0.5:
            notes.beat()
        if notes.record.restarts == deaths:
            os.kill(supervisor, signal.SIGTERM)
            signal.pause()
        os.kill(os.getpid(), DEATHS[notes.record.restarts % len(DEATHS)])
        return 0

    code = supervising.Supervisor(work, notes).serve()
    print(notes.record.restarts)
    return code


if __name__ == "__main__":
    supervising.PAUSES = (0.0,)  # type: ignore[misc,assignment]
    sys.exit(main(int(sys.argv[1])))
