"""The logs as static files below ``d/{slug}/log/``: tiles first, then the checkpoint that speaks of them.

Layout: C2SP ``tlog-tiles``, without the entries: those of a declaration in the making are its members' alone.
"""

import asyncio
import fcntl
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from drafting.actions.publishing_ports import LogForked
from drafting.domain.bundles import keys_bytes
from drafting.domain.notes import Checkpoint, Key, Note, Signature, read_checkpoint, read_note
from drafting.domain.tiles import HEIGHT, WIDTH, Tile, tile_bytes, tiles
from drafting.domain.tree import Tree
from drafting.publishing.writing import refusing, write_whole

CHECKPOINT: Final = "checkpoint"
KEYS: Final = "keys.json"
_STREAM: Final = re.compile(r"[a-z0-9_][a-z0-9_-]*(/[a-z0-9_-]+)*\Z", re.I)


def folder_of(stream: str) -> str:
    """Where a stream's log lies in the public folder: ``d/wells/log``, and ``d/wells/signatures/log``."""
    if not _STREAM.match(stream):
        raise ValueError(f"{stream!r} cannot be the name of a folder")
    return f"d/{stream}/log"


class StaticLogs:
    """Implements the port ``PublicLogs`` over the public folder.

    ``base``: the address of the installation, which the logs' origins begin with; ``public``, ``sign``: the key.
    """

    def __init__(self, folder: Path, base: str, public: bytes, sign: Callable[[bytes], bytes]) -> None:
        self.folder = folder
        self._host = base.partition("://")[2]
        self._public = public
        self._sign = sign

    def key(self, stream: str) -> Key:
        return Key(f"{self._host}/{folder_of(stream)}", self._public)

    def sign(self, stream: str, body: str) -> bytes:
        key = self.key(stream)
        return Note(body, (Signature(key.name, key.id, self._sign(body.encode())),)).to_bytes()

    async def read(self, stream: str) -> bytes | None:
        return await asyncio.to_thread(_read, self._place(stream) / CHECKPOINT)

    async def publish(self, stream: str, tree: Tree) -> bytes:
        with refusing():
            return await asyncio.to_thread(self._publish, stream, tree, tree.size)

    async def cosignatures(self, stream: str, size: int) -> bytes:
        return await asyncio.to_thread(_read, self._cosigned(stream, size)) or b""

    async def keep_cosignatures(self, stream: str, size: int, merged: Callable[[bytes], bytes]) -> bool:
        with refusing():
            return await asyncio.to_thread(self._merge, stream, size, merged)

    def _merge(self, stream: str, size: int, merged: Callable[[bytes], bytes]) -> bool:
        with _alone(self._place(stream)):
            former = _read(self._cosigned(stream, size)) or b""
            lines = merged(former)
            if lines != former:
                write_whole(self._cosigned(stream, size), lines)
            return lines != former

    async def put_bundle(self, slug: str, n: int, data: bytes) -> None:
        with refusing():
            await asyncio.to_thread(write_whole, self.folder / bundle_path(slug, n), data)

    async def bundle(self, slug: str, n: int) -> bytes | None:
        return await asyncio.to_thread(_read, self.folder / bundle_path(slug, n))

    def _place(self, stream: str) -> Path:
        return self.folder / folder_of(stream)

    def _cosigned(self, stream: str, size: int) -> Path:
        return self._place(stream) / "cosignatures" / str(size)

    def _publish(self, stream: str, tree: Tree, size: int) -> bytes:
        """The tree may grow meanwhile; its first ``size`` leaves stay."""
        place = self._place(stream)
        with _alone(place):
            former = _read(place / CHECKPOINT)
            known = read_checkpoint(read_note(former).body) if former else None
            if former and known and known.size > size:
                return former  # another machine was quicker
            if known and tree.root(known.size) != known.root:
                raise LogForked(f"{stream}: the ledger does not go on from the checkpoint of {known.size} entries")
            for tile in tiles(size, known.size if known else 0):
                write_whole(place / tile.path, tile_bytes(tree.node, tile))
            write_whole(place / KEYS, keys_bytes([self.key(stream)]))
            head = self.sign(stream, Checkpoint(self.key(stream).name, size, tree.root(size)).body)
            write_whole(place / CHECKPOINT, head)
            _drop_partial(place, known.size if known else 0, size)
            return head


def bundle_path(slug: str, n: int) -> str:
    """Where an edition's bundle lies in the public folder."""
    return f"d/{slug}/{n}/{slug}-{n}-bundle.zip"


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Of all processes that share the folder, one at a time: a checkpoint never takes the place of a newer one."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _drop_partial(place: Path, former: int, size: int) -> None:
    """The partial tiles that ended the log when it had ``former`` entries, where they are whole now."""
    level = 0
    while former >> (HEIGHT * level):
        last = (former >> (HEIGHT * level)) // WIDTH
        if (size >> (HEIGHT * level)) // WIDTH > last:
            whole = place / Tile(level, last).path
            shutil.rmtree(whole.with_name(f"{whole.name}.p"), ignore_errors=True)
        level += 1
