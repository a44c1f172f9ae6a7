"""The log's files: the checkpoint comes last, never goes back, and speaks of nothing that is not there."""

from pathlib import Path

import pytest

from drafting.actions.publishing_ports import LogForked
from drafting.domain.notes import read_checkpoint, read_note, signer
from drafting.domain.tiles import Tile, tile_reader
from drafting.domain.tree import Tree, leaf_hash, root
from drafting.publishing.logs import StaticLogs, folder_of
from drafting.stores.secrets.signing_keys import KeyUnusable, SigningKey, is_signed, open_key

KEY = SigningKey(b"l" * 32)


class PowerCut(Exception):
    pass


def grown(size: int, fork: int = -1) -> Tree:
    return Tree(leaf_hash(b"other" if n == fork else b"%d" % n) for n in range(size))


@pytest.fixture
def logs(tmp_path: Path) -> StaticLogs:
    return StaticLogs(tmp_path, "https://declare.example", KEY.public, KEY.sign)


def load(folder: Path, size: int) -> bytes:
    """The root, from the tiles alone."""
    return root(tile_reader(lambda tile: (folder / tile.path).read_bytes(), size), size)


async def test_tiles_give_the_root_of_every_checkpoint(logs: StaticLogs, tmp_path: Path) -> None:
    place = tmp_path / "d/wells/log"
    for size in (1, 200, 256, 257, 700):
        note = read_note(await logs.publish("wells", grown(size)))
        head = read_checkpoint(note.body)
        assert signer(note, [logs.key("wells")], is_signed) is not None
        assert (head.origin, head.size) == ("declare.example/d/wells/log", size)
        assert load(place, size) == head.root == grown(size).root()
        assert await logs.read("wells") == note.to_bytes()
    assert not (place / "tile/0/000.p").exists()
    assert (place / "tile/0/000").exists()


async def test_a_power_cut_leaves_the_former_checkpoint(logs: StaticLogs, tmp_path: Path) -> None:
    before = await logs.publish("wells", grown(3))

    def cut(message: bytes) -> bytes:
        raise PowerCut

    with pytest.raises(PowerCut):
        await StaticLogs(tmp_path, "https://declare.example", KEY.public, cut).publish("wells", grown(300))
    assert await logs.read("wells") == before
    assert load(tmp_path / "d/wells/log", 3) == grown(3).root()
    assert read_checkpoint(read_note(await logs.publish("wells", grown(300))).body).size == 300


async def test_a_machine_that_lags_does_not_take_the_checkpoint_back(logs: StaticLogs) -> None:
    newest = await logs.publish("wells", grown(10))
    assert await logs.publish("wells", grown(10)) == newest
    # Between reading its ledger and taking the lock another machine was quicker.
    assert await logs.publish("wells", grown(7)) == newest


async def test_another_history_is_not_published(logs: StaticLogs) -> None:
    before = await logs.publish("wells", grown(10))
    with pytest.raises(LogForked):
        await logs.publish("wells", grown(12, fork=4))
    assert await logs.read("wells") == before


async def test_every_stream_has_a_folder_of_its_own(logs: StaticLogs, tmp_path: Path) -> None:
    await logs.publish("wells/signatures", grown(2))
    assert (tmp_path / "d/wells/signatures/log" / Tile(0, 0, 2).path).exists()
    assert await logs.read("wells") is None
    for name in ("../x", "a//b", "", "/a", "a/../b"):
        with pytest.raises(ValueError):
            folder_of(name)


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = open_key(tmp_path / "keys/log")
    assert open_key(tmp_path / "keys/log").public == first.public
    assert (tmp_path / "keys/log").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["log"]
    (tmp_path / "keys/log").write_text("nonsense")
    with pytest.raises(KeyUnusable):
        open_key(tmp_path / "keys/log")
