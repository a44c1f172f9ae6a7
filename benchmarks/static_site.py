"""What our configuration of nginx costs beside one that serves a file of the same size and nothing else.

A file's rate on one core is the processor's time of a request turned over; the time of nginx itself is read from the
system, so that neither the load's speed nor what else the machine does changes it.
"""

import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from drafting.publishing.writing import with_twins, write_all
from tests.processes import Process, find_free_port, listens
from tests.publishing.conftest import example_edition

HANDBOOK: Final = Path(__file__).parents[1] / "docs" / "operators.md"
PAGE: Final = "d/open-well/1/en/index.html"
# Files of the same size in the same folder.
SMALL: Final = PAGE.replace("index.html", "small")
LARGE: Final = PAGE.replace("index.html", "large")
REQUESTS: Final = 4000
ROUNDS: Final = 7
LIMIT: Final = 1 / 0.9


class Site(NamedTuple):
    """``worker`` is the process that answers on both ports."""

    ours: int
    plain: int
    worker: int


def site_configuration(public: Path, ours: int, plain: int = 0, behind: int = 8000) -> str:
    """What docs/operators.md says, for these ports: ``ours`` as set up there, ``plain`` with nothing set (0: without
    it). ``behind``: the server's."""
    [server] = re.findall("```nginx\n(upstream [^`]*listen 80;.*?)```", HANDBOOK.read_text("utf-8"), re.S)
    server = server.replace("listen 80;", f"listen 127.0.0.1:{ours};").replace("/srv/drafting/public", str(public))
    server = server.replace("127.0.0.1:8000", f"127.0.0.1:{behind}")
    beside = f"server {{ listen 127.0.0.1:{plain}; root {public}; }}" if plain else ""
    here = public.parent
    paths = "".join(f"{name}_temp_path {here}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return (
        f"user root; daemon off; worker_processes 1; pid {here}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; keepalive_requests 1000000; {paths}\n{server}\n"
        f"{beside}\n}}\n"
    )


@contextmanager
def _nginx(program: str) -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder:
        public = Path(folder) / "public"
        files = with_twins(render(example_edition(locales=["en"], sections=30), "en", "html", TEMPLATES, LOCALES))
        files |= {SMALL: files[f"{PAGE}.gz"], LARGE: files[PAGE]}
        write_all(public, files)
        ours, plain = find_free_port(), find_free_port()
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(site_configuration(public, ours, plain), "utf-8")
        command = [program, "-c", str(configuration), "-p", folder, "-e", "stderr"]
        with Process(command, log=Path(folder) / "log", is_ready=lambda: listens(plain)) as nginx:
            children = Path(f"/proc/{nginx.pid}/task/{nginx.pid}/children").read_text("ascii")
            yield Site(ours, plain, int(children.split()[0]))


def _ask(port: int, path: str, headers: str) -> int:
    """Many requests over one connection; the length of an answer's body."""
    request = f"GET /{path} HTTP/1.1\r\nHost: declare.example\r\n{headers}\r\n".encode()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        first = connection.recv(1 << 20)
        head, _, _ = first.partition(b"\r\n\r\n")
        [length] = re.findall(rb"Content-Length: (\d+)", head)
        whole = len(head) + 4 + int(length)
        _read(connection, whole - len(first))
        for _ in range(REQUESTS - 1):
            connection.sendall(request)
            _read(connection, whole)
    return int(length)


def _read(connection: socket.socket, count: int) -> None:
    while count > 0:
        count -= len(connection.recv(1 << 20))


def _spent(process: int) -> int:
    """Nanoseconds of a processor that the process has had."""
    return int(Path(f"/proc/{process}/schedstat").read_text("ascii").split()[0])


def _cost(site: Site, port: int, path: str, headers: str = "") -> float:
    before = _spent(site.worker)
    _ask(port, path, headers)
    return (_spent(site.worker) - before) / REQUESTS / 1000


async def rate() -> list[str]:
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if program is None or os.geteuid() != 0:
        return ["| a page from nginx | | | | | not measured: it takes nginx, and root |"]
    rows = []
    with _nginx(program) as site:
        cases = (("compressed", SMALL, "Accept-Encoding: gzip\r\n"), ("as it is", LARGE, ""))
        for what, same, headers in cases:
            times = [(_cost(site, site.ours, PAGE, headers), _cost(site, site.plain, same)) for _ in range(ROUNDS)]
            ours, plain = (median(column) for column in zip(*times, strict=True))
            ratio = median(one / other for one, other in times)
            verdict = "met" if ratio <= LIMIT else "**not met**"
            goal = f"≤ {LIMIT:.2f} ×"
            rows.append(
                f"| a page from nginx, {what} | {goal} | {ours:.0f} µs | {plain:.0f} µs | × {ratio:.2f} | {verdict} |"
            )
    return rows
