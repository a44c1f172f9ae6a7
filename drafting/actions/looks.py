"""Choosing how a declaration looks where it is published. An edition takes the look over by value when it is frozen or
released again, so that its pages can be made the same at any time."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from drafting.actions.core import Actor, authorise, commit, load_declaration
from drafting.actions.names import checked_line
from drafting.actions.ports import Ports
from drafting.domain.declaration import Declaration
from drafting.domain.events import Event, Kind
from drafting.domain.looks import MOST_ALT, Look, chosen_colour, chosen_design, readable
from drafting.domain.policy import Action, Subject
from drafting.domain.prose import digest_of_bytes


@dataclass(frozen=True, slots=True)
class Chosen:
    """The look as it is now. ``asked`` is the colour that was asked for, where it was too light to be read."""

    look: Look
    asked: str = ""


async def choose_look(ports: Ports, actor: Actor, *, slug: str, design: str, colour: str) -> Chosen:
    """From the next freeze or release on. A colour that cannot be read on paper is darkened until it can.

    Raises ``bad_input`` with ``field`` design or colour; ``not_allowed``.
    """
    chosen, asked = chosen_design(design), chosen_colour(colour)
    look = await _change(ports, actor, slug, lambda now: replace(now, design=chosen, colour=readable(asked)))
    return Chosen(look, asked if look.colour != asked else "")


async def put_mark(ports: Ports, actor: Actor, *, slug: str, data: bytes, alt: str) -> Look:
    """A picture (PNG, JPEG or WebP) that is drawn anew, and what it shows in words.

    Raises ``bad_input`` with ``field`` alt, or as :meth:`Pictures.make_small`; ``not_allowed``.
    """
    authorise(await load_declaration(ports, slug), actor, Action.FREEZE, Subject(), ports.clock.now())
    drawn, png = await with_mark(ports, Look(), data, alt)

    def marked(now: Look) -> Look:
        return replace(drawn, design=now.design, colour=now.colour)

    return await _change(ports, actor, slug, marked, {drawn.mark: png})


async def with_mark(ports: Ports, look: Look, data: bytes, alt: str) -> tuple[Look, bytes]:
    """The look with a picture as its mark, and the picture as it was drawn anew. Raises as :func:`put_mark`."""
    said = checked_line(alt, "alt", MOST_ALT, needed=True)
    assert ports.pictures is not None
    picture = await ports.pictures.make_small(data)
    mark = digest_of_bytes(picture.data)
    return replace(look, mark=mark, width=picture.width, height=picture.height, alt=said), picture.data


async def remove_mark(ports: Ports, actor: Actor, *, slug: str) -> Look:
    """Show none any more. Raises ``not_allowed``."""
    return await _change(ports, actor, slug, lambda now: Look(now.design, now.colour))


async def _change(
    ports: Ports, actor: Actor, slug: str, changed: Callable[[Look], Look], contents: dict[str, bytes] | None = None
) -> Look:
    def decide(declaration: Declaration) -> list[Event]:
        authorise(declaration, actor, Action.FREEZE, Subject(), ports.clock.now())
        look = changed(declaration.look)
        if declaration.look == look:
            return []
        return [Event(Kind.DECLARATION_LOOK, look.to_json(), actor.account, actor.channel)]

    return (await commit(ports, slug, decide, contents)).look


async def read_mark(ports: Ports, look: Look) -> bytes:
    """The PNG; empty where there is none."""
    return await ports.ledger.content(look.mark) if look.mark else b""


async def published_look(ports: Ports, declaration: Declaration) -> Mapping[str, Any]:
    """What an edition's content says of its look: nothing for the one that was there before there was a choice."""
    look = declaration.look
    if look == Look():
        return {}
    return {"look": {**look.to_json(), "png": base64.b64encode(await read_mark(ports, look)).decode("ascii")}}
