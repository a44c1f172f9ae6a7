"""The look of a declaration in its folder: a table of ``declaration.toml``, and its mark as a picture beside it."""

import base64
from collections.abc import Mapping
from typing import Any, Final

from drafting.actions.folder_files import OUTLINE, Outline, folder_refused
from drafting.actions.looks import with_mark
from drafting.actions.ports import Ports
from drafting.domain.errors import Refusal
from drafting.domain.looks import Look, chosen_colour, chosen_design, read_look, readable

MARK: Final = "mark.png"
SHOWS: Final = "mark_shows"


def look_files(look: Look, mark: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the outline says of a look, and the files beside it; nothing of the one that everybody begins with."""
    if look == Look():
        return {}, {}
    said = {"design": look.design.value, "colour": look.colour}
    if not mark:
        return {"look": said}, {}
    return {"look": {**said, SHOWS: look.alt}}, {MARK: mark}


def frozen_look(content: Mapping[str, Any]) -> tuple[Look, bytes]:
    """The look of an edition's content, and its mark."""
    value = content.get("look", {})
    return read_look(value), base64.b64decode(value.get("png", ""))


def _outlined(outline: Outline) -> Look:
    """Without its mark. Raises ``folder_refused`` with the line of what can't be used."""
    value = outline.values.get("look", {})
    try:
        colour = readable(chosen_colour(value.get("colour", Look().colour)))
        return Look(chosen_design(value.get("design", Look().design.value)), colour)
    except Refusal as refusal:
        raise folder_refused(OUTLINE, outline.line(f"look.{refusal.data['field']}"), "bad_input") from None


async def brought_look(ports: Ports, outline: Outline, files: Mapping[str, bytes]) -> tuple[Look, dict[str, bytes]]:
    """The look that a folder speaks of, its mark drawn anew, and the mark by its digest.

    Raises ``folder_refused`` for a picture that can't be read, and for a mark without words or words without a mark.
    """
    look, shows = _outlined(outline), str(outline.values.get("look", {}).get(SHOWS, ""))
    if MARK not in files and not shows:
        return look, {}
    if MARK not in files:
        raise folder_refused(MARK, 0, "missing_file")
    if not shows:
        raise folder_refused(OUTLINE, 0, "missing_key", key=f"look.{SHOWS}")
    try:
        marked, png = await with_mark(ports, look, files[MARK], shows)
    except Refusal as refusal:
        at = (OUTLINE, outline.line(f"look.{SHOWS}")) if refusal.data["field"] == "alt" else (MARK, 0)
        raise folder_refused(*at, "bad_input") from None
    return marked, {marked.mark: png}
