"""A filled demonstration that every module copies, and people in browsers whose every breach is noted."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.people import People
from tests.services import Server


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demonstration, told once. Nobody serves from it; `demonstration` copies it."""
    folder = tmp_path_factory.mktemp("told") / "data"
    done = Server(folder).command_line("demo")
    if done.returncode:
        raise RuntimeError(f"drafting demo ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return folder


@pytest.fixture(scope="module")
def demonstration(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a demonstration of its own, shared by a module's tests."""
    data = tmp_path_factory.mktemp("demonstration") / "data"
    shutil.copytree(told, data)
    server = Server(data)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def people(chromium: Browser, demonstration: Server) -> Iterator[People]:
    """People with a browser each; the test fails if a page of theirs broke the policy or complained."""
    people = People(chromium, demonstration)
    yield people
    people.leave()
    assert people.faults == []
