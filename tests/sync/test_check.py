"""The check of an update's bytes: what editors make passes, nothing else does, and nothing ends the process."""

import random
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text, XmlFragment, merge_updates

from drafting.domain import prose
from drafting.sync import markup, wire
from drafting.sync.check import MAX_STRUCTS, Checked, Deletions, Known, Refused, check, survey
from drafting.sync.keystroke import check_keystroke
from drafting.sync.replica import Broken, Replica
from drafting.sync.rewrite import rewrite
from drafting.sync.wire import FrameError
from tests.sync.texts import texts


def updates_of(*versions: prose.Text, client: int = 1) -> list[bytes]:
    """One update for each version of a text."""
    updates: list[bytes] = []
    doc: Doc[Any] = Doc(client_id=client)
    body = markup.roots(doc)
    subscription = doc.observe(lambda event: updates.append(event.update))
    for text in versions:
        with doc.transaction():
            rewrite(body, text)
    doc.unobserve(subscription)
    return updates


def known_after(updates: list[bytes]) -> Known:
    known = Known()
    for update in updates:
        known.take(check(update, known))
    return known


@given(st.lists(texts, min_size=1, max_size=3))
def test_what_editors_make_passes_and_is_counted_as_pycrdt_counts(versions: list[prose.Text]) -> None:
    updates = updates_of(*versions)
    doc: Doc[Any] = Doc()
    for update in updates:
        doc.apply_update(update)
    known = known_after(updates)
    assert known.clocks == wire.state_vector(doc.get_state())
    surveyed, deletions = survey(doc.get_update())
    assert surveyed.clocks == known.clocks
    assert surveyed.properties == known.properties
    assert surveyed.halves <= known.halves
    assert all(deletions.covers(check(update, known).deleted) for update in updates)


mutations = st.tuples(st.integers(0, 1 << 16), st.integers(0, 255), st.none() | st.binary(max_size=4))


@given(st.lists(texts, min_size=2, max_size=3), st.integers(0, 2), st.lists(mutations, min_size=1, max_size=3))
@settings(max_examples=300)
def test_mutated_updates_never_get_past_it_to_do_harm(
    versions: list[prose.Text], which: int, changes: list[tuple[int, int, bytes | None]]
) -> None:
    updates = updates_of(*versions)
    mutated = bytearray(updates[which % len(updates)])
    for place, value, tail in changes:
        mutated = mutated or bytearray(1)
        place %= len(mutated)
        if tail is None:
            mutated[place] = value
        else:
            mutated[place:] = tail
    harmless(updates[:1], bytes(mutated))


