"""Whether the time of an answer tells a stranger that an address is known here.

`python -m benchmarks.answers [PAIRS [DATA]]` on the demonstration (or a copy of DATA) and SQLite. Each pair asks the
same of a known and of an unknown address, in an order thrown by a coin, so that whatever else the machine does falls on
both alike. Told are the ratio of the medians, and how often the known one of a pair was the slower one: 50 % says
nothing, and so does whatever lies within the play of chance, which is told beside it.
"""

import asyncio
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final
from urllib.parse import urlencode

from benchmarks.signatures import DRAFTING, SLUG, made, wait_for
from drafting.settings import Settings
from drafting.web.commands.installation import opened

PAIRS: Final = 200
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}

Asking = Callable[["Stranger", str], float]
"""Asks something of an address; seconds until the stranger has what can be measured."""


class Stranger:
    """A browser with one connection, and with the cookies of this one asking."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port)
        self.cookies: dict[str, str] = {}
        self.get("/en/login")

    def get(self, path: str) -> None:
        self._send("GET", path, b"", {})

    def post(self, path: str, **fields: str) -> None:
        self._send("POST", path, urlencode(fields).encode(), FORM)

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        cookie = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        self.connection.request(method, path, body, {**headers, **(cookie if self.cookies else {})})
        answer = self.connection.getresponse()
        answer.read()
        if answer.status not in (200, 202, 422):
            raise SystemExit(f"{method} {path}: {answer.status}")
        self._remember(answer)

    def _remember(self, answer: HTTPResponse) -> None:
        for kept in answer.headers.get_all("set-cookie", []):
            found = re.match(r"([^=]+)=([^;]*)", kept)
            if found:
                self.cookies[found[1]] = found[2]


def sign(stranger: Stranger, address: str) -> float:
    began = perf_counter()
    fields = {"kind": "person", "name": "Somebody", "address": address, "shown": "name", "text": "en"}
    stranger.post(f"/en/sign/{SLUG}/1", **fields)
    return perf_counter() - began


def ask_to_sign_in(stranger: Stranger, address: str) -> float:
    began = perf_counter()
    stranger.post("/en/login", address=address)
    return perf_counter() - began


def ask_and_go_on(stranger: Stranger, address: str) -> float:
    """The page asked for behind it waits where the server is still at the letter."""
    began = perf_counter()
    stranger.post("/en/login", address=address)
    stranger.get("/en/login")
    return perf_counter() - began


def guess_a_code(stranger: Stranger, address: str) -> float:
    stranger.post("/en/login", address=address)
    stranger.get("/en/login")
    began = perf_counter()
    stranger.post("/en/login/code", address=address, code="00000000")
    return perf_counter() - began


ASKED: Final[Mapping[str, Asking]] = {
    "sign": sign,
    "ask to sign in": ask_to_sign_in,
    "ask to sign in, and ask for a page behind it": ask_and_go_on,
    "enter a code that is wrong": guess_a_code,
}


def compare(port: int, what: str, asking: Asking, pairs: int) -> None:
    taken: dict[bool, list[float]] = {True: [], False: []}
    slower = 0
    for n in range(pairs):
        # Of each address few letters are written, so each has its turn: a person of its own for every kind of asking.
        of = {True: address_of(what, n), False: f"nobody-{n}@{domain_of(what)}"}
        order = [True, False]
        random.shuffle(order)
        seconds = {is_known: asking(Stranger(port), of[is_known]) for is_known in order}
        slower += seconds[True] > seconds[False]
        for is_known in order:
            taken[is_known].append(seconds[is_known])
    known, unknown = (median(taken[is_known]) * 1e3 for is_known in (True, False))
    share, chance = 100 * slower / pairs, 100 / pairs**0.5
    is_told = " TELLS" if abs(share - 50) > chance else ""
    print(
        f"{what:<46}{known:>8.2f} ms{unknown:>9.2f} ms{known / unknown:>8.3f}"
        f"{share:>8.0f} % (50 ± {chance:.0f}){is_told}",
        flush=True,
    )


def domain_of(what: str) -> str:
    return f"{'-'.join(what.split()[:4]).replace(',', '')}.example"


def address_of(what: str, n: int) -> str:
    return f"person-{n}@{domain_of(what)}" if what != "sign" else f"grown-{n}@people.example"


async def make_known(data: Path, pairs: int) -> None:
    """Accounts for whoever signs in, signatures for whoever signs."""
    async with opened(Settings(data=data)) as here:
        for what in ASKED:
            for n in range(pairs):
                await here.ports.accounts.open(address_of(what, n))
        at = datetime.now(UTC)
        await here.ports.signatures.add([made(n, at) for n in range(pairs)], at)


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        environment = {**os.environ, "DRAFTING_DATA": str(data), "DRAFTING_LOG": "error"}
        if len(sys.argv) > 2:
            shutil.copytree(sys.argv[2], data)
        else:
            subprocess.run([DRAFTING, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
        asyncio.run(make_known(data, pairs))
        with socket.socket() as chosen:
            chosen.bind(("127.0.0.1", 0))
            port = chosen.getsockname()[1]
        server = subprocess.Popen([DRAFTING, "serve", "--port", str(port)], env=environment, start_new_session=True)
        try:
            wait_for(port)
            print(f"{'median, and how often the known one is slower':<46}{'known':>11}{'unknown':>12}{'ratio':>8}")
            for what, asking in ASKED.items():
                compare(port, what, asking, pairs)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


if __name__ == "__main__":
    main()
