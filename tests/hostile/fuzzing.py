"""Spoils updates without end and looks at what the check lets through: ``python -m tests.hostile.fuzzing``.

A parent watches; the child that tries the updates writes each case down before it tries it, so that one that ends the
child, or that it hangs of, is known. What is found is made small and kept in the corpus as ``found-….case``, and the
exit code is 1. What the check says for the first time about cases of a new kind is kept as ``kind-….case``.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from random import Random

from drafting.sync import wire
from drafting.sync.check import Checked, Known
from drafting.sync.presence import _entries
from drafting.sync.replica import Replica
from drafting.sync.wire import FrameError, Reader
from drafting.web.live.pulse import spent_by
from tests.hostile.cases import CORPUS, Case, is_in_order, keep, kept, written
from tests.hostile.mutating import Mutator
from tests.hostile.oracle import Found, judge
from tests.hostile.order import could_be_made
from tests.hostile.stock import Stock
from tests.hostile.updates import NotTaken, take_apart

HANG_SECONDS = 20.0
LOG_LENGTH = 14
SMALL = 600
FRAMES_EVERY = 4


class Child:
    """Tries cases, one after the other, until its time or its number is up."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.chance = Random(options.seed)
        self.mutator = Mutator(self.chance)
        self.pool = [case for _, case in kept()]
        self.kinds = {kind_of(case, judged(case)) for case in self.pool}
        self.found: set[tuple[object, ...]] = set()
        self.outcomes: Counter[str] = Counter()
        self.stock = Stock() if options.stock else None
        self.now = os.open(options.now, os.O_RDWR | os.O_CREAT)

    def run(self) -> None:
        until = time.monotonic() + self.options.seconds if self.options.seconds else None
        for number in range(self.options.count or sys.maxsize):
            if until is not None and time.monotonic() > until:
                break
            self.try_one()
            if number % FRAMES_EVERY == 0:
                self.spoil_frame()
            if number % 20_000 == 0:
                self.say(number)
        self.say(number)

    def say(self, number: int) -> None:
        most = ", ".join(f"{word} {count}" for word, count in self.outcomes.most_common(8))
        print(f"{number} tried, pool {len(self.pool)}: {most}", flush=True)

    def try_one(self) -> None:
        case, known = self.spoilt()
        os.pwrite(self.now, wire.blob(case.encode()), 0)
        outcome = judged(case, known, is_deep=self.chance.random() < self.options.deep)
        if isinstance(outcome, Found):
            self.find(case, outcome)
            return
        word = outcome if isinstance(outcome, str) else "accepted"
        self.outcomes[word] += 1
        if isinstance(outcome, Checked):
            if self.stock and self.chance.random() < 0.2 and could_be_made(case.log, case.update):
                self.compare(case, self.stock)
            if self.chance.random() < 0.1 and len(case.log) < LOG_LENGTH:
                self.pool.append(Case((*case.log, case.update), self.chance.choice(self.pool).update))
                if len(self.pool) > 3_000:
                    del self.pool[self.chance.randrange(len(self.pool))]
        kind = kind_of(case, outcome)
        if kind not in self.kinds:
            self.kinds.add(kind)
            self.pool.append(case)
            if self.options.grow and len(case.encode()) < SMALL:
                keep(smaller(case, kind), CORPUS, "kind")

    def find(self, case: Case, found: Found) -> None:
        """Keep it, and go on for more of other kinds."""
        kind = kind_of(case, found)
        if kind not in self.found:
            self.found.add(kind)
            print(f"{found}: kept as {keep(smaller(case, kind), self.options.folder, 'found')}", flush=True)

    def spoilt(self) -> tuple[Case, Known]:
        if self.chance.random() < 0.01:
            self.pool.append(written(self.chance, self.chance.randrange(2, 10)))
        case = self.chance.choice(self.pool)
        log = case.log
        base = case.update if self.chance.random() < 0.6 or not log else self.chance.choice(log)
        known = self.knowing(log)
        return Case(log, self.mutator.mutate(base, known.clocks, (*log, case.update))), known

    @staticmethod
    @lru_cache(maxsize=4_000)
    def knowing(log: tuple[bytes, ...]) -> Known:
        return Replica(log).known

    def compare(self, case: Case, stock: Stock) -> None:
        if (difference := stock.difference([*case.log, case.update])) is not None:
            self.find(case, Found(f"stock Yjs reads otherwise: {difference}"))

    def spoil_frame(self) -> None:
        """Frames of the wire, whatever is in them: read, or refused with the one exception that is meant for it."""
        case = self.chance.choice(self.pool)
        body = self.chance.choice(
            (
                wire.update(case.update),
                wire.ask(case.update),
                wire.awareness(b"\x01\x05\x01\x02{}"),
                wire.stateless("x"),
            )
        )
        frame = self.mutator.spoil_bytes(wire.string("well.front.en") + body)
        for read in (wire.parse_named, wire.parse_plain, wire.state_vector, _entries):
            try:
                read(frame)
            except FrameError:
                continue


