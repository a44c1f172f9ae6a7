"""How a declaration looks where it is published: a design, a colour that can be read, a mark."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from drafting.domain.errors import Code, Refusal

LEAST_CONTRAST: Final = 4.5
"""Of text against its ground (WCAG 2.2, 1.4.3)."""
PAPER: Final = "#fdfdfb"
DARK_PAPER: Final = "#131517"
OWN_COLOUR: Final = "#0b5966"
MOST_ALT: Final = 120
_HEX: Final = re.compile("#[0-9a-f]{6}")
_STEPS: Final = 100
_TINT: Final = 0.1
Colour = tuple[float, float, float]


class Design(StrEnum):
    """``quiet``: as it was before there was a choice. ``classic``: centred, like an old book. ``poster``: bold, on a
    coloured ground."""

    QUIET = "quiet"
    CLASSIC = "classic"
    POSTER = "poster"


@dataclass(frozen=True, slots=True)
class Look:
    """``colour``: ``#rrggbb`` in small letters, dark enough on paper. ``mark``: the digest of a PNG, or empty; ``alt``
    says what it shows, in the source language."""

    design: Design = Design.QUIET
    colour: str = OWN_COLOUR
    mark: str = ""
    width: int = 0
    height: int = 0
    alt: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "design": self.design.value,
            "colour": self.colour,
            "mark": self.mark,
            "width": self.width,
            "height": self.height,
            "alt": self.alt,
        }


def read_look(value: Mapping[str, Any]) -> Look:
    """As :meth:`Look.to_json` wrote it; what is missing is as it was before there was a choice."""
    return Look(
        design=Design(value.get("design", Design.QUIET)),
        colour=value.get("colour", OWN_COLOUR),
        mark=value.get("mark", ""),
        width=value.get("width", 0),
        height=value.get("height", 0),
        alt=value.get("alt", ""),
    )


def chosen_design(name: str) -> Design:
    """Raises ``bad_input`` with ``field`` design."""
    try:
        return Design(name)
    except ValueError as error:
        raise Refusal(Code.BAD_INPUT, field="design") from error


def chosen_colour(text: str) -> str:
    """A colour as it was typed, in its one form. Raises ``bad_input`` with ``field`` colour."""
    colour = text.strip().casefold()
    if not _HEX.fullmatch(colour):
        raise Refusal(Code.BAD_INPUT, field="colour")
    return colour


def readable(colour: str, ground: str = PAPER) -> str:
    """The nearest colour of the same hue that can be read on the ground; the same where it can be read already."""
    end = (0.0, 0.0, 0.0) if _luminance(_parts(ground)) > 0.5 else (1.0, 1.0, 1.0)
    mixed = (_mixed(_parts(colour), end, step / _STEPS) for step in range(_STEPS + 1))
    return next(each for each in mixed if _is_readable(each, ground))


def _is_readable(colour: str, ground: str) -> bool:
    """On the ground, and where the ground has a breath of the colour."""
    return min(contrast(colour, each) for each in (ground, tint(colour, ground))) >= LEAST_CONTRAST


def tint(colour: str, ground: str) -> str:
    """A ground with a breath of the colour."""
    return _mixed(_parts(ground), _parts(colour), _TINT)


def contrast(one: str, other: str) -> float:
    """Of two colours, from 1 to 21, as WCAG 2 reckons it."""
    bright, dark = sorted((_luminance(_parts(one)), _luminance(_parts(other))), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _parts(colour: str) -> Colour:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _mixed(one: Colour, other: Colour, share: float) -> str:
    return "#" + "".join(f"{round((a + (b - a) * share) * 255):02x}" for a, b in zip(one, other, strict=True))


def _luminance(colour: Colour) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
