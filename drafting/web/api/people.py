"""Networks, members, invitations, mandates; and what concerns the caller alone."""

from drafting.actions.core import list_declarations, load_directory
from drafting.actions.desk import Matter, desk
from drafting.actions.membership import own_keys, sign_in
from drafting.actions.membership import people as acts
from drafting.actions.names import checked_name
from drafting.domain.errors import Code, Refusal
from drafting.domain.locales import canonical_tag
from drafting.domain.networks import Mandate, Network, Scope
from drafting.domain.own_keys import OwnKey
from drafting.web.api import answers, bodies
from drafting.web.api.bodies import given
from drafting.web.api.calls import Call
from drafting.web.api.declarations import describe_member
from drafting.web.api.operations import Operations

people = Operations("People")
add = people.add
D = "/declarations/{slug}"


@add("GET", "/networks")
async def list_networks(call: Call) -> answers.Page[answers.NetworkAnswer]:
    """Every registered network."""
    directory = await load_directory(call.ports)
    return call.page([_network(network) for network in directory.networks.values()])


@add("GET", "/networks/{network}")
async def read_network(call: Call) -> answers.NetworkAnswer:
    """A network and its card."""
    found = (await load_directory(call.ports)).networks.get(call.part("network"))
    if found is None:
        raise Refusal(Code.NOT_FOUND, network=call.part("network"))
    return _network(found)


@add("POST", "/networks", 201)
async def register_network(call: Call, body: bodies.NewNetwork) -> answers.NetworkAnswer:
    """Register an organisation."""
    made = await acts.register_network(
        call.ports, call.actor, slug=body.slug, name=body.name, short=body.short, card=given(body.card)
    )
    return _network(made)


@add("PATCH", "/networks/{network}")
async def describe_network(call: Call, body: bodies.NetworkChanges) -> answers.NetworkAnswer:
    """Change what is said of a network."""
    made = await acts.describe_network(
        call.ports,
        call.actor,
        slug=call.part("network"),
        name=body.name,
        short=body.short,
        card=given(body.card),
    )
    return _network(made)


def _network(network: Network) -> answers.NetworkAnswer:
    return answers.NetworkAnswer(slug=network.slug, name=network.name, short=network.short, card=dict(network.card))


@add("POST", D + "/members", 201)
async def add_member(call: Call, body: bodies.NewMember) -> answers.MemberAnswer:
    """Admit a registered network."""
    made = await acts.add_member(call.ports, call.actor, slug=call.slug, network=body.network, role=body.role)
    return describe_member(made.members[body.network])


@add("POST", D + "/leave")
async def leave_declaration(call: Call, body: bodies.Leaving) -> answers.MemberAnswer:
    """Leave with one's network; past acts and editions stand."""
    made = await acts.leave_declaration(call.ports, call.actor, slug=call.slug, network=body.network)
    return describe_member(made.members[body.network])


@add("POST", D + "/invitations", 201)
async def invite(call: Call, body: bodies.NewInvitation) -> bodies.Empty:
    """Mail somebody a link by which they become a delegate, or a volunteer."""
    await acts.invite(
        call.ports,
        call.actor,
        slug=call.slug,
        network=body.network,
        address=body.address,
        scopes=body.scopes,
        until=body.until,
        locales=body.locales,
    )
    return bodies.Empty()


@add("POST", "/invitations/read", is_public=True)
async def read_invitation(call: Call, body: bodies.Token) -> answers.InvitationAnswer:
    """What an invitation offers; the token stands in the body, so that no log has it."""
    found = await acts.read_invitation(call.ports, body.token)
    return answers.InvitationAnswer(
        declaration=found.declaration,
        network=found.network,
        address=found.address,
        scopes=list(found.scopes),
        until=found.until,
        used=found.used,
    )


@add("POST", "/invitations/accept", is_public=True)
async def accept_invitation(call: Call, body: bodies.Token) -> answers.AcceptedAnswer:
    """Take up an invitation, once."""
    offered = await acts.read_invitation(call.ports, body.token)
    actor = call.actor if call.account else None
    account, mandate = await acts.accept_invitation(call.ports, token=body.token, actor=actor)
    return answers.AcceptedAnswer(
        declaration=offered.declaration, account=account.id, mandate=_mandate(mandate, account.name)
    )


