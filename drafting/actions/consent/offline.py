"""Positions that a delegate signs again away from the server, with a key that never comes here (consent strength A)."""

from collections.abc import Sequence

from drafting.actions.core import Actor, authorise, commit, load_declaration, load_directory
from drafting.actions.ports import Ports
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Entry, Event, Kind
from drafting.domain.notes import Check
from drafting.domain.policy import Action, Subject
from drafting.domain.positions import Position
from drafting.domain.statements import SignatureUnfit, position_statement, signed_key


def find_position(declaration: Declaration, section: str, position: str) -> Position:
    """Raises ``not_found``."""
    part = declaration.sections.get(section)
    found = next((p for p in part.positions if p.id == position), None) if part else None
    if found is None:
        raise Refusal(Code.NOT_FOUND, section=section, position=position)
    return found


async def _entry(ports: Ports, declaration: Declaration, act: Position) -> Entry:
    """The act as it was recorded: what was folded leaves out nothing, but writes some of it otherwise."""
    return (await ports.ledger.read(declaration.slug, act.index - 1, 1))[0]


async def read_statement(ports: Ports, slug: str, section: str, position: str) -> bytes:
    """The file to sign: ``ssh-keygen -Y sign -n drafting -f KEY FILE``."""
    declaration = await load_declaration(ports, slug)
    entry = await _entry(ports, declaration, find_position(declaration, section, position))
    return position_statement(slug, entry.event.data)


async def sign_position(
    ports: Ports, actor: Actor, *, slug: str, section: str, position: str, signature: str, check: Check
) -> str:
    """Keep an SSH signature (Ed25519, armoured) over a position; the fingerprint of its key.

    Raises ``bad_input`` (``field`` signature; ``reason`` one of :class:`SignatureMisfit`, or ``other_key``,
    ``ended_key`` where it is not one that the actor may sign with), ``taken`` where the position has one already, and
    what taking a position raises.
    """
    at = ports.clock.now()
    declaration = await load_declaration(ports, slug)
    act = find_position(declaration, section, position)
    authorise(declaration, actor, Action.TAKE_POSITION, Subject(network=act.network), at)
    entry = await _entry(ports, declaration, act)
    try:
        key = signed_key(position_statement(slug, entry.event.data), signature, check)
    except SignatureUnfit as unfit:
        raise Refusal(Code.BAD_INPUT, field="signature", reason=unfit.misfit.value) from unfit
    await _check_owner(ports, actor, key)

    def decide(now: Declaration) -> Sequence[Event]:
        authorise(now, actor, Action.TAKE_POSITION, Subject(network=act.network), at)
        if not actor.fresh:
            raise Refusal(Code.SIGN_IN_ANEW)
        if position in now.offline_keys:
            raise Refusal(Code.TAKEN, field="signature")
        data = {
            "position": position,
            "network": act.network,
            "section": section,
            "key": key,
            "signature": signature.strip() + "\n",
        }
        return [Event(Kind.POSITION_SIGN, data, actor.account, actor.channel)]

    await commit(ports, slug, decide)
    return key


async def _check_owner(ports: Ports, actor: Actor, fingerprint: str) -> None:
    """Who has added keys of their own, or passkeys, signs with one of those keys; nobody signs with somebody else's or
    with one that was ended."""
    directory = await load_directory(ports)
    keys = directory.keys.values()
    known = [key for key in keys if key.fingerprint == fingerprint]
    own = [key for key in keys if key.account == actor.account]
    if any(not key.is_live for key in known if key in own):
        raise Refusal(Code.BAD_INPUT, field="signature", reason="ended_key", key=fingerprint)
    passkeys = [passkey for passkey in directory.passkeys.values() if passkey.account == actor.account]
    has_other = bool(known) or any(key.is_live for key in own) or any(passkey.is_live for passkey in passkeys)
    if has_other and not any(key in own for key in known):
        raise Refusal(Code.BAD_INPUT, field="signature", reason="other_key", key=fingerprint)
