"""Yjs updates (v1) taken apart and put together, so that a fuzzer can change their meaning and not only their bytes."""

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from drafting.sync import wire
from drafting.sync.wire import Reader

GC, DELETED, STRING, EMBED, FORMAT, ANY, SKIP = 0, 1, 4, 5, 6, 8, 10
Unit: TypeAlias = tuple[int, int]


class NotTaken(Exception):
    """Bytes that this reader does not understand."""


@dataclass(frozen=True, slots=True)
class Struct:
    """``parent``: the root's name; ``key``: where it stands in a map. Both are None behind an origin."""

    kind: int
    content: bytes
    left: Unit | None = None
    right: Unit | None = None
    parent: bytes | None = None
    key: bytes | None = None
    in_map: bool = False

    def encode(self) -> bytes:
        if self.kind in (GC, SKIP):
            return bytes([self.kind]) + self.content
        info = self.kind | 0x80 * bool(self.left) | 0x40 * bool(self.right) | 0x20 * self.in_map
        parts = [bytes([info])]
        parts += [wire.uint(client) + wire.uint(clock) for client, clock in filter(None, (self.left, self.right))]
        if not self.left and not self.right:
            parts.append(b"\x01" + wire.blob(self.parent if self.parent is not None else b"body"))
            if self.in_map:
                parts.append(wire.blob(self.key if self.key is not None else b"b1.kind"))
        return b"".join([*parts, self.content])


@dataclass(slots=True)
class Section:
    """What one client wrote, from a clock on."""

    client: int
    clock: int
    structs: list[Struct]


@dataclass(slots=True)
class Apart:
    sections: list[Section] = field(default_factory=list)
    deleted: list[tuple[int, list[tuple[int, int]]]] = field(default_factory=list)

    def encode(self) -> bytes:
        parts = [wire.uint(len(self.sections))]
        for section in self.sections:
            parts.append(wire.uint(len(section.structs)) + wire.uint(section.client) + wire.uint(section.clock))
            parts += [struct.encode() for struct in section.structs]
        parts.append(wire.uint(len(self.deleted)))
        for client, ranges in self.deleted:
            parts.append(wire.uint(client) + wire.uint(len(ranges)))
            parts += [wire.uint(start) + wire.uint(length) for start, length in ranges]
        return b"".join(parts)


def take_apart(update: bytes) -> Apart:
    """Raises :class:`NotTaken`."""
    reader = Reader(update)
    try:
        sections = []
        for _ in range(reader.uint()):
            count, client, clock = reader.uint(), reader.uint(), reader.uint()
            sections.append(Section(client, clock, [_struct(reader) for _ in range(count)]))
        deleted = [
            (reader.uint(), [(reader.uint(), reader.uint()) for _ in range(reader.uint())])
            for _ in range(reader.uint())
        ]
        reader.end()
    except (IndexError, wire.FrameError) as error:
        raise NotTaken from error
    return Apart(sections, deleted)


def _struct(reader: Reader) -> Struct:
    info = reader.data[reader.at]
    reader.at += 1
    kind = info & 31
    if kind in (GC, SKIP):
        return Struct(kind, wire.uint(reader.uint()))
    left = (reader.uint(), reader.uint()) if info & 0x80 else None
    right = (reader.uint(), reader.uint()) if info & 0x40 else None
    bare = Struct(kind, b"", left, right, in_map=bool(info & 0x20))
    if not left and not right:
        if reader.uint() != 1:
            raise NotTaken
        bare = replace(bare, parent=reader.blob(), key=reader.blob() if info & 0x20 else None)
    start = reader.at
    _skip_content(reader, kind)
    return replace(bare, content=reader.data[start : reader.at])


def _skip_content(reader: Reader, kind: int) -> None:
    if kind == DELETED:
        reader.uint()
    elif kind in (STRING, EMBED):
        reader.blob()
    elif kind == FORMAT:
        reader.blob()
        reader.blob()
    elif kind == ANY:
        for _ in range(reader.uint()):
            _skip_any(reader)
    else:
        raise NotTaken


def _skip_any(reader: Reader) -> None:
    kind = reader.data[reader.at]
    reader.at += 1
    if kind == 119:
        reader.blob()
    elif kind == 125:
        # A signed number of variable length; ours are small.
        while reader.data[reader.at] > 127:
            reader.at += 1
        reader.at += 1
    elif kind in (122, 123):
        reader.at += 8
    elif kind == 124:
        reader.at += 4
    else:
        raise NotTaken
