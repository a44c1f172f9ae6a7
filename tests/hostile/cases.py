"""A case: what a text's log holds, and the update that comes next. Where cases come from, and how they are kept."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from pycrdt import Doc

from drafting.sync import markup, wire
from drafting.sync.check import Known, Refused, check
from drafting.sync.wire import FrameError, Reader

CORPUS = Path(__file__).with_name("corpus")
WORDS = ("a", "word ", "né", "😀", "👩‍🚀", "شكر", "中文", "\u2028", "long " * 9, "e\u0301")
PROPERTIES = (
    ("b1.kind", "quote"),
    ("b2.kind", "heading1"),
    ("b1.depth", 2.0),
    ("b2.of", "b1"),
    ("b3.kind", "footnote"),
)
MARKS: tuple[dict[str, Any], ...] = (
    {"strong": True},
    {"em": True},
    {"link": "https://example.org/é"},
    {"strong": None},
    {"link": None},
)


class Case(NamedTuple):
    """All updates but the last are honest or were accepted; the last is the one in question."""

    log: tuple[bytes, ...]
    update: bytes

    def encode(self) -> bytes:
        return b"".join(map(wire.blob, (*self.log, self.update)))

    @classmethod
    def decode(cls, data: bytes) -> "Case":
        reader = Reader(data)
        parts = []
        while reader.at < len(data):
            parts.append(reader.blob())
        return cls(tuple(parts[:-1]), parts[-1])

    @property
    def name(self) -> str:
        return hashlib.sha256(self.encode()).hexdigest()[:16]


def kept(folder: Path = CORPUS) -> list[tuple[str, Case]]:
    """What is in the corpus, by file name."""
    return [(path.name, Case.decode(path.read_bytes())) for path in sorted(folder.glob("*.case"))]


def keep(case: Case, folder: Path, kind: str) -> Path:
    path = folder / f"{kind}-{case.name}.case"
    path.write_bytes(case.encode())
    return path


def written(chance: Random, length: int = 8) -> Case:
    """Two or three clients write one text, together and apart."""
    docs: list[Doc[Any]] = [Doc(client_id=chance.choice((2, 7, 300, 2**32 - 1)) + n * 10) for n in range(3)]
    made: list[bytes] = []
    subscriptions = [doc.observe(lambda event: made.append(event.update)) for doc in docs]
    with docs[0].transaction():
        markup.roots(docs[0]).body.insert_embed(0, {"b": "b1"}, {})
    log = [made.pop()]
    while len(log) < length:
        doc = chance.choice(docs)
        if chance.random() < 0.6:
            for update in log:
                doc.apply_update(update)
        made.clear()
        with doc.transaction():
            for _ in range(chance.choice((1, 1, 2, 4))):
                act(markup.roots(doc), chance)
        log += made[:1]
    for doc, subscription in zip(docs, subscriptions, strict=True):
        doc.unobserve(subscription)
    return Case(tuple(log[:-1]), log[-1])


def act(roots: markup.Roots, chance: Random) -> None:
    """Type, delete, mark, start a block, refer to a footnote or set a property, somewhere."""
    edges = [0]
    for piece, _ in roots.diff:
        edges += _edges(piece, edges[-1])
    at, what = chance.choice(edges), chance.random()
    if what < 0.45:
        roots.body.insert(at, chance.choice(WORDS), chance.choice(({}, {}, {"em": True})))
    elif what < 0.55:
        roots.body.insert_embed(at, chance.choice(({"b": "b2"}, {"b": "b3"}, {"fn": "b3"}, {"b": "b1"})), {})
    elif what < 0.65:
        key, value = chance.choice(PROPERTIES)
        roots.blocks[key] = value
    else:
        end = chance.choice([edge for edge in edges if edge >= at][:8])
        if end > at and what < 0.85:
            del roots.body[at:end]
        elif end > at:
            roots.body.format(at, end, chance.choice(MARKS))


def _edges(piece: object, start: int) -> Iterator[int]:
    """Offsets in bytes behind each character of a piece of the text."""
    for character in piece if isinstance(piece, str) else "x":
        start += len(character.encode())
        yield start


def is_in_order(log: tuple[bytes, ...]) -> bool:
    """Whether a server could hold this log."""
    known = Known()
    for update in log:
        try:
            checked = check(update, known)
        except (FrameError, Refused):
            return False
        if checked.missing:
            return False
        known.take(checked)
    return True
