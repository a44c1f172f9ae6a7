"""The goals of the sync engine, measured side by side with the fastest peers, and whether they are met.

``python -m benchmarks.goals --peers FOLDER`` measures, prints the table and puts it into ``docs/performance.md``.
Without ``--peers`` this server is compared with a relay that only passes bytes on, and no goal is called met.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import alone, growth
from benchmarks.peers import OURS, Harness, Result, Step

PAGE = Path("docs/performance.md")
BEGIN, END = "<!-- goals -->\n", "<!-- end of goals -->\n"
PEER = "hocuspocus"
PLAIN = "y-websocket"
NOT_MEASURED = "not measured"
BUSY = 40
LEAST_ROUNDS = 3
TEXTS = 1000
EXACT = 1000


class Goal(NamedTuple):
    """``column`` of ``step`` of the harness; ``limit``: of the ratio to the peer, or of the value where ``peer`` is
    empty. ``is_least``: it has to be reached, not kept."""

    what: str
    step: str
    column: str
    unit: str
    limit: float
    peer: str = PEER
    is_least: bool = False

    @property
    def words(self) -> str:
        sign = "≥" if self.is_least else "≤"
        return f"{sign} {self.limit:.3g}" + (f" × {self.peer}" if self.peer else f" {self.unit}").rstrip()


GOALS = [
    Goal("updates/s in a room of 100 writers, p99 < 200 ms", "saturate", "max_ups", "", 2, is_least=True),
    Goal("p99 at 100 writers × 5/s", "compare", "p99", "ms", 1),
    Goal("CPU at 500 clients, 50 of them writing 5/s", "crowd", "srv_cpu_pct", "%", 0.5),
    Goal("CPU at 100 typing 5/s and moving cursors 5/s", "presence", "srv_cpu_pct", "%", 1 / 3),
    Goal("memory a room, 1,000 rooms of two", "rooms", "rss_room_kb", "kB", 50, peer=""),
    Goal("joining a text of 0.3 MB", "join", "join_ms", "ms", 0.5),
    Goal("acknowledged edits lost by `kill -9`", "durable", "lost", "", 0, peer=""),
]


def steps(seconds: float, is_small: bool) -> list[Step]:
    """``is_small``: everything, but little of it, to see that it runs."""
    rooms = 20 if is_small else TEXTS
    time_of = ["--seconds", str(seconds)]
    crowd = ["--clients", "40", "--writers", "10"] if is_small else ["--clients", "500", "--writers", "50"]
    room = ["--clients", "10", "--writers", "10"] if is_small else []
    edits = ["--edits", "500", "--concurrent", "5", "--joins", "5"] if is_small else []
    start = ["--limit", "20", *room] if is_small else ["--rate", "60"]
    return [
        Step("compare", ["compare", *time_of, *room], [PEER, PLAIN, OURS]),
        Step("crowd", ["compare", *time_of, *crowd], [PEER, PLAIN, OURS]),
        Step("presence", ["presence", *time_of, *room], [PEER, PLAIN, OURS]),
        Step("rooms", ["rooms", *time_of, "--rooms", str(rooms)], [PEER, PLAIN, OURS], texts=rooms),
        Step("join", ["join", *edits], [PEER, PLAIN, OURS]),
        Step("durable", ["durable"], ["hocuspocus-sqlite", "y-websocket-leveldb", OURS]),
        Step("saturate", ["saturate", "--seconds", str(min(seconds, 3)), *start], [PEER, OURS]),
    ]


def figure(value: float | None, unit: str = "") -> str:
    return "–" if value is None else f"{value:{',.0f' if value >= EXACT else '.4g'}} {unit}".strip()


def middle(results: list[Result], column: str) -> float | None:
    values = [result[column] for result in results if isinstance(result.get(column), int | float)]
    return median(values) if values else None


def ratio(ours: list[Result], theirs: list[Result], column: str) -> float | None:
    """The median of the ratios of neighbouring runs: what slows the machine down slows both."""
    pairs = [(one.get(column), other.get(column)) for one, other in zip(ours, theirs, strict=True)]
    ratios = [
        one / other for one, other in pairs if isinstance(one, int | float) and isinstance(other, int | float) and other
    ]
    return median(ratios) if ratios else None


def verdict(goal: Goal, value: float | None) -> str:
    if value is None:
        return NOT_MEASURED
    return "met" if (value >= goal.limit if goal.is_least else value <= goal.limit) else "**not met**"


def is_sound(result: Result) -> bool:
    return not result.get("error") and result.get("converged") == result.get("typed") and not result.get("dead")


def row(goal: Goal, runs: dict[str, list[Result]], rounds: int) -> str:
    """A goal is judged only where all rounds, three at least, went well here and at the peer."""
    ours = runs[OURS]
    judged = [result for server, results in runs.items() if server in (OURS, goal.peer) for result in results]
    is_judged = rounds >= LEAST_ROUNDS and all(map(is_sound, judged))
    value = ratio(ours, runs[goal.peer], goal.column) if goal.peer else middle(ours, goal.column)
    values = [result[goal.column] for result in ours if isinstance(result.get(goal.column), int | float)]
    spread = f" ({min(values):,g}–{max(values):,g})" if len(values) > 1 else ""
    others = [f"{server} {figure(middle(results, goal.column))}" for server, results in runs.items() if server != OURS]
    times = f"× {value:.2f}" if goal.peer and value is not None else ""
    cells = [goal.what, goal.words, figure(middle(ours, goal.column), goal.unit) + spread, ", ".join(others), times]
    return "| " + " | ".join([*cells, verdict(goal, value if is_judged else None)]) + " |"


def doubts(taken: dict[str, dict[str, list[Result]]]) -> list[str]:
    """What makes a run doubtful."""
    found = set()
    for step, runs in taken.items():
        for server, results in runs.items():
            for result in results:
                if result.get("error"):
                    found.add(f"{step}, {server}: {result['error']}")
                if max(result.get("other_cpu_pct") or 0, result.get("steal_pct") or 0) > BUSY:
                    found.add(f"{step}, {server}: the machine was busy with something else")
                if (result.get("gen_cpu_pct") or 0) > 90:
                    found.add(f"{step}, {server}: the load generator was at its limit")
                if result.get("converged") != result.get("typed"):
                    found.add(f"{step}, {server}: not everything arrived")
    return sorted(found)


def conditions(repeats: int, seconds: float) -> str:
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    node = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    return (
        f"{time.strftime('%-d %B %Y')}; {os.cpu_count()} cores ({model}), the server on one, the load on the other; "
        f"Python {platform.python_version()}, Node {node}. Medians of {repeats} rounds by turns, {seconds:g} s of load "
        "each; in brackets the extremes. This server authenticates, checks every update, commits it to SQLite with "
        "fsync before anybody sees it, and keeps the history; the peers do none of it (in the row of lost edits they "
        "store). × is the median of the ratios of neighbouring runs."
    )


HEAD = "| | goal | this server | peers | ratio | |\n| --- | --- | --- | --- | --- | --- |\n"


def with_peers(peers: Path, repeats: int, seconds: float, is_small: bool) -> str:
    """The table, as Markdown."""
    harness = Harness(peers, Path(".cache/bench").resolve())
    taken = harness.measure(steps(seconds, is_small), repeats)
    rows = [row(goal, taken[goal.step], repeats) for goal in GOALS]
    rows += own_rows()
    remarks = "".join(f"- {doubt}\n" for doubt in doubts(taken))
    return f"{conditions(repeats, seconds)}\n\n{HEAD}" + "\n".join(rows) + f"\n\n{remarks}".rstrip() + "\n"


def own_rows() -> list[str]:
    """Goals that need no peer."""
    loading = growth.tombstones(growth.TOMBSTONES)
    left = growth.idle_rooms(growth.ROOMS)
    load = "met" if loading <= 2 else "**not met**"
    leave = "met" if left == 0 else "**not met**"
    return [
        f"| a text with {growth.TOMBSTONES:,} deleted pieces loads | ≤ 2 s | {loading:.2f} s | | | {load} |",
        f"| rooms in memory after {growth.ROOMS:,} idle ones were due | 0 | {left} | | | {leave} |",
    ]


def without_peers() -> str:
    """Nothing here is a goal: a relay shows what passing bytes on costs in the same language."""
    rows = [f"| {goal.what} | {goal.words} | {NOT_MEASURED} | | | {NOT_MEASURED} |" for goal in GOALS]
    return HEAD + "\n".join(rows) + "\n\n" + alone.compare()


def put_into(page: Path, table: str) -> None:
    words = page.read_text()
    before, _, rest = words.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}{table}{END}{after}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, help="a folder with the harness of the peers")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--small", action="store_true", help="little of everything; nothing is written down")
    return parser.parse_args()


def main() -> None:
    o = arguments()
    measure: Callable[[], str] = without_peers
    if o.peers:

        def measure() -> str:
            return with_peers(o.peers, o.repeats, o.seconds, o.small)

    table = measure()
    print(table)
    if o.peers and not o.small:
        put_into(PAGE, table)
        print(f"The table stands in {PAGE}.", file=sys.stderr)


if __name__ == "__main__":
    main()
