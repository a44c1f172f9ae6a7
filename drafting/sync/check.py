"""Reads a Yjs update (v1) without applying it: is it what an editor of ours could have made, and what does it build on?

pycrdt trusts the bytes it gets: some make it panic, loop for ever or end the process, and an update that builds on
something unknown is parked silently. So nothing reaches it that has not passed here. Layout of an update: lib0 numbers;
per client the structs, then per client the deleted ranges (yjs ``encoding.js``, ``structs/Item.js``).
"""

import json
import re
import struct
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Final

from drafting.domain.prose import KINDS, MARKS, MAX_DEPTH, REFUSED, RULES, is_href, is_id
from drafting.sync.wire import FrameError, Reader

BODY: Final = "body"
BLOCKS: Final = "blocks"
PROPERTIES: Final = tuple(RULES["block_properties"])
MAX_STRUCTS: Final = 20_000
MAX_CLOCK: Final = (1 << 31) - 1
# More than a frame holds letters: a few bytes can claim that any number of units was written and deleted.
MAX_NEW: Final = 1 << 20
MAX_LINK: Final = 4 * int(RULES["href"]["max_length"])

# What stands in the low five bits of a struct's first byte; the others (garbage, JSON, binary, types, documents) are
# never made by a text of one Y.Text and one Y.Map.
_DELETED, _STRING, _EMBED, _FORMAT, _ANY, _SKIP = 1, 4, 5, 6, 8, 10
_HAS_LEFT, _HAS_RIGHT, _IN_MAP = 0x80, 0x40, 0x20

_ID = RULES["id"].strip("^$")
_EMBED_JSON: Final = re.compile(f'{{"(?:{"|".join(RULES["embeds"])})":"{_ID}"}}|{{"b":null}}'.encode())
_KEY: Final = re.compile(f"{_ID}\\.(?:{'|'.join(PROPERTIES)})".encode())
_FLAGS: Final = frozenset(name.encode() for name in MARKS if RULES["marks"][name] == "flag")
_LINKS: Final = frozenset(name.encode() for name in MARKS if RULES["marks"][name] == "href")
_ROOT_BODY: Final = BODY.encode()
_ROOT_BLOCKS: Final = BLOCKS.encode()


class Refused(Exception):
    """A well-formed update that no editor of ours makes. The argument says what stood in it, in one word."""


@dataclass(slots=True)
class Known:
    """What a text holds, as far as checking needs it.

    ``clocks``: client id → how many units of its writing there are; the others hold single units, see :func:`unit`.
    ``properties``: those in the map, so that nothing in the map is ever tied to the body or the other way round.
    ``halves``: second halves of characters that take two units. pycrdt cannot take such a character apart: it would
    write the following words down at another place, so nobody may cut there.
    """

    clocks: dict[int, int] = field(default_factory=dict)
    properties: set[int] = field(default_factory=set)
    halves: set[int] = field(default_factory=set)

    def take(self, checked: "Checked") -> None:
        """The update was applied."""
        self.clocks.update(checked.written)
        if checked.properties:
            self.properties |= checked.properties
        if checked.halves:
            self.halves |= checked.halves


def unit(client: int, clock: int) -> int:
    """A unit as one number."""
    return client << 31 | clock


@dataclass(slots=True)
class Checked:
    """What an update would do to a text of which ``known`` is the state.

    ``written``: client id → how far its writing is known afterwards, for those that bring something new. ``missing``:
    clients of which it needs more than is known; while there are any it must not be applied. ``deleted``: client, from,
    to. ``tangled``: it repeats something known, or writing of several clients in it builds upon each other: only
    applying it shows whether it fits.
    """

    written: Mapping[int, int]
    missing: Set[int] = frozenset()
    properties: Set[int] = frozenset()
    halves: Set[int] = frozenset()
    deleted: Sequence[tuple[int, int, int]] = ()
    tangled: bool = False


def check(data: bytes, known: Known) -> Checked:
    """Raises :class:`FrameError` for bytes that are no update, :class:`Refused` for one that may not be."""
    reading = _Reading(data)
    try:
        reading.structs()
        reading.deletions()
        reading.end()
    except (IndexError, ValueError, struct.error) as error:
        raise FrameError("no update") from error
    return reading.compare(known)


def writers(data: bytes) -> Set[int]:
    """The client ids of which an update that was accepted once holds any writing, known or not."""
    reading = _Survey(data)
    reading.structs()
    return reading.spans.keys()


def survey(state: bytes) -> tuple[Known, "Deletions"]:
    """What a whole text holds, from its full state; there is no limit to its size."""
    reading = _Survey(state)
    reading.structs()
    reading.deletions()
    clocks = {client: end for client, (_, end) in reading.spans.items()}
    return Known(clocks, reading.properties, reading.halves), Deletions(reading.deleted)


