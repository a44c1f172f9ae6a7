"""Who wrote what, at any moment: splits, joins and moves of blocks leave every word with its author."""

import gc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from pycrdt import Doc, TransactionEvent

from drafting.actions.writing_ports import Author, Update, WrittenBlock
from drafting.domain.errors import Refusal
from drafting.sync import authorship, markup
from drafting.sync.authorship import Authorship

NAME = "manifesto.water.en"
ADA, BEN, EVE = Author("ada", "north"), Author("ben", "south"), Author("eve", "")


class Desk:
    """Several people write into one text, each under a client id of their own; what they did is the log."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self.reads: list[int] = []
        self._pens: dict[Author, Doc[Any]] = {}

    def write(self, author: Author, act: Callable[[markup.Roots], object]) -> None:
        pen = self._pens.setdefault(author, Doc(client_id=len(self._pens) + 1))
        roots = markup.roots(pen)
        for update in self.updates:
            pen.apply_update(update.data)
        made: list[bytes] = []

        def note(event: TransactionEvent) -> None:
            made.append(event.update)

        watching = pen.observe(note)
        with pen.transaction():
            act(roots)
        pen.unobserve(watching)
        number = len(self.updates) + 1
        self.updates.append(
            Update(NAME, made[0], author.account, author.network, datetime.now(UTC), (pen.client_id,), number)
        )

    def say(self, author: Author, at: int, words: str, **marks: bool) -> None:
        self.write(author, lambda roots: roots.body.insert(at, words, dict(marks)))

    def begin(self, author: Author, at: int, block: str) -> None:
        self.write(author, lambda roots: roots.body.insert_embed(at, {"b": block}, {}))

    async def read(self, text: str, after: int = 0, until: int | None = None) -> Sequence[Update]:
        found = [u for u in self.updates if after < u.sequence <= (until or len(self.updates))] if text == NAME else []
        self.reads.append(len(found))
        return found


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.begin(ADA, 0, "b1")
    desk.say(ADA, 1, "We drink from one river.")
    return desk


def by(blocks: Sequence[WrittenBlock]) -> list[list[tuple[str, str]]]:
    return [[(words.author.account, words.run.text) for words in block.words] for block in blocks]


async def test_words_have_their_authors(desk: Desk) -> None:
    desk.say(BEN, 3, " all")
    desk.say(EVE, 1, "“")
    found = await Authorship(desk).read(NAME)  # type: ignore[arg-type]
    assert by(found) == [[("eve", "“"), ("ada", "We"), ("ben", " all"), ("ada", " drink from one river.")]]
    assert found[0].words[2].author.network == "south"
    assert found[0].block.words == "“We all drink from one river."


async def test_a_split_and_a_join_move_no_words(desk: Desk) -> None:
    desk.begin(BEN, 10, "b2")
    desk.say(BEN, 11, "!")
    reader = Authorship(desk)  # type: ignore[arg-type]
    assert by(await reader.read(NAME)) == [[("ada", "We drink ")], [("ben", "!"), ("ada", "from one river.")]]
    desk.write(EVE, lambda roots: roots.body.__delitem__(slice(10, 11)))
    assert by(await reader.read(NAME)) == [[("ada", "We drink "), ("ben", "!"), ("ada", "from one river.")]]


async def test_a_moved_block_keeps_its_authors_whoever_moved_it(desk: Desk) -> None:
    desk.begin(BEN, 25, "b2")
    desk.say(BEN, 26, "And we share it.")

    def move(roots: markup.Roots) -> None:
        del roots.body[25:42]
        roots.body.insert_embed(0, {"b": "b2"}, {})
        roots.body.insert(1, "And we share it.", {})

    desk.write(EVE, move)
    found = await Authorship(desk).read(NAME)  # type: ignore[arg-type]
    assert by(found) == [[("ben", "And we share it.")], [("ada", "We drink from one river.")]]


async def test_every_script_is_cut_between_characters(desk: Desk) -> None:
    desk.say(BEN, 1, "水是共有的。")
    desk.say(EVE, 1 + len("水".encode()), "😀น้ำ")
    desk.write(ADA, lambda roots: roots.body.format(1, 1 + len("水😀".encode()), {"strong": True}))
    found = await Authorship(desk).read(NAME)  # type: ignore[arg-type]
    assert by(found)[0][:4] == [("ben", "水"), ("eve", "😀"), ("eve", "น้ำ"), ("ben", "是共有的。")]
    assert [words.run.strong for words in found[0].words[:3]] == [True, True, False]


async def test_any_moment_is_read_alike_in_any_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorship, "EVERY", 5)
    for n in range(60):
        desk.say((ADA, BEN, EVE)[n % 3], 1 + n % 7, "xyz"[n % 3])
    last = len(desk.updates)
    told = {n: by(await Authorship(desk).read(NAME, n)) for n in (1, 7, 33, 50, last)}  # type: ignore[arg-type]
    reader = Authorship(desk)  # type: ignore[arg-type]
    for n in (last, 33, 50, 7, 1, 33, last):
        assert by(await reader.read(NAME, n)) == told[n]


async def test_what_was_played_once_is_not_played_again(desk: Desk) -> None:
    reader = Authorship(desk)  # type: ignore[arg-type]
    await reader.read(NAME)
    desk.say(BEN, 1, "x")
    await reader.read(NAME)
    await reader.read(NAME)
    assert desk.reads == [2, 1, 0]


async def test_a_moment_that_never_was_is_not_found(desk: Desk) -> None:
    reader = Authorship(desk)  # type: ignore[arg-type]
    for name, sequence in ((NAME, 99), (NAME, 0), ("manifesto.none.en", None)):
        with pytest.raises(Refusal):
            await reader.read(name, sequence)
    gc.collect()
