"""The fold of the ledger: membership, splits that lose no objection, editions in order."""

from datetime import UTC, datetime, timedelta
from typing import Any

from drafting.domain.declaration import Charter, Declaration, Preset, Status, text_place
from drafting.domain.events import Entry, Event, Kind
from drafting.domain.folding.fold import fold
from drafting.domain.networks import Scope
from drafting.domain.policy import Action, Subject, may
from drafting.domain.positions import CellStatus, SectionStatus
from drafting.domain.standing import cell, manifest, matrix, section_status

START = datetime(2030, 1, 1, tzinfo=UTC)


class Story:
    """Entries one after the other, an hour apart."""

    def __init__(self) -> None:
        self.declaration = Declaration("well")
        charter = Charter(Preset.PLAIN, 2, 0, 0)
        self.tell(
            Kind.DECLARATION_CREATE,
            title={"en": "The Well"},
            source_locale="en",
            authentic_locales=["en"],
            locales=[{"tag": "en", "script": "Latn", "autonym": "English"}],
            charter=charter.to_json(),
        )
        for slug in ("river", "salt"):
            self.tell(Kind.MEMBER_JOIN, network=slug, name=slug.title(), role="founding", charter=charter.digest)
            self.tell(
                Kind.MANDATE_GRANT,
                id=f"m-{slug}",
                network=slug,
                account=f"a-{slug}",
                scopes=["edit", "consent", "sign"],
                granted_by="initiator",
            )
        self.tell(Kind.SECTION_ADD, id="water", holder="a-river", network="river")

    @property
    def at(self) -> datetime:
        return START + timedelta(hours=self.declaration.index)

    def tell(self, fact: Kind, /, actor: str = "initiator", **data: Any) -> None:
        index = self.declaration.index + 1
        fold(self.declaration, [Entry("well", index, START + timedelta(hours=index), Event(fact, data, actor))])

    def table(self, section: str, digest: str) -> None:
        part = self.declaration.sections[section]
        self.tell(
            Kind.REVISION_TABLE,
            section=section,
            n=len(part.revisions) + 1,
            digest=digest,
            texts={"en": digest},
            bodies={"en": digest},
            blocks=[],
            title=section,
            change="substantive",
            why="",
            generation=part.generation,
        )

    def take(self, network: str, section: str, kind: str, digest: str) -> None:
        self.tell(
            Kind.POSITION_TAKE,
            actor=f"a-{network}",
            id=f"p{self.declaration.index}",
            network=network,
            mandate=f"m-{network}",
            kind=kind,
            section=section,
            target_digest=digest,
            read_locale="en",
            read_digest=digest,
        )

    def status(self, network: str, section: str) -> CellStatus:
        return cell(self.declaration, self.declaration.sections[section], network, self.at).status


def test_a_split_retires_the_texts_and_both_halves_inherit_the_objection() -> None:
    story = Story()
    story.table("water", "sha256:a")
    story.take("river", "water", "consent", "sha256:a")
    story.take("salt", "water", "objection", "sha256:a")
    story.tell(Kind.SECTION_SPLIT, section="water", id="springs", before_block="b3")
    assert story.declaration.order == ["water", "springs"]
    assert story.declaration.text_name("water", "en") == "well.water.en.2"
    for section in ("water", "springs"):
        assert story.status("salt", section) is CellStatus.OBJECTS
        assert story.status("river", section) is CellStatus.STALE
        assert story.declaration.sections[section].revision is None
    story.table("springs", "sha256:s")
    story.take("salt", "springs", "consent", "sha256:s")
    assert story.status("salt", "springs") is CellStatus.CONSENTS
    assert story.status("salt", "water") is CellStatus.OBJECTS


def test_what_happened_to_a_section_after_the_split_does_not_reach_its_child() -> None:
    story = Story()
    story.table("water", "sha256:a")
    story.tell(Kind.SECTION_SPLIT, section="water", id="springs", before_block="b3")
    story.table("water", "sha256:b")
    story.take("salt", "water", "objection", "sha256:b")
    assert story.status("salt", "springs") is CellStatus.NONE


def test_who_leaves_stops_counting_and_past_acts_stand() -> None:
    story = Story()
    story.table("water", "sha256:a")
    story.take("salt", "water", "objection", "sha256:a")
    then = story.at
    story.tell(Kind.MEMBER_LEAVE, network="salt")
    assert matrix(story.declaration, story.at).networks == ("river",)
    assert [p.network for p in story.declaration.sections["water"].positions] == ["salt"]
    assert not may(story.declaration, "a-salt", Action.READ, Subject(), story.at + timedelta(hours=1))
    assert then < story.at


