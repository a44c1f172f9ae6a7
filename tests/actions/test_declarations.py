"""Declarations and sections: what they begin with, and what reshaping them keeps."""

import asyncio
from typing import Any

import pytest

from drafting.actions.core import Actor, load_declaration
from drafting.actions.membership.people import accept_invitation, invite, register_network
from drafting.actions.ports import Ports
from drafting.actions.writing.declarations import (
    add_section,
    claim_declarations,
    create_declaration,
    drop_section,
    hand_over_section,
    order_sections,
    split_section,
)
from drafting.actions.writing.locale_records import known_autonym, locale_record
from drafting.actions.writing_ports import Author
from drafting.domain.declaration import RESERVED_SECTIONS, Declaration, Status
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.networks import Role, Scope
from drafting.domain.prose import Run, Text, block_digest, title
from tests.actions.refusals import refused
from tests.fakes import Fakes, block

INITIATOR = Actor("account-1")
STRANGER = Actor("account-9")


async def create(ports: Ports, **changes: Any) -> Declaration:
    values: dict[str, Any] = {
        "slug": "well",
        "title": {"en": "The Well", "ar": "البئر"},
        "source_locale": "en",
        "locales": ["en", "ar", "zh-hans"],
        **changes,
    }
    return await create_declaration(ports, INITIATOR, **values)


async def test_a_new_declaration_has_a_front_with_a_titled_text_in_every_locale(ports: Ports) -> None:
    made = await create(ports)
    assert list(made.locales) == ["en", "ar", "zh-Hans"]
    assert made.locales["ar"].direction == "rtl"
    assert (made.initiator, made.status, made.charter.answer_hours) == ("account-1", Status.DRAFTING, 168)
    source = await ports.workshops.read("well.front.en")
    arabic = await ports.workshops.read("well.front.ar")
    assert (source[0].kind, title(source)) == ("heading1", "The Well")
    assert (title(arabic), arabic[0].of) == ("البئر", source[0].id)
    assert (await ports.workshops.read("well.front.zh-Hans"))[0].of == source[0].id


async def test_a_named_network_is_the_founding_member_and_its_creator_a_delegate_with_every_scope(ports: Ports) -> None:
    await register_network(ports, INITIATOR, slug="salt", name="The Salt Road")
    made = await create(ports, network="salt", preset="urgent")
    mandate = next(iter(made.mandates.values()))
    assert made.members["salt"].role is Role.FOUNDING
    assert made.members["salt"].charter_digest == made.charter.digest
    assert (mandate.account, mandate.network, mandate.scopes) == ("account-1", "salt", frozenset(Scope))
    assert made.sections["front"].holder_network == "salt"


async def test_an_unregistered_network_is_named_and_nothing_is_made(ports: Ports, fakes: Fakes) -> None:
    assert await refused(Code.NOT_FOUND, create(ports, network="nobody")) == {"network": "nobody"}
    assert fakes.workshops.moments == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "The Well"}, "slug"),
        ({"slug": "-well"}, "slug"),
        ({"slug": "w" * 64}, "slug"),
        ({"title": ""}, "title"),
        ({"title": {"ar": "البئر"}}, "title"),
        ({"title": {"en": "Well", "fr": "Puits"}}, "title"),
        ({"title": "W\u202eell"}, "title"),
        ({"authentic_locales": ["fr"]}, "authentic_locales"),
        ({"authentic_locales": ["ar"]}, "authentic_locales"),
        ({"preset": "quick"}, "preset"),
        ({"charter": {"answer_hours": -1}}, "answer_hours"),
        ({"charter": {"answer_hours": True}}, "answer_hours"),
        ({"charter": {"consents_at_least": 0}}, "consents_at_least"),
        ({"charter": {"objection_hours": 721}}, "objection_hours"),
        ({"charter": {"zone": "Mars/Olympus"}}, "zone"),
        ({"charter": {"zone": "../../etc/passwd"}}, "zone"),
        ({"charter": {"quorum": 3}}, "quorum"),
    ],
)
async def test_bad_input_is_refused_with_the_field(ports: Ports, changes: dict[str, Any], field: str) -> None:
    assert await refused(Code.BAD_INPUT, create(ports, **changes)) == {"field": field}


async def test_an_impossible_locale_is_named(ports: Ports) -> None:
    assert await refused(Code.UNKNOWN_LOCALE, create(ports, locales=["en", "../x"])) == {"locale": "../x"}


