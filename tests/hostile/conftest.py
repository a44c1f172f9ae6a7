"""A server of one declaration with two sections, and people who write in it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services import Server

NAMES = ("ada", "ben", "cyd", "dag", "eve", "fen", "gil")
READER = NAMES[-1]


@dataclass
class Place:
    """``tokens``: of each person, for a bearer."""

    server: Server
    tokens: dict[str, str]


class FragileServer(Server):
    """`drafting serve` over a library that some words make hang or die."""

    def __init__(self, data: Path, environment: Mapping[str, str] | None = None) -> None:
        super().__init__(data, environment)
        self.command[:1] = [sys.executable, "-m", "tests.hostile.server"]


def furnished(server: Server) -> Place:
    command = [sys.executable, "-m", "tests.hostile.furnish", *NAMES]
    done = subprocess.run(
        command, env={**os.environ, **server.environment}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return Place(server, json.loads(done.stdout))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Tests of a module share it; each has its own offender, who is shut out afterwards."""
    place = furnished(FragileServer(tmp_path_factory.mktemp("hostile") / "data"))
    with place.server:
        yield place
