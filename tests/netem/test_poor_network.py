"""A network as it is far from the cities: 300 ms there and back, and one packet in twenty is lost, in each direction.

The kernel makes it so, between this process and a server in a network namespace of its own; that takes root, tc and a
kernel with netem. Everywhere, a line of our own stands in for it.
"""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.interop.conftest import SyncServer
from tests.netem.line import poor_line
from tests.nodes.writer import Writer
from tests.processes import Process, answers, find_free_port
from tests.services import DRAFTING
from tests.torture.test_torture import TEXTS, installation

NEAR, FAR = "10.213.77.1", "10.213.77.2"
POOR = ["delay", "150ms", "loss", "5%"]
KEYS = 20
ONE = "test.one.en"


class FarWriter(Writer):
    address = FAR


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def is_possible() -> str:
    """Why not, or nothing."""
    if os.geteuid() != 0 or not shutil.which("tc") or not shutil.which("ip"):
        return "needs root, ip and tc (the package iproute2)"
    name = f"probe{os.getpid()}"
    try:
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
        run("tc", "-n", name, "qdisc", "add", "dev", "lo", "root", "netem", *POOR)
    except subprocess.CalledProcessError as error:
        return f"the kernel lets nobody make a poor network here: {error.stderr.decode().strip()}"
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return ""


@pytest.fixture
def namespace() -> Iterator[str]:
    if reason := is_possible():
        pytest.skip(reason)
    name, near, far = (f"{kind}{os.getpid()}" for kind in ("far", "n", "f"))
    run("ip", "netns", "add", name)
    try:
        run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        run("ip", "addr", "add", f"{NEAR}/30", "dev", near)
        run("ip", "link", "set", near, "up")
        run("tc", "qdisc", "add", "dev", near, "root", "netem", *POOR)
        run("ip", "-n", name, "addr", "add", f"{FAR}/30", "dev", far)
        for device in ("lo", far):
            run("ip", "-n", name, "link", "set", device, "up")
        run("tc", "-n", name, "qdisc", "add", "dev", far, "root", "netem", *POOR)
        yield name
    finally:
        subprocess.run(["ip", "link", "del", near], capture_output=True)
        run("ip", "netns", "del", name)


class FarServer(Process):
    def __init__(self, environment: dict[str, str], namespace: str, log: Path) -> None:
        self.port = find_free_port()
        url = f"http://{FAR}:{self.port}"
        serve = [DRAFTING, "serve", "--host", FAR, "--port", str(self.port)]
        super().__init__(
            ["ip", "netns", "exec", namespace, *serve],
            log=log,
            is_ready=lambda: answers(f"{url}/healthz"),
            environment={**environment, "DRAFTING_ORIGIN": url},
        )


async def test_two_write_over_a_poor_network(namespace: str, tmp_path: Path) -> None:
    environment, token = installation(tmp_path, {})
    with FarServer(environment, namespace, tmp_path / "far.log") as server:
        async with FarWriter(server, token, TEXTS[0]) as ada, FarWriter(server, token, TEXTS[0]) as ben:
            await write_together(ada, ben)


async def test_two_write_over_a_line_that_is_slow_and_loses(tmp_path: Path) -> None:
    with SyncServer(tmp_path) as server:
        async with (
            poor_line(server.port, Random("line")) as line,
            Writer(line, "ada", ONE) as ada,
            Writer(line, "ben", ONE) as ben,
        ):
            await write_together(ada, ben)


async def write_together(ada: Writer, ben: Writer) -> None:
    """Both have the same words in the end, and know that all is saved."""
    await asyncio.gather(*(type_on(writer, mark) for writer, mark in ((ada, "a"), (ben, "b"))))
    for writer in (ada, ben):
        await writer.until(lambda writer=writer: writer.saved == KEYS + 1)
        await writer.until(lambda: len(ada.words) == len(ben.words) and ada.words == ben.words)
        assert writer.refused == 0
    assert all(f"{mark}{number};" in ada.words for mark in "ab" for number in range(KEYS))


async def type_on(writer: Writer, mark: str) -> None:
    for number in range(KEYS):
        await writer.write(f"{mark}{number};")
