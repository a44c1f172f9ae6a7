"""Two servers over one PostgreSQL and one Redis or Valkey, shared by a module's tests; each leaves both running."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.journeys.api import Caller, patience
from tests.processes import Process
from tests.services import Postgres, Server

TEXT = "well.front.en"


@dataclass(frozen=True, slots=True)
class Nodes:
    """``caller`` speaks to a, ``elsewhere`` to b, as one person, whose ``token`` opens :data:`TEXT`."""

    a: Server
    b: Server
    caller: Caller
    elsewhere: Caller
    token: str

    def wait_for_relay(self, *, up: bool) -> None:
        for node in (self.a, self.b):
            assert any(f"drafting_relay_up {int(up)}\n" in metrics(node) for _ in patience(seconds=30))


def metrics(node: Server) -> str:
    return httpx.get(f"{node.url}/metrics", timeout=20).text


def declaration(slug: str) -> dict[str, Any]:
    return {
        "slug": slug,
        "title": {"en": "The Well"},
        "network": "river",
        "source_locale": "en",
        "authentic_locales": ["en"],
        "locales": ["en"],
        "preset": "plain",
        "charter": {"consents_at_least": 1, "answer_hours": 0, "objection_hours": 0},
    }


@pytest.fixture(scope="module")
def nodes(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, redis: Process, redis_url: str
) -> Iterator[Nodes]:
    environment = {"DRAFTING_DATABASE": postgres.create_database(), "DRAFTING_RELAY": redis_url}
    data = tmp_path_factory.mktemp("nodes") / "data"
    with Server(data, environment) as a, Server(data, environment) as b:
        caller = Caller(a, "river@example.org")
        caller.post("/networks", {"slug": "river", "name": "River", "card": {}})
        caller.post("/declarations", declaration("well"))
        elsewhere = copy(caller)
        elsewhere.server = b
        nodes = Nodes(a, b, caller, elsewhere, a.command_line("token", caller.address).stdout.strip())
        nodes.wait_for_relay(up=True)
        yield nodes
