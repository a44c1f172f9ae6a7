"""Fixtures for the real things that tests run against: PostgreSQL, Redis or Valkey, Chromium, and the server itself.

What the machine lacks is an error that says what to install, never a skipped test.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.processes import Process, answers, executable, find_free_port, listens

POSTGRES_FOLDERS = ("usr/lib/postgresql/*/bin", "opt/homebrew/opt/postgresql@*/bin")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Postgres:
    """A PostgreSQL of the tests' own, durable as in earnest; it refuses to run as root, so root lends it an account."""

    def __init__(self, folder: Path) -> None:
        self.port = find_free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._folder = folder / "cluster"
        self._log = folder / "postgres.log"
        self._account = "postgres" if os.getuid() == 0 else None
        if self._account:
            shutil.chown(folder, self._account)
        self._run("initdb", "-D", str(self._folder), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._run("pg_ctl", "-D", str(self._folder), "-l", str(self._log), "-o", options, "-t", "60", "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """End it; the mode "immediate" ends it as a crash would."""
        self._run("pg_ctl", "-D", str(self._folder), "-m", mode, "-t", "60", "-w", "stop")

    def create_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{uuid4().hex}"
        self._run("createdb", "--maintenance-db", self.url, name)
        return f"{self.url.removesuffix('postgres')}{name}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [executable(program, apt="postgresql", beside=POSTGRES_FOLDERS), *arguments]
        # A file, not a pipe: the server that pg_ctl leaves behind would keep a pipe open.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command, cwd="/", user=self._account, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
            output.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program} ended with {done.returncode}:\n{output.read().decode(errors='replace')}")


class Server(Process):
    """`drafting serve` on a port of 127.0.0.1, its data in a folder; it can be stopped, killed, started again."""

    def __init__(self, data: Path, environment: Mapping[str, str] | None = None, *, host: str = "127.0.0.1") -> None:
        self.data = data
        self.port = find_free_port()
        self.url = f"http://{host}:{self.port}"
        self.environment = {"DRAFTING_DATA": str(data), "DRAFTING_ORIGIN": self.url, **(environment or {})}
        super().__init__(
            [DRAFTING, "serve", "--port", str(self.port)],
            log=data.parent / f"{data.name}.log",
            is_ready=lambda: answers(f"{self.url}/healthz"),
            environment=self.environment,
        )

    def command_line(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `drafting ARGUMENTS` on the same data; its exit code is the caller's to judge."""
        return subprocess.run(
            [DRAFTING, *arguments],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )


DRAFTING = str(Path(sys.executable).with_name("drafting"))
Serve = Callable[..., Server]


@pytest.fixture
def free_port() -> int:
    return find_free_port()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # Not under pytest's own folder, which nobody but its owner may enter.
    with tempfile.TemporaryDirectory(prefix="drafting-postgres-") as folder:
        service = Postgres(Path(folder))
        service.start()
        yield service
        service.stop("immediate")


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The URL of a running PostgreSQL; for an empty database of one's own take `postgres_database`."""
    return postgres.url


@pytest.fixture
def postgres_database(postgres: Postgres) -> str:
    """The URL of a new, empty database in a running PostgreSQL."""
    return postgres.create_database()


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder, port = tmp_path_factory.mktemp("redis"), find_free_port()
    program = executable("valkey-server", "redis-server", apt="valkey-server (before Debian 13: redis-server)")
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    service = Process([program, *options], log=folder / "log", is_ready=lambda: listens(port))
    with service:
        yield service


@pytest.fixture(scope="session")
def redis_url(redis: Process) -> str:
    """The URL of a running Valkey or Redis."""
    return f"redis://127.0.0.1:{redis.command[redis.command.index('--port') + 1]}/0"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium, by Playwright's synchronous interface.

    One a module and not one a session: while it is open, pytest-asyncio can't run a coroutine test in this thread.
    """
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        path = own if Path(own).exists() else _find_chromium()
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


def _find_chromium() -> str:
    return executable("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", apt="chromium")


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start servers: `serve(data=folder, environment={"DRAFTING_…": "…"})`; each is stopped when the test ends."""
    with ExitStack() as started:
        number = count()

        def start(data: Path | None = None, environment: Mapping[str, str] | None = None) -> Server:
            return started.enter_context(Server(data or tmp_path / f"data{next(number)}", environment))

        yield start


@pytest.fixture
def server(serve: Serve) -> Server:
    """A server with nothing in it, ready to answer at `server.url`."""
    return serve()


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demonstration in it, shared by a module's tests."""
    server = Server(tmp_path_factory.mktemp("demonstration") / "data")
    done = server.command_line("demo")
    if done.returncode:
        raise RuntimeError(f"drafting demo ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    with server:
        yield server
