"""Frames of both protocols."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafting.sync import wire
from drafting.sync.wire import Ask, FrameError, Leave, Nothing, Offer, Point, QueryPoints, Token

NAME = wire.string("d.front.en")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (wire.ask(b"\x00"), Ask(b"\x00")),
        (wire.answer(b"abc"), Offer(b"abc", is_answer=True)),
        (wire.update(b"abc"), Offer(b"abc", is_answer=False)),
        (b"\x04\x01\x03abc", Offer(b"abc", is_answer=True)),
        (wire.awareness(b"\x00"), Point(b"\x00")),
        (b"\x02\x00\x01x\x054.8.0", Token("x")),
        (b"\x02\x00\x00", Token("")),
        (b"\x03", QueryPoints()),
        (b"\x07", Leave()),
        (wire.stateless("{}"), Nothing()),
        (b"\x09", Nothing()),
    ],
)
def test_messages_are_read(body: bytes, message: object) -> None:
    assert wire.parse_named(NAME + body) == ("d.front.en", message)


def test_a_pong_has_no_name() -> None:
    assert wire.parse_named(b"\x0a") == ("", Nothing())


def test_the_plain_protocol_has_no_tokens() -> None:
    assert wire.parse_plain(wire.update(b"abc")) == Offer(b"abc", is_answer=False)
    with pytest.raises(FrameError):
        wire.parse_plain(b"\x02\x00\x01x")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        NAME,
        NAME[:-1],
        b"\x00\x00\x00\x00",
        wire.string("x" * 301) + b"\x03",
        b"\x02\xff\xff\x03",
        NAME + b"\x00\x03\x00",
        NAME + b"\x00\x02\x05abc",
        NAME + b"\x00\x02\x01abc",
        NAME + b"\x02\x01\x00",
        NAME + b"\x0b",
        NAME + b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
    ],
)
def test_what_is_no_message_is_a_frame_error(data: bytes) -> None:
    with pytest.raises(FrameError):
        wire.parse_named(data)


@given(st.binary(max_size=60))
def test_nothing_but_frame_errors_comes_of_any_bytes(data: bytes) -> None:
    for parse in (wire.parse_named, wire.parse_plain, wire.state_vector):
        try:
            parse(data)
        except FrameError:
            continue


@given(st.integers(0, wire.MAX_NUMBER))
def test_numbers_go_there_and_back(number: int) -> None:
    reader = wire.Reader(wire.uint(number))
    assert reader.uint() == number
    reader.end()


@given(st.dictionaries(st.integers(0, wire.MAX_NUMBER), st.integers(0, 1 << 31)))
def test_state_vectors_go_there_and_back(known: dict[int, int]) -> None:
    assert wire.state_vector(wire.encode_state(known)) == known


@given(st.binary(max_size=200), st.binary(max_size=4))
def test_a_short_update_is_read_the_same_without_looking(update: bytes, noise: bytes) -> None:
    head = NAME + wire.UPDATE
    found = wire.short_update(NAME + wire.update(update), head)
    assert found == (update if len(update) < 128 else None)
    assert wire.short_update(NAME + wire.update(update) + b"x" + noise, head) is None
    for data in (noise, NAME + noise, head + noise, NAME + wire.answer(update)):
        quick = wire.short_update(data, head)
        if quick is not None:
            assert wire.parse_named(data) == ("d.front.en", Offer(quick, is_answer=False))
