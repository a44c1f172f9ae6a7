"""A first word waits only as long as whoever gave it may speak for that network; two words stand for good."""

from drafting.actions.desk import desk
from drafting.actions.membership.invitations import end_mandate
from drafting.actions.membership.networks import leave_declaration
from drafting.actions.rolls.approval import approve_roll, hand_in_roll
from drafting.actions.rolls.work import work_on_rolls
from drafting.actions.signing.updates import Said, approve_update, find_update, write_update
from drafting.domain.editions import Approval, EditionStatus
from drafting.domain.errors import Code
from drafting.domain.rolls import RollState
from tests.actions import test_rolls
from tests.actions.coalition import SLUG, Coalition
from tests.actions.refusals import refused
from tests.actions.test_publication import agreed, approve, freeze

coalition = test_rolls.coalition


async def end(coalition: Coalition, network: str, number: int = 1) -> None:
    """The other delegate of the network ends this one's mandate."""
    account = coalition.delegate(network, number).account
    mandate = next(m.id for m in (await coalition.state()).mandates.values() if m.account == account)
    await end_mandate(coalition.ports, coalition.delegate(network, 3 - number), slug=SLUG, mandate=mandate)


def given(words: list[Approval]) -> list[str]:
    return [word.network for word in words]


async def test_a_first_word_for_an_edition_lapses_with_the_mandate_behind_it() -> None:
    coalition = await agreed()
    edition = await freeze(coalition)
    await approve(coalition, edition, "salt")
    await end(coalition, "salt")
    assert (await approve(coalition, edition, "river")).approvals == 1
    state = await coalition.state()
    assert (given(state.editions[0].approvals), state.editions[0].status) == (["river"], EditionStatus.FROZEN)
    assert (await coalition.ports.ledger.read(SLUG))[-1].event.data["lapsed"] == ["account-3"]
    await approve(coalition, edition, "salt", 2)
    assert given((await coalition.state()).editions[0].approvals) == ["river", "salt"]


async def test_the_network_of_a_word_that_lapsed_is_asked_again() -> None:
    coalition = await agreed()
    edition = await freeze(coalition)
    await approve(coalition, edition, "salt")
    other, at = coalition.delegate("salt", 2).account, coalition.fakes.clock.now()
    assert "approve" not in [matter.kind for matter in desk(await coalition.state(), other, at)]
    await end(coalition, "salt")
    assert "approve" in [matter.kind for matter in desk(await coalition.state(), other, at)]


async def test_what_a_network_said_that_left_counts_no_longer() -> None:
    coalition = await agreed()
    edition = await freeze(coalition)
    await approve(coalition, edition, "salt")
    await leave_declaration(coalition.ports, coalition.delegate("salt", 2), slug=SLUG, network="salt")
    assert (await approve(coalition, edition, "river")).approvals == 1


async def test_two_words_stand_whatever_becomes_of_who_gave_them() -> None:
    coalition = await agreed()
    edition = await freeze(coalition)
    await approve(coalition, edition, "salt")
    await approve(coalition, edition, "river", 2)
    await end(coalition, "salt")
    state = await coalition.state()
    assert given(state.standing_words(state.editions[0].approvals, coalition.fakes.clock.now())) == ["salt", "river"]


async def test_a_first_word_for_a_list_lapses_with_the_mandate_behind_it(coalition: Coalition) -> None:
    ports, roll = coalition.ports, await test_rolls.brought(coalition)
    handed = await hand_in_roll(ports, coalition.delegate("salt"), slug=SLUG, id=roll.id)
    await end(coalition, "salt")
    known = await approve_roll(ports, coalition.delegate("river"), slug=SLUG, id=roll.id, digest=handed.digest)
    assert (given(known.approvals), known.is_approved) == (["river"], False)
    await work_on_rolls(ports)
    assert (await ports.rolls.get(roll.id)).state is RollState.WAITING
    for again in (coalition.delegate("river"), coalition.delegate("river", 2)):
        word = approve_roll(ports, again, slug=SLUG, id=roll.id, digest=handed.digest)
        await refused(Code.SECOND_NETWORK_REQUIRED, word)
    await approve_roll(ports, coalition.delegate("salt", 2), slug=SLUG, id=roll.id, digest=handed.digest)
    await work_on_rolls(ports)
    assert (await test_rolls.count(coalition)).people == 3


async def test_an_update_is_not_sent_on_the_word_of_who_left(coalition: Coalition) -> None:
    ports, salt = coalition.ports, coalition.delegate("salt")
    update = await write_update(ports, salt, slug=SLUG, n=1, texts={"en": Said("News", "Come on Sunday.")})
    await end(coalition, "salt")
    await approve_update(ports, coalition.delegate("river"), slug=SLUG, id=update.id)
    assert find_update(await coalition.state(), update.id).state == "waiting"
    await approve_update(ports, coalition.delegate("night"), slug=SLUG, id=update.id)
    assert find_update(await coalition.state(), update.id).state == "sending"
