"""A witness signs a log that grows, and no other."""

import asyncio
import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from drafting.actions.ports import CannotSave
from drafting.domain.notes import Checkpoint, Key, Note, cosigners, read_checkpoint, read_key, read_note
from drafting.domain.tree import Tree, leaf_hash
from drafting.publishing.logs import StaticLogs
from drafting.stores.secrets.signing_keys import SigningKey, is_signed
from drafting.web.commands import witnessing
from drafting.web.commands.outcomes import Exit, Failure
from drafting.web.commands.witnessing import witness

LOG = SigningKey(b"l" * 32)
STREAM = "wells"


def grown(size: int, fork: int = -1) -> Tree:
    return Tree(leaf_hash(b"other" if n == fork else b"%d" % n) for n in range(size))


class Place:
    """A log's folder and a witness's."""

    def __init__(self, folder: Path) -> None:
        self.public = folder / "public"
        self.log = self.public / "d/wells/log"
        self.state = folder / "state"

    async def publish(self, tree: Tree, *, anew: bool = False) -> None:
        if anew:
            shutil.rmtree(self.log)
        await StaticLogs(self.public, "https://declare.example", LOG.public, LOG.sign).publish(STREAM, tree)

    def look(self, **more: Path) -> bytes:
        assert witness(str(self.log), self.state, "river.example/witness", more.get("trust"), None) is Exit.DONE
        return (self.state / "witnessed").read_bytes()

    def is_refused(self) -> str:
        before = (self.state / "witnessed").read_bytes()
        with pytest.raises(Failure) as failure:
            self.look()
        assert failure.value.exit is Exit.FAILED
        assert (self.state / "witnessed").read_bytes() == before
        return str(failure.value)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def test_a_log_that_grows_is_signed_again_and_again(place: Place) -> None:
    for size in (1, 2, 2, 255, 256, 300, 1000):
        await place.publish(grown(size))
        note = read_note(place.look())
        assert read_checkpoint(note.body).size == size
        key = read_key((place.state / "key.txt").read_text())
        assert [c.key.name for c in cosigners(note, [key], is_signed)] == ["river.example/witness"]
    assert (place.state / "key").stat().st_mode & 0o077 == 0


CHANGES: dict[str, Callable[[], Tree]] = {
    "cut off": lambda: grown(299),
    "forked": lambda: grown(300, fork=7),
    "forked: it does not go on": lambda: grown(500, fork=299),
}


@pytest.mark.parametrize("how", CHANGES)
async def test_a_log_that_lost_or_changed_entries_is_refused(place: Place, how: str) -> None:
    await place.publish(grown(300))
    place.look()
    await place.publish(CHANGES[how](), anew=True)
    assert how in place.is_refused()


async def test_entries_in_another_order_are_refused(place: Place) -> None:
    await place.publish(grown(300))
    place.look()
    leaves = [leaf_hash(b"%d" % n) for n in range(400)]
    leaves[3], leaves[4] = leaves[4], leaves[3]
    await place.publish(Tree(leaves), anew=True)
    assert "forked" in place.is_refused()


async def test_another_key_is_refused(place: Place, tmp_path: Path) -> None:
    await place.publish(grown(3))
    place.look()
    other = SigningKey(b"x" * 32)
    shutil.rmtree(place.log)
    await StaticLogs(place.public, "https://declare.example", other.public, other.sign).publish(STREAM, grown(4))
    assert "not signed" in place.is_refused()


async def test_tiles_that_are_not_those_of_the_checkpoint(place: Place) -> None:
    await place.publish(grown(300))
    (place.log / "tile/1/000.p/1").write_bytes(bytes(32))
    place.state.mkdir()
    with pytest.raises(Failure, match="tiles do not give"):
        place.look()
    assert not (place.state / "witnessed").exists()
    (place.log / "tile/1/000.p/1").write_bytes(b"")
    with pytest.raises(Failure, match="length"):
        place.look()


