"""Positions that a device of a delegate agrees to when the page asks it (consent strength B)."""

from collections.abc import Sequence
from dataclasses import dataclass

from drafting.actions.consent.offline import find_position, read_statement
from drafting.actions.core import Actor, authorise, commit, load_declaration
from drafting.actions.membership.passkeys import list_passkeys, site_of
from drafting.actions.ports import Ports
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.notes import Check
from drafting.domain.passkeys import Passkey, assertion_data
from drafting.domain.policy import Action, Subject
from drafting.domain.webauthn import (
    Agreed,
    Assertion,
    PasskeyMisfit,
    PasskeyUnfit,
    challenge_for,
    check_assertion,
    read_base64url,
)


@dataclass(frozen=True, slots=True)
class Question:
    """What a device is asked to agree to. ``challenge``: the digest of the statement, base64url; ``site``: the host;
    ``credentials``: those of the actor that may agree."""

    challenge: str
    site: str
    credentials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, each in base64url."""

    credential: str
    authenticator: str
    client: str
    signature: str


async def read_question(ports: Ports, actor: Actor, *, slug: str, section: str, position: str) -> Question:
    """The same each time, so nothing has to be remembered: a position is one act, and agreed to once.

    Raises what taking the position raises.
    """
    declaration = await load_declaration(ports, slug)
    act = find_position(declaration, section, position)
    authorise(declaration, actor, Action.TAKE_POSITION, Subject(network=act.network), ports.clock.now())
    statement = await read_statement(ports, slug, section, position)
    live = [passkey.credential for passkey, _ in await list_passkeys(ports, actor.account) if passkey.is_live]
    return Question(challenge_for(statement), site_of(ports), tuple(live))


async def assert_position(
    ports: Ports, actor: Actor, *, slug: str, section: str, position: str, answer: Answer, check: Check
) -> str:
    """Keep that a device of the actor agreed to a position; the fingerprint of its passkey.

    Raises ``bad_input`` (``field`` passkey; ``reason`` one of :class:`PasskeyMisfit`, or ``other_passkey``,
    ``ended_passkey`` where it is not one that the actor has, ``counter`` where the device's count did not go on),
    ``taken`` where a device agreed already, and what taking a position raises.
    """
    at = ports.clock.now()
    declaration = await load_declaration(ports, slug)
    act = find_position(declaration, section, position)
    statement = await read_statement(ports, slug, section, position)

    def allow(now: Declaration) -> None:
        authorise(now, actor, Action.TAKE_POSITION, Subject(network=act.network), at)
        if not actor.fresh:
            raise Refusal(Code.SIGN_IN_ANEW)
        if position in now.passkeys:
            raise Refusal(Code.TAKEN, field="assertion")

    allow(declaration)
    passkey = await _own(ports, actor, answer.credential)
    try:
        assertion = Assertion(*map(read_base64url, (answer.authenticator, answer.client, answer.signature)))
        agreed = check_assertion(assertion, passkey.public, statement, check)
        _check_site(ports, agreed)
    except PasskeyUnfit as unfit:
        raise _refused(unfit.misfit.value) from unfit
    if not await ports.passkeys.count(passkey.id, agreed.counter):
        raise _refused("counter")

    def decide(now: Declaration) -> Sequence[Event]:
        allow(now)
        said = assertion_data(passkey.public, assertion)
        data = {"position": position, "network": act.network, "section": section, **said}
        return [Event(Kind.POSITION_ASSERT, data, actor.account, actor.channel)]

    await commit(ports, slug, decide)
    return passkey.fingerprint


def _check_site(ports: Ports, agreed: Agreed) -> None:
    if agreed.origin != ports.origin:
        raise PasskeyUnfit(PasskeyMisfit.ORIGIN)


async def _own(ports: Ports, actor: Actor, credential: str) -> Passkey:
    """The actor's live passkey of this name; whose others are is not told."""
    found = [passkey for passkey, _ in await list_passkeys(ports, actor.account) if passkey.credential == credential]
    if not found:
        raise _refused("other_passkey")
    if not found[0].is_live:
        raise _refused("ended_passkey")
    return found[0]


def _refused(reason: str) -> Refusal:
    return Refusal(Code.BAD_INPUT, field="passkey", reason=reason)
