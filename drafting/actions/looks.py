"""Choosing how a declaration looks where it is published. An edition takes the look over by value when it is frozen or
released again, so that its pages can be made the same at any time."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drafting.actions.core import Actor, authorise, commit, load_declaration
from drafting.actions.ports import Ports
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.looks import MOST_ALT, Look, chosen_colour, chosen_design, readable
from drafting.domain.policy import Action, Subject
from drafting.domain.prose import digest_of_bytes


@dataclass(frozen=True, slots=True)
class Chosen:
    """The look as it is now. ``asked`` is the colour that was asked for, where it was too light to be read."""

    look: Look
    asked: str = ""


async def choose_look(
    ports: Ports,
    actor: Actor,
    *,
    slug: str,
    design: str,
    colour: str,
    alt: str = "",
    mark: bytes | None = None,
    keeps_mark: bool = True,
) -> Chosen:
    """From the next freeze or release on. ``mark``: a picture (PNG, JPEG, WebP), drawn anew; without one the mark that
    is there stays, unless ``keeps_mark`` is false. A colour that cannot be read on paper is darkened until it can.

    Raises ``bad_input`` with ``field`` design, colour, alt or logo; ``not_allowed``.
    """
    declaration = await load_declaration(ports, slug)
    authorise(declaration, actor, Action.FREEZE, Subject(), ports.clock.now())
    asked = chosen_colour(colour)
    contents, shown = await _mark(ports, declaration.look if keeps_mark else Look(), mark, alt.strip())
    look = Look(chosen_design(design), readable(asked), **shown)

    def decide(now: Declaration) -> list[Event]:
        authorise(now, actor, Action.FREEZE, Subject(), ports.clock.now())
        if now.look == look:
            return []
        return [Event(Kind.DECLARATION_LOOK, look.to_json(), actor.account, actor.channel)]

    await commit(ports, slug, decide, contents)
    return Chosen(look, asked if look.colour != asked else "")


async def _mark(ports: Ports, former: Look, data: bytes | None, alt: str) -> tuple[dict[str, bytes], dict[str, Any]]:
    """What is to be kept, and what the look says of it."""
    if data is None:
        if former.mark and not alt:
            raise Refusal(Code.BAD_INPUT, field="alt")
        said = {"mark": former.mark, "width": former.width, "height": former.height}
        return {}, {**said, "alt": alt} if former.mark else {}
    if not alt or len(alt) > MOST_ALT:
        raise Refusal(Code.BAD_INPUT, field="alt")
    assert ports.pictures is not None
    picture = await ports.pictures.make_small(data)
    digest = digest_of_bytes(picture.data)
    return {digest: picture.data}, {"mark": digest, "width": picture.width, "height": picture.height, "alt": alt}


async def read_mark(ports: Ports, look: Look) -> bytes:
    """The PNG; empty where there is none."""
    return await ports.ledger.content(look.mark) if look.mark else b""


async def published_look(ports: Ports, declaration: Declaration) -> Mapping[str, Any]:
    """What an edition's content says of its look: nothing for the one that was there before there was a choice."""
    look = declaration.look
    if look == Look():
        return {}
    return {"look": {**look.to_json(), "png": base64.b64encode(await read_mark(ports, look)).decode("ascii")}}
