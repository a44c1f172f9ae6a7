"""Tabling and taking positions: always on exact words, never by silence, never lost."""

from datetime import timedelta

import pytest

from drafting.actions.consent.positions import agree_to_all, take_position, translate_statement
from drafting.actions.core import Actor
from drafting.actions.writing.tabling import read_revision
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.positions import CellStatus
from drafting.domain.prose import digest
from drafting.domain.standing import cell, manifest, section_status
from tests.actions.coalition import SLUG, Coalition, found


async def status(coalition: Coalition, network: str, section: str = "water") -> CellStatus:
    state = await coalition.state()
    return cell(state, state.sections[section], network, coalition.ports.clock.now()).status


async def test_a_revision_holds_the_words_as_they_were_when_tabled() -> None:
    coalition = await found()
    words = await coalition.words("water")
    revision = await coalition.table("water", why="The first words")
    await coalition.write("water", ("water1", "Quite another title"))
    assert (revision.n, revision.texts, revision.title) == (1, {"en": digest(words)}, "About water")
    assert await read_revision(coalition.ports, SLUG, "water", 1, "en") == words


async def test_tabling_words_that_changed_since_they_were_seen_is_refused_with_todays_digests() -> None:
    coalition = await found()
    seen = {"en": digest(await coalition.words("water"))}
    changed = await coalition.write("water", ("water1", "About water"), ("water2", "Other words."))
    with pytest.raises(Refusal) as refusal:
        await coalition.table("water", seen=seen)
    assert refusal.value.code is Code.TEXT_CHANGED
    assert refusal.value.data["now"] == {"en": digest(changed)}


async def test_the_same_words_are_not_tabled_twice() -> None:
    coalition = await found()
    await coalition.table("water")
    with pytest.raises(Refusal) as refusal:
        await coalition.table("water")
    assert refusal.value.code is Code.NOTHING_CHANGED


async def test_invisible_characters_are_not_tabled() -> None:
    coalition = await found()
    await coalition.write("water", ("water1", "About\u202e water"))
    with pytest.raises(Refusal) as refusal:
        await coalition.table("water")
    assert (refusal.value.code, refusal.value.data["code_point"]) == (Code.TEXT_REFUSED, "U+202E")


async def test_only_the_holder_tables() -> None:
    coalition = await found()
    seen = {"en": digest(await coalition.words("water"))}
    from drafting.actions.writing.tabling import table_revision

    with pytest.raises(Refusal) as refusal:
        await table_revision(coalition.ports, coalition.delegate("salt"), slug=SLUG, section="water", seen=seen)
    assert refusal.value.code is Code.NOT_ALLOWED


async def test_a_yes_lapses_when_the_words_change_and_is_renewed_on_the_new_ones() -> None:
    coalition = await found()
    first = await coalition.table("water")
    await coalition.take("salt", "water")
    await coalition.write("water", ("water1", "About water"), ("water2", "Other words."))
    await coalition.table("water")
    assert await status(coalition, "salt") is CellStatus.STALE
    state = await coalition.state()
    assert cell(state, state.sections["water"], "salt", coalition.ports.clock.now()).explicit_digest == first.digest
    await coalition.take("salt", "water")
    assert await status(coalition, "salt") is CellStatus.CONSENTS


async def test_a_no_persists_over_new_words_until_the_objector_lifts_it() -> None:
    coalition = await found()
    await coalition.table("water")
    await coalition.take("salt", "water", "objection", harms="Our aim of free springs", remedy="Name the springs")
    await coalition.write("water", ("water1", "About water"), ("water2", "The springs stay free."))
    await coalition.table("water")
    assert await status(coalition, "salt") is CellStatus.OBJECTS
    await coalition.take("salt", "water")
    assert await status(coalition, "salt") is CellStatus.CONSENTS


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("objection", {"remedy": "Other words"}, "harms"),
        ("objection", {"harms": "An aim"}, "remedy"),
        ("reservation", {}, "statement"),
        ("reservation", {"statement": {"locale": "en", "text": "  "}}, "statement"),
        ("consulting", {}, "until"),
        ("consent", {"authority": "ad_referendum"}, "until"),
    ],
)
async def test_a_position_without_its_reason_is_refused(kind: str, given: dict[str, object], field: str) -> None:
    coalition = await found()
    await coalition.table("water")
    with pytest.raises(Refusal) as refusal:
        await coalition.take("salt", "water", kind, **given)
    assert (refusal.value.code, refusal.value.data["field"]) == (Code.REASON_REQUIRED, field)
    assert (await coalition.state()).sections["water"].positions == []


@pytest.mark.parametrize("locale", ["!!", "xx", "../en"])
async def test_a_statement_is_in_a_known_language(locale: str) -> None:
    coalition = await found()
    await coalition.table("water")
    with pytest.raises(Refusal) as refusal:
        await coalition.take("salt", "water", "reservation", statement={"locale": locale, "text": "Not the last line."})
    assert refusal.value.code is Code.UNKNOWN_LOCALE
    assert (await coalition.state()).sections["water"].positions == []


async def test_a_position_on_words_that_are_not_before_the_networks_is_refused() -> None:
    coalition = await found()
    old = await coalition.table("water")
    await coalition.write("water", ("water1", "About water"), ("water2", "Other words."))
    new = await coalition.table("water")
    with pytest.raises(Refusal) as refusal:
        await coalition.take("salt", "water", target_digest=old.digest, read_digest=old.texts["en"])
    assert refusal.value.code is Code.TEXT_CHANGED
    assert refusal.value.data["revision"] == {"n": 2, "digest": new.digest}
    with pytest.raises(Refusal):
        await coalition.take("salt", "water", read_digest=old.texts["en"])


