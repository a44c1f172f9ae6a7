"""Where the hashes of a log lie as files: tiles of 256, as C2SP's ``tlog-tiles`` lays them out.

A tile of level ``L`` holds hashes of the tree's level ``8 L``; the last one of a level may hold fewer than 256, and is
then named by how many.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from drafting.domain.tree import HASH_BYTES, Reader, node_hash

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT


class TileInvalid(Exception):
    """A tile that is not as long as its name says."""


@dataclass(frozen=True, slots=True)
class Tile:
    """``width``: how many hashes it holds, 1 to 256."""

    level: int
    place: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Below the folder of the log: ``tile/0/x001/234.p/56``."""
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{_place(self.place)}{partial}"


def _place(number: int) -> str:
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03d}")
    return "/".join(parts)


def tiles(size: int, since: int = 0) -> Iterator[Tile]:
    """The tiles of a log of this size that a log of size ``since`` did not have, from the leaves upwards."""
    level = 0
    while size >> (HEIGHT * level):
        now, then = size >> (HEIGHT * level), since >> (HEIGHT * level)
        for place in range(then // WIDTH, (now + WIDTH - 1) // WIDTH):
            width = min(WIDTH, now - place * WIDTH)
            if place * WIDTH + width > then:
                yield Tile(level, place, width)
        level += 1


def tile_bytes(read: Reader, tile: Tile) -> bytes:
    """The hashes of a tile, one after the other."""
    start = tile.place * WIDTH
    return b"".join(read(tile.level * HEIGHT, start + n) for n in range(tile.width))


def tile_reader(load: Callable[[Tile], bytes], size: int) -> Reader:
    """Reads nodes of a log of ``size`` entries from its tiles. ``load`` is called once for each tile."""
    known: dict[Tile, bytes] = {}

    def hashes(level: int, first: int, count: int) -> list[bytes]:
        tile = Tile(level, first // WIDTH, min(WIDTH, (size >> (HEIGHT * level)) - first // WIDTH * WIDTH))
        if tile not in known:
            known[tile] = load(tile)
            if len(known[tile]) != tile.width * HASH_BYTES:
                raise TileInvalid(tile.path)
        start = first % WIDTH
        return [known[tile][n * HASH_BYTES : (n + 1) * HASH_BYTES] for n in range(start, start + count)]

    def read(level: int, place: int) -> bytes:
        above = level % HEIGHT
        row = hashes(level // HEIGHT, place << above, 1 << above)
        while len(row) > 1:
            row = [node_hash(row[n], row[n + 1]) for n in range(0, len(row), 2)]
        return row[0]

    return read
