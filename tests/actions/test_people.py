"""Networks, members, invitations and mandates: nobody is let in silently, and a link lets in once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from drafting.actions.core import Actor, load_declaration
from drafting.actions.membership.people import (
    accept_invitation,
    add_member,
    describe_network,
    end_mandate,
    invite,
    leave_declaration,
    read_invitation,
    register_network,
)
from drafting.actions.ports import Account, Ports
from drafting.actions.writing.declarations import create_declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.networks import Mandate, Role, Scope
from tests.actions.refusals import refused
from tests.fakes import START, Fakes

INITIATOR = Actor("account-1")
SLUG = "well"


@pytest.fixture
async def well(ports: Ports) -> None:
    """A declaration of the network salt; orillas is a member without delegates."""
    await ports.accounts.open("anong@salt.example", "Anong", "en")
    await register_network(ports, INITIATOR, slug="salt", name="The Salt Road")
    await register_network(ports, INITIATOR, slug="orillas", name="Red Orillas Despiertas")
    await create_declaration(
        ports, INITIATOR, slug=SLUG, title="The Well", source_locale="en", locales=["en", "ar"], network="salt"
    )
    await add_member(ports, INITIATOR, slug=SLUG, network="orillas")


def token_in(fakes: Fakes, address: str) -> str:
    """The secret of the newest invitation to an address."""
    letter = next(x for x in reversed(fakes.mail.to(address)) if x.subject == "invitation")
    link = next(line for line in letter.body.splitlines() if line.startswith("https://"))
    return link.removeprefix("https://drafting.example/en/invitation/")


async def asked(ports: Ports, actor: Actor = INITIATOR, **changes: Any) -> None:
    values = {"network": "orillas", "address": "marisol@orillas.example", "scopes": ["edit", "consent"], **changes}
    await invite(ports, actor, slug=SLUG, **values)


async def joined(ports: Ports, fakes: Fakes, **changes: Any) -> tuple[Account, Mandate]:
    await asked(ports, **changes)
    return await accept_invitation(ports, token=token_in(fakes, changes.get("address", "marisol@orillas.example")))


# ---- networks and members


async def test_a_network_is_registered_once_with_its_card(ports: Ports) -> None:
    made = await register_network(
        ports, INITIATOR, slug="salt", name="  The Salt Road of the North ", card={"who": "Drivers\nand wells "}
    )
    assert (made.name, made.short, made.registered_by) == ("The Salt Road of the North", "The Salt", "account-1")
    assert made.card == {"who": "Drivers\nand wells"}
    assert await refused(Code.TAKEN, register_network(ports, INITIATOR, slug="salt", name="Another")) == {
        "network": "salt"
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "Salt Road"}, "slug"),
        ({"name": " "}, "name"),
        ({"name": "S\u200balt"}, "name"),
        ({"name": "Salt\nRoad"}, "name"),
        ({"short": "Longer than twelve"}, "short"),
        ({"card": {"motto": "Salt"}}, "card.motto"),
        ({"card": {"aims": "x" * 2001}}, "card.aims"),
    ],
)
async def test_bad_input_is_refused_with_the_field(ports: Ports, changes: dict[str, Any], field: str) -> None:
    values: dict[str, Any] = {"slug": "salt", "name": "Salt", **changes}
    assert await refused(Code.BAD_INPUT, register_network(ports, INITIATOR, **values)) == {"field": field}


@pytest.mark.usefixtures("well")
async def test_a_network_is_described_by_its_own_people(ports: Ports, fakes: Fakes) -> None:
    marisol, _ = await joined(ports, fakes)
    changed = await describe_network(ports, Actor(marisol.id), slug="orillas", card={"needs": "Boats"})
    assert (changed.name, changed.card) == ("Red Orillas Despiertas", {"needs": "Boats"})
    by_stranger = describe_network(ports, Actor("account-9"), slug="orillas", name="Mine")
    await refused(Code.NOT_ALLOWED, by_stranger)
    await refused(Code.NOT_FOUND, describe_network(ports, INITIATOR, slug="nobody", name="No"))


@pytest.mark.usefixtures("well")
async def test_members_are_admitted_by_the_initiator_once(ports: Ports) -> None:
    declaration = await load_declaration(ports, SLUG)
    assert [m.role for m in declaration.members.values()] == [Role.FOUNDING, Role.JOINED]
    await refused(Code.TAKEN, add_member(ports, INITIATOR, slug=SLUG, network="salt"))
    await refused(Code.NOT_FOUND, add_member(ports, INITIATOR, slug=SLUG, network="nobody"))
    await refused(Code.NOT_ALLOWED, add_member(ports, Actor("account-9"), slug=SLUG, network="salt"))
    await refused(Code.BAD_INPUT, add_member(ports, INITIATOR, slug=SLUG, network="orillas", role="king"))


async def test_the_first_to_join_a_declaration_without_members_is_founding(ports: Ports) -> None:
    await register_network(ports, INITIATOR, slug="salt", name="Salt")
    await create_declaration(ports, INITIATOR, slug=SLUG, title="The Well", source_locale="en", locales=["en"])
    made = await add_member(ports, INITIATOR, slug=SLUG, network="salt")
    assert made.members["salt"].role is Role.FOUNDING


@pytest.mark.usefixtures("well")
async def test_who_leaves_stops_counting_and_loses_its_mandates_and_may_come_back(ports: Ports, fakes: Fakes) -> None:
    marisol, _ = await joined(ports, fakes)
    fakes.clock.step(hours=1)
    await refused(Code.NO_MANDATE, leave_declaration(ports, INITIATOR, slug=SLUG, network="orillas"))
    made = await leave_declaration(ports, Actor(marisol.id), slug=SLUG, network="orillas")
    at = fakes.clock.now()
    assert [m.network for m in made.voices(at)] == ["salt"]
    assert not list(made.live_mandates(marisol.id, at))
    assert fakes.workshops.rechecked[-1] == SLUG
    await add_member(ports, INITIATOR, slug=SLUG, network="orillas")
    back = await load_declaration(ports, SLUG)
    assert not list(back.live_mandates(marisol.id, fakes.clock.step(hours=1)))


# ---- invitations


@pytest.mark.usefixtures("well")
async def test_an_invitation_is_mailed_and_becomes_a_mandate(ports: Ports, fakes: Fakes) -> None:
    until = START + timedelta(days=90)
    await asked(ports, until=until, locales=["ar"])
    token = token_in(fakes, "marisol@orillas.example")
    offered = await read_invitation(ports, token)
    assert (offered.network, offered.scopes, offered.until, offered.used) == (
        "orillas",
        ("edit", "consent"),
        until,
        False,
    )
    account, mandate = await accept_invitation(ports, token=token)
    assert account.address == "marisol@orillas.example"
    assert (mandate.network, mandate.until) == ("orillas", until)
    assert mandate.scopes == {Scope.EDIT, Scope.CONSENT}
    assert (mandate.granted_by, mandate.locales) == ("account-1", ("ar",))
    assert (await read_invitation(ports, token)).used


@pytest.mark.usefixtures("well")
async def test_every_grant_reaches_all_delegates_of_the_network_and_the_ledger(ports: Ports, fakes: Fakes) -> None:
    await joined(ports, fakes)
    fakes.mail.take()
    await joined(ports, fakes, address="jandira@orillas.example")
    told = {(letter.to, letter.subject) for letter in fakes.mail.take()}
    assert told == {
        ("jandira@orillas.example", "invitation"),
        ("marisol@orillas.example", "invited"),
        ("marisol@orillas.example", "grant"),
        ("jandira@orillas.example", "grant"),
        ("anong@salt.example", "grant"),
    }
    kinds = [entry.event.kind for entry in fakes.notices.announced if entry.stream == SLUG]
    assert kinds.count(Kind.MANDATE_INVITE) == 2
    assert kinds.count(Kind.MANDATE_GRANT) == 3
    assert fakes.workshops.rechecked == [SLUG, SLUG]


@pytest.mark.usefixtures("well")
async def test_the_ledger_holds_no_address(ports: Ports, fakes: Fakes) -> None:
    await joined(ports, fakes)
    assert "@" not in repr(fakes.ledger.entries)


@pytest.mark.usefixtures("well")
async def test_fifty_at_once_get_one_mandate(ports: Ports, fakes: Fakes) -> None:
    await asked(ports)
    token = token_in(fakes, "marisol@orillas.example")
    outcomes = await asyncio.gather(*(accept_invitation(ports, token=token) for _ in range(50)), return_exceptions=True)
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert (len(refusals), {refusal.code for refusal in refusals}) == (49, {Code.LINK_USED})


@pytest.mark.usefixtures("well")
async def test_reading_a_link_twenty_times_spends_nothing(ports: Ports, fakes: Fakes) -> None:
    await asked(ports)
    token = token_in(fakes, "marisol@orillas.example")
    for _ in range(20):
        await read_invitation(ports, token)
    await accept_invitation(ports, token=token)


@pytest.mark.usefixtures("well")
async def test_a_link_ends_after_thirty_days_and_an_unknown_one_says_the_same(ports: Ports, fakes: Fakes) -> None:
    await asked(ports)
    token = token_in(fakes, "marisol@orillas.example")
    fakes.clock.step(days=30)
    await refused(Code.LINK_USED, read_invitation(ports, token))
    await refused(Code.LINK_USED, accept_invitation(ports, token="x" * 43))


@pytest.mark.usefixtures("well")
async def test_somebody_else_who_is_signed_in_cannot_take_it_up_and_does_not_spend_it(
    ports: Ports, fakes: Fakes
) -> None:
    await asked(ports)
    token = token_in(fakes, "marisol@orillas.example")
    data = await refused(Code.NOT_ALLOWED, accept_invitation(ports, token=token, actor=INITIATOR))
    assert data["reason"] == "other_address"
    marisol, _ = await ports.accounts.open("Marisol@Orillas.example")
    account, _ = await accept_invitation(ports, token=token, actor=Actor(marisol.id))
    assert account.id == marisol.id


@pytest.mark.usefixtures("well")
async def test_an_invitation_ends_with_the_mandate_of_whoever_sent_it(ports: Ports, fakes: Fakes) -> None:
    marisol, mandate = await joined(ports, fakes)
    await asked(ports, Actor(marisol.id), address="jandira@orillas.example")
    token = token_in(fakes, "jandira@orillas.example")
    fakes.clock.step(hours=1)
    await end_mandate(ports, INITIATOR, slug=SLUG, mandate=mandate.id)
    await refused(Code.LINK_USED, accept_invitation(ports, token=token))


@pytest.mark.usefixtures("well")
async def test_nobody_hands_on_more_than_they_hold(ports: Ports, fakes: Fakes) -> None:
    marisol, _ = await joined(ports, fakes)
    beyond = asked(ports, Actor(marisol.id), address="jandira@orillas.example", scopes=["edit", "sign"])
    assert (await refused(Code.NOT_ALLOWED, beyond))["scopes"] == ["sign"]
    await refused(Code.NOT_ALLOWED, asked(ports, Actor(marisol.id), network="salt"))


@pytest.mark.usefixtures("well")
async def test_once_a_network_has_spoken_its_delegates_alone_invite(ports: Ports, fakes: Fakes) -> None:
    marisol, mandate = await joined(ports, fakes)
    data = {
        "id": "p1",
        "network": "orillas",
        "mandate": mandate.id,
        "kind": "consent",
        "section": "front",
        "target_digest": "sha256:0",
        "read_locale": "en",
        "read_digest": "sha256:0",
    }
    declaration = await load_declaration(ports, SLUG)
    spoken = Event(Kind.POSITION_TAKE, data, marisol.id)
    await ports.ledger.append(SLUG, [spoken], expected=declaration.index, at=fakes.clock.now())
    await refused(Code.NOT_ALLOWED, asked(ports, address="jandira@orillas.example"))
    await asked(ports, Actor(marisol.id), address="jandira@orillas.example")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "marisol"}, "address"),
        ({"address": "a@b\r\nBcc: c@d"}, "address"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["rule"]}, "scopes"),
        ({"network": None, "scopes": ["consent"]}, "scopes"),
        ({"until": START}, "until"),
        ({"locales": ["fr"]}, "locales"),
    ],
)
@pytest.mark.usefixtures("well")
async def test_a_bad_invitation_is_refused_with_the_field(ports: Ports, changes: dict[str, Any], field: str) -> None:
    assert await refused(Code.BAD_INPUT, asked(ports, **changes)) == {"field": field}


@pytest.mark.usefixtures("well")
async def test_only_members_are_invited_to_speak(ports: Ports) -> None:
    assert await refused(Code.NOT_FOUND, asked(ports, network="nobody")) == {"network": "nobody"}


@pytest.mark.usefixtures("well")
async def test_a_volunteer_belongs_to_no_network(ports: Ports, fakes: Fakes) -> None:
    _, mandate = await joined(ports, fakes, network=None, scopes=["translate"], locales=["ar"])
    assert (mandate.network, mandate.scopes, mandate.locales) == (None, frozenset({Scope.TRANSLATE}), ("ar",))
    await refused(Code.NOT_ALLOWED, asked(ports, Actor(mandate.account), network=None, scopes=["translate"]))


# ---- the end of a mandate


@pytest.mark.usefixtures("well")
async def test_a_mandate_is_ended_by_its_holder_or_a_fellow_and_all_are_told(ports: Ports, fakes: Fakes) -> None:
    marisol, mandate = await joined(ports, fakes)
    await refused(Code.NOT_ALLOWED, end_mandate(ports, Actor("account-9"), slug=SLUG, mandate=mandate.id))
    await refused(Code.NOT_FOUND, end_mandate(ports, INITIATOR, slug=SLUG, mandate="m0"))
    fakes.clock.step(hours=1)
    fakes.mail.take()
    made = await end_mandate(ports, Actor(marisol.id), slug=SLUG, mandate=mandate.id)
    assert not made.mandates[mandate.id].is_live(fakes.clock.now())
    assert {letter.subject for letter in fakes.mail.take()} == {"mandate_ended"}
    before = fakes.ledger.appends
    await end_mandate(ports, INITIATOR, slug=SLUG, mandate=mandate.id)
    assert (fakes.ledger.appends, fakes.mail.take()) == (before, [])
