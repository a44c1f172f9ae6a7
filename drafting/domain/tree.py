"""The Merkle tree of RFC 6962 over a log's entries: roots, and the two proofs that strangers check.

A hash is 32 bytes of SHA-256. Leaves count from 0. A node is named by its level (0: a leaf) and its place on that
level; it stands for ``2**level`` leaves. Proofs are computed through a :data:`Reader`, so that they come as well from
a tree in memory as from tiles on a disk; they are checked from hashes alone.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

LEAF: Final = b"\x00"
NODE: Final = b"\x01"
EMPTY: Final = hashlib.sha256(b"").digest()
HASH_BYTES: Final = 32

Reader: TypeAlias = Callable[[int, int], bytes]
"""(level, place) → the hash of a whole node."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256 over a zero byte and the entry."""
    return hashlib.sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 over a one byte and the two halves."""
    return hashlib.sha256(NODE + left + right).digest()


class Tree:
    """A growing tree in memory; every whole node is kept, so that any root or proof takes a few steps."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels = [bytearray()]
        for leaf in leaves:
            self.add(leaf)

    @property
    def size(self) -> int:
        return len(self._levels[0]) // HASH_BYTES

    def add(self, leaf: bytes) -> None:
        """Append the hash of a leaf."""
        made = leaf
        for level, row in enumerate(self._levels):
            row += made
            if len(row) // HASH_BYTES % 2:
                return
            made = node_hash(bytes(row[-2 * HASH_BYTES : -HASH_BYTES]), made)
            if level + 1 == len(self._levels):
                self._levels.append(bytearray(made))
                return

    def node(self, level: int, place: int) -> bytes:
        """Raises IndexError for a node that is not whole yet."""
        found = bytes(self._levels[level][place * HASH_BYTES : (place + 1) * HASH_BYTES])
        if not found:
            raise IndexError(f"no node {place} on level {level}")
        return found

    def root(self, size: int | None = None) -> bytes:
        """The root of the whole tree, or of its first ``size`` leaves."""
        return root(self.node, self.size if size is None else size)


def split(size: int) -> int:
    """The largest power of two below ``size``, which is where RFC 6962 divides."""
    return 1 << ((size - 1).bit_length() - 1)


def root(read: Reader, size: int) -> bytes:
    """The root of the first ``size`` leaves."""
    return _range(read, 0, size) if size else EMPTY


def _range(read: Reader, start: int, end: int) -> bytes:
    """The hash over leaves start … end-1, where start is a multiple of the power of two that covers them."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, start >> level)
    middle = start + split(size)
    return node_hash(_range(read, start, middle), _range(read, middle, end))


def inclusion_proof(read: Reader, index: int, size: int) -> list[bytes]:
    """The audit path of a leaf in the tree of ``size`` leaves, from the leaf upwards. ``0 <= index < size``."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} among {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(_range(read, middle, end))
            end = middle
        else:
            path.append(_range(read, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(read: Reader, old: int, new: int) -> list[bytes]:
    """What shows that the first ``old`` of ``new`` leaves are those of the former tree. ``0 < old <= new``."""
    if not 0 < old <= new:
        raise ValueError(f"{old} is no part of {new}")
    return _subproof(read, old, 0, new, is_whole=True)


def _subproof(read: Reader, old: int, start: int, end: int, *, is_whole: bool) -> list[bytes]:
    if old == end:
        return [] if is_whole else [_range(read, start, end)]
    middle = start + split(end - start)
    if old <= middle:
        return [*_subproof(read, old, start, middle, is_whole=is_whole), _range(read, middle, end)]
    return [*_subproof(read, old, middle, end, is_whole=False), _range(read, start, middle)]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether the path leads from the leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == expected


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of ``new`` leaves begins with the tree of ``old`` leaves (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = [old_root, *path] if old & (old - 1) == 0 else [*path]
    if not steps:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    of_old = of_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            of_old, of_new = node_hash(step, of_old), node_hash(step, of_new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            of_new = node_hash(of_new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and of_old == old_root and of_new == new_root
