"""Invitations and the mandates that come of them. Every grant stands in the ledger and reaches all delegates.

Letters, by name and what they are told beside ``person`` (the reader), ``declaration`` and ``link``: ``invitation``
and ``invited`` (network, invited_by, scopes, until), ``grant`` and ``mandate_ended`` (network, delegate, scopes,
until). Scopes are :class:`~drafting.domain.networks.Scope` values, ``until`` a datetime or None, ``network`` empty for
volunteers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from drafting.actions import letters
from drafting.actions.core import Actor, authorise, commit, load_declaration, load_directory
from drafting.actions.letter_ports import Letter
from drafting.actions.names import checked_address, new_id
from drafting.actions.ports import Account, Pass, Ports
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.locales import canonical_tag
from drafting.domain.networks import Mandate, Scope
from drafting.domain.policy import Action, Subject, has_network_spoken, may

INVITATION: Final = "invitation"
INVITATION_DAYS: Final = 30
MAX_INVITATIONS: Final = 500
VOLUNTEER_SCOPES: Final = frozenset({Scope.EDIT, Scope.TRANSLATE})


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invitation offers, and to whom; ``network`` is None for volunteers."""

    declaration: str
    network: str | None
    address: str
    scopes: tuple[str, ...]
    until: datetime | None
    invited_by: str
    used: bool
    locales: tuple[str, ...] = ()


async def invite(
    ports: Ports,
    actor: Actor,
    *,
    slug: str,
    network: str | None,
    address: str,
    scopes: Sequence[str],
    until: datetime | None = None,
    locales: Sequence[str] = (),
) -> None:
    """Mail a link that makes its reader a delegate of the network, or a volunteer when there is none.

    Nobody hands on more than they hold, except the initiator to a network that has not spoken yet. Raises
    ``bad_input`` with ``field``, ``not_found`` with ``network``, ``not_allowed``, ``too_many``.
    """
    at = ports.clock.now()
    declaration = await load_declaration(ports, slug)
    to = checked_address(address)
    granted = _checked_scopes(scopes, network)
    tags = [canonical_tag(tag) for tag in locales]
    if not set(tags) <= set(declaration.locales):
        raise Refusal(Code.BAD_INPUT, field="locales")
    if until is not None and (until.tzinfo is None or until <= at):
        raise Refusal(Code.BAD_INPUT, field="until")
    data = {
        "declaration": slug,
        "network": network,
        "scopes": granted,
        "until": until.isoformat() if until else None,
        "locales": tags,
    }

    def decide(now: Declaration) -> Sequence[Event]:
        _refuse_inviting(now, actor, network, granted, at)
        event = {key: value for key, value in data.items() if key != "declaration"}
        return [Event(Kind.MANDATE_INVITE, event, actor.account, actor.channel)]

    _refuse_inviting(declaration, actor, network, granted, at)
    if len(await ports.passes.of_account(INVITATION, actor.account, at)) >= MAX_INVITATIONS:
        raise Refusal(Code.TOO_MANY, field="invitations", limit=MAX_INVITATIONS)
    declaration = await commit(ports, slug, decide)
    expires = min(until or datetime.max.replace(tzinfo=at.tzinfo), at + timedelta(days=INVITATION_DAYS))
    kept = {**data, "address": to, "invited_by": actor.account}
    secret, _ = await ports.passes.issue(INVITATION, actor.account, expires, at, kept)
    await _mail_invitation(ports, actor, declaration, to, secret, network, granted, until)


def _checked_scopes(scopes: Sequence[str], network: str | None) -> list[str]:
    if isinstance(scopes, str) or not scopes or not set(scopes) <= {scope.value for scope in Scope}:
        raise Refusal(Code.BAD_INPUT, field="scopes")
    if network is None and not {Scope(s) for s in scopes} <= VOLUNTEER_SCOPES:
        raise Refusal(Code.BAD_INPUT, field="scopes")
    return [scope.value for scope in Scope if scope.value in scopes]


def _refuse_inviting(
    declaration: Declaration, actor: Actor, network: str | None, scopes: Sequence[str], at: datetime
) -> None:
    if network is not None and (network not in declaration.members or not declaration.members[network].is_live(at)):
        raise Refusal(Code.NOT_FOUND, network=network)
    authorise(declaration, actor, Action.INVITE, Subject(network=network), at)
    if actor.account == declaration.initiator and (network is None or not has_network_spoken(declaration, network)):
        return
    mine = {s for m in declaration.live_mandates(actor.account, at) if m.network == network for s in m.scopes}
    beyond = [scope for scope in scopes if Scope(scope) not in mine]
    if beyond:
        raise Refusal(Code.NOT_ALLOWED, action=Action.INVITE.value, scopes=beyond)


async def _mail_invitation(
    ports: Ports,
    actor: Actor,
    declaration: Declaration,
    to: str,
    secret: str,
    network: str | None,
    scopes: Sequence[str],
    until: datetime | None,
) -> None:
    known = await ports.accounts.find(to)
    inviter = (await ports.accounts.names([actor.account])).get(actor.account, "")
    name = declaration.members[network].name if network else ""
    locale = (known.locale if known else await _locale_of(ports, actor.account)) or "en"
    values = {"network": name, "invited_by": inviter, "scopes": list(scopes), "until": until}
    subject, body = ports.sentences.letter(
        "invitation",
        locale,
        person=known.name if known else "",
        declaration=letters.title_for(declaration, locale),
        link=f"{ports.origin}/{locale}/invitation/{secret}",
        **values,
    )
    await ports.mail.send([Letter(to, subject, body, locale)], ports.clock.now())
    if network:
        told = [a for a in await letters.delegates_of(ports, declaration, network) if a.id != actor.account]
        await letters.send(ports, told, "invited", declaration, path=f"workshop/{declaration.slug}/people", **values)


