"""Ways to spoil an update: byte by byte, and by its meaning."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import TypeAlias

from pycrdt import merge_updates

from drafting.sync import wire
from tests.hostile.updates import (
    ANY,
    DELETED,
    EMBED,
    FORMAT,
    GC,
    SKIP,
    STRING,
    Apart,
    NotTaken,
    Section,
    Struct,
    Unit,
    take_apart,
)

CONTENTS: tuple[tuple[int, bytes], ...] = (
    *(
        (STRING, wire.blob(words.encode()))
        for words in ("x", "ab", "é", "😀", "a😀b", "👩‍🚀", "\u2028", "e\u0301", "شكر", "a" * 200)
    ),
    *((EMBED, wire.blob(json)) for json in (b'{"b":"b1"}', b'{"b":"b2"}', b'{"fn":"b1"}', b'{"b":null}')),
    *((FORMAT, wire.blob(name) + wire.blob(value)) for name in (b"strong", b"em") for value in (b"true", b"null")),
    (FORMAT, wire.blob(b"link") + wire.blob(b'"https://example.org/"')),
    (FORMAT, wire.blob(b"link") + wire.blob(b"null")),
    *(
        (ANY, b"\x01" + value)
        for value in (b"\x77\x05quote", b"\x77\x02b1", b"\x7d\x03", b"\x7c\x40\x40\x00\x00", b"\x7b" + bytes(8))
    ),
    (ANY, b"\x02\x77\x05quote\x7d\x01"),
    *((kind, wire.uint(length)) for kind in (DELETED, GC, SKIP) for length in (1, 2, 7)),
)
NUMBERS = (0, 1, 2, 3, 5, 7, 9, 127, 128, 255, 2**14, 2**31 - 1, 2**31, 2**32, 2**53 - 1)
KEYS = (b"b1.kind", b"b2.kind", b"b1.depth", b"b1.of")
Clocks: TypeAlias = Mapping[int, int]


class Mutator:
    """Draws from one chance, so that a seed says everything. ``clocks``: what the text holds."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self._ways: Sequence[Callable[[Apart, Clocks], None]] = (
            self._move, self._move, self._untie, self._tie_to_map, self._swap_content, self._swap_content, self._double,
            self._drop, self._swap, self._rename, self._shift, self._delete, self._delete, self._undelete, self._skip,
            self._add_section, self._split,
        )  # fmt: skip

    def mutate(self, update: bytes, clocks: Clocks, others: Sequence[bytes]) -> bytes:
        """The update spoilt in one way or several."""
        chance = self.chance.random()
        if chance < 0.05:
            return self._merged(update, others)
        if chance < 0.35:
            return self.spoil_bytes(update, others)
        try:
            apart = take_apart(update)
        except NotTaken:
            return self.spoil_bytes(update, others)
        for _ in range(self.chance.choice((1, 1, 1, 2, 2, 3, 5))):
            self.chance.choice(self._ways)(apart, clocks)
        spoilt = apart.encode()
        return self.spoil_bytes(spoilt, others) if chance > 0.95 else spoilt

    def spoil_bytes(self, data: bytes, others: Sequence[bytes] = ()) -> bytes:
        spoilt = bytearray(data or b"\x00")
        for _ in range(self.chance.choice((1, 1, 2, 4))):
            at = self.chance.randrange(len(spoilt) + 1)
            way = self.chance.randrange(7)
            if way == 0 and at < len(spoilt):
                spoilt[at] ^= 1 << self.chance.randrange(8)
            elif way == 1 and at < len(spoilt):
                spoilt[at] = self.chance.randrange(256)
            elif way == 2:
                spoilt[at:at] = self.chance.randbytes(self.chance.randrange(1, 5))
            elif way == 3:
                del spoilt[at : at + self.chance.randrange(1, 8)]
            elif way == 4:
                spoilt[at : at + 1] = wire.uint(self.chance.choice(NUMBERS))
            elif way == 5:
                end = self.chance.randrange(at, len(spoilt) + 1)
                spoilt[at:at] = spoilt[at:end]
            elif others:
                other = self.chance.choice(others)
                spoilt[at:] = other[self.chance.randrange(len(other) + 1) :]
        return bytes(spoilt)

    def _merged(self, update: bytes, others: Sequence[bytes]) -> bytes:
        if not others:
            return update
        try:
            return merge_updates(update, self.chance.choice(others))
        except ValueError:
            return update

    # ---- one way each

    def _unit(self, apart: Apart, clocks: Clocks) -> Unit:
        known = [(client, clock) for client, clock in clocks.items() if clock]
        written = [(section.client, section.clock + len(section.structs)) for section in apart.sections]
        pool = known + known + written
        if not pool or self.chance.random() < 0.02:
            return self.chance.choice(NUMBERS), self.chance.choice(NUMBERS)
        client, clock = self.chance.choice(pool)
        return client, self.chance.randrange(clock + 1) if self.chance.random() < 0.9 else max(0, clock - 1)

    def _at(self, apart: Apart) -> tuple[Section, int] | None:
        filled = [section for section in apart.sections if section.structs]
        if not filled:
            return None
        section = self.chance.choice(filled)
        return section, self.chance.randrange(len(section.structs))

    def _change(self, apart: Apart, change: Callable[[Struct], Struct]) -> None:
        if (place := self._at(apart)) is not None:
            section, at = place
            section.structs[at] = change(section.structs[at])

    def _move(self, apart: Apart, clocks: Clocks) -> None:
        unit = self._unit(apart, clocks)
        side = self.chance.choice(("left", "right", "both"))
        if side == "left":
            self._change(apart, lambda struct: replace(struct, left=unit))
        elif side == "right":
            self._change(apart, lambda struct: replace(struct, right=unit))
        else:
            other = self._unit(apart, clocks)
            self._change(apart, lambda struct: replace(struct, left=unit, right=other))

    def _untie(self, apart: Apart, clocks: Clocks) -> None:
        side = self.chance.choice(("left", "right"))
        self._change(
            apart, lambda struct: replace(struct, left=None) if side == "left" else replace(struct, right=None)
        )

    def _tie_to_map(self, apart: Apart, clocks: Clocks) -> None:
        key = self.chance.choice(KEYS)
        self._change(
            apart, lambda s: replace(s, in_map=not s.in_map, key=key, parent=b"body" if s.in_map else b"blocks")
        )

    def _swap_content(self, apart: Apart, clocks: Clocks) -> None:
        kind, content = self.chance.choice(CONTENTS)
        self._change(apart, lambda struct: replace(struct, kind=kind, content=content))

    def _double(self, apart: Apart, clocks: Clocks) -> None:
        if (place := self._at(apart)) is not None:
            section, at = place
            section.structs.insert(self.chance.randrange(len(section.structs) + 1), section.structs[at])

    def _drop(self, apart: Apart, clocks: Clocks) -> None:
        if (place := self._at(apart)) is not None:
            del place[0].structs[place[1]]

    def _swap(self, apart: Apart, clocks: Clocks) -> None:
        if (place := self._at(apart)) is not None:
            self.chance.shuffle(place[0].structs)

    def _rename(self, apart: Apart, clocks: Clocks) -> None:
        if apart.sections:
            client = self.chance.choice([*clocks, *NUMBERS])
            section = self.chance.choice(apart.sections)
            section.client, section.clock = client, clocks.get(client, 0)

    def _shift(self, apart: Apart, clocks: Clocks) -> None:
        if apart.sections:
            section = self.chance.choice(apart.sections)
            known = clocks.get(section.client, 0)
            section.clock = self.chance.choice(
                (0, known, max(0, known - 1), max(0, section.clock - 1), section.clock + 1)
            )

    def _delete(self, apart: Apart, clocks: Clocks) -> None:
        client, clock = self._unit(apart, clocks)
        places = [place for place, (other, _) in enumerate(apart.deleted) if other == client]
        one = (clock, self.chance.choice((1, 1, 2, 3, 8, 100)))
        if places:
            apart.deleted[places[0]][1].insert(0, one)
        else:
            apart.deleted.append((client, [one]))

    def _undelete(self, apart: Apart, clocks: Clocks) -> None:
        if apart.deleted:
            del apart.deleted[self.chance.randrange(len(apart.deleted))]

    def _skip(self, apart: Apart, clocks: Clocks) -> None:
        if (place := self._at(apart)) is not None:
            place[0].structs.insert(place[1], Struct(SKIP, wire.uint(self.chance.choice((1, 2, 5)))))

    def _add_section(self, apart: Apart, clocks: Clocks) -> None:
        if (place := self._at(apart)) is not None:
            client = self.chance.choice([*clocks, 11, 12, 2**32 - 1])
            structs = list(place[0].structs[place[1] :])
            section = Section(client, clocks.get(client, 0), structs)
            apart.sections.insert(self.chance.randrange(len(apart.sections) + 1), section)

    def _split(self, apart: Apart, clocks: Clocks) -> None:
        """Type the same once more, at the end of what the same client typed before."""
        if (place := self._at(apart)) is not None:
            section, at = place
            before = (section.client, max(0, section.clock - 1))
            section.structs.insert(at, replace(section.structs[at], left=before, right=None))
