"""`make run` and `make test` install only as root, and otherwise say in one line what is to be installed."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


class Machine:
    """A Debian without fonts: a few programs that come first on the PATH and write down that they were called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        for name in ("apt-get", "sudo"):
            self.program(name, f'echo {name} "$@" >>{self.calls}')
        self.program("apt-cache", "exit 100")
        self.program("fc-list", "exit 1")

    def program(self, name: str, does: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{does}\n")
        path.chmod(0o755)

    def prepare(self, command: str, account: int) -> subprocess.CompletedProcess[str]:
        self.program("id", f"echo {account}")
        environment = {**os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}"}
        return subprocess.run([".ci/system", command], cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_rights_it_prints_one_line_and_installs_nothing(machine: Machine) -> None:
    done = machine.prepare("run", account=1000)
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if "install --yes" in line]
    assert len(lines) == 1
    assert "fonts-noto-core fonts-noto-cjk" in lines[0]
    assert not machine.calls.exists()


def test_as_root_it_installs_what_is_missing_and_no_more(machine: Machine) -> None:
    done = machine.prepare("run", account=0)
    assert done.returncode == 0, done.stderr
    update, install = machine.calls.read_text().splitlines()
    assert update.startswith("apt-get update")
    assert "fonts-noto-core" in install
    assert "fontconfig" not in install.replace("fonts-", "").split()
    assert "chromium" not in install


def test_a_complete_machine_is_left_alone(machine: Machine) -> None:
    machine.program("fc-list", "exit 0")
    done = machine.prepare("test", account=1000)
    assert (done.returncode, done.stderr) == (0, "")
    assert not machine.calls.exists()


def test_help_tells_every_command_of_the_makefile() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    named = set(re.findall(r"^  make ([a-z-]+) ", shown, re.MULTILINE))
    phony = set(" ".join(re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)).split())
    assert phony - named == {"built", "system-run", "system-test"}
    assert {"run", "test", "check"} <= named