async def test_the_charter_is_the_preset_with_its_changes(ports: Ports) -> None:
    made = await create(ports, preset="full", charter={"consents_at_least": 5, "zone": "America/Bogota"})
    assert made.charter.to_json() == {
        "preset": "full",
        "consents_at_least": 5,
        "answer_hours": 336,
        "objection_hours": 72,
        "zone": "America/Bogota",
    }


async def test_of_two_at_once_one_gets_the_slug(ports: Ports) -> None:
    outcomes = await asyncio.gather(create(ports), create(ports), return_exceptions=True)
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert [refusal.code for refusal in refusals] == [Code.TAKEN]
    assert (await refused(Code.TAKEN, create(ports)))["declaration"] == "well"


async def test_after_a_full_disk_the_same_call_works(ports: Ports, fakes: Fakes) -> None:
    fakes.ledger.is_full = True
    await refused(Code.CANNOT_SAVE, create(ports, title="First try"))
    fakes.ledger.is_full = False
    await create(ports)
    assert title(await ports.workshops.read("well.front.en")) == "The Well"


async def test_a_section_is_added_behind_another_with_texts_in_every_locale(ports: Ports) -> None:
    await create(ports)
    await add_section(ports, INITIATOR, slug="well", id="land")
    made = await add_section(
        ports, INITIATOR, slug="well", id="water", after="front", title={"en": "Water", "ar": "ماء"}
    )
    assert made.order == ["front", "water", "land"]
    assert title(await ports.workshops.read("well.water.ar")) == "ماء"
    assert (await ports.workshops.read("well.land.en"))[0].is_empty


async def test_sections_are_added_by_the_initiator_under_new_ids_alone(ports: Ports) -> None:
    await create(ports)
    await refused(Code.NOT_ALLOWED, add_section(ports, STRANGER, slug="well", id="land"))
    await add_section(ports, INITIATOR, slug="well", id="land")
    await drop_section(ports, INITIATOR, slug="well", section="land")
    assert await refused(Code.TAKEN, add_section(ports, INITIATOR, slug="well", id="land")) == {"section": "land"}
    await refused(Code.BAD_INPUT, add_section(ports, INITIATOR, slug="well", id="A.b"))
    await refused(Code.NOT_FOUND, add_section(ports, INITIATOR, slug="well", id="sea", after="sky"))
    await refused(Code.NOT_FOUND, add_section(ports, INITIATOR, slug="nowhere", id="sea"))


async def test_a_dropped_section_leaves_the_order_and_its_texts_can_no_longer_be_written(
    ports: Ports, fakes: Fakes
) -> None:
    await create(ports)
    await add_section(ports, INITIATOR, slug="well", id="land")
    made = await drop_section(ports, INITIATOR, slug="well", section="land")
    assert [section.id for section in made.live_sections()] == ["front"]
    assert fakes.workshops.retired == {"well.land.en", "well.land.ar", "well.land.zh-Hans"}
    await refused(Code.TEXT_RETIRED, drop_section(ports, INITIATOR, slug="well", section="land"))
    assert await refused(Code.BAD_INPUT, drop_section(ports, INITIATOR, slug="well", section="front"))


async def test_the_order_names_every_section_and_begins_with_the_front(ports: Ports, fakes: Fakes) -> None:
    await create(ports)
    for id in ("water", "land"):
        await add_section(ports, INITIATOR, slug="well", id=id)
    made = await order_sections(ports, INITIATOR, slug="well", sections=["front", "land", "water"])
    assert made.order == ["front", "land", "water"]
    before = fakes.ledger.appends
    await order_sections(ports, INITIATOR, slug="well", sections=["front", "land", "water"])
    assert fakes.ledger.appends == before
    for wrong in (["front", "land"], ["land", "front", "water"], ["front", "land", "land"]):
        await refused(Code.BAD_INPUT, order_sections(ports, INITIATOR, slug="well", sections=wrong))


