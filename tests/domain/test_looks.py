"""Colours that can be read, whatever colour was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafting.domain.errors import Refusal
from drafting.domain.looks import (
    DARK_PAPER,
    LEAST_CONTRAST,
    OWN_COLOUR,
    PAPER,
    Look,
    chosen_colour,
    chosen_design,
    contrast,
    read_look,
    readable,
    tint,
)

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_every_colour_becomes_one_that_can_be_read_by_day_and_by_night(colour: str) -> None:
    for ground in (PAPER, DARK_PAPER):
        made = readable(colour, ground)
        assert contrast(made, ground) >= LEAST_CONTRAST
        assert contrast(made, tint(made, ground)) >= LEAST_CONTRAST
        assert readable(made, ground) == made


def test_the_platforms_own_colour_stays() -> None:
    assert readable(OWN_COLOUR) == OWN_COLOUR
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_what_is_no_colour_or_design_is_refused() -> None:
    assert chosen_colour(" #A01E3C ") == "#a01e3c"
    for text in ("red", "#abc", "#12345g", "", "#1234567", "url(x)"):
        with pytest.raises(Refusal):
            chosen_colour(text)
    with pytest.raises(Refusal):
        chosen_design("brutalist")


def test_a_look_is_read_as_it_was_written() -> None:
    look = Look(chosen_design("poster"), "#a01e3c", "sha256:ab", 10, 20, "A drop")
    assert read_look(look.to_json()) == look
    assert read_look({}) == Look()