class Deletions:
    """The units of a text that are deleted."""

    def __init__(self, deleted: Iterable[tuple[int, int, int]]) -> None:
        self._ranges: dict[int, list[tuple[int, int]]] = {}
        for client, start, end in sorted(deleted):
            ranges = self._ranges.setdefault(client, [])
            if ranges and ranges[-1][1] >= start:
                ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
            else:
                ranges.append((start, end))

    @property
    def is_empty(self) -> bool:
        return not self._ranges

    def covers(self, deleted: Iterable[tuple[int, int, int]]) -> bool:
        return all(self._covers(*units) for units in deleted)

    def _covers(self, client: int, start: int, end: int) -> bool:
        ranges = self._ranges.get(client, [])
        place = bisect_right(ranges, (start, MAX_CLOCK)) - 1
        return place >= 0 and ranges[place][0] <= start and end <= ranges[place][1]


class _Reading(Reader):
    """One pass over the bytes, noting what is written (client → from, to) and what has to be there already."""

    most = MAX_STRUCTS
    __slots__ = (
        "client",
        "clock",
        "cuts",
        "deleted",
        "halves",
        "missing",
        "origins",
        "properties",
        "skipped",
        "spans",
        "starts",
        "tangled",
    )

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.spans: dict[int, tuple[int, int]] = {}
        self.origins: list[tuple[int, int, int]] = []
        self.skipped: list[tuple[int, int]] = []
        self.deleted: list[tuple[int, int, int]] = []
        self.properties: set[int] = set()
        self.halves: set[int] = set()
        self.cuts: list[int] = []
        self.starts: list[int] = []
        self.missing: set[int] = set()
        self.tangled = False
        self.client = self.clock = 0

    def structs(self) -> None:
        total = 0
        for _ in range(self.count()):
            structs = self.uint()
            total += structs
            if structs == 0 or total > self.most:
                raise Refused("structs")
            self.client = client = self.uint()
            first = self.clock = self.uint()
            if client in self.spans:
                raise Refused("client twice")
            for _ in range(structs):
                self.struct()
            if self.clock > MAX_CLOCK:
                raise Refused("clock")
            self.spans[client] = (first, self.clock)

    def count(self) -> int:
        number = self.uint()
        if number > self.most:
            raise Refused("clients")
        return number

    def length(self) -> int:
        number = self.uint()
        if not 0 < number <= MAX_CLOCK:
            raise Refused("length")
        return number

    def struct(self) -> None:
        info = self.data[self.at]
        self.at += 1
        if info == _SKIP:
            self.clock += self.length()
            self.skipped.append((self.client, self.clock))
            return
        kind = info & 31
        self.starts.append(unit(self.client, self.clock))
        if info & (_HAS_LEFT | _HAS_RIGHT):
            if info & _HAS_LEFT:
                self.origin(info & _IN_MAP, 1)
            if info & _HAS_RIGHT:
                self.origin(info & _IN_MAP, 0)
                if info & _HAS_LEFT and self.origins[-1] == self.origins[-2]:
                    raise Refused("origins")
        else:
            self.parent(info)
        if info & _IN_MAP:
            self.map_content(kind)
        elif kind == _STRING:
            self.string_content()
        elif kind == _DELETED:
            self.clock += self.length()
        else:
            self.single_content(kind)

    def origin(self, in_map: int, after: int) -> None:
        """The unit to the left (it cuts ``after`` it) or to the right (it cuts before it)."""
        client, clock = self.uint(), self.uint()
        if client == self.client and clock >= self.clock:
            raise Refused("origin")
        self.origins.append((client, clock, in_map))
        self.cuts.append(unit(client, clock + after))

    def parent(self, info: int) -> None:
        if self.data[self.at] != 1:
            raise Refused("parent")
        self.at += 1
        root = self.blob()
        if info & _IN_MAP:
            if root != _ROOT_BLOCKS or not _KEY.fullmatch(self.blob()):
                raise Refused("map key")
        elif root != _ROOT_BODY:
            raise Refused("root")

    def string_content(self) -> None:
        text = self.string()
        if not text or REFUSED.search(text):
            raise Refused("character")
        # Clocks count UTF-16 units.
        if text.isascii():
            self.clock += len(text)
            return
        for character in text:
            self.clock += 1
            if character > "\uffff":
                self.halves.add(unit(self.client, self.clock))
                self.clock += 1

    def single_content(self, kind: int) -> None:
        """An embed, or where a mark begins or ends; each is one unit."""
        if kind == _EMBED:
            if not _EMBED_JSON.fullmatch(self.blob()):
                raise Refused("embed")
        elif kind == _FORMAT:
            self.format()
        else:
            raise Refused("content")
        self.clock += 1

    def format(self) -> None:
        name, value = self.blob(), self.blob()
        if name in _FLAGS:
            accepted = value in (b"true", b"null")
        elif name in _LINKS:
            accepted = value == b"null" or (value[:1] == b'"' and len(value) <= MAX_LINK and is_href(json.loads(value)))
        else:
            accepted = False
        if not accepted:
            raise Refused("mark")

    def map_content(self, kind: int) -> None:
        """Values of a block's property; its name may stand on an earlier struct, so any property's value will do."""
        length = self.length()
        if kind not in (_ANY, _DELETED) or length > self.most:
            raise Refused("in the map")
        if kind == _ANY and not all(is_property_value(self.any_value()) for _ in range(length)):
            raise Refused("value")
        first = unit(self.client, self.clock)
        self.properties.update(range(first, first + length))
        self.clock += length

    def any_value(self) -> Any:
        """A string or a number of lib0's "any", in each of the ways that editors write a small number."""
        kind = self.data[self.at]
        self.at += 1
        if kind == 119:
            return self.string()
        if kind == 125:
            return self.number(">b", 1)
        if kind == 124:
            return self.number(">f", 4)
        if kind == 123:
            return self.number(">d", 8)
        if kind == 122:
            return self.number(">q", 8)
        raise Refused("value")

    def number(self, layout: str, size: int) -> Any:
        (value,) = struct.unpack_from(layout, self.data, self.at)
        self.at += size
        return value

    def deletions(self) -> None:
        seen = set()
        for _ in range(self.count()):
            client, ranges = self.uint(), self.uint()
            if client in seen or len(self.deleted) + ranges > self.most:
                raise Refused("deletions")
            seen.add(client)
            for _ in range(ranges):
                start = self.uint()
                end = start + self.length()
                self.deleted.append((client, start, end))
                self.cuts += (unit(client, start), unit(client, end))

    def compare(self, known: Known) -> Checked:
        for client, (first, end) in self.spans.items():
            clock = known.clocks.get(client, 0)
            if first < clock < end:
                self.compare_overlap(known, client, clock)
            if first < clock:
                self.forget(client, clock)
        if not (self.halves.isdisjoint(self.cuts) and known.halves.isdisjoint(self.cuts)):
            raise Refused("half a character")
        clocks = known.clocks
        self.missing = {client for client, (first, _) in self.spans.items() if first > clocks.get(client, 0)}
        self.missing.update(client for client, end in self.skipped if end > clocks.get(client, 0))
        written = {client: end for client, (_, end) in self.spans.items() if end > clocks.get(client, 0)}
        if sum(end - max(self.spans[client][0], clocks.get(client, 0)) for client, end in written.items()) > MAX_NEW:
            raise Refused("too much")
        for client, clock, in_map in self.origins:
            self.compare_origin(known, client, clock, in_map)
        for client, _, end in self.deleted:
            if end > clocks.get(client, 0):
                self.need(client, end)
        return Checked(written, self.missing, self.properties, self.halves, tuple(self.deleted), self.tangled)

    def compare_overlap(self, known: Known, client: int, clock: int) -> None:
        """It repeats a client's writing up to ``clock``, where pycrdt ties what is new to what it has, whatever this
        update says that it is."""
        border = unit(client, clock)
        if border not in self.starts and (border in self.properties) != (border - 1 in known.properties):
            raise Refused("overlap")
        self.cuts.append(border)
        self.tangled = True

    def forget(self, client: int, clock: int) -> None:
        """What it says about known writing, up to ``clock``, does not count: else it could have honest updates refused
        that build upon that."""
        old = range(unit(client, 0), unit(client, clock))
        self.properties.difference_update([place for place in self.properties if place in old])
        self.halves.difference_update([place for place in self.halves if place in old])

    def compare_origin(self, known: Known, client: int, clock: int, in_map: int) -> None:
        if clock >= known.clocks.get(client, 0):
            self.need(client, clock + 1)
            self.tangled = self.tangled or len(self.spans) > 1
        place = unit(client, clock)
        stands_in_map = place in known.properties or place in self.properties
        if stands_in_map != bool(in_map) and client not in self.missing:
            raise Refused("origin elsewhere")

    def need(self, client: int, end: int) -> None:
        """What is not known has to be in the update itself."""
        if client not in self.spans or end > self.spans[client][1]:
            self.missing.add(client)


class _Survey(_Reading):
    """Of our own state, which no longer has to be small."""

    most = MAX_CLOCK
    __slots__ = ()


def is_property_value(value: object) -> bool:
    """Whether some property of a block takes this: a kind, a depth or the id of a source block."""
    if isinstance(value, str):
        return value in KINDS or is_id(value)
    return isinstance(value, int | float) and 0 <= value <= MAX_DEPTH and value == int(value)