def harmless(before: list[bytes], update: bytes) -> None:
    """Either it is refused, or the text can be saved, loaded and read with it; or the replica says that it broke."""
    replica = Replica(before)
    try:
        checked = replica.check(update)
    except (FrameError, Refused):
        return
    if not checked.missing:
        replica.known.take(checked)
        try:
            replica.apply([update], is_doubtful=True)
            replica.prove()
        except Broken:
            return


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_no_update(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(500):
        data = bytes(
            chance.choice((0, 1, 1, 2, 4, 132, 196, chance.randrange(256))) for _ in range(chance.randrange(30))
        )
        harmless([], data)


# ---- written by hand: client 9 (or others), clock 0


def update_with(
    struct_bytes: bytes, count: int = 1, client: int = 9, clock: int = 0, deleted: bytes = b"\x00"
) -> bytes:
    return b"\x01" + wire.uint(count) + wire.uint(client) + wire.uint(clock) + struct_bytes + deleted


BODY = b"\x01\x04body"
IN_MAP = b"\x01\x06blocks\x06a.kind"
LETTER = b"\x04" + BODY + b"\x01x"
BASE = updates_of((prose.Block("aa", "quote", (prose.Run("né😀!"),)),), client=7)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (update_with(b"\x00" + BODY + b"\x01"), "content"),
        (update_with(b"\x02" + BODY + b"\x01\x011"), "content"),
        (update_with(b"\x03" + BODY + b"\x01x"), "content"),
        (update_with(b"\x07" + BODY + b"\x00"), "content"),
        (update_with(b"\x09" + BODY + b"\x01x\x00"), "content"),
        (update_with(b"\x04\x00\x09\x00\x01x"), "parent"),
        (update_with(b"\x04\x01\x04head\x01x"), "root"),
        (update_with(b"\x04" + BODY + b"\x00"), "character"),
        (update_with(b"\x04" + BODY + b"\x01\n"), "character"),
        (update_with(b"\x04" + BODY + wire.string("\ufeff")), "character"),
        (update_with(b"\x01" + BODY + b"\x00"), "length"),
        (update_with(b"\x0a\x00"), "length"),
        (update_with(b"\x05" + BODY + wire.string('{"b":"a b"}')), "embed"),
        (update_with(b"\x05" + BODY + wire.string('{"b":"a","c":1}')), "embed"),
        (update_with(b"\x05" + BODY + wire.string("[" * 30000)), "embed"),
        (update_with(b"\x06" + BODY + wire.string("onclick") + wire.string("true")), "mark"),
        (update_with(b"\x06" + BODY + wire.string("strong") + wire.string("1")), "mark"),
        (update_with(b"\x06" + BODY + wire.string("link") + wire.string('"javascript:alert(1)"')), "mark"),
        (update_with(b"\x06" + BODY + wire.string("link") + wire.string('"JaVa\\tscript:alert(1)"')), "mark"),
        (update_with(b"\x06" + BODY + wire.string("link") + wire.string('"data:text/html,x"')), "mark"),
        (update_with(b"\x06" + BODY + wire.string("link") + wire.string('["https://x.org"]')), "mark"),
        (update_with(b"\x06" + BODY + wire.string("link") + wire.string('"https://x.org/' + "y" * 2000 + '"')), "mark"),
        (update_with(b"\x28\x01\x06blocks\x05a.who\x01\x77\x01x"), "map key"),
        (update_with(b"\x28\x01\x04body\x06a.kind\x01\x77\x05quote"), "map key"),
        (update_with(b"\x28" + IN_MAP + b"\x01\x77" + wire.string("no kind")), "value"),
        (update_with(b"\x28" + IN_MAP + b"\x01\x7d\x06"), "value"),
        (update_with(b"\x28" + IN_MAP + b"\x01\x7b" + struct.pack(">d", 0.5)), "value"),
        (update_with(b"\x28" + IN_MAP + b"\x01\x75\x00"), "value"),
        (update_with(b"\x28" + IN_MAP + b"\x01\x76\x00"), "value"),
        (update_with(b"\x24" + IN_MAP + b"\x01x"), "in the map"),
        (update_with(b"\x08" + BODY + b"\x01\x77\x05quote"), "content"),
        (update_with(b"\x84\x09\x00\x01x"), "origin"),
        (update_with(b"\xc4\x07\x00\x07\x00\x01x"), "origins"),
        (update_with(b"", count=0), "structs"),
        (b"\x02" + update_with(LETTER)[1:-1] + update_with(LETTER)[1:], "client twice"),
        (update_with(LETTER, clock=(1 << 31) - 1), "clock"),
        (b"\x00\x02\x07\x01\x00\x01\x07\x01\x00\x01", "deletions"),
        (b"\x00\x01\x07\x01\x00\x00", "length"),
        (b"\x00\x01\x07" + wire.uint(MAX_STRUCTS + 1), "deletions"),
    ],
)
def test_what_is_wrong_by_itself_is_refused(data: bytes, word: str) -> None:
    with pytest.raises(Refused, match=f"^{word}$"):
        check(data, known_after(BASE))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        update_with(LETTER) + b"x",
        update_with(LETTER)[:-1],
        update_with(b"\x04" + BODY + b"\x05x"),
        update_with(b"\x04" + BODY + b"\x02\xed\xa0"),
        b"\xff" * 12,
        b"\x00\x00\x00",
        update_with(b"\x28" + IN_MAP + b"\x01\x7b\x00"),
    ],
)
def test_what_is_cut_short_or_goes_on_is_no_update(data: bytes) -> None:
    with pytest.raises(FrameError):
        check(data, Known())