def test_order_changes_the_manifest_and_dropping_retires() -> None:
    story = Story()
    story.tell(Kind.SECTION_ADD, id="land", holder="a-river")
    for section in ("water", "land"):
        story.table(section, f"sha256:{section}")
    before = manifest(story.declaration, story.at).digest
    story.tell(Kind.SECTIONS_ORDER, sections=["land", "water"])
    after = manifest(story.declaration, story.at).digest
    assert before != after
    story.tell(Kind.SECTION_DROP, section="land")
    assert [s.id for s in story.declaration.live_sections()] == ["water"]
    land = story.declaration.sections["land"]
    assert section_status(story.declaration, land, story.at) is SectionStatus.RETIRED


def test_a_declaration_is_drafting_then_asking_then_frozen_then_released() -> None:
    story = Story()
    seen = [story.declaration.status]
    story.table("water", "sha256:a")
    seen.append(story.declaration.status)
    story.tell(Kind.EDITION_FREEZE, n=1, manifest="sha256:m", content="sha256:c", window_ends=START.isoformat())
    seen.append(story.declaration.status)
    story.tell(Kind.EDITION_RELEASE, n=1, content="sha256:c", locales=["en"])
    seen.append(story.declaration.status)
    story.table("water", "sha256:b")
    seen.append(story.declaration.status)
    assert seen == [Status.DRAFTING, Status.ASKING, Status.FROZEN, Status.RELEASED, Status.ASKING]


def test_a_void_edition_is_not_open_and_the_next_has_its_own_number() -> None:
    story = Story()
    story.tell(Kind.EDITION_FREEZE, n=1, manifest="sha256:m", content="sha256:c", window_ends=START.isoformat())
    story.tell(Kind.EDITION_VOID, n=1, position="p9")
    assert story.declaration.open_edition is None
    story.tell(Kind.EDITION_FREEZE, n=2, manifest="sha256:n", content="sha256:d", window_ends=START.isoformat())
    assert [e.status.value for e in story.declaration.editions] == ["void", "frozen"]


def test_a_mandate_allows_what_it_names_in_its_languages_while_it_lives() -> None:
    story = Story()
    until = (story.at + timedelta(days=1)).isoformat()
    story.tell(
        Kind.MANDATE_GRANT,
        id="m-rana",
        network=None,
        account="rana",
        scopes=["translate"],
        locales=["ar"],
        granted_by="initiator",
        until=until,
    )
    d, at = story.declaration, story.at
    assert may(d, "rana", Action.EDIT_TEXT, Subject(locale="ar"), at)
    assert not may(d, "rana", Action.EDIT_TEXT, Subject(locale="sw"), at)
    assert not may(d, "rana", Action.EDIT_TEXT, Subject(locale="en"), at)
    assert not may(d, "rana", Action.EDIT_TEXT, Subject(locale="ar"), at + timedelta(days=2))
    assert d.mandate_for("rana", "river", Scope.TRANSLATE, at) is None


def test_once_a_network_has_spoken_only_its_own_delegates_grant_its_mandates() -> None:
    story = Story()
    about = Subject(network="salt")
    assert may(story.declaration, "initiator", Action.INVITE, about, story.at)
    story.table("water", "sha256:a")
    story.take("salt", "water", "consent", "sha256:a")
    assert not may(story.declaration, "initiator", Action.INVITE, about, story.at)
    assert may(story.declaration, "a-salt", Action.INVITE, about, story.at)


def test_when_the_holder_is_gone_the_initiator_may_table() -> None:
    story = Story()
    about = Subject(section=story.declaration.sections["water"])
    assert not may(story.declaration, "initiator", Action.TABLE, about, story.at)
    story.tell(Kind.MANDATE_END, id="m-river")
    assert may(story.declaration, "initiator", Action.TABLE, about, story.at)


def test_no_network_has_to_wait_for_more_consents_than_there_are_members() -> None:
    story = Story()
    assert story.declaration.consents_needed(story.at) == 2
    story.tell(Kind.MEMBER_LEAVE, network="salt")
    assert story.declaration.consents_needed(story.at) == 1


def test_a_texts_name_says_where_it_belongs() -> None:
    assert text_place("well.water.pt-BR") == ("well", "water", "pt-BR", 1)
    assert text_place("well.water.en.3") == ("well", "water", "en", 3)