def judged(case: Case, known: Known | None = None, is_deep: bool = True) -> Checked | str | Found:
    """What comes of it; any exception but those that are meant is found too."""
    try:
        return judge(case.log, case.update, known, is_deep)
    except Found as found:
        return found
    except Exception as error:
        return Found(repr(error))


def kind_of(case: Case, outcome: Checked | str | Found) -> tuple[object, ...]:
    """Cases of one kind are much alike: what the check says, and what the update is made of."""
    try:
        apart = take_apart(case.update)
        made_of: object = (
            frozenset(
                (one.kind, one.in_map, bool(one.left), bool(one.right))
                for section in apart.sections
                for one in section.structs
            )
            if len(apart.sections) < 3
            else len(apart.sections)
        )
        shape = (min(len(apart.sections), 3), min(len(apart.deleted), 2), made_of)
    except NotTaken:
        shape = (0, 0, None)
    if isinstance(outcome, Checked):
        return (
            "accepted",
            outcome.tangled,
            bool(outcome.halves),
            bool(outcome.properties),
            bool(outcome.deleted),
            *shape[:2],
        )
    return (str(outcome)[:40], *shape[:1])


def smaller(case: Case, kind: tuple[object, ...]) -> Case:
    """The same kind of case with less in it."""
    shrunk = True
    while shrunk:
        shrunk = False
        for less in _less(case):
            if is_in_order(less.log) and kind_of(less, judged(less)) == kind:
                case, shrunk = less, True
                break
    return case


def _less(case: Case) -> Iterator[Case]:
    for place in reversed(range(len(case.log))):
        yield Case(case.log[:place] + case.log[place + 1 :], case.update)
    try:
        whole = take_apart(case.update)
    except NotTaken:
        return
    for section in whole.sections:
        for place in range(len(section.structs)):
            one = section.structs.pop(place)
            yield Case(case.log, whole.encode())
            section.structs.insert(place, one)
    for place in range(len(whole.deleted)):
        deleted = whole.deleted.pop(place)
        yield Case(case.log, whole.encode())
        whole.deleted.insert(place, deleted)


# ---- the parent


def watch(options: argparse.Namespace, arguments: Sequence[str]) -> int:
    child = subprocess.Popen([sys.executable, "-m", "tests.hostile.fuzzing", "--child", *arguments])
    seen, since = b"", 0.0
    while (code := _wait(child)) is None:
        now = _now(options)
        spent = spent_by(child.pid).processor
        if now != seen:
            seen, since = now, spent
        elif spent - since > HANG_SECONDS:
            child.kill()
            child.wait()
            return report(options, "it hangs")
    if code < 0:
        return report(options, signal.Signals(-code).name)
    options.now.unlink(missing_ok=True)
    return code


def _wait(child: "subprocess.Popen[bytes]") -> int | None:
    try:
        return child.wait(0.5)
    except subprocess.TimeoutExpired:
        return None


def _now(options: argparse.Namespace) -> bytes:
    data: bytes = options.now.read_bytes() if options.now.exists() else b""
    return data


def report(options: argparse.Namespace, what: str) -> int:
    """What ended the child is kept as it is: trying it again would end this process too."""
    case = Case.decode(Reader(_now(options)).blob())
    print(f"{what}: kept as {keep(case, options.folder, 'found')}", file=sys.stderr)
    return 1


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("fuzzing", description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument(
        "--deep", type=float, default=0.2, help="share of accepted updates that are compared with others"
    )
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    parser.add_argument("--folder", type=Path, default=CORPUS, help="where to keep what is found")
    parser.add_argument("--grow", action="store_true", help="keep new kinds of cases too")
    parser.add_argument("--stock", action="store_true", help="compare with stock Yjs, which needs Node")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.now = options.folder / f".now-{options.seed}"
    return options


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    if options.child:
        child = Child(options)
        child.run()
        return int(bool(child.found))
    given = arguments if "--seed" in arguments else [*arguments, "--seed", str(options.seed)]
    print(f"seed {options.seed}", flush=True)
    return watch(options, given)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
