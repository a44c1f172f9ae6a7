"""Organisations: a proof instead of a second contact, by its bearer's asking and by itself; what is told of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from drafting.actions.core import Actor
from drafting.actions.organisation_ports import Busy, Finding, Picture
from drafting.actions.ports import Ports
from drafting.actions.signing.asking import sign
from drafting.actions.signing.domain_proofs import (
    PROOF_DAYS,
    choose_domain,
    line_of,
    look_for_proofs,
    prove_domain,
)
from drafting.actions.signing.links import confirm_signature, export_signature, read_signature, withdraw_signature
from drafting.actions.signing.lists import shown
from drafting.actions.signing.logos import MOST_CHANGES, file_of, put_logo, remove_logo
from drafting.actions.signing.moderation import admit_network, dismiss_network, take_logo_down
from drafting.actions.signing.upkeep import sweep_signatures
from drafting.domain.errors import Code
from drafting.domain.events import Kind
from drafting.domain.organisations import Verified
from drafting.domain.signatures import Counts, Signature, SignatureState, commitment, stream_of
from tests.actions.coalition import SLUG, Coalition
from tests.actions.refusals import refused
from tests.actions.test_signing import ask, count, organisation, person, released, secret_in

NOTHING = {Verified.DNS: Finding.ABSENT, Verified.WEB: Finding.OTHER}
IN_DNS = {Verified.DNS: Finding.FOUND, Verified.WEB: Finding.UNREACHABLE}
ALONE = {"address": "office@keepers.example", "second_contact": ""}


class Sites:
    """The domains of ``found`` show what they were asked for; ``meanwhile`` happens before the answer comes."""

    def __init__(self) -> None:
        self.found: dict[str, Mapping[Verified, Finding]] = {}
        self.asked: list[str] = []
        self.is_busy = False
        self.meanwhile: Sequence[object] = ()

    async def look(self, domain: str, line: str) -> Mapping[Verified, Finding]:
        if self.is_busy:
            raise Busy
        self.asked.append(domain)
        for act in self.meanwhile:
            await act  # type: ignore[misc]
        self.meanwhile = ()
        return self.found.get(domain, NOTHING)


class Pictures:
    async def make_small(self, data: bytes) -> Picture:
        return Picture(b"small " + data, 32, 16)


class Office:
    """An organisation of which the first contact has confirmed, on a server that asks ``sites``."""

    def __init__(self, coalition: Coalition) -> None:
        self.coalition = coalition
        self.sites = Sites()
        self.ports: Ports = replace(coalition.ports, sites=self.sites, pictures=Pictures())
        self.secret = ""

    async def ask(self, **changes: object) -> str:
        asked = replace(organisation(), **{**ALONE, **changes})  # type: ignore[arg-type]
        self.secret = await ask(self.coalition, asked)
        await confirm_signature(self.ports, self.secret)
        return self.secret

    async def signature(self) -> Signature:
        return (await read_signature(self.ports, self.secret))[0]

    def later(self, **duration: float) -> None:
        self.coalition.fakes.clock.step(**duration)


@pytest.fixture
async def office() -> Office:
    office = Office(await released())
    await office.ask()
    return office


async def test_a_proven_domain_does_for_a_second_contact(office: Office) -> None:
    chosen = await choose_domain(office.ports, office.secret, "Keepers.example")
    assert (chosen.domain, chosen.verified) == ("keepers.example", None)
    assert "domain" not in chosen.said()
    office.sites.found["keepers.example"] = IN_DNS
    proven = await prove_domain(office.ports, office.secret)
    assert (proven.state, proven.verified) == (SignatureState.CONFIRMED, Verified.DNS)
    assert await count(office.coalition) == Counts(organisations=1)
    (entry,) = await office.ports.ledger.read(stream_of(SLUG))
    assert entry.event.data["verified"] == "dns"
    assert "keepers" not in str(entry.event.data)
    assert shown(proven)["domain"] == "keepers.example"


async def test_the_commitment_binds_domain_and_mandate(office: Office) -> None:
    await office.ask(address="b@keepers.example", mandate_by="The board", mandate_on="2030-02-28")
    await choose_domain(office.ports, office.secret, "keepers.example")
    office.sites.found["keepers.example"] = IN_DNS
    proven = await prove_domain(office.ports, office.secret)
    own = await export_signature(office.ports, office.secret)
    assert own["said"]["domain"] == "keepers.example"
    assert own["said"]["mandate"] == {"by": "The board", "on": "2030-02-28", "text": "", "locale": "en"}
    (entry,) = await office.ports.ledger.read(stream_of(SLUG))
    assert entry.event.data["commitment"] == commitment(bytes.fromhex(own["salt"]), own["said"]) == proven.commitment
    withdrawn = await withdraw_signature(office.ports, office.secret)
    assert commitment(withdrawn.salt, withdrawn.said()) == proven.commitment


async def test_the_line_is_new_for_each_domain_and_stays_for_the_same(office: Office) -> None:
    first = line_of(await choose_domain(office.ports, office.secret, "keepers.example"))
    assert line_of(await choose_domain(office.ports, office.secret, "https://keepers.example/")) == first
    other = line_of(await choose_domain(office.ports, office.secret, "www.keepers.example"))
    assert other.startswith("drafting-proof=")
    assert other != first


async def test_a_domain_named_while_the_former_was_looked_at_is_not_proven(office: Office) -> None:
    await choose_domain(office.ports, office.secret, "keepers.example")
    office.sites.found["keepers.example"] = IN_DNS
    office.sites.meanwhile = [choose_domain(office.ports, office.secret, "bank.example")]
    after = await prove_domain(office.ports, office.secret)
    assert (after.domain, after.state) == ("bank.example", SignatureState.PENDING)
    assert await count(office.coalition) == Counts()


async def test_who_may_not_prove_is_refused(office: Office) -> None:
    unproven = office.secret
    await refused(Code.BAD_INPUT, prove_domain(office.ports, unproven))
    await refused(Code.BAD_INPUT, choose_domain(office.ports, unproven, "localhost"))
    await refused(Code.LINK_USED, choose_domain(office.ports, "guessed", "keepers.example"))
    await refused(Code.NOT_ALLOWED, choose_domain(office.coalition.ports, unproven, "keepers.example"))
    unconfirmed = await ask(office.coalition, replace(organisation(), address="c@keepers.example"))
    await refused(Code.NOT_ALLOWED, choose_domain(office.ports, unconfirmed, "keepers.example"))
    somebody = await ask(office.coalition, person())
    await confirm_signature(office.ports, somebody)
    await refused(Code.NOT_ALLOWED, choose_domain(office.ports, somebody, "keepers.example"))
    await confirm_signature(office.ports, unconfirmed)
    second = secret_in(office.coalition.fakes.mail.sent[-1])
    await refused(Code.NOT_ALLOWED, choose_domain(office.ports, second, "keepers.example"))
    assert not office.sites.asked


async def test_looks_keep_a_distance(office: Office) -> None:
    await choose_domain(office.ports, office.secret, "keepers.example")
    await prove_domain(office.ports, office.secret)
    await refused(Code.TOO_MANY, prove_domain(office.ports, office.secret))
    office.later(seconds=10)
    office.sites.is_busy = True
    await refused(Code.TOO_MANY, prove_domain(office.ports, office.secret))
    office.sites.is_busy = False
    after = await prove_domain(office.ports, office.secret)
    assert after.details["proving"]["looks"] == 2
    assert after.details["proving"]["found"] == {"dns": "absent", "web": "other"}


async def test_the_server_looks_by_itself_every_hour_and_tells_the_contact(office: Office) -> None:
    await choose_domain(office.ports, office.secret, "keepers.example")
    office.coalition.fakes.mail.take()
    assert await look_for_proofs(office.ports) == 0
    assert office.sites.asked == []
    for _ in range(3):
        office.later(hours=1, seconds=1)
        assert await look_for_proofs(office.ports) == 0
        assert await look_for_proofs(office.ports) == 0
    assert len(office.sites.asked) == 3
    office.sites.found["keepers.example"] = IN_DNS
    office.later(hours=1, seconds=1)
    assert await look_for_proofs(office.ports) == 1
    assert await count(office.coalition) == Counts(organisations=1)
    (letter,) = office.coalition.fakes.mail.sent
    assert (letter.to, letter.subject) == ("office@keepers.example", "signature_proven")
    assert (await read_signature(office.ports, secret_in(letter)))[0].state is SignatureState.CONFIRMED
    office.later(hours=2)
    assert await look_for_proofs(office.ports) == 0
    assert len(office.sites.asked) == 4


async def test_a_server_that_asks_nobody_looks_at_nothing(office: Office) -> None:
    assert await look_for_proofs(office.coalition.ports) == 0


async def test_a_busy_moment_is_made_up_for_later(office: Office) -> None:
    await choose_domain(office.ports, office.secret, "keepers.example")
    office.sites.found["keepers.example"] = IN_DNS
    office.later(hours=1, seconds=1)
    office.sites.is_busy = True
    assert await look_for_proofs(office.ports) == 0
    office.sites.is_busy = False
    assert await look_for_proofs(office.ports) == 1


async def test_there_are_two_weeks_for_it_however_often_a_domain_is_named(office: Office) -> None:
    for day in range(PROOF_DAYS):
        await choose_domain(office.ports, office.secret, f"keepers{day}.example")
        office.later(days=1)
    await refused(Code.NOT_ALLOWED, prove_domain(office.ports, office.secret))
    assert await look_for_proofs(office.ports) == 0
    office.later(days=8)
    assert await sweep_signatures(office.ports) == 1


async def test_one_address_signs_once_by_whichever_way(office: Office) -> None:
    first = office.secret
    second = await office.ask()
    for secret in (first, second):
        await choose_domain(office.ports, secret, "keepers.example")
    office.later(hours=1, seconds=1)
    office.sites.found["keepers.example"] = IN_DNS
    assert await look_for_proofs(office.ports) == 1
    for _ in range(2):  # The other one waits until its time is over, and is looked at no more than once an hour.
        assert await look_for_proofs(office.ports) == 0
    assert len(office.sites.asked) == 2
    states = [(await read_signature(office.ports, secret))[0].state for secret in (first, second)]
    unproven = (first, second)[states.index(SignatureState.PENDING)]
    assert (await refused(Code.LINK_USED, prove_domain(office.ports, unproven)))["reason"] == "signed"
    assert await count(office.coalition) == Counts(organisations=1)


async def test_a_second_contact_may_still_be_first(office: Office) -> None:
    await office.ask(address="d@keepers.example", second_contact="board@keepers.example")
    second = secret_in(office.coalition.fakes.mail.sent[-1])
    await choose_domain(office.ports, office.secret, "keepers.example")
    confirmed = await confirm_signature(office.ports, second)
    assert (confirmed.state, confirmed.verified) == (SignatureState.CONFIRMED, Verified.SECOND_CONTACT)
    assert shown(confirmed)["domain"] == ""
    assert line_of(confirmed)
    await refused(Code.NOT_ALLOWED, prove_domain(office.ports, office.secret))


async def test_a_logo_tells_the_ledger_that_something_changed_and_not_what(office: Office) -> None:
    with_logo = await put_logo(office.ports, office.secret, b"first")
    assert await office.ports.ledger.read(stream_of(SLUG)) == []
    await choose_domain(office.ports, office.secret, "keepers.example")
    office.sites.found["keepers.example"] = IN_DNS
    proven = await prove_domain(office.ports, office.secret)
    assert file_of(proven) == file_of(with_logo)
    other = await put_logo(office.ports, office.secret, b"second")
    assert file_of(other) != file_of(with_logo)
    assert await office.ports.signatures.logo(other.id) == b"small second"
    bare = await remove_logo(office.ports, office.secret)
    assert (file_of(bare), await office.ports.signatures.logo(bare.id)) == ("", None)
    events = [entry.event for entry in await office.ports.ledger.read(stream_of(SLUG))]
    assert [event.kind for event in events] == [Kind.SIGNATURE_CONFIRM, *[Kind.SIGNATURE_DESCRIBE] * 2]
    assert set(events[-1].data) == {"edition", "id"}
    assert bare.commitment == proven.commitment
    assert await count(office.coalition) == Counts(organisations=1)


async def test_a_logo_changes_so_often_and_no_more(office: Office) -> None:
    for n in range(MOST_CHANGES):
        await put_logo(office.ports, office.secret, b"%d" % n)
    await refused(Code.TOO_MANY, put_logo(office.ports, office.secret, b"one more"))
    bare = await remove_logo(office.ports, office.secret)
    assert file_of(bare) == ""
    await refused(Code.TOO_MANY, put_logo(office.ports, office.secret, b"one more"))


async def test_withdrawing_takes_the_logo_along(office: Office) -> None:
    await put_logo(office.ports, office.secret, b"picture")
    withdrawn = await withdraw_signature(office.ports, office.secret)
    assert (file_of(withdrawn), await office.ports.signatures.logo(withdrawn.id)) == ("", None)
    await refused(Code.NOT_ALLOWED, put_logo(office.ports, office.secret, b"again"))


async def test_erasing_leaves_nothing_of_an_organisation(office: Office) -> None:
    await office.ask(address="e@keepers.example", mandate_by="The board", mandate_on="2030-02-28")
    await choose_domain(office.ports, office.secret, "keepers.example")
    await put_logo(office.ports, office.secret, b"picture")
    gone = await withdraw_signature(office.ports, office.secret, erase=True)
    assert (gone.domain, dict(gone.details), gone.said().get("mandate")) == ("", {}, None)
    assert await office.ports.signatures.logo(gone.id) is None


async def test_with_initials_nothing_tells_who_it_is(office: Office) -> None:
    await office.ask(address="f@keepers.example", shown="initials", mandate_by="The board", mandate_on="2030-02-28")
    await choose_domain(office.ports, office.secret, "keepers.example")
    await put_logo(office.ports, office.secret, b"picture")
    office.sites.found["keepers.example"] = IN_DNS
    row = shown(await prove_domain(office.ports, office.secret))
    assert (row["name"], row["verified"], row["domain"], row["mandate"], row["logo"]) == (
        "W. K.",
        "dns",
        "",
        None,
        None,
    )


async def test_people_have_no_logo(office: Office) -> None:
    somebody = await ask(office.coalition, person())
    await refused(Code.NOT_ALLOWED, put_logo(office.ports, somebody, b"picture"))
    await confirm_signature(office.ports, somebody)
    await refused(Code.NOT_ALLOWED, put_logo(office.ports, somebody, b"picture"))


async def test_whoever_looks_after_the_list_takes_a_logo_down_for_good(office: Office) -> None:
    moderator = office.coalition.initiator
    await put_logo(office.ports, office.secret, b"picture")
    await choose_domain(office.ports, office.secret, "keepers.example")
    office.sites.found["keepers.example"] = IN_DNS
    id = (await prove_domain(office.ports, office.secret)).id
    await refused(Code.NOT_ALLOWED, take_logo_down(office.ports, Actor("somebody"), slug=SLUG, id=id, reason="other"))
    after = await take_logo_down(office.ports, moderator, slug=SLUG, id=id, reason="offensive", note="See.")
    assert (after.state, file_of(after), after.details["note"]) == (SignatureState.CONFIRMED, "", "See.")
    assert await office.ports.signatures.logo(id) is None
    entry = (await office.ports.ledger.read(stream_of(SLUG)))[-1]
    assert (entry.event.kind, entry.event.data["reason"]) == (Kind.LOGO_REMOVE, "offensive")
    assert await count(office.coalition) == Counts(organisations=1)
    await refused(Code.NOT_ALLOWED, put_logo(office.ports, office.secret, b"again"))
    await refused(Code.BAD_INPUT, take_logo_down(office.ports, moderator, slug=SLUG, id=id, reason="other"))


async def joined(office: Office, **changes: object) -> Signature:
    """A confirmed organisation that wants to join as a network."""
    await office.ask(address="ring@keepers.example", second_contact="board@keepers.example", adheres=True, **changes)
    return await confirm_signature(office.ports, secret_in(office.coalition.fakes.mail.sent[-1]))


async def test_a_network_that_joins_is_shown_so_once_it_is_admitted(office: Office) -> None:
    moderator = office.coalition.initiator
    signature = await joined(office, reservation=" Section 2 says\ntoo little. ")
    assert signature.said()["adheres"] == {"reservation": "Section 2 says too little.", "locale": "en"}
    assert shown(signature)["joined"] is None
    decision = {"slug": SLUG, "id": signature.id, "reason": "looked_at"}
    await refused(Code.NOT_ALLOWED, admit_network(office.ports, Actor("somebody"), **decision))
    admitted = await admit_network(office.ports, moderator, **decision)
    assert shown(admitted)["joined"] == {"reservation": "Section 2 says too little.", "locale": "en", "sections": []}
    assert admitted.commitment == signature.commitment
    await refused(Code.BAD_INPUT, admit_network(office.ports, moderator, **decision))
    dismissed = await dismiss_network(office.ports, moderator, **decision)
    assert shown(dismissed)["joined"] is None
    events = [entry.event for entry in await office.ports.ledger.read(stream_of(SLUG))]
    assert [event.kind for event in events[1:]] == [Kind.NETWORK_ADMIT, Kind.NETWORK_DISMISS]
    assert await count(office.coalition) == Counts(organisations=1)


async def test_a_reservation_names_the_sections_that_it_is_about_and_is_bound_to_them(office: Office) -> None:
    signature = await joined(office, reservation="Too little.", reservation_sections=["water", "water"])
    assert signature.said()["adheres"]["sections"] == ["water"]
    await admit_network(office.ports, office.coalition.initiator, slug=SLUG, id=signature.id, reason="looked_at")
    admitted = shown(await office.ports.signatures.get(signature.id))
    assert admitted["joined"]["sections"] == ["water"]
    elsewhere = replace(organisation(), adheres=True, reservation="None.", reservation_sections=["nowhere"])
    data = await refused(Code.BAD_INPUT, sign(office.ports, slug=SLUG, n=1, asked=elsewhere))
    assert data["field"] == "reservation_sections"


async def test_only_who_asked_for_it_and_counts_is_admitted(office: Office) -> None:
    moderator = office.coalition.initiator
    secret = await ask(office.coalition, person(adheres=True, reservation="None of it."))
    somebody = await confirm_signature(office.ports, secret)
    assert "adheres" not in somebody.said()
    waiting = await office.signature()
    for id in (somebody.id, waiting.id):
        await refused(Code.BAD_INPUT, admit_network(office.ports, moderator, slug=SLUG, id=id, reason="other"))


async def test_a_reservation_is_bounded(office: Office) -> None:
    asked = replace(organisation(), address="x@keepers.example", adheres=True, reservation="x" * 1001)
    data = await refused(Code.BAD_INPUT, ask(office.coalition, asked))
    assert (data["field"], data["reason"], data["longest"]) == ("reservation", "too_long", 1000)
