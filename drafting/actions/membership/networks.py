"""The directory of networks, and their membership in declarations."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from drafting.actions.core import Actor, authorise, commit, commit_platform, list_declarations, load_directory
from drafting.actions.names import checked_name, checked_slug, checked_words
from drafting.actions.ports import Ports
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.networks import CARD_FIELDS, MAX_SHORT_NAME, Directory, Network, Role
from drafting.domain.policy import Action, Subject

MAX_CARD_FIELD: Final = 2_000


async def register_network(
    ports: Ports, actor: Actor, *, slug: str, name: str, short: str = "", card: Mapping[str, str] | None = None
) -> Network:
    """A new organisation in the directory. Raises ``taken``, ``bad_input`` with ``field``."""
    data = {
        "slug": checked_slug(slug, "slug"),
        "name": checked_name(name, "name"),
        "short": checked_name(short, "short", MAX_SHORT_NAME, may_be_empty=True) or short_of(name),
        "card": checked_card(card or {}),
    }

    def decide(now: Directory) -> Sequence[Event]:
        if slug in now.networks:
            raise Refusal(Code.TAKEN, network=slug)
        return [Event(Kind.NETWORK_REGISTER, data, actor.account, actor.channel)]

    return (await commit_platform(ports, decide)).networks[slug]


def short_of(name: str) -> str:
    """A short name for crowded places where the network gave none: its first words as far as they fit."""
    words = name.split()
    while len(words) > 1 and len(" ".join(words)) > MAX_SHORT_NAME:
        words.pop()
    return " ".join(words)[:MAX_SHORT_NAME].rstrip()


def checked_card(card: Mapping[str, str]) -> dict[str, str]:
    """The card's answers; unknown questions and overlong answers raise ``bad_input``."""
    for field in card:
        if field not in CARD_FIELDS:
            raise Refusal(Code.BAD_INPUT, field=f"card.{field}")
    return {field: checked_words(words, f"card.{field}", MAX_CARD_FIELD) for field, words in card.items()}


async def describe_network(
    ports: Ports,
    actor: Actor,
    *,
    slug: str,
    name: str | None = None,
    short: str | None = None,
    card: Mapping[str, str] | None = None,
) -> Network:
    """Change what is said of a network: by whoever registered it, and by its delegates in any declaration.

    Declarations keep the name under which it joined.
    """
    changes: dict[str, Any] = {"slug": slug}
    if name is not None:
        changes["name"] = checked_name(name, "name")
    if short is not None:
        changes["short"] = checked_name(short, "short", MAX_SHORT_NAME)
    if card is not None:
        changes["card"] = checked_card(card)
    at = ports.clock.now()
    is_delegate = any(
        m.network == slug for d in await list_declarations(ports) for m in d.live_mandates(actor.account, at)
    )

    def decide(now: Directory) -> Sequence[Event]:
        known = _known_network(now, slug)
        if not is_delegate and known.registered_by != actor.account:
            raise Refusal(Code.NOT_ALLOWED, action="describe_network")
        return [Event(Kind.NETWORK_DESCRIBE, changes, actor.account, actor.channel)] if len(changes) > 1 else []

    return (await commit_platform(ports, decide)).networks[slug]


def _known_network(directory: Directory, slug: str) -> Network:
    if slug not in directory.networks:
        raise Refusal(Code.NOT_FOUND, network=slug)
    return directory.networks[slug]


async def add_member(ports: Ports, actor: Actor, *, slug: str, network: str, role: str = "joined") -> Declaration:
    """A registered network joins under the charter as it is; the first to join is a founding member.

    ``role``: founding, joined or observer. Raises ``not_found``, ``taken`` where it is a member, ``bad_input``.
    """
    known = _known_network(await load_directory(ports), network)
    if role not in set(Role):
        raise Refusal(Code.BAD_INPUT, field="role")

    def decide(now: Declaration) -> Sequence[Event]:
        at = ports.clock.now()
        authorise(now, actor, Action.ADMIT, Subject(network=network), at)
        if network in now.members and now.members[network].is_live(at):
            raise Refusal(Code.TAKEN, network=network)
        is_first = not now.members and role == Role.JOINED
        data = {
            "network": network,
            "name": known.name,
            "role": Role.FOUNDING.value if is_first else role,
            "charter": now.charter.digest,
        }
        return [Event(Kind.MEMBER_JOIN, data, actor.account, actor.channel)]

    return await commit(ports, slug, decide)


async def leave_declaration(ports: Ports, actor: Actor, *, slug: str, network: str) -> Declaration:
    """The network stops counting; its past acts and editions stand, its mandates end with it."""

    def decide(now: Declaration) -> Sequence[Event]:
        at = ports.clock.now()
        if network not in now.members:
            raise Refusal(Code.NOT_FOUND, network=network)
        authorise(now, actor, Action.LEAVE, Subject(network=network), at)
        live = [m for m in now.mandates.values() if m.network == network and m.is_live(at)]
        ended = [Event(Kind.MANDATE_END, {"id": m.id}, actor.account, actor.channel) for m in live]
        return [Event(Kind.MEMBER_LEAVE, {"network": network}, actor.account, actor.channel), *ended]

    declaration = await commit(ports, slug, decide)
    await ports.workshops.recheck(slug)
    return declaration