def test_types_nested_26500_deep_never_reach_pycrdt() -> None:
    nested = update_with(b"\x07\x01\x04body\x00") + b""
    deep = b"\x01" + wire.uint(26_500) + b"\x09\x00" + b"\x07\x01\x04body\x00" + b"\x87\x09\x00\x00" * 26_499 + b"\x00"
    for update in (nested, deep):
        with pytest.raises(Refused):
            check(update, Known())


@pytest.mark.parametrize("kind", [Array, Map, Text, XmlFragment])
def test_foreign_types_are_refused(kind: Any) -> None:
    doc: Doc[Any] = Doc()
    if kind is XmlFragment:
        doc["body"] = XmlFragment()
        doc["body"].children.append("x")
    else:
        doc["blocks"] = Map({"a.kind": kind()})
    with pytest.raises((Refused, FrameError)):
        check(doc.get_update(), Known())


def test_too_many_structs_are_refused() -> None:
    doc: Doc[Any] = Doc()
    body = markup.roots(doc).body
    for _ in range(MAX_STRUCTS + 2):
        body.insert(0, "x", {})
    with pytest.raises(Refused, match="structs"):
        check(doc.get_update(), Known())
    assert survey(doc.get_update())[0].clocks == {doc.client_id: MAX_STRUCTS + 2}


# ---- what it builds on


def test_a_gap_is_seen() -> None:
    known = known_after(BASE)
    end = known.clocks[7]
    assert check(update_with(b"\x84\x07\x00\x01x"), known).missing == set()
    assert check(update_with(b"\x84\x07" + wire.uint(end) + b"\x01x"), known).missing == {7}
    assert check(update_with(b"\x84\x08\x00\x01x"), known).missing == {8}
    assert check(update_with(LETTER, clock=1), known).missing == {9}
    assert check(b"\x00\x01\x07\x01\x00" + wire.uint(end + 1), known).missing == {7}
    skipping = update_with(LETTER + b"\x0a\x02" + LETTER, count=3)
    assert check(skipping, known).missing == {9}


def test_a_text_in_the_right_order_misses_nothing_in_any_other_it_does() -> None:
    text = tuple(prose.Block(f"b{n}", "paragraph", (prose.Run(f"words {n}"),)) for n in range(4))
    updates = updates_of(*(text[:n] for n in range(1, 5)))
    for place in range(1, 4):
        assert check(updates[place], known_after(updates[:place])).missing == set()
        assert check(updates[place], known_after(updates[: place - 1])).missing == {1}
    assert check(merge_updates(*updates), Known()).missing == set()
    assert check(merge_updates(updates[0], updates[2]), Known()).missing == {1}


def test_writing_that_builds_on_writing_of_others_in_the_same_update_is_doubtful() -> None:
    round_about = b"\x02" + b"\x01\x09\x00\x84\x0a\x00\x01x" + b"\x01\x0a\x00\x84\x09\x00\x01y" + b"\x00"
    checked = check(round_about, Known())
    assert not checked.missing
    assert checked.tangled
    replica = Replica()
    replica.known.take(checked)
    with pytest.raises(Broken):
        replica.apply([round_about], is_doubtful=True)


def test_nothing_ties_the_map_to_the_body() -> None:
    known = known_after(BASE)
    (kind,) = known.properties
    clock = wire.uint(kind & ((1 << 31) - 1))
    for data in (
        update_with(b"\x84\x07" + clock + b"\x01x"),
        update_with(b"\x44\x07" + clock + b"\x01x"),
        update_with(b"\xa8\x07\x00\x01\x77\x05quote"),
    ):
        with pytest.raises(Refused, match="origin elsewhere"):
            check(data, known)
    assert check(update_with(b"\xa8\x07" + clock + b"\x01\x77\x05quote"), known).written == {9: 1}