async def _locale_of(ports: Ports, account: str) -> str:
    try:
        return (await ports.accounts.get(account)).locale
    except Refusal:
        return ""


async def read_invitation(ports: Ports, token: str) -> Invitation:
    """What the link offers; reading it spends nothing. Raises ``link_used`` where it is unknown or past its time."""
    found = await ports.passes.find(INVITATION, token, ports.clock.now())
    if found is None:
        raise Refusal(Code.LINK_USED)
    return _invitation(found)


def _invitation(found: Pass) -> Invitation:
    data = found.data
    return Invitation(
        data["declaration"],
        data["network"],
        data["address"],
        tuple(data["scopes"]),
        datetime.fromisoformat(data["until"]) if data["until"] else None,
        data["invited_by"],
        found.used is not None,
        tuple(data["locales"]),
    )


async def accept_invitation(ports: Ports, *, token: str, actor: Actor | None = None) -> tuple[Account, Mandate]:
    """Take up the mandate: once, and by the invited address alone, whose account is opened where there is none.

    Without an actor the link itself shows that the address is theirs. Raises ``link_used``, ``not_allowed`` where
    somebody else is signed in, ``not_found`` where the network left meanwhile.
    """
    at = ports.clock.now()
    invitation = await read_invitation(ports, token)
    declaration = await load_declaration(ports, invitation.declaration)
    _refuse_stale_invitation(declaration, invitation, at)
    if actor is not None:
        account = await ports.accounts.get(actor.account)
        if account.address.casefold() != invitation.address.casefold():
            raise Refusal(Code.NOT_ALLOWED, action="accept_invitation", reason="other_address")
    if await ports.passes.spend(INVITATION, token, at) is None:
        raise Refusal(Code.LINK_USED)
    account, _ = await ports.accounts.open(invitation.address)
    channel = actor.channel if actor else "web"
    mandate = await _grant(ports, invitation, account, channel)
    return account, mandate


def _refuse_stale_invitation(declaration: Declaration, invitation: Invitation, at: datetime) -> None:
    network = invitation.network
    if invitation.used:
        raise Refusal(Code.LINK_USED)
    if network is not None and not declaration.members[network].is_live(at):
        raise Refusal(Code.NOT_FOUND, network=network)
    is_trusted = invitation.invited_by == declaration.initiator or any(
        m.network == network for m in declaration.live_mandates(invitation.invited_by, at)
    )
    if not is_trusted:
        raise Refusal(Code.LINK_USED, reason="inviter_left")


async def _grant(ports: Ports, invitation: Invitation, account: Account, channel: str) -> Mandate:
    id = new_id()
    data: dict[str, Any] = {
        "id": id,
        "network": invitation.network,
        "account": account.id,
        "scopes": list(invitation.scopes),
        "until": invitation.until.isoformat() if invitation.until else None,
        "granted_by": invitation.invited_by,
        "evidence": "invitation",
        "locales": list(invitation.locales),
    }
    event = Event(Kind.MANDATE_GRANT, data, account.id, channel)
    declaration = await commit(ports, invitation.declaration, lambda _: [event])
    await _tell_of_mandate(ports, declaration, "grant", declaration.mandates[id])
    await ports.workshops.recheck(declaration.slug)
    return declaration.mandates[id]


async def _tell_of_mandate(ports: Ports, declaration: Declaration, letter: str, mandate: Mandate) -> None:
    """All the network's delegates, the person concerned, who granted it, and who registered the network."""
    names = await ports.accounts.names([mandate.account])
    concerned = [mandate.account, mandate.granted_by]
    network = ""
    if mandate.network:
        network = declaration.members[mandate.network].name
        concerned += [a.id for a in await letters.delegates_of(ports, declaration, mandate.network)]
        concerned.append((await load_directory(ports)).networks[mandate.network].registered_by)
    await letters.send(
        ports,
        await _existing(ports, concerned),
        letter,
        declaration,
        network=network,
        delegate=names.get(mandate.account, ""),
        scopes=[scope.value for scope in Scope if scope in mandate.scopes],
        until=mandate.until,
        path=f"workshop/{declaration.slug}/people",
    )


async def _existing(ports: Ports, accounts: Iterable[str]) -> list[Account]:
    wanted = list(dict.fromkeys(accounts))
    known = await ports.accounts.names(wanted)
    return [await ports.accounts.get(account) for account in wanted if account in known]


async def end_mandate(ports: Ports, actor: Actor, *, slug: str, mandate: str) -> Declaration:
    """End a mandate: one's own, or one that the actor may grant. Sockets that it held open close at once."""

    def decide(now: Declaration) -> Sequence[Event]:
        at = ports.clock.now()
        known = now.mandates.get(mandate)
        if known is None:
            raise Refusal(Code.NOT_FOUND, mandate=mandate)
        subject = Subject(network=known.network)
        if known.account != actor.account and not may(now, actor.account, Action.INVITE, subject, at):
            raise Refusal(Code.NOT_ALLOWED, action="end_mandate")
        if not known.is_live(at):
            return []
        return [Event(Kind.MANDATE_END, {"id": mandate}, actor.account, actor.channel)]

    was_live = (await load_declaration(ports, slug)).mandates.get(mandate)
    is_new = was_live is not None and was_live.is_live(ports.clock.now())
    declaration = await commit(ports, slug, decide)
    await ports.workshops.recheck(slug)
    if is_new:
        await _tell_of_mandate(ports, declaration, "mandate_ended", declaration.mandates[mandate])
    return declaration
