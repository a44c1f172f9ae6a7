"""The tree gives the roots that others give, and no proof can be bent."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafting.domain.tree import (
    Tree,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
)

# The entries and roots with which the implementations of Certificate Transparency test each other.
ENTRIES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 70)


def tree(size: int) -> Tree:
    return Tree(leaf_hash(b"%d" % n) for n in range(size))


def plain_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(plain_root(leaves[:k]), plain_root(leaves[k:]))


@pytest.mark.parametrize("size", range(9))
def test_the_roots_that_everybody_knows(size: int) -> None:
    whole = Tree(leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES)
    assert whole.root(size).hex() == ROOTS[size]


def test_the_paths_that_the_rfc_gives() -> None:
    """RFC 6962, 2.1.3: seven leaves a b c d e f (j: the seventh), with nodes g h i k l."""
    seven = tree(7)
    leaves = [leaf_hash(b"%d" % n) for n in range(7)]
    g, h, i = (node_hash(*leaves[n : n + 2]) for n in (0, 2, 4))
    k, ell = node_hash(g, h), node_hash(i, leaves[6])
    assert inclusion_proof(seven.node, 0, 7) == [leaves[1], h, ell]
    assert inclusion_proof(seven.node, 3, 7) == [leaves[2], g, ell]
    assert inclusion_proof(seven.node, 4, 7) == [leaves[5], leaves[6], k]
    assert inclusion_proof(seven.node, 6, 7) == [i, k]
    assert consistency_proof(seven.node, 3, 7) == [leaves[2], leaves[3], g, ell]
    assert consistency_proof(seven.node, 4, 7) == [ell]
    assert consistency_proof(seven.node, 6, 7) == [i, leaves[6], k]


@given(SIZES, st.data())
def test_every_leaf_is_proved_in_every_tree_and_nowhere_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    whole = tree(size)
    leaf, path = leaf_hash(b"%d" % index), inclusion_proof(whole.node, index, size)
    assert whole.root() == plain_root([leaf_hash(b"%d" % n) for n in range(size)])
    assert is_included(leaf, index, size, path, whole.root())
    assert not is_included(leaf_hash(b"other"), index, size, path, whole.root())
    assert not is_included(leaf, index, size, [*path, leaf], whole.root())
    assert not is_included(leaf, size, size, path, whole.root())
    if path:
        assert not is_included(leaf, index, size, path[:-1], whole.root())
        other = (index + 1) % size
        assert not is_included(leaf, other, size, path, whole.root())


@given(SIZES, SIZES, st.data())
def test_a_grown_tree_is_consistent_and_a_forked_one_is_not(one: int, two: int, data: st.DataObject) -> None:
    old, new = sorted((one, two))
    whole = tree(new)
    path = consistency_proof(whole.node, old, new)
    assert is_consistent(old, whole.root(old), new, whole.root(), path)
    forked = data.draw(st.integers(0, old - 1))
    other = Tree(leaf_hash(b"x" if n == forked else b"%d" % n) for n in range(new))
    assert not is_consistent(old, whole.root(old), new, other.root(), consistency_proof(other.node, old, new))
    assert not is_consistent(new, whole.root(), old, whole.root(old), path) or old == new
    assert not is_consistent(old, whole.root(old), new, whole.root(), [*path, whole.root()])
    if path:
        assert not is_consistent(old, whole.root(old), new, whole.root(), path[1:])


def test_what_is_not_there_has_no_proof() -> None:
    for index, size in ((3, 3), (-1, 3)):
        with pytest.raises(ValueError):
            inclusion_proof(tree(3).node, index, size)
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(ValueError):
            consistency_proof(tree(3).node, old, new)
    assert not is_consistent(0, b"", 3, tree(3).root(), [])
    assert not is_consistent(2, tree(2).root(), 3, tree(3).root(), [])