async def test_a_key_that_was_told_counts_from_the_first_look(place: Place, tmp_path: Path) -> None:
    await place.publish(grown(3))
    trust = tmp_path / "keys.txt"
    trust.write_text(Key("declare.example/d/wells/log", SigningKey(b"x" * 32).public).line)
    with pytest.raises(Failure, match="not signed"):
        place.look(trust=trust)
    trust.write_text(Key("declare.example/d/wells/log", LOG.public).line)
    place.look(trust=trust)


async def test_a_witness_is_a_command_that_prints_what_it_signed(place: Place) -> None:
    command = [sys.executable, "-m", "drafting.cli", "witness", str(place.log)]
    command += ["--state", str(place.state), "--name", "river.example/witness"]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    assert done.returncode == 2, "there is no log yet"
    await place.publish(grown(5))
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("declare.example/d/wells/log\n5\n")
    assert "— river.example/witness " in done.stdout


class Silent(SimpleHTTPRequestHandler):
    """Serves a folder, says nothing, and takes what is handed in."""

    taken: ClassVar[list[bytes]] = []

    def log_message(self, *values: object) -> None:
        return

    def do_POST(self) -> None:
        self.taken.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(201)
        self.end_headers()


async def test_a_log_cannot_fill_the_note_of_its_witness(place: Place) -> None:
    """A note has a hundred lines at most; what the witness keeps has two."""
    await place.publish(grown(3))
    note = read_note((place.log / "checkpoint").read_bytes())
    (more,) = note.signatures
    (place.log / "checkpoint").write_bytes(Note(note.body, (more,) * 100).to_bytes())
    assert len(read_note(place.look()).signatures) == 2
    await place.publish(grown(3), anew=True)
    place.look()


async def test_of_two_looks_at_once_one_waits_for_another_day(place: Place) -> None:
    """Each could sign another history."""
    await place.publish(grown(3))
    place.look()
    with (place.state / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Failure, match="going on") as failure:
            place.look()
    assert failure.value.exit is Exit.USAGE
    place.look()


@pytest.mark.parametrize("name", ["River Network", "", "a+b", "é\x1b"])
async def test_a_name_that_no_note_can_bear_is_refused_at_once(place: Place, name: str) -> None:
    await place.publish(grown(3))
    with pytest.raises(Failure) as failure:
        witness(str(place.log), place.state, name, None, None)
    assert failure.value.exit is Exit.USAGE
    assert not place.state.exists()


async def test_an_empty_log_has_the_root_of_nothing(place: Place) -> None:
    logs = StaticLogs(place.public, "https://declare.example", LOG.public, LOG.sign)
    await place.publish(grown(1))
    head = Checkpoint(logs.key(STREAM).name, 0, bytes(32))
    (place.log / "checkpoint").write_bytes(logs.sign(STREAM, head.body))
    with pytest.raises(Failure, match="empty log"):
        place.look()


async def test_what_is_wrong_here_is_not_told_of_the_log(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sees 1 calls the other networks; a full disk and a broken file end with 2."""
    await place.publish(grown(3))
    (tmp_path / "keys.txt").write_bytes(b"# cl\xe9s\n")
    with pytest.raises(Failure) as failure:
        place.look(trust=tmp_path / "keys.txt")
    assert failure.value.exit is Exit.USAGE

    def full(*_: object) -> None:
        raise CannotSave("no space left")

    monkeypatch.setattr(witnessing, "write_atomically", full)
    with pytest.raises(Failure, match="no space left") as failure:
        place.look()
    assert failure.value.exit is Exit.USAGE


async def test_a_log_at_an_address(place: Place) -> None:
    await place.publish(grown(300))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(place.public)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        base = f"http://127.0.0.1:{server.server_port}"
        look = partial(asyncio.to_thread, witness, state=place.state, name="river.example/witness", trust=None)
        assert await look(f"{base}/d/wells/log/", submit=f"{base}/hand-in") is Exit.DONE
        assert json.loads(Silent.taken[0])["checkpoint"].encode() == (place.state / "witnessed").read_bytes()
        with pytest.raises(Failure) as failure:
            await look(f"{base}/d/other/log", submit=None)
        assert failure.value.exit is Exit.USAGE
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