@add("GET", D + "/mandates")
async def list_mandates(call: Call) -> answers.Page[answers.MandateAnswer]:
    """Who may act for whom: every mandate that was ever granted."""
    declaration = await call.declaration()
    mandates = list(declaration.mandates.values())
    names = await call.ports.accounts.names([mandate.account for mandate in mandates])
    return call.page([_mandate(mandate, names.get(mandate.account, "")) for mandate in mandates])


@add("DELETE", D + "/mandates/{mandate}", 204)
async def end_mandate(call: Call) -> None:
    """End a mandate: one's own, or one that the caller may grant."""
    await acts.end_mandate(call.ports, call.actor, slug=call.slug, mandate=call.part("mandate"))


def _mandate(mandate: Mandate, name: str) -> answers.MandateAnswer:
    return answers.MandateAnswer(
        id=mandate.id,
        network=mandate.network,
        account=mandate.account,
        name=name,
        scopes=[scope.value for scope in Scope if scope in mandate.scopes],
        locales=list(mandate.locales),
        since=mandate.since,
        until=mandate.until,
    )


# ---- the caller


@add("GET", "/account")
async def read_account(call: Call) -> answers.AccountAnswer:
    """Who calls."""
    known = call.known
    return answers.AccountAnswer(id=known.id, address=known.address, name=known.name, locale=known.locale)


@add("PATCH", "/account")
async def describe_account(call: Call, body: bodies.AccountChanges) -> answers.AccountAnswer:
    """Change one's name or the language of one's mail."""
    name = None if body.name is None else checked_name(body.name, "name", may_be_empty=True)
    locale = None if body.locale is None else canonical_tag(body.locale)
    known = await call.ports.accounts.describe(call.known.id, name=name, locale=locale)
    return answers.AccountAnswer(id=known.id, address=known.address, name=known.name, locale=known.locale)


@add("GET", "/account/sessions")
async def list_sessions(call: Call) -> answers.Page[answers.SessionAnswer]:
    """Where the caller is signed in."""
    found = await sign_in.list_sessions(call.ports, call.actor)
    return call.page([answers.SessionAnswer(id=s.id, created=s.created, expires=s.expires, seen=s.seen) for s in found])


@add("DELETE", "/account/sessions/{id}", 204)
async def end_session(call: Call) -> None:
    """Sign out there."""
    await sign_in.end_session(call.ports, call.actor, call.part("id"))


@add("GET", "/account/keys")
async def list_keys(call: Call) -> answers.Page[answers.OwnKeyAnswer]:
    """The caller's own keys, also those that were ended."""
    return call.page([_own_key(key) for key in await own_keys.list_keys(call.ports, call.known.id)])


@add("POST", "/account/keys", 201)
async def add_key(call: Call, body: bodies.NewKey) -> answers.OwnKeyAnswer:
    """Add an SSH key (Ed25519), with which the caller signs positions from now on."""
    return _own_key(await own_keys.add_key(call.ports, call.actor, public=body.public))


@add("DELETE", "/account/keys/{id}", 204)
async def end_key(call: Call) -> None:
    """End a key; what was signed with it stands."""
    await own_keys.end_key(call.ports, call.actor, key=call.part("id"))


def _own_key(key: OwnKey) -> answers.OwnKeyAnswer:
    return answers.OwnKeyAnswer(
        id=key.id, public=key.public, fingerprint=key.fingerprint, since=key.since, until=key.until
    )


@add("GET", "/desk")
async def read_desk(call: Call) -> answers.Page[answers.MatterAnswer]:
    """What waits for the caller in every declaration, the most urgent first."""
    account, at = call.known.id, call.ports.clock.now()
    found = [matter for d in await list_declarations(call.ports) for matter in desk(d, account, at)]
    return call.page([_matter(matter) for matter in sorted(found, key=lambda m: m.urgency)])


def _matter(matter: Matter) -> answers.MatterAnswer:
    return answers.MatterAnswer(
        kind=matter.kind,
        declaration=matter.declaration,
        section=matter.section,
        network=matter.network,
        locale=matter.locale,
        count=matter.count,
        n=matter.n,
        due=matter.due,
    )