def test_what_an_update_says_about_known_writing_does_not_count() -> None:
    known = known_after([update_with(LETTER), update_with(b"\x28" + IN_MAP + b"\x01\x77\x05quote", clock=1)])
    claim = b"\x28" + IN_MAP + b"\x01\x77\x05quote"
    two = update_with(claim * 2 + b"\xa8\x09\x00\x01\x77\x05quote", count=3)
    with pytest.raises(Refused, match="origin elsewhere"):
        check(two, known)
    with pytest.raises(Refused, match="overlap"):
        check(update_with(b"\x04" + BODY + b"\x03xyz"), known)
    with pytest.raises(Refused, match="half a character"):
        check(update_with(b"\x04" + BODY + wire.string("😀")), known_after([update_with(LETTER)]))


def test_nobody_cuts_a_character_in_two() -> None:
    known = known_after(BASE)
    (half,) = known.halves
    clock = half & ((1 << 31) - 1)
    for data in (
        update_with(b"\x84\x07" + wire.uint(clock - 1) + b"\x01x"),
        update_with(b"\x44\x07" + wire.uint(clock) + b"\x01x"),
        b"\x00\x01\x07\x01" + wire.uint(clock) + b"\x01",
        b"\x00\x01\x07\x01" + wire.uint(clock - 1) + b"\x01",
    ):
        with pytest.raises(Refused, match="half a character"):
            check(data, known)
    whole = b"\x00\x01\x07\x01" + wire.uint(clock - 1) + b"\x02"
    assert check(whole, known).deleted == ((7, clock - 1, clock + 1),)


def test_deletions_cover_what_they_hold() -> None:
    deletions = Deletions([(1, 5, 8), (1, 0, 2), (1, 2, 3), (2, 4, 5)])
    assert deletions.covers([(1, 0, 3), (1, 6, 8), (2, 4, 5)])
    assert not deletions.covers([(1, 0, 4)])
    assert not deletions.covers([(1, 4, 6)])
    assert not deletions.covers([(3, 0, 1)])
    assert Deletions([]).covers([])


@pytest.mark.parametrize("number", [b"\x7d\x03", b"\x7c" + struct.pack(">f", 3), b"\x7b" + struct.pack(">d", 3)])
def test_a_number_is_taken_as_any_editor_writes_it(number: bytes) -> None:
    check(update_with(b"\x28\x01\x06blocks\x07a.depth\x01" + number), Known())


@given(
    st.sampled_from([7, 9, 1 << 32, 1 << 52, 1 << 53]),
    st.integers(0, 3) | st.sampled_from([9, 1 << 31]),
    st.sampled_from([0x84, 0x44, 0xC4, 0x04, 0xA4]),
    st.lists(st.tuples(st.sampled_from([7, 8, 9]), st.integers(0, 11)), min_size=2, max_size=2),
    st.sampled_from(["a", "ab ", "é", "\t", "\x7f", "~", ""]),
    st.binary(max_size=2),
)
def test_a_keystroke_is_checked_the_same_in_less_time(
    client: int, clock: int, info: int, origins: list[tuple[int, int]], words: str, tail: bytes
) -> None:
    known = known_after(BASE)
    if client == 7:
        clock = known.clocks[7] + clock - 1
    count = 2 if info == 0xC4 else 1
    places = b"".join(wire.uint(who) + wire.uint(at) for who, at in origins[:count])
    data = update_with(bytes([info]) + places + wire.string(words), client=client, clock=clock) + tail
    quick = check_keystroke(data, known)
    if quick is not None:
        assert quick == check(data, known)


def test_most_keystrokes_are_checked_in_less_time() -> None:
    known = known_after(BASE)
    assert check_keystroke(update_with(b"\x84\x07\x00\x01x"), known) == Checked({9: 1})
    assert check_keystroke(update_with(b"\xc4\x07\x00\x07\x02\x02xy"), known) == Checked({9: 2})
