"""A list that counts is taken back as it was let in: one network asks for it with a reason, a second one agrees."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from drafting.actions import letters
from drafting.actions.core import Actor, commit
from drafting.actions.names import checked_line
from drafting.actions.ports import Ports
from drafting.actions.roll_ports import RollMoved
from drafting.actions.rolls.uploads import moved, open_roll, save_roll
from drafting.actions.vouching import require_second, voice_of, who_may_follow, word_for
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.rolls import TAKING, Doubt, HandedIn, Roll, RollState
from drafting.domain.spreadsheets import ROLL

MAX_NOTE: Final = 500


async def ask_roll_back(
    ports: Ports, actor: Actor, *, slug: str, id: str, reason: str, note: str = "", network: str | None = None
) -> Roll:
    """One person's word for one network that this list should not count. Until a second one agrees it goes on counting.

    Raises ``no_mandate``; ``bad_input`` with ``field`` reason or note, or ``reason`` moved where it does not count.
    """
    _, roll = await open_roll(ports, actor, slug=slug, id=id)
    doubt, words = _doubt(reason), checked_line(note, "note", MAX_NOTE)
    if roll.state is not RollState.COUNTED:
        raise moved(roll)

    def decide(declaration: Declaration) -> Sequence[Event]:
        chosen = voice_of(declaration, actor, network, ports.clock.now())
        if declaration.rolls[id].doubters:  # It was interrupted after this entry.
            return []
        said = {"roll": id, "n": roll.edition, "network": chosen, "reason": doubt.value}
        return [Event(Kind.ROLL_ASK_BACK, said, actor.account, actor.channel)]

    declaration = await commit(ports, slug, decide)
    asked = replace(roll, state=RollState.ASKED_BACK, reason=words, changed=ports.clock.now())
    roll = await save_roll(ports, asked)
    await _ask_second(ports, declaration, roll)
    return roll


async def take_roll_back(
    ports: Ports, actor: Actor, *, slug: str, id: str, reason: str, network: str | None = None
) -> HandedIn:
    """The second word, by another person of another network; then row after row stops counting.

    ``reason``: as the person saw it. Raises ``second_network_required``, ``text_changed``; ``bad_input`` (moved).
    """
    _, roll = await open_roll(ports, actor, slug=slug, id=id)

    def decide(declaration: Declaration) -> Sequence[Event]:
        at, known = ports.clock.now(), declaration.rolls[id]
        chosen = voice_of(declaration, actor, network, at)
        if not known.doubters or known.is_taken_back:
            raise moved(roll)
        if known.doubt != reason:
            raise Refusal(Code.TEXT_CHANGED, now={"reason": known.doubt})
        require_second(declaration, known.doubters, actor, chosen, at, of=TAKING)
        said = {"roll": id, "n": roll.edition, **word_for(declaration, known.doubters, chosen, at)}
        return [Event(Kind.ROLL_TAKE_BACK, said, actor.account, actor.channel)]

    if roll.state is not RollState.ASKED_BACK:
        raise moved(roll)
    return (await commit(ports, slug, decide)).rolls[id]


async def keep_roll(ports: Ports, actor: Actor, *, slug: str, id: str) -> Roll:
    """Let it go on counting: whoever asked changed their mind, or another network does not agree."""
    _, roll = await open_roll(ports, actor, slug=slug, id=id)
    if roll.state is not RollState.ASKED_BACK:
        raise moved(roll)
    try:
        return await kept_on(ports, roll, actor)
    except RollMoved as error:
        raise moved(roll) from error


async def kept_on(ports: Ports, roll: Roll, actor: Actor) -> Roll:
    """Counted as before. Raises ``RollMoved``, also where a second network has agreed."""

    def decide(declaration: Declaration) -> Sequence[Event]:
        known = declaration.rolls[roll.id]
        if known.is_taken_back:
            raise RollMoved(roll.id)
        if not known.doubters:
            return []
        return [Event(Kind.ROLL_KEEP, {"roll": roll.id, "n": roll.edition}, actor.account, actor.channel)]

    await commit(ports, roll.declaration, decide)
    return await ports.rolls.save(replace(roll, state=RollState.COUNTED, reason="", changed=ports.clock.now()))


def _doubt(reason: str) -> Doubt:
    try:
        return Doubt(reason)
    except ValueError as error:
        raise Refusal(Code.BAD_INPUT, of=ROLL, field="reason", reason="choice") from error


async def _ask_second(ports: Ports, declaration: Declaration, roll: Roll) -> None:
    """Those who may agree for another network learn that somebody wants the list taken back."""
    asked = who_may_follow(declaration, declaration.rolls[roll.id].doubters, ports.clock.now())
    accounts = [await ports.accounts.get(account) for account in asked]
    rows = await ports.rolls.rows(roll.id)
    path = f"workshop/{roll.declaration}/publishing/{roll.edition}/lists/{roll.id}"
    await letters.send(ports, accounts, "list_asked_back", declaration, n=roll.edition, rows=rows.leaving, path=path)
