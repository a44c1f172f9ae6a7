"""Signing: how many a second come in, what a kill leaves of them, and what lists cost as names grow.

`python -m benchmarks.signatures [SECONDS [LARGEST]]` on the demonstration and SQLite, client and server on the
same cores. The server is killed at the end of the intake; whatever it had answered with 202 must be there.
"""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Final

from drafting.actions.signature_ports import SignatureChange
from drafting.actions.signing.links import counted
from drafting.actions.signing.lists import PAGE, Lister
from drafting.domain.signatures import Shown, SignatoryKind, Signature, SignatureState
from drafting.publishing.signature_lists import StaticLists
from drafting.settings import Settings
from drafting.web.commands.installation import Installation, opened

DRAFTING: Final = str(Path(sys.executable).with_name("drafting"))
SLUG: Final = "open-well"
CONNECTIONS: Final = 64
BATCH: Final = 500
SECONDS: Final = 20
LARGEST: Final = 100_000


def request(n: int, host: str) -> bytes:
    body = json.dumps(
        {
            "kind": "person",
            "name": f"Person {n}",
            "address": f"person-{n}@people.example",
            "locale": "en",
            "shown": "name",
            "consents": {"publish": True, "updates": False},
        }
    ).encode()
    head = (
        f"POST /api/v1/declarations/{SLUG}/editions/1/signatures HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def sign(port: int, numbers: "list[int]", ends: float, taken: list[float]) -> None:
    """One connection that signs again and again; the seconds that each answer took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while perf_counter() < ends:
        numbers[0] += 1
        began = perf_counter()
        writer.write(request(numbers[0], f"localhost:{port}"))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 202"):
            raise SystemExit(head.decode())
        await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
        taken.append(perf_counter() - began)
    writer.close()


async def intake(port: int, seconds: float) -> list[float]:
    taken: list[float] = []
    ends = perf_counter() + seconds
    await asyncio.gather(*(sign(port, NUMBERS, ends, taken) for _ in range(CONNECTIONS)))
    return taken


NUMBERS: Final = [0]


def wait_for(port: int) -> None:
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return


def kept_in(data: Path) -> int:
    """How many requests have a link in the database; row, link and letter go in together."""
    with sqlite3.connect(data / "drafting.sqlite") as database:
        (found,) = database.execute("SELECT count(*) FROM signature_links").fetchone()
    return int(found)


def measure_intake(data: Path, seconds: float) -> None:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    environment = {**os.environ, "DRAFTING_DATA": str(data), "DRAFTING_LOG": "error"}
    before = kept_in(data)
    server = subprocess.Popen([DRAFTING, "serve", "--port", str(port)], env=environment, start_new_session=True)
    try:
        wait_for(port)
        taken = asyncio.run(intake(port, seconds))
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    kept = kept_in(data) - before
    p95 = quantiles(taken, n=20)[-1]
    print(f"intake: {len(taken) / seconds:.0f} a second over {seconds:.0f} s, {CONNECTIONS} connections at a time")
    print(f"        answered in {median(taken) * 1e3:.0f} ms (median), {p95 * 1e3:.0f} ms (p95)")
    print(f"        killed: {len(taken)} were answered with 202, {kept} are kept")
    if kept < len(taken):
        raise SystemExit("signatures were lost")


def made(n: int, at: datetime) -> SignatureChange:
    pending = Signature(
        id=f"bench{n:09}",
        declaration=SLUG,
        edition=1,
        kind=SignatoryKind.PERSON,
        state=SignatureState.PENDING,
        name=f"Person Number {n}",
        address=f"grown-{n}@people.example",
        shown=Shown.NAME,
        locale="en",
        salt=b"s" * 32,
        commitment="sha256:0",
        requested=at,
        expires=at + timedelta(days=7),
        place=f"Town {n % 400}",
        publish="sha256:0",
    )
    change = counted(pending, replace(pending, contact_confirmed=at), at)
    return replace(change, before=change.after)


async def grow(here: Installation, first: int, until: int) -> float:
    began = perf_counter()
    for start in range(first, until, BATCH):
        at = datetime.now(UTC) - timedelta(days=1)
        await here.ports.signatures.add([made(n, at) for n in range(start, min(start + BATCH, until))], at)
    return perf_counter() - began


async def measure_growth(settings: Settings, largest: int) -> None:
    async with opened(settings) as here:
        print(
            f"{'names':>9}{'lists anew':>12}{'one more':>12}{'count':>12}{'export':>12}   (for one name: lists, export)"
        )
        size, there = 1000, 0
        while size <= largest:
            await grow(here, there, size)
            there = size
            whole, more = await lists(here, settings.paths.public.with_name(f"public-{size}"), size)
            there += 1
            began = perf_counter()
            for _ in range(100):
                await here.ports.signatures.counts(SLUG, 1)
            count = (perf_counter() - began) / 100
            export = await exported(here)
            print(
                f"{size:>9}{whole:>10.2f} s{more * 1e3:>9.0f} ms{count * 1e3:>9.2f} ms{export:>10.2f} s"
                f"   {whole / size * 1e6:.0f} µs, {export / size * 1e6:.0f} µs",
                flush=True,
            )
            size *= 10


async def lists(here: Installation, folder: Path, size: int) -> tuple[float, float]:
    """Seconds to write all lists, and to write them again after one more signature."""
    ports = replace(here.ports, lists=StaticLists(folder))
    lister = Lister(ports)
    began = perf_counter()
    await lister.refresh()
    whole = perf_counter() - began
    await grow(here, size, size + 1)
    began = perf_counter()
    await lister.refresh()
    return whole, perf_counter() - began


async def exported(here: Installation) -> float:
    began = perf_counter()
    after = 0
    while found := await here.ports.signatures.listed(SLUG, 1, after, PAGE):
        after = found[-1].index or 0
    return perf_counter() - began


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    largest = int(sys.argv[2]) if len(sys.argv) > 2 else LARGEST
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        environment = {**os.environ, "DRAFTING_DATA": str(data)}
        subprocess.run([DRAFTING, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
        measure_intake(data, seconds)
        asyncio.run(measure_growth(Settings(data=data), largest))


if __name__ == "__main__":
    main()
