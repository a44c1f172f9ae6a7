"""Tiles lie where the specification puts them, and whatever is read from them is what the tree says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafting.domain.tiles import Tile, TileInvalid, tile_bytes, tile_reader, tiles
from drafting.domain.tree import Tree, consistency_proof, inclusion_proof, leaf_hash, root

MOST = 70_000
WHOLE = Tree(leaf_hash(b"%d" % n) for n in range(MOST))


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 0, 1), "tile/0/000.p/1"),
        (Tile(1, 67, 112), "tile/1/067.p/112"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(2, 1000), "tile/2/x001/000"),
    ],
)
def test_each_tile_stands_where_the_specification_says(tile: Tile, path: str) -> None:
    assert tile.path == path


def test_the_example_of_the_specification() -> None:
    """A log of 70,000 entries has 273 whole tiles of leaves and one of 112, one whole tile above and one of 17, one."""
    made = list(tiles(MOST))
    assert [sum(t.level == level for t in made) for level in range(3)] == [274, 2, 1]
    assert {t.path for t in made if t.width < 256} == {"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"}


@given(st.integers(1, MOST), st.integers(0, MOST), st.integers(0, MOST))
def test_proofs_from_tiles_are_those_of_the_tree(size: int, index: int, old: int) -> None:
    def load(tile: Tile) -> bytes:
        assert tile in known
        return tile_bytes(WHOLE.node, tile)

    known = set(tiles(size))
    read = tile_reader(load, size)
    index, old = index % size, old % size + 1
    assert root(read, size) == WHOLE.root(size)
    assert inclusion_proof(read, index, size) == inclusion_proof(WHOLE.node, index, size)
    assert consistency_proof(read, old, size) == consistency_proof(WHOLE.node, old, size)


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=6))
def test_what_is_added_step_by_step_is_all_there(steps: list[int]) -> None:
    there: set[Tile] = set()
    size = 0
    for step in steps:
        there |= set(tiles(size + step, since=size))
        size += step
    assert set(tiles(size)) <= there


def test_a_tile_of_another_length_is_refused() -> None:
    read = tile_reader(lambda tile: bytes(31), 5)
    with pytest.raises(TileInvalid):
        root(read, 5)
