"""Runs a harness of peers, a folder with ``run.py``, against this server: one server, one load, one process at a time.

Each run's result is kept in a file, so a measurement that was interrupted goes on where it was. What the harness needs
is described at its head; here a copy of it is used, and nothing is written into its folder.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from benchmarks.installation import Installation, make

Result: TypeAlias = dict[str, Any]

OURS = "target"
KEEP_SECONDS = 6 * 3600
PATIENCE = 420


class Step(NamedTuple):
    """A subcommand of the harness with its options, for these servers in turn."""

    name: str
    arguments: list[str]
    servers: list[str]
    texts: int = 1


class Harness:
    """``work``: a folder of ours, kept between calls."""

    def __init__(self, peers: Path, work: Path) -> None:
        self.folder = work / "peers"
        self._work = work
        self._results = work / "results.jsonl"
        self._installations: dict[int, Installation] = {}
        self._copy(peers)

    def _copy(self, peers: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in peers.iterdir():
            if path.is_file():
                shutil.copyfile(path, self.folder / path.name)
            elif path.name == "servers":
                shutil.copytree(path, self.folder / path.name, dirs_exist_ok=True)
        own, theirs = self.folder / ".work" / "node_modules", peers / ".work" / "node_modules"
        if theirs.is_dir() and not own.exists():
            own.parent.mkdir(exist_ok=True)
            shutil.copytree(theirs, own, symlinks=True)
        link = self.folder / "node_modules"
        if own.is_dir() and not link.exists():
            link.symlink_to(own.relative_to(self.folder))
        if not own.is_dir():
            subprocess.run([sys.executable, "run.py", "setup"], cwd=self.folder, check=True)

    def measure(self, steps: list[Step], repeats: int) -> dict[str, dict[str, list[Result]]]:
        """By turns: every round runs every step, and every step all its servers. Step → server → results."""
        taken: dict[str, dict[str, list[Result]]] = {step.name: {s: [] for s in step.servers} for step in steps}
        known = self._known()
        for turn in range(repeats):
            for step in steps:
                for server in step.servers:
                    so_far = taken[step.name][server]
                    key = json.dumps([turn, step.name, step.arguments, server])
                    result = known.get(key) or self._run(key, step, server, so_far)
                    so_far.append(result)
        return taken

    def _known(self) -> dict[str, Result]:
        if not self._results.exists():
            return {}
        lines = [json.loads(line) for line in self._results.read_text().splitlines()]
        return {line["key"]: line for line in lines if line["taken"] > time.time() - KEEP_SECONDS}

    def _run(self, key: str, step: Step, server: str, so_far: list[Result]) -> Result:
        arguments = [step.arguments[0], "--servers", server, "--repeats", "1", *step.arguments[1:]]
        if server == OURS:
            arguments += ["--target", str(self._target(step.texts))]
        if step.name == "saturate" and so_far and so_far[-1].get("rate"):
            arguments += ["--rate", str(so_far[-1]["rate"])]
        began = time.monotonic()
        print(f"{step.name}, {server} …", end=" ", file=sys.stderr, flush=True)
        result = self._read(arguments)
        print(f"{time.monotonic() - began:.0f} s", result.get("error", ""), file=sys.stderr, flush=True)
        result |= {"key": key, "taken": time.time()}
        if "error" not in result:
            with self._results.open("a") as file:
                file.write(json.dumps(result) + "\n")
        return result

    def _read(self, arguments: list[str]) -> Result:
        """The last line of JSON. The harness ends what it has started when it is interrupted, so it always is."""
        pipe = subprocess.PIPE
        command = [sys.executable, "run.py", *arguments]
        running = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=pipe, text=True)
        try:
            _, said = running.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return {"error": f"took longer than {PATIENCE} s"}
        finally:
            if running.poll() is None:
                running.send_signal(signal.SIGINT)
                running.communicate()
        lines = [line for line in said.splitlines() if line.startswith("{")]
        return json.loads(lines[-1]) if lines else {"error": said[-400:]}

    def _target(self, texts: int) -> Path:
        """The description of this server, with so many texts in it."""
        installation = self._installations.get(texts)
        if installation is None:
            installation = self._installations[texts] = make(self._work / f"installation-{texts}", texts)
        description = {
            "command": [sys.executable, "-m", "drafting.cli", "serve", "--port", "{port}"],
            "cwd": os.getcwd(),
            "url": "ws://127.0.0.1:{port}/sync",
            "proto": "hocuspocus",
            "token": installation.token,
            "rooms": installation.texts,
            "ready_url": "http://127.0.0.1:{port}/healthz",
            "prepare": f"cp -r '{installation.data}/.' '{{data}}/'",
            "env": {
                "DRAFTING_DATA": "{data}",
                "DRAFTING_LOG": "warning",
                "DRAFTING_SOCKETS": "5000",
                "DRAFTING_SOCKETS_EACH": "5000",
                "DRAFTING_MESSAGES_EACH": "10000000",
            },
        }
        file = self._work / f"target-{texts}.json"
        file.write_text(json.dumps(description))
        return file
