"""What is held against whom, and for how long: it grows with each ending of a worker, and is forgotten after a week."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

from drafting.stores.offences import KEPT, Offence, What
from drafting.sync.notes import Stage

SHUT_OUT_SECONDS: Final = 600.0
CAREFUL_SECONDS: Final = 600.0
CLOSED_SECONDS: Final = 60.0
LONGEST_SECONDS: Final = 24 * 3600.0
MOST_OF_A_KIND: Final = 10_000
# Times in the database are rounded.
SAME_SECONDS: Final = 0.01


class Note(NamedTuple):
    """What a worker was doing. ``digest`` and ``account``: of the update, in the stage ``TAKE`` alone. ``weight``:
    bytes of the text and the update."""

    number: int
    stage: Stage
    digest: bytes
    account: str
    text: str
    weight: int = 0


class Held(NamedTuple):
    """``times``: how often it happened, last ``at`` and of consequence ``until`` then, in seconds since 1970."""

    times: int
    at: float
    until: float


@dataclass
class Record:
    """What is known of former workers. The supervisor's is inherited by each worker; a worker learns in addition what
    the database holds, of other nodes and of former supervisors."""

    restarts: int = 0
    held: dict[What, dict[str, Held]] = field(default_factory=lambda: {what: {} for what in What})
    suspicions: Counter[tuple[str, bytes]] = field(default_factory=Counter)

    def hold_against(self, note: Note, *, is_certain: bool) -> str:
        """A worker ended at this note; what follows from it, in a word. Not ``is_certain``: something outside may have
        ended it, so that nobody is blamed the first time."""
        if note.stage is Stage.REST:
            return "nothing"
        self._forget()
        self._hold(What.CAREFUL, note.text, CAREFUL_SECONDS)
        if note.stage is Stage.COMMIT:
            return "careful"
        if note.stage is Stage.TAKE:
            suspect = (note.account, note.digest)
            self.suspicions[suspect] += 1
            if not is_certain and self.suspicions[suspect] < 2:
                return "careful"
            if note.account:
                self._hold(What.SHUT_OUT, note.account, SHUT_OUT_SECONDS, is_growing=True)
            self._hold(What.POISON, note.digest.hex(), KEPT.total_seconds())
            return "shut out"
        is_first = note.text not in self.held[What.CLOSED]
        self._hold(What.CLOSED, note.text, 0.0 if is_first else CLOSED_SECONDS, is_growing=True, spared=1)
        return "careful" if is_first else "closed"

    def _hold(self, what: What, name: str, seconds: float, *, is_growing: bool = False, spared: int = 0) -> None:
        now, of_kind = time.time(), self.held[what]
        known = of_kind.pop(name, None)
        times = known.times + 1 if known else 1
        of_kind[name] = Held(times, now, now + (growing(seconds, times - spared) if is_growing else seconds))
        while len(of_kind) > MOST_OF_A_KIND:
            del of_kind[next(iter(of_kind))]

    def _forget(self) -> None:
        since = time.time() - KEPT.total_seconds()
        for what, of_kind in self.held.items():
            self.held[what] = {name: held for name, held in of_kind.items() if held.at > since}
        if len(self.suspicions) > MOST_OF_A_KIND:
            self.suspicions.clear()

    def holds(self, what: What, name: str) -> bool:
        of_kind = self.held[what]
        return bool(of_kind) and name in of_kind and of_kind[name].until > time.time()

    def count(self, what: What) -> int:
        """How many it holds for now."""
        now = time.time()
        return sum(held.until > now for held in self.held[what].values())

    # ---- with what others know

    def told(self, kept: Mapping[tuple[What, str], Offence]) -> Sequence[Offence]:
        """What to keep of this beside what is ``kept`` already. An account that was shut out before this supervisor
        began, or elsewhere, is so for twice as long as then."""
        rows = []
        for what, of_kind in self.held.items():
            for name, (times, at, until) in of_kind.items():
                before = kept.get((what, name))
                if before is not None and at - _seconds(before.at) > SAME_SECONDS and before.times >= times:
                    times = before.times + 1
                    if what is What.SHUT_OUT:
                        until = at + growing(SHUT_OUT_SECONDS, times)
                rows.append(Offence(what, name, times, _moment(at), _moment(until)))
        return rows

    def learn(self, kept: Iterable[Offence]) -> list[str]:
        """Take in what the database holds; the accounts that are shut out and were not known to be."""
        new = []
        for offence in kept:
            of_kind, until = self.held[offence.what], _seconds(offence.until)
            known = of_kind.get(offence.name)
            if known is not None and known.until >= until:
                continue
            if offence.what is What.SHUT_OUT and not self.holds(What.SHUT_OUT, offence.name) and until > time.time():
                new.append(offence.name)
            of_kind[offence.name] = Held(offence.times, _seconds(offence.at), until)
        return new


def growing(seconds: float, times: int) -> float:
    """Twice as long each further time, a day at most."""
    return float(min(seconds * 2 ** min(max(times, 1) - 1, 20), LONGEST_SECONDS))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