async def test_a_delegate_acts_for_their_own_network_only() -> None:
    coalition = await found()
    revision = await coalition.table("water")
    with pytest.raises(Refusal) as refusal:
        await take_position(
            coalition.ports,
            coalition.delegate("salt"),
            slug=SLUG,
            section="water",
            network="night",
            target_digest=revision.digest,
            read_locale="en",
            read_digest=revision.texts["en"],
            kind="consent",
        )
    assert refusal.value.code is Code.NO_MANDATE


async def test_after_the_mandate_ended_nothing_is_recorded() -> None:
    coalition = await found()
    await coalition.table("water")
    state = await coalition.state()
    mandate = coalition.delegate("salt").account
    await coalition.ports.ledger.append(
        SLUG,
        [Event(Kind.MANDATE_END, {"id": f"mandate-{mandate}"}, "account-4")],
        expected=state.index,
        at=coalition.ports.clock.now(),
    )
    with pytest.raises(Refusal) as refusal:
        await coalition.take("salt", "water")
    assert refusal.value.code is Code.MANDATE_ENDED


async def test_a_session_that_is_not_fresh_binds_nobody() -> None:
    coalition = await found()
    revision = await coalition.table("water")
    tired = Actor(coalition.delegate("salt").account, fresh=False)
    with pytest.raises(Refusal) as refusal:
        await agree_to_all(
            coalition.ports,
            tired,
            slug=SLUG,
            network="salt",
            sections={"water": revision.digest},
            manifest_digest="sha256:0",
        )
    assert refusal.value.code is Code.SIGN_IN_ANEW


async def test_agreeing_to_all_signs_the_manifest_and_leaves_what_already_stands() -> None:
    coalition = await found()
    await coalition.table("front")
    await coalition.table("water")
    await coalition.take("salt", "water", "reservation", statement={"locale": "en", "text": "Not the last line."})
    positions = await coalition.agree("salt")
    assert [p.section for p in positions] == ["front"]
    assert await status(coalition, "salt") is CellStatus.RESERVES
    state = await coalition.state()
    assert [s.network for s in state.signatures] == ["salt"]
    assert state.signatures[0].digest == manifest(state, coalition.ports.clock.now()).digest


async def test_agreeing_to_an_older_whole_is_refused() -> None:
    coalition = await found()
    revision = await coalition.table("water")
    state = await coalition.state()
    old = manifest(state, coalition.ports.clock.now()).digest
    await coalition.take("night", "water", "reservation", statement={"locale": "en", "text": "Not the last line."})
    with pytest.raises(Refusal) as refusal:
        await agree_to_all(
            coalition.ports,
            coalition.delegate("salt"),
            slug=SLUG,
            network="salt",
            sections={"water": revision.digest},
            manifest_digest=old,
        )
    assert refusal.value.code is Code.TEXT_CHANGED


async def test_every_delegate_of_the_network_gets_a_receipt() -> None:
    coalition = await found()
    await coalition.table("water")
    coalition.fakes.mail.take()
    await coalition.take("salt", "water")
    assert [letter.to for letter in coalition.fakes.mail.take()] == ["person3@example.org", "person4@example.org"]


async def test_a_series_of_tablings_sends_one_letter_to_each_delegate() -> None:
    coalition = await found()
    await coalition.table("front")
    await coalition.table("water")
    told = [letter.to for letter in coalition.fakes.mail.sent if letter.subject == "tabled"]
    assert len(told) == len(set(told)) == 5


async def test_when_somebody_was_first_the_act_is_decided_again_on_what_is_true_now() -> None:
    coalition = await found()
    await coalition.table("water")
    state = await coalition.state()
    intruding = Event(Kind.MEMBER_LEAVE, {"network": "night"}, coalition.delegate("night").account)
    coalition.fakes.ledger.intruders.append((SLUG, intruding))
    await coalition.take("salt", "water")
    assert (await coalition.state()).index == state.index  # the same fold, brought up to date
    assert await status(coalition, "salt") is CellStatus.CONSENTS


async def test_a_full_disk_refuses_the_act_and_keeps_nothing_of_it() -> None:
    coalition = await found()
    await coalition.table("water")
    coalition.fakes.ledger.is_full = True
    with pytest.raises(Refusal) as refusal:
        await coalition.take("salt", "water")
    assert refusal.value.code is Code.CANNOT_SAVE
    assert await status(coalition, "salt") is CellStatus.NONE


async def test_consulting_lapses_into_no_position() -> None:
    coalition = await found()
    await coalition.table("water")
    until = coalition.ports.clock.now() + timedelta(days=3)
    await coalition.take("salt", "water", "consulting", until=until)
    assert await status(coalition, "salt") is CellStatus.CONSULTING
    coalition.fakes.clock.step(days=4)
    assert await status(coalition, "salt") is CellStatus.NONE


async def test_a_statement_translated_by_its_own_network_counts_as_approved() -> None:
    coalition = await found()
    await coalition.table("water")
    act = await coalition.take("salt", "water", "reservation", statement={"locale": "en", "text": "Not the last line."})
    await translate_statement(
        coalition.ports, coalition.delegate("night"), slug=SLUG, position=act.id, locale="ar", text="ليس السطر الأخير"
    )
    state = await coalition.state()
    assert state.statements[act.id]["ar"].approved is False
    await translate_statement(
        coalition.ports, coalition.delegate("salt"), slug=SLUG, position=act.id, locale="ar", text="إلا السطر الأخير"
    )
    state = await coalition.state()
    assert state.statements[act.id]["ar"].approved is True
    assert section_status(state, state.sections["water"], coalition.ports.clock.now()) == "tabled"
