"""The small server that the stock clients talk to."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Process, answers, find_free_port


class SyncServer(Process):
    """Its texts are ``test.one.en``, ``test.two.en`` and ``test.three.en``; it can be killed and started again."""

    def __init__(self, data: Path) -> None:
        self.port = find_free_port()
        self.http = f"http://127.0.0.1:{self.port}"
        self.url = f"ws://127.0.0.1:{self.port}/sync"
        super().__init__(
            [sys.executable, "-m", "tests.interop.server", str(self.port), str(data)],
            log=data / "server.log",
            is_ready=lambda: answers(self.http + "/ready"),
        )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyncServer]:
    """For tests that leave it as it is but for words."""
    server = SyncServer(tmp_path_factory.mktemp("sync"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[SyncServer]:
    server = SyncServer(tmp_path)
    server.start()
    yield server
    server.stop()
