"""Whether some editor could have put an update together: its words stand between neighbours, as their author saw them.

The order of a text comes out the same everywhere only for items whose two origins stood side by side when they were
made. Nothing in an update's bytes shows whether they did: an author with false origins can make people see words in
different orders until they load the text anew. The order of units is that of yjs' ``structs/Item.js``, one by one.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from drafting.sync.wire import Reader
from tests.hostile.updates import ANY, DELETED, EMBED, FORMAT, GC, SKIP, STRING, NotTaken, Struct, Unit, take_apart

MOST = 5_000


class Placed(NamedTuple):
    """One unit: of an item of several, all but the first stand behind the one before."""

    unit: Unit
    left: Unit | None
    right: Unit | None
    sequence: bytes


class Order:
    """The units of a text, deleted ones too, in each of its sequences (the body, and each key of the map)."""

    def __init__(self) -> None:
        self.sequences: dict[bytes, list[Placed]] = {}
        self.at: dict[Unit, Placed] = {}

    def place(self, one: Placed) -> bool:
        """Put it in; whether its origins stand side by side for whoever knows what its author must have known."""
        units = self.sequences.setdefault(one.sequence, [])
        left = self._index(units, one.left, -1)
        right = self._index(units, one.right, len(units))
        known = self._known_to(one)
        is_seen = left < right and not any(
            known.get(between.unit[0], 0) > between.unit[1] for between in units[left + 1 : right]
        )
        units.insert(self._settle(units, one, left, right), one)
        self.at[one.unit] = one
        return is_seen

    @staticmethod
    def _index(units: Sequence[Placed], unit: Unit | None, default: int) -> int:
        return next((place for place, other in enumerate(units) if other.unit == unit), default) if unit else default

    def _known_to(self, one: Placed) -> dict[int, int]:
        """Client → clock, from all that it builds upon."""
        known: dict[int, int] = {}
        open_ends = [unit for unit in (one.left, one.right, (one.unit[0], one.unit[1] - 1)) if unit]
        while open_ends:
            client, clock = open_ends.pop()
            for each in range(known.get(client, 0), clock + 1):
                placed = self.at.get((client, each))
                open_ends += [unit for unit in (placed.left, placed.right) if unit] if placed else []
            known[client] = max(known.get(client, 0), clock + 1)
        return known

    @staticmethod
    def _settle(units: Sequence[Placed], one: Placed, left: int, right: int) -> int:
        place, before, conflicting = left, set[Unit](), set[Unit]()
        for at in range(left + 1, right):
            other = units[at]
            before.add(other.unit)
            conflicting.add(other.unit)
            if other.left == one.left:
                if other.unit[0] < one.unit[0]:
                    place = at
                    conflicting.clear()
                elif other.right == one.right:
                    break
            elif other.left in before:
                if other.left not in conflicting:
                    place = at
                    conflicting.clear()
            else:
                break
        return place + 1


def could_be_made(log: Sequence[bytes], update: bytes) -> bool:
    """Whether editors that had some of the log, and all that each update builds upon, could have made them all."""
    order = Order()
    is_seen = True
    for one in (*log, update):
        try:
            waiting = [list(_placed(one, order, client, at)) for client, at in _starts(one)]
        except NotTaken:
            return False
        # Sections of several clients may build upon each other, so each waits for what it needs.
        while any(waiting):
            went_on = False
            for section in waiting:
                while section and all(unit is None or unit in order.at for unit in (section[0].left, section[0].right)):
                    placed = section.pop(0)
                    if placed.unit not in order.at:
                        is_seen = order.place(placed) and is_seen
                    went_on = True
            if not went_on:
                return False
    return is_seen


def _starts(update: bytes) -> list[tuple[int, int]]:
    return [(section.client, number) for number, section in enumerate(take_apart(update).sections)]


def _placed(update: bytes, order: Order, client: int, number: int) -> Iterator[Placed]:
    section = take_apart(update).sections[number]
    clock, sequences = section.clock, dict[Unit, bytes]()
    for struct in section.structs:
        if struct.kind in (GC, SKIP):
            raise NotTaken
        length = length_of(struct)
        if length > MOST:
            raise NotTaken
        sequence = _sequence(struct, order, sequences)
        for offset in range(length):
            unit = (client, clock + offset)
            sequences[unit] = sequence
            yield Placed(unit, struct.left if offset == 0 else (client, clock + offset - 1), struct.right, sequence)
        clock += length


def _sequence(struct: Struct, order: Order, own: dict[Unit, bytes]) -> bytes:
    for unit in (struct.left, struct.right):
        if unit:
            return own[unit] if unit in own else order.at[unit].sequence if unit in order.at else b"body"
    return b"blocks " + (struct.key or b"") if struct.in_map else b"body"


def length_of(struct: Struct) -> int:
    if struct.kind in (EMBED, FORMAT):
        return 1
    reader = Reader(struct.content)
    if struct.kind == STRING:
        return len(reader.string().encode("utf-16-le")) // 2
    if struct.kind in (DELETED, ANY):
        return reader.uint()
    raise NotTaken
