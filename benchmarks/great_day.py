"""The day a declaration goes around the world: signing beside reading, on one small machine, with nothing left out.

``python -m benchmarks.great_day [SECONDS]``, ten minutes unless said otherwise: 300 people a second ask to sign and
5,000 pages a second are read, all through nginx as docs/operators.md sets it up; a real SMTP server takes the letters,
and everybody follows the link of theirs. Half-way the worker is ended with ``kill -9``. When all letters are out and
all links followed, pages, interface and ledger have to give the number of those who were answered with 202.

Letters that were being handed over when the worker died come a quarter of an hour later, as nobody knows whether they
had arrived; the run waits for them.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from multiprocessing import Pipe, Process
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import urlopen

from benchmarks.great_day_people import POOL, SIGNED_EACH_SECOND, Followers, Letterbox, Signers, read_pages
from benchmarks.static_site import site_configuration
from drafting.domain.events import Entry, Event, Kind
from drafting.domain.signatures import Tally
from tests.processes import Process as Service
from tests.processes import answers, find_free_port, listens

DRAFTING: Final = str(Path(sys.executable).with_name("drafting"))
SLUG: Final = "open-well"
EDITION: Final = f"/api/v1/declarations/{SLUG}/editions/1/signatures"
SECONDS: Final = 600
READ_EACH_SECOND: Final = 5_000
PATIENCE: Final = 3_600
"""Seconds after which letters and links should all be through; the run gives up then."""


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if nginx is None or os.geteuid() != 0:
        raise SystemExit("not measured: it takes nginx, and root")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # nginx reads the pages as somebody else.
        with _server(Path(folder), nginx) as (port, server, letterbox):
            asyncio.run(_day(port, server, letterbox, seconds))


@contextmanager
def _server(folder: Path, nginx: str) -> Iterator[tuple[int, int, Letterbox]]:
    """The port of nginx, the number of the server's process, and where its letters go."""
    data, inner, outer = folder / "data", find_free_port(), find_free_port()
    with Letterbox.open() as letterbox:
        environment = {
            "DRAFTING_DATA": str(data),
            "DRAFTING_LOG": "error",
            "DRAFTING_ORIGIN": f"http://127.0.0.1:{outer}",
            "DRAFTING_SMTP": f"smtp://127.0.0.1:{letterbox.port}",
            "DRAFTING_LETTERS_A_MINUTE": "1000000",
        }
        subprocess.run([DRAFTING, "demo"], env=os.environ | environment, check=True, capture_output=True)
        configuration = folder / "nginx.conf"
        configuration.write_text(site_configuration(data / "public", outer, behind=inner), "utf-8")
        command = [DRAFTING, "serve", "--port", str(inner)]
        home = f"http://127.0.0.1:{inner}/healthz"
        with (
            Service(command, log=folder / "log", is_ready=lambda: answers(home), environment=environment) as served,
            Service(
                [nginx, "-c", str(configuration), "-p", str(folder), "-e", "stderr"],
                log=folder / "nginx.log",
                is_ready=lambda: listens(outer),
            ),
        ):
            yield outer, served.pid, letterbox


async def _day(port: int, server: int, letterbox: Letterbox, seconds: float) -> None:
    _wait_for_lists(port)
    before = _counted(port)
    mine, theirs = Pipe()
    readers = Process(target=read_pages, args=(theirs, port, SLUG, READ_EACH_SECOND, seconds), daemon=True)
    readers.start()
    signers, followers = Signers(port, EDITION), Followers(port)
    letterbox.give = followers.take
    following = asyncio.create_task(followers.follow())
    killing = asyncio.create_task(_kill_the_worker(server, seconds / 2))
    await signers.sign(seconds)
    await killing
    pages: dict[str, Any] = await asyncio.to_thread(mine.recv)
    _tell(signers, pages, seconds)
    print(f"{followers.confirmed:,} had followed their link by then", flush=True)
    began = time.perf_counter()
    await followers.wait_for(signers.answered, PATIENCE)
    following.cancel()
    print(f"and the last of all {followers.confirmed:,} after {time.perf_counter() - began:.0f} s more")
    _compare(port, before, signers.answered, followers.confirmed)


def _wait_for_lists(port: int) -> None:
    """The demonstration's are made when its server begins."""
    while True:
        with suppress(HTTPError):
            _read(port, f"/d/{SLUG}/1/signatures/en/")
            _read(port, f"/d/{SLUG}/1/signatures/index.json")
            return
        time.sleep(0.5)


async def _kill_the_worker(server: int, after: float) -> None:
    await asyncio.sleep(after)
    for child in _children(server):
        os.kill(child, signal.SIGKILL)
    print(f"after {after:.0f} s the worker was killed", flush=True)


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()]


def _tell(signers: Signers, pages: dict[str, Any], seconds: float) -> None:
    p95 = quantiles(signers.taken, n=20)[-1]
    print(
        f"signatures: {signers.answered / seconds:,.0f} a second ({SIGNED_EACH_SECOND} asked for) for {seconds:.0f} s, "
        f"over {POOL} connections; answered {median(signers.taken) * 1e3:.0f} ms after they were due (median), "
        f"{p95 * 1e3:.0f} ms (p95), {max(signers.taken) * 1e3:.0f} ms (most); {signers.again} asked again"
    )
    print(
        f"pages:      {pages['read'] / seconds:,.0f} a second ({READ_EACH_SECOND:,} asked for), "
        f"{pages['bytes'] / 1e9:.1f} GB; {pages['median'] * 1e3:.1f} ms (median), {pages['p95'] * 1e3:.1f} ms (p95); "
        f"{pages['failed'].total():,} failed {dict(pages['failed'].most_common(5)) or ''}"
    )


def _compare(port: int, before: int, answered: int, confirmed: int) -> None:
    """Whether everything that counts gives one number."""
    expected = before + answered
    found = {"interface": _counted(port), "ledger": _in_the_ledger(port), "pages": _on_the_pages(port, expected)}
    print(f"answered with 202: {answered:,}; confirmed: {confirmed:,}; with the {before} before: {expected:,}; {found}")
    if set(found.values()) != {expected}:
        raise SystemExit("the counts are not exact")


def _read(port: int, path: str) -> bytes:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        return bytes(answer.read())


def _counted(port: int) -> int:
    count = json.loads(_read(port, f"{EDITION}?limit=1"))["count"]
    return int(count["people"] + count["organisations"])


def _in_the_ledger(port: int) -> int:
    """The count, replayed from the first entry of a signature."""
    tally = Tally()
    while lines := _read(port, f"/api/v1/declarations/{SLUG}/signatures/ledger?after={tally.index}").splitlines():
        tally.apply(map(_entry, lines))
    return tally.counts(1).all


def _entry(line: bytes) -> Entry:
    said = json.loads(line)
    event = Event(Kind(said["kind"]), said["data"], said["actor"], said["channel"])
    return Entry(said["stream"], said["index"], datetime.fromisoformat(said["at"]), event)


def _on_the_pages(port: int, expected: int) -> int:
    """What the static file says, within a minute of the last signature."""
    until = time.monotonic() + 60
    while True:
        said = int(_read(port, f"/d/{SLUG}/1/signatures/count.txt"))
        if said == expected or time.monotonic() > until:
            return said
        time.sleep(1)


if __name__ == "__main__":
    main()