async def test_a_section_is_handed_to_somebody_who_may_edit(ports: Ports, fakes: Fakes) -> None:
    await ports.accounts.open("initiator@well.example")
    await create(ports)
    await invite(ports, INITIATOR, slug="well", network=None, address="a@b.example", scopes=["edit"])
    editor, _ = await accept_invitation(ports, token=fakes.mail.sent[-1].body.rsplit("/", 1)[-1].split("\n")[0])
    made = await hand_over_section(ports, INITIATOR, slug="well", section="front", account=editor.id)
    assert made.sections["front"].holder == editor.id
    to_nobody = hand_over_section(ports, INITIATOR, slug="well", section="front", account="account-77")
    assert await refused(Code.BAD_INPUT, to_nobody) == {"field": "account"}


# ---- splitting

SOURCE: Text = (
    block("s1", "Water", "heading1"),
    block("s2", "One."),
    block("s3", "Two."),
    block("s4", "Three."),
    block("s5", "A note.", "footnote"),
)


def with_note(part: Text, id: str, note: str) -> Text:
    return tuple(type(b)(b.id, b.kind, (*b.runs, Run("", note=note)), b.depth, b.of) if b.id == id else b for b in part)


async def whole(ports: Ports, fakes: Fakes) -> None:
    """A section whose translation has the blocks in another order, one of its own, and one that was approved."""
    await create(ports, locales=["en", "ar"])
    await add_section(ports, INITIATOR, slug="well", id="water")
    author = Author("account-1")
    arabic = (
        block("t1", "ماء", "heading1", of="s1"),
        block("t3", "اثنان", of="s3"),
        block("t9", "ملاحظة المترجم"),
        block("t2", "واحد", of="s2"),
        block("t4", "ثلاثة", of="s4"),
        block("t5", "حاشية", "footnote", of="s5"),
    )
    await ports.workshops.write("well.water.en", with_note(SOURCE, "s3", "s5"), author)
    await ports.workshops.write("well.water.ar", with_note(arabic, "t3", "t5"), author)
    source = {b.id: block_digest(b) for b in await ports.workshops.read("well.water.en")}
    reviewed = [{"id": id, "source": source[id], "target": "sha256:0", "body": "sha256:1"} for id in ("s2", "s3")]
    data = {"section": "water", "locale": "ar", "state": "approved", "blocks": reviewed, "network": None, "reason": ""}
    declaration = await load_declaration(ports, "well")
    event = Event(Kind.TRANSLATION_REVIEW, data, "account-5")
    await ports.ledger.append("well", [event], expected=declaration.index, at=ports.clock.now())


def ids(text: Text) -> list[str]:
    return [b.id for b in text]


async def test_a_split_divides_every_locale_along_the_source(ports: Ports, fakes: Fakes) -> None:
    await whole(ports, fakes)
    made = await split_section(ports, INITIATOR, slug="well", section="water", before_block="s3", id="sharing")
    assert made.order == ["front", "water", "sharing"]
    assert made.sections["sharing"].parent == "water"
    assert ids(await ports.workshops.read("well.water.en.2")) == ["s1", "s2"]
    assert ids(await ports.workshops.read("well.water.ar.2")) == ["t1", "t2"]
    english, arabic = await ports.workshops.read("well.sharing.en"), await ports.workshops.read("well.sharing.ar")
    assert ids(english)[1:] == ["s3", "s4", "s5"]
    assert ids(arabic)[1:] == ["t3", "t9", "t4", "t5"]
    assert (english[0].kind, english[0].is_empty, arabic[0].of) == ("heading1", True, english[0].id)
    assert fakes.workshops.retired == {"well.water.en", "well.water.ar"}


async def test_reviews_follow_their_blocks_in_the_name_of_those_who_gave_them(ports: Ports, fakes: Fakes) -> None:
    await whole(ports, fakes)
    made = await split_section(ports, INITIATOR, slug="well", section="water", before_block="s3", id="sharing")
    assert list(made.sections["sharing"].reviews) == [("ar", "s3")]
    assert made.sections["sharing"].reviews["ar", "s3"].account == "account-5"


async def test_a_heading_becomes_the_title_of_the_new_section_as_it_is(ports: Ports, fakes: Fakes) -> None:
    await whole(ports, fakes)
    headed = (*SOURCE[:2], block("s3", "Sharing", "heading2"), *SOURCE[3:])
    await ports.workshops.write("well.water.en", headed, Author("account-1"))
    await split_section(ports, INITIATOR, slug="well", section="water", before_block="s3", id="sharing")
    assert title(await ports.workshops.read("well.sharing.en")) == "Sharing"


