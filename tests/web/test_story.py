"""The demonstration's story, told into memory: what it leaves behind is what its files promise."""

import asyncio
import json

import pytest

from drafting.actions.release.publication import FORMATS
from drafting.domain.declaration import Declaration, Status
from drafting.domain.prose import Block, Run
from drafting.domain.signatures import Counts
from drafting.domain.standing import matrix
from drafting.paths import DEMO
from drafting.web.demo.files import read_story
from drafting.web.demo.story import StoryFault, replaced, tell
from tests.fakes import Fakes


@pytest.fixture(scope="module")
def fakes() -> Fakes:
    return Fakes()


@pytest.fixture(scope="module")
def told(fakes: Fakes) -> Declaration:
    lines: list[str] = []
    declaration = asyncio.run(tell(fakes.ports(), read_story(DEMO), lines.append))
    assert "edition 1 is released" in lines
    return declaration


async def test_seven_networks_stand_where_the_story_says(fakes: Fakes, told: Declaration) -> None:
    whole = matrix(told, fakes.clock.now())
    assert whole.networks == ("headwater", "orillas", "night-shift", "sillons", "river-seeds", "salt-road", "seed-ring")
    assert [cell.status.value for cell in whole.row("water")] == [
        "stale",
        "consents",
        "consents",
        "stale",
        "consents",
        "consents",
        "consulting",
    ]
    assert [c.network for c in whole.row("seeds") if c.status.value == "objects"] == ["orillas"]
    assert [c.network for c in whole.row("debts") if c.status.value == "stands_aside"] == ["salt-road"]
    assert [c.network for c in whole.row("work") if c.status.value == "withdrawn"] == ["sillons"]
    assert [c.network for c in whole.row("care") if c.status.value == "ad_referendum"] == ["river-seeds"]


async def test_the_first_edition_is_out_in_every_language(fakes: Fakes, told: Declaration) -> None:
    assert told.status is Status.ASKING
    edition = told.editions[0]
    assert len(edition.releases[0].files) == len(FORMATS) * len(told.locales)
    content = json.loads(fakes.ledger.contents[edition.content])
    assert {text["status"] for s in content["sections"] for text in s["texts"].values()} == {"authentic", "translation"}
    assert "Clémence Vidal" in content["translators"]["fr"]


async def test_people_and_organisations_have_signed(fakes: Fakes, told: Declaration) -> None:
    assert await fakes.signatures.counts(told.slug, 1) == Counts(people=7, organisations=2)
    names = [signature.shown_name for signature in await fakes.signatures.listed(told.slug, 1)]
    assert {"نورة الحداد", "T. F.", "Harbour Weather Circle"} <= set(names)


async def test_everybody_holds_what_they_should(fakes: Fakes, told: Declaration) -> None:
    story = read_story(DEMO)
    holders = {id: (await fakes.accounts.get(part.holder)).address for id, part in told.sections.items()}
    for person in story.people:
        for section in person.get("holds", ()):
            assert holders[section] == person["address"]
    assert {m.network for m in told.mandates.values()} == {*told.members, None}


async def test_nothing_was_told_that_the_ledger_does_not_say(fakes: Fakes, told: Declaration) -> None:
    entries = fakes.ledger.entries["open-well"]
    assert [entry.index for entry in entries] == list(range(1, len(entries) + 1))
    assert fakes.notices.announced[-1] == entries[-1]


@pytest.mark.parametrize(("find", "fits"), [("fifty", True), ("litres", False), ("sixty", False)])
def test_an_edit_finds_its_place_or_says_so(find: str, fits: bool) -> None:
    text = (Block("a", "paragraph", (Run("fifty litres"),)), Block("b", "paragraph", (Run("of litres"),)))
    if fits:
        changed, block = replaced(text, find, "one hundred")
        assert (block.id, changed[0].words, changed[1]) == ("a", "one hundred litres", text[1])
        return
    with pytest.raises(StoryFault):
        replaced(text, find, "one hundred")
