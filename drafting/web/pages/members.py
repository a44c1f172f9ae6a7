"""The people of a declaration: networks, their delegates and mandates, invitations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from drafting.actions.core import load_directory
from drafting.actions.membership.people import add_member, leave_declaration
from drafting.actions.membership.people import end_mandate as end
from drafting.actions.membership.people import invite as send_invitation
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.networks import Mandate, Membership, Role, Scope
from drafting.domain.policy import Action, Subject, may
from drafting.web.errors import STATUS, sentence
from drafting.web.visits import Form, Visit
from drafting.web.words.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Group:
    """A network (or, without one, the volunteers) with its live mandates, as the page shows it."""

    member: Membership | None
    mandates: Sequence[Mandate]
    may_invite: bool
    may_leave: bool


async def show(visit: Visit) -> Response:
    return await _page(visit, await visit.declaration(), Form(), 200)


async def _page(visit: Visit, declaration: Declaration, form: Form, status: int) -> Response:
    account = visit.actor.account
    say = Vocabulary(visit.words)
    members = [m for m in declaration.members.values() if m.is_live(visit.at)]
    groups = [_group(visit, declaration, member) for member in members]
    mandates = [m for group in groups for m in group.mandates]
    directory = await load_directory(visit.ports)
    names = await visit.ports.accounts.names([declaration.initiator, *(m.account for m in mandates)])
    volunteers = _group(visit, declaration, None)
    names = {**names, **await visit.ports.accounts.names([m.account for m in volunteers.mandates])}
    others = [n for slug, n in directory.networks.items() if slug not in {m.network for m in members}]
    return visit.page(
        "workshop/people.html",
        status,
        declaration=declaration,
        groups=groups,
        volunteers=volunteers,
        names=names,
        networks=directory.networks,
        other_options=[(n.slug, n.name) for n in others],
        others=others,
        role_options=[(r.value, say.role(r)) for r in (Role.JOINED, Role.OBSERVER)],
        may_admit=may(declaration, account, Action.ADMIT, Subject(), visit.at),
        may_end=lambda mandate: _may_end(declaration, account, mandate, visit.at),
        invitable=[g for g in groups if g.may_invite],
        scope_options=[(s.value, say.scope(s), "") for s in Scope],
        form=form,
        done=visit.query("done"),
    )


def _group(visit: Visit, declaration: Declaration, member: Membership | None) -> Group:
    network, account = member.network if member else None, visit.actor.account
    live = [m for m in declaration.mandates.values() if m.network == network and m.is_live(visit.at)]
    return Group(
        member,
        live,
        may(declaration, account, Action.INVITE, Subject(network=network), visit.at),
        member is not None and may(declaration, account, Action.LEAVE, Subject(network=network), visit.at),
    )


def _may_end(declaration: Declaration, account: str, mandate: Mandate, at: datetime) -> bool:
    """Shown where it is likely to be allowed; the action decides."""
    return mandate.account == account or may(declaration, account, Action.INVITE, Subject(network=mandate.network), at)


async def add(visit: Visit) -> Response:
    declaration, form = await visit.declaration(), await visit.form()
    try:
        await add_member(
            visit.ports,
            visit.actor,
            slug=declaration.slug,
            network=form.text("network"),
            role=form.text("role", "joined"),
        )
    except Refusal as refusal:
        form.errors["network"] = sentence(visit.words, refusal)
        return await _page(visit, declaration, form, STATUS[refusal.code])
    return visit.go("workshop", declaration.slug, "people", done="joined")


async def leave(visit: Visit) -> Response:
    declaration, form = await visit.declaration(), await visit.form()
    if form.text("sure") != "yes":
        form.errors["sure"] = visit.words.gettext("Tick the box if your network really leaves. Nothing was changed.")
        return await _page(visit, declaration, form, 422)
    await leave_declaration(visit.ports, visit.actor, slug=declaration.slug, network=form.text("network"))
    return visit.go("desk")


async def invite(visit: Visit) -> Response:
    declaration, form = await visit.declaration(), await visit.form()
    try:
        await send_invitation(
            visit.ports,
            visit.actor,
            slug=declaration.slug,
            network=form.text("for") or None,
            address=form.text("address"),
            scopes=form.all("scopes"),
            until=_end_of(form.text("until")),
            locales=form.all("locales"),
        )
    except Refusal as refusal:
        _note(visit, form, refusal)
        return await _page(visit, declaration, form, STATUS[refusal.code])
    return visit.go("workshop", declaration.slug, "people", done="invited")


def _end_of(day: str) -> datetime | None:
    """The end of a day that was chosen, as an instant. Raises ``bad_input``."""
    if not day:
        return None
    try:
        return datetime.fromisoformat(day).replace(hour=0, minute=0, second=0, tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise Refusal(Code.BAD_INPUT, field="until") from error


def _note(visit: Visit, form: Form, refusal: Refusal) -> None:
    form.errors[str(refusal.data.get("field", "for"))] = sentence(visit.words, refusal)


async def end_mandate(visit: Visit) -> Response:
    declaration = await visit.declaration()
    await end(visit.ports, visit.actor, slug=declaration.slug, mandate=visit.part("mandate"))
    return visit.go("workshop", declaration.slug, "people", done="ended")