async def test_a_split_that_leaves_nothing_or_is_of_nothing_is_refused(ports: Ports, fakes: Fakes) -> None:
    await whole(ports, fakes)

    async def split(before: str, id: str = "sharing", actor: Actor = INITIATOR) -> Declaration:
        return await split_section(ports, actor, slug="well", section="water", before_block=before, id=id)

    assert await refused(Code.BLOCK_UNKNOWN, split("s9")) == {"block": "s9"}
    assert await refused(Code.BAD_INPUT, split("s1")) == {"field": "before_block"}
    assert await refused(Code.BAD_INPUT, split("s5")) == {"field": "before_block"}
    assert await refused(Code.TAKEN, split("s3", "front")) == {"section": "front"}
    await refused(Code.NOT_ALLOWED, split("s3", actor=STRANGER))
    assert fakes.workshops.retired == set()


async def test_words_that_arrive_during_a_split_are_brought_over(ports: Ports, fakes: Fakes) -> None:
    await whole(ports, fakes)
    retire = fakes.workshops.retire

    async def type_on_until_retired(name: str) -> None:
        if name == "well.water.en":
            late = tuple(
                block("s4", "Three and more.") if b.id == "s4" else b for b in await fakes.workshops.read(name)
            )
            await fakes.workshops.write(name, late, Author("account-2"))
        await retire(name)

    fakes.workshops.retire = type_on_until_retired  # type: ignore[method-assign]
    await split_section(ports, INITIATOR, slug="well", section="water", before_block="s3", id="sharing")
    assert [b.words for b in await ports.workshops.read("well.sharing.en")][2] == "Three and more."


async def test_split_in_two_at_once_happens_once(ports: Ports, fakes: Fakes) -> None:
    await whole(ports, fakes)
    outcomes = await asyncio.gather(
        *(
            split_section(ports, INITIATOR, slug="well", section="water", before_block="s3", id=id)
            for id in ("sharing", "giving")
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 1
    assert len((await load_declaration(ports, "well")).sections) == 3


# ---- locales


@pytest.mark.parametrize(
    ("tag", "script", "direction", "autonym"),
    [
        ("ar", "Arab", "rtl", "العربية"),
        ("PT-br", "Latn", "ltr", "português (Brasil)"),
        ("zh-Hant", "Hant", "ltr", "中文 (繁體)"),
        ("ckb", "Arab", "rtl", "کوردیی ناوەندی"),
        ("nah", "Latn", "ltr", "Nāhuatl"),
        ("ay", "Latn", "ltr", "Aymara"),
        ("qaa", "Latn", "ltr", "qaa"),
    ],
)
def test_a_locale_knows_its_script_direction_and_name(tag: str, script: str, direction: str, autonym: str) -> None:
    record = locale_record(tag)
    assert (record.script, record.direction, record.autonym) == (script, direction, autonym)
    assert record.tag.casefold() == tag.casefold()


@pytest.mark.parametrize("tag", ["xx", "zz-ZZ", "english", "klingon", "en-Xxxx", "not a tag"])
def test_a_language_that_nobody_registered_is_unknown(tag: str) -> None:
    with pytest.raises(Refusal) as refusal:
        locale_record(tag)
    assert (refusal.value.code, refusal.value.data["locale"]) == (Code.UNKNOWN_LOCALE, tag)


def test_direction_comes_from_the_script_and_the_tag_is_never_another() -> None:
    assert (locale_record("ckb-Latn").direction, locale_record("ug-Latn").direction) == ("ltr", "ltr")
    assert locale_record("quy").tag == "quy"
    assert known_autonym("und") == "und"


@pytest.mark.parametrize("id", sorted(RESERVED_SECTIONS))
async def test_a_section_never_takes_a_word_that_stands_in_the_addresses_of_pages(ports: Ports, id: str) -> None:
    await create(ports)
    await refused(Code.TAKEN, add_section(ports, INITIATOR, slug="well", id=id))


async def test_what_was_brought_in_with_nobody_named_goes_to_the_first_person(ports: Ports) -> None:
    await create(ports)
    assert await claim_declarations(ports, nobody=INITIATOR.account, account=STRANGER.account) == ["well"]
    claimed = await load_declaration(ports, "well")
    assert (claimed.initiator, claimed.sections["front"].holder) == (STRANGER.account, STRANGER.account)
    assert await claim_declarations(ports, nobody=INITIATOR.account, account="account-3") == []
