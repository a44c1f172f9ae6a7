"""Two people of different networks vouch for a roll, as two approve an edition; either may drop it before that."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from drafting.actions import letters
from drafting.actions.core import Actor, commit
from drafting.actions.names import checked_line
from drafting.actions.ports import Ports
from drafting.actions.rolls.uploads import moved, open_roll, save_roll
from drafting.actions.signing.asking import kept_wording
from drafting.actions.vouching import require_second, voice_of, who_may_follow, word_for
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.rolls import KEPT_STATES, HandedIn, Outcome, Roll, RollState, roll_digest
from drafting.domain.spreadsheets import ROLL, refused

MAX_WHY: Final = 500
WORDINGS: Final = {"publish": "publish_on_paper", "updates": "updates_on_paper"}
"""What the printed sheets ask, by consent."""


async def hand_in_roll(ports: Ports, actor: Actor, *, slug: str, id: str, network: str | None = None) -> Roll:
    """One person's word for one network that these names signed. From now on the roll stays as it is.

    Raises ``no_mandate``; ``bad_input`` with ``reason`` moved where it is not checked, none_fits where no row counts.
    """
    declaration, roll = await open_roll(ports, actor, slug=slug, id=id)
    if roll.state is not RollState.CHECKED or roll.reading is None:
        raise moved(roll)
    if not roll.report.count(Outcome.FITS):
        raise refused("none_fits")
    data = await ports.rolls.file(id)
    digest = await asyncio.to_thread(roll_digest, roll.salt, data, roll.reading, roll.report)
    contents: dict[str, bytes] = {}
    wordings = {consent: kept_wording(ports, name, roll.reading.locale, contents) for consent, name in WORDINGS.items()}
    said = {
        "roll": id,
        "n": roll.edition,
        "digest": digest,
        "source": roll.reading.source,
        "kind": roll.reading.kind,
        "rows": roll.report.count(Outcome.FITS),
        "wordings": wordings,
    }

    def decide(declaration: Declaration) -> Sequence[Event]:
        chosen = voice_of(declaration, actor, network, ports.clock.now())
        known = declaration.rolls.get(id)
        if known and known.digest == digest:  # It was interrupted after this entry.
            return []
        return [Event(Kind.ROLL_HAND_IN, {**said, "network": chosen}, actor.account, actor.channel)]

    declaration = await commit(ports, slug, decide, contents)
    roll = await save_roll(ports, replace(roll, state=RollState.WAITING, digest=digest, changed=ports.clock.now()))
    await _ask_approval(ports, declaration, roll)
    return roll


async def approve_roll(
    ports: Ports, actor: Actor, *, slug: str, id: str, digest: str, network: str | None = None
) -> HandedIn:
    """The second word, by another person of another network, as for an edition; then the rows begin to count. Where the
    first one has lapsed since, this one is the first.

    ``digest``: of what the person saw. Raises ``second_network_required``, ``text_changed``; ``bad_input`` (moved).
    """

    def decide(declaration: Declaration) -> Sequence[Event]:
        at = ports.clock.now()
        chosen = voice_of(declaration, actor, network, at)
        known = declaration.rolls.get(id)
        if known is None or known.is_dropped or known.is_approved:
            raise moved(roll)
        if known.digest != digest:
            raise Refusal(Code.TEXT_CHANGED, now={"roll": known.digest})
        require_second(declaration, known.approvals, actor, chosen, at, of=ROLL)
        event = {"roll": id, "n": known.edition, **word_for(declaration, known.approvals, chosen, at)}
        return [Event(Kind.ROLL_APPROVE, event, actor.account, actor.channel)]

    _, roll = await open_roll(ports, actor, slug=slug, id=id)
    if roll.state is not RollState.WAITING:  # It was dropped while it was handed in, which the ledger does not know.
        raise moved(roll)
    return (await commit(ports, slug, decide)).rolls[id]


async def drop_roll(ports: Ports, actor: Actor, *, slug: str, id: str, why: str = "") -> Roll:
    """Decline a roll, or take it back: its file is deleted, and no row of it ever counts. Not once it was approved."""
    _, roll = await open_roll(ports, actor, slug=slug, id=id)
    reason = checked_line(why, "note", MAX_WHY)
    if roll.state not in KEPT_STATES:
        raise moved(roll)
    await commit(ports, slug, _dropping(roll, actor))
    dropped = replace(roll, state=RollState.DROPPED, reason=reason, changed=ports.clock.now())
    return await save_roll(ports, dropped, drops_file=True)


def _dropping(roll: Roll, actor: Actor) -> Callable[[Declaration], Sequence[Event]]:
    def decide(declaration: Declaration) -> Sequence[Event]:
        known = declaration.rolls.get(roll.id)
        if known and known.is_approved:
            raise moved(roll)
        if known is None or known.is_dropped:
            return []
        return [Event(Kind.ROLL_DROP, {"roll": roll.id, "n": roll.edition}, actor.account, actor.channel)]

    return decide


async def _ask_approval(ports: Ports, declaration: Declaration, roll: Roll) -> None:
    """Those who may approve for another network learn that a list waits for them."""
    asked = who_may_follow(declaration, declaration.rolls[roll.id].approvals, ports.clock.now())
    accounts = [await ports.accounts.get(account) for account in asked]
    path = f"workshop/{roll.declaration}/publishing/{roll.edition}/lists/{roll.id}"
    values: Mapping[str, object] = {"n": roll.edition, "rows": roll.report.count(Outcome.FITS), "path": path}
    await letters.send(ports, accounts, "approval_of_list", declaration, **values)
