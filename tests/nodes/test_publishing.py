"""Two machines, one of which dies while it publishes: the other takes the work over."""

from pathlib import Path

import pytest

from tests.journeys.api import patience
from tests.journeys.test_crash import D, approved
from tests.services import Postgres, Server


def test_what_a_killed_node_was_publishing_another_finishes(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres
) -> None:
    data = tmp_path_factory.mktemp("publishing") / "data"
    environment = {"DRAFTING_DATABASE": postgres.create_database()}
    with Server(data, environment) as a, Server(data, environment) as b:
        caller, job = approved(a)
        for _ in patience(seconds=60):
            if caller.get(f"/jobs/{job}")["status"] != "queued":
                break
        a.kill()
        caller.server = b
        for _ in patience(seconds=120):
            if (state := caller.get(f"/jobs/{job}"))["status"] in ("done", "failed"):
                break
        assert state["status"] == "done", state
        edition = caller.get(f"{D}/editions/1")
        assert (edition["status"], len(edition["releases"])) == ("released", 1)
        assert all((b.data / "public" / Path(file["path"])).is_file() for file in edition["files"])
