"""Two people of different networks say something together: for an edition, a list of names, or a letter to signatories.

A first word waits only as long as whoever gave it may speak for that network. Once the second one is there, both stand,
whatever becomes of the two people and their networks.
"""

from collections.abc import Sequence
from datetime import datetime

from drafting.actions.core import Actor, authorise
from drafting.domain.declaration import Declaration
from drafting.domain.editions import Approval
from drafting.domain.errors import Code, Refusal
from drafting.domain.networks import Mandate, Scope
from drafting.domain.policy import Action, Subject


def voice_of(declaration: Declaration, actor: Actor, network: str | None, at: datetime) -> str | None:
    """The network that somebody speaks for, which they may name. Raises ``no_mandate``, ``sign_in_anew``."""
    chosen = network or network_of(declaration, actor, at)
    authorise(declaration, actor, Action.APPROVE, Subject(network=chosen), at)
    if not actor.fresh:
        raise Refusal(Code.SIGN_IN_ANEW)
    return chosen


def network_of(declaration: Declaration, actor: Actor, at: datetime) -> str | None:
    """The first network that somebody may speak for."""
    signing = (m.network for m in declaration.live_mandates(actor.account, at) if m.network and Scope.SIGN in m.scopes)
    return next(signing, None)


def require_second(
    declaration: Declaration, words: Sequence[Approval], actor: Actor, network: str | None, at: datetime, **of: object
) -> None:
    """Raises ``second_network_required`` for a person or network that has spoken already; ``of`` says of what."""
    standing = declaration.standing_words(words, at)
    is_same = any(word.network == network for word in standing) and len(declaration.voices(at)) > 1
    if is_same or any(word.account == actor.account for word in standing):
        raise Refusal(Code.SECOND_NETWORK_REQUIRED, network=network, **of)


def word_for(
    declaration: Declaration, words: Sequence[Approval], network: str | None, at: datetime
) -> dict[str, object]:
    """What the entry of a further word says: for which network, and by whom the words are that have lapsed by now."""
    standing = declaration.standing_words(words, at)
    lapsed = [word.account for word in words if word not in standing]
    return {"network": network, **({"lapsed": lapsed} if lapsed else {})}


def who_may_follow(declaration: Declaration, words: Sequence[Approval], at: datetime) -> list[str]:
    """The accounts that may give the second word, for networks that have not spoken yet."""
    spoken = declaration.standing_words(words, at)
    accounts = {word.account for word in spoken}
    networks = {word.network for word in spoken} if len(declaration.voices(at)) > 1 else set()
    asked = (
        m.account
        for m in declaration.mandates.values()
        if m.network and m.network not in networks and Scope.SIGN in m.scopes and m.is_live(at)
    )
    return [account for account in dict.fromkeys(asked) if account not in accounts]


def waits_for(declaration: Declaration, words: Sequence[Approval], mandate: Mandate, at: datetime) -> bool:
    """Whether the second word may come from this mandate, so that its bearer is told that something waits."""
    spoken = declaration.standing_words(words, at)
    return not any(mandate.network == word.network or mandate.account == word.account for word in spoken)
