"""The end of signing: who sets it, what ends with it and what goes on, and that it is counted once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drafting.actions.core import Actor, load_declaration
from drafting.actions.signing.asking import LINK_DAYS, sign
from drafting.actions.signing.domain_proofs import PROOF_DAYS
from drafting.actions.signing.ending import close_signing, count_ended, reopen_signing
from drafting.actions.signing.links import confirm_signature, withdraw_signature
from drafting.actions.signing.lists import Lister
from drafting.actions.signing.name_books import find_names, work_on_names
from drafting.domain.declaration import Declaration
from drafting.domain.editions import UNDER_WAY, Signing
from drafting.domain.errors import Code
from drafting.domain.events import Kind
from drafting.domain.folding.fold import fold
from drafting.domain.signatures import Counts, Tally, stream_of
from drafting.publishing.signature_lists import StaticLists
from tests.actions.coalition import SLUG, Coalition
from tests.actions.refusals import refused
from tests.actions.test_signing import ask, count, person, released


@pytest.fixture
async def coalition(tmp_path: Path) -> Coalition:
    made = await released()
    made.ports = replace(made.ports, lists=StaticLists(tmp_path))
    return made


async def standing(coalition: Coalition) -> Signing:
    """As the ledger alone tells it."""
    folded = fold(Declaration(SLUG), await coalition.ports.ledger.read(SLUG))
    assert folded.editions[0] == (await load_declaration(coalition.ports, SLUG)).editions[0]
    return folded.editions[0].signing(coalition.fakes.clock.now())


async def test_nobody_can_sign_once_it_has_ended_and_whoever_asked_before_still_confirms(coalition: Coalition) -> None:
    confirmed, pending = await ask(coalition, person()), await ask(coalition, person("b@people.example"))
    await confirm_signature(coalition.ports, confirmed)
    edition = await close_signing(coalition.ports, coalition.initiator, slug=SLUG, n=1)
    data = await refused(Code.SIGNING_ENDED, sign(coalition.ports, slug=SLUG, n=1, asked=person("c@people.example")))
    assert data["ended"] == edition.closes
    assert await standing(coalition) is Signing.SETTLING
    coalition.fakes.clock.step(days=LINK_DAYS - 1)
    await confirm_signature(coalition.ports, pending)
    assert await count(coalition) == Counts(people=2)
    coalition.fakes.clock.step(days=60)
    assert await standing(coalition) is Signing.ENDED
    await withdraw_signature(coalition.ports, confirmed, erase=True)
    assert await count(coalition) == Counts(people=1)


async def test_a_moment_to_come_ends_it_by_itself_and_another_one_replaces_it(coalition: Coalition) -> None:
    now = coalition.fakes.clock.now()
    await close_signing(coalition.ports, coalition.initiator, slug=SLUG, n=1, at=now + timedelta(days=1))
    edition = await close_signing(coalition.ports, coalition.initiator, slug=SLUG, n=1, at=now + timedelta(days=2))
    assert edition.closes == now + timedelta(days=2)
    coalition.fakes.clock.step(days=1, hours=12)
    assert await standing(coalition) is Signing.ENDING
    await ask(coalition, person())
    coalition.fakes.clock.step(hours=12)
    await refused(Code.SIGNING_ENDED, sign(coalition.ports, slug=SLUG, n=1, asked=person("b@people.example")))
    await refused(Code.SIGNING_ENDED, close_signing(coalition.ports, coalition.initiator, slug=SLUG, n=1))


async def test_a_moment_that_is_over_or_of_no_use_is_refused(coalition: Coalition) -> None:
    now = coalition.fakes.clock.now()
    for at in (now, datetime.max.replace(tzinfo=UTC)):
        data = await refused(Code.BAD_INPUT, close_signing(coalition.ports, coalition.initiator, slug=SLUG, n=1, at=at))
        assert data["field"] == "until"
    assert await standing(coalition) is Signing.OPEN


async def test_it_can_be_opened_again_whether_it_has_come_or_not(coalition: Coalition) -> None:
    for _ in range(2):
        await close_signing(coalition.ports, coalition.initiator, slug=SLUG, n=1)
        await reopen_signing(coalition.ports, coalition.initiator, slug=SLUG, n=1)
        assert await standing(coalition) is Signing.OPEN
    await ask(coalition, person())
    await reopen_signing(coalition.ports, coalition.initiator, slug=SLUG, n=1)
    kinds = [entry.event.kind for entry in await coalition.ports.ledger.read(SLUG)]
    assert kinds.count(Kind.SIGNING_REOPEN) == 2


async def test_only_those_who_may_freeze_an_edition_end_its_signing(coalition: Coalition) -> None:
    stranger = Actor("stranger")
    await refused(Code.NOT_ALLOWED, close_signing(coalition.ports, stranger, slug=SLUG, n=1))
    await refused(Code.NOT_ALLOWED, reopen_signing(coalition.ports, stranger, slug=SLUG, n=1))
    await refused(Code.NOT_FOUND, close_signing(coalition.ports, coalition.initiator, slug=SLUG, n=2))


@pytest.mark.parametrize("at_once", [True, False])
async def test_the_end_is_counted_once_and_once_more_when_the_last_letter_is_over(
    coalition: Coalition, at_once: bool
) -> None:
    ports, clock = coalition.ports, coalition.fakes.clock
    await confirm_signature(ports, await ask(coalition, person()))
    late = await ask(coalition, person("b@people.example"))
    if at_once:
        await close_signing(ports, coalition.initiator, slug=SLUG, n=1)
    else:
        await close_signing(ports, coalition.initiator, slug=SLUG, n=1, at=clock.now() + timedelta(hours=1))
        assert await count_ended(ports) == 0
        clock.step(hours=1)
        assert await count_ended(ports) == 1
    await confirm_signature(ports, late)
    assert await count_ended(ports) == 0
    clock.step(days=UNDER_WAY.days)
    assert [await count_ended(ports), await count_ended(ports)] == [1, 0]
    counted = [e.event.data for e in await ports.ledger.read(SLUG) if e.event.kind is Kind.SIGNING_COUNT]
    assert [(data["people"], data["index"]) for data in counted] == [(1, 1), (2, 2)]
    signatures = await ports.ledger.read(stream_of(SLUG))
    for data in counted:
        assert Tally().apply(signatures[: data["index"]]).counts(1) == Counts(people=data["people"])


def test_the_last_letter_is_over_when_an_organisation_can_prove_nothing_any_more() -> None:
    assert timedelta(days=LINK_DAYS + PROOF_DAYS) == UNDER_WAY


async def test_the_names_are_printed_and_the_public_pages_say_so(coalition: Coalition, tmp_path: Path) -> None:
    ports = coalition.ports
    lister = Lister(ports)
    await confirm_signature(ports, await ask(coalition, person()))
    await lister.refresh()
    folder = tmp_path / f"d/{SLUG}/1/signatures"
    assert f"/sign/{SLUG}/1" in (folder / "en/index.html").read_text()
    await close_signing(ports, coalition.initiator, slug=SLUG, n=1)
    await lister.refresh()
    page = (folder / "en/index.html").read_text()
    assert "Signing ended on" in page
    assert "the number may grow until" in page
    assert f"/sign/{SLUG}/1" not in page
    assert "Signing ended on" in (folder / "en/embed.html").read_text()
    assert '"state":"settling"' in (folder / "index.json").read_text()
    assert await work_on_names(ports) == 0
    assert await find_names(ports, SLUG, 1)
    coalition.fakes.clock.step(days=UNDER_WAY.days)
    await lister.refresh()
    assert "the number may grow until" not in (folder / "en/index.html").read_text()
    await reopen_signing(ports, coalition.initiator, slug=SLUG, n=1)
    await lister.refresh()
    assert f"/sign/{SLUG}/1" in (folder / "en/index.html").read_text()
    assert "Signing ended on" not in (folder / "en/embed.html").read_text()
