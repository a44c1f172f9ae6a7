"""The desk says what waits for one person, the most urgent first, and nothing that does not."""

from drafting.actions.desk import desk
from drafting.actions.release.publication import freeze_edition, read_manifest
from tests.actions.coalition import SLUG, Coalition, found


async def matters(coalition: Coalition, account: str) -> list[tuple[str, str, int]]:
    state = await coalition.state()
    return [(m.kind, m.section, m.count) for m in desk(state, account, coalition.ports.clock.now())]


async def test_before_anything_is_tabled_only_the_holder_has_something_to_do() -> None:
    coalition = await found()
    assert await matters(coalition, coalition.initiator.account) == [("table", "front", 1), ("table", "water", 1)]
    assert await matters(coalition, coalition.delegate("salt").account) == []


async def test_a_stale_consent_comes_before_a_new_position() -> None:
    coalition = await found()
    await coalition.table("water")
    await coalition.take("salt", "water")
    await coalition.write("water", ("water1", "About water"), ("water2", "Other words."))
    await coalition.table("water")
    await coalition.table("front")
    salt = coalition.delegate("salt").account
    assert await matters(coalition, salt) == [("stale", "water", 1), ("position", "front", 1)]


async def test_many_unanswered_sections_wait_as_one_matter() -> None:
    coalition = await found(sections=("front", "a", "b", "c"))
    for section in coalition.sections:
        await coalition.table(section)
    assert await matters(coalition, coalition.delegate("salt").account) == [("all", "", 4)]


async def test_the_holder_hears_of_an_objection() -> None:
    coalition = await found()
    await coalition.table("water")
    await coalition.take("salt", "water", "objection", harms="Our aim", remedy="Other words")
    kinds = [kind for kind, section, _ in await matters(coalition, coalition.initiator.account) if section == "water"]
    assert kinds == ["objection", "position"]


async def test_a_frozen_edition_waits_for_approval_and_nothing_else() -> None:
    coalition = await found()
    for section in coalition.sections:
        await coalition.table(section)
    for network in coalition.networks:
        await coalition.agree(network)
    assert ("freeze", "", 2) in await matters(coalition, coalition.initiator.account)
    whole = await read_manifest(coalition.ports, SLUG)
    await freeze_edition(coalition.ports, coalition.initiator, slug=SLUG, manifest_digest=whole.digest)
    assert await matters(coalition, coalition.delegate("night").account) == [("approve", "", 1)]
