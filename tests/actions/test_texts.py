"""Reading and writing texts without the editor: on the words that were seen, with identities kept."""

from collections.abc import Mapping
from typing import Any

import pytest

from drafting.actions.core import Actor, load_declaration
from drafting.actions.folders import import_declaration
from drafting.actions.membership.people import accept_invitation, add_member, invite, register_network
from drafting.actions.ports import Ports
from drafting.actions.writing.declarations import drop_section, split_section
from drafting.actions.writing.tabling import table_revision
from drafting.actions.writing.texts import (
    ReadText,
    may_write,
    read_moment,
    read_text,
    restore_moment,
    text_history,
    write_text,
)
from drafting.actions.writing.translations import complete_translations
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code
from drafting.domain.events import Event, Kind
from drafting.domain.translations import TranslationState
from tests.actions.refusals import refused
from tests.actions.test_folders import folder
from tests.fakes import Fakes

INITIATOR = Actor("account-1")
STRANGER = Actor("account-9")
WATER: Mapping[str, str] = {"slug": "well", "section": "water"}


@pytest.fixture
async def well(ports: Ports) -> Declaration:
    """The small declaration of the folder tests: front and water, English and Portuguese, all of it approved."""
    await ports.accounts.open("anong@salt.example", "Anong", "en")
    return await import_declaration(ports, INITIATOR, files=folder())


async def read(ports: Ports, locale: str = "en", actor: Actor = INITIATOR, **changes: Any) -> ReadText:
    return await read_text(ports, actor, **{**WATER, "locale": locale, **changes})


async def write(ports: Ports, markdown: str, locale: str = "en", actor: Actor = INITIATOR, **changes: Any) -> ReadText:
    seen = changes.pop("seen", None) or (await read(ports, locale)).digest
    return await write_text(ports, actor, **{**WATER, "locale": locale, **changes}, markdown=markdown, seen=seen)


async def joined(ports: Ports, fakes: Fakes, *scopes: str, locales: tuple[str, ...] = ()) -> Actor:
    """A volunteer."""
    address = f"{'-'.join(scopes)}@volunteers.example"
    await invite(ports, INITIATOR, slug="well", network=None, address=address, scopes=scopes, locales=locales)
    link = next(line for line in fakes.mail.to(address)[-1].body.splitlines() if line.startswith("https://"))
    account, _ = await accept_invitation(ports, token=link.rsplit("/", 1)[-1])
    return Actor(account.id)


@pytest.mark.usefixtures("well")
async def test_a_text_is_read_with_its_name_digest_and_in_a_translation_its_states(ports: Ports) -> None:
    source, target = await read(ports), await read(ports, "pt-BR")
    assert (source.name, source.states) == ("well.water.en", None)
    assert target.states is not None
    assert [target.states[block.of or ""].state for block in target.text] == [TranslationState.APPROVED] * 4


@pytest.mark.usefixtures("well")
async def test_only_those_who_take_part_read_the_workshop(ports: Ports, fakes: Fakes) -> None:
    await refused(Code.NOT_ALLOWED, read(ports, actor=STRANGER))
    await read(ports, actor=await joined(ports, fakes, "translate"))
    await refused(Code.NOT_FOUND, read(ports, section="sky"))
    assert await refused(Code.NOT_FOUND, read(ports, "fr")) == {"locale": "fr"}
    await refused(Code.NOT_FOUND, read(ports, at=1))
    await refused(Code.BAD_INPUT, read(ports, at="yesterday"))


@pytest.mark.usefixtures("well")
async def test_a_revision_is_read_in_its_own_words_and_in_the_translation_made_of_it(ports: Ports) -> None:
    source, target = await read(ports), await read(ports, "pt-BR")
    await table_revision(ports, INITIATOR, **WATER, seen={"en": source.digest})
    await complete_translations(ports, "well", "water")
    await write(ports, "## Other words")
    await write(ports, "## Outras palavras", "pt-BR")
    assert (await read(ports, at=1)).text == source.text
    assert (await read(ports, "pt-BR", at=1)).text == target.text


@pytest.mark.usefixtures("well")
async def test_written_words_keep_the_identity_of_the_blocks_that_go_on(ports: Ports, fakes: Fakes) -> None:
    before = (await read(ports)).text
    after = (await write(ports, "## Waters\n\nIt is *ours*.[^9]\n\nNew.\n\n- and yours\n\n[^9]: All of it.\n")).text
    assert [b.id for b in after if b.words != "New."] == [b.id for b in before]
    assert after[1].runs[-1].note == before[-1].id
    assert (await ports.workshops.history("well.water.en"))[-1].account == "account-1"


@pytest.mark.usefixtures("well")
async def test_a_translation_that_is_written_again_still_renders_its_source(ports: Ports) -> None:
    source = (await read(ports)).text
    after = await write(ports, "## Águas\n\nÉ de todos.[^1]\n\n- e sua\n\n[^1]: Toda.\n", "pt-BR")
    assert [b.of for b in after.text] == [b.id for b in source]
    assert after.states is not None
    states = [after.states[block.id].state.value for block in source]
    assert states == ["draft", "draft", "approved", "approved"]


@pytest.mark.usefixtures("well")
async def test_a_translation_written_into_an_empty_text_pairs_with_its_source_by_place(ports: Ports) -> None:
    source = (await read(ports)).text
    emptied = await write(ports, "", "pt-BR")
    assert [(b.kind, b.of) for b in emptied.text] == [("heading1", source[0].id)]
    again = await write(ports, "## Água\n\nÉ *nossa*.[^2]\n\n- e sua\n\n[^2]: Toda.\n", "pt-BR")
    assert [b.of for b in again.text] == [b.id for b in source]
    titled = await write(ports, "## Água\n\nMais nada.", "pt-BR")
    assert titled.text[0].of == source[0].id


@pytest.mark.usefixtures("well")
async def test_words_written_on_others_than_were_seen_are_refused(ports: Ports, fakes: Fakes) -> None:
    seen = (await read(ports)).digest
    now = (await write(ports, "## Somebody was first")).digest
    assert await refused(Code.TEXT_CHANGED, write(ports, "## Late", seen=seen)) == {"now": now}
    assert (await read(ports)).digest == now


@pytest.mark.usefixtures("well")
async def test_bad_words_are_refused_and_nothing_is_lost(ports: Ports) -> None:
    before = await read(ports)
    assert await refused(Code.MARKDOWN_REFUSED, write(ports, "## A\n\n<b>x</b>")) == {"line": 3, "what": "html"}
    data = await refused(Code.TEXT_REFUSED, write(ports, "## A\n\nab\u202ec"))
    assert data == {"block": 1, "offset": 2, "code_point": "U+202E"}
    assert await read(ports) == before


@pytest.mark.usefixtures("well")
async def test_rights_to_write_are_by_scope_and_locale(ports: Ports, fakes: Fakes) -> None:
    translator = await joined(ports, fakes, "translate", locales=("pt-BR",))
    await write(ports, "## Águas", "pt-BR", actor=translator)
    await refused(Code.NOT_ALLOWED, write(ports, "## Mine", actor=translator))
    await refused(Code.NOT_ALLOWED, write(ports, "## Mine", actor=STRANGER))
    await refused(Code.NOT_FOUND, write(ports, "## Mine", section="sky", seen="sha256:0"))
    await refused(Code.NOT_FOUND, write(ports, "## Mine", locale="fr", seen="sha256:0"))
    declaration, at = await load_declaration(ports, "well"), fakes.clock.now()
    assert may_write(declaration, translator.account, "well.water.pt-BR", at)
    assert not may_write(declaration, translator.account, "well.water.en", at)
    assert not may_write(declaration, STRANGER.account, "well.water.en", at)


@pytest.mark.parametrize(
    "name",
    [
        "well.water",
        "well.water.fr",
        "well.sky.en",
        "other.water.en",
        "well.water.en.2",
        "well.water.en.x",
        "",
        "a.b.c.1.2",
    ],
)
@pytest.mark.usefixtures("well")
async def test_nobody_writes_into_a_text_that_is_none(ports: Ports, fakes: Fakes, name: str) -> None:
    assert not may_write(await load_declaration(ports, "well"), INITIATOR.account, name, fakes.clock.now())


@pytest.mark.usefixtures("well")
async def test_texts_of_dropped_and_split_sections_are_read_only(ports: Ports, fakes: Fakes) -> None:
    block = (await read(ports)).text[1].id
    await split_section(ports, INITIATOR, slug="well", section="water", before_block=block, id="sharing")
    declaration, at = await load_declaration(ports, "well"), fakes.clock.now()
    assert not may_write(declaration, INITIATOR.account, "well.water.en", at)
    assert may_write(declaration, INITIATOR.account, "well.water.en.2", at)
    assert (await read(ports)).name == "well.water.en.2"
    await drop_section(ports, INITIATOR, slug="well", section="sharing")
    await refused(Code.TEXT_RETIRED, write(ports, "## Late", section="sharing", seen="sha256:0"))
    assert (await read(ports, section="sharing")).text
    declaration = await load_declaration(ports, "well")
    assert not may_write(declaration, INITIATOR.account, "well.sharing.en", at)


@pytest.mark.usefixtures("well")
async def test_while_an_edition_is_frozen_only_translations_go_on(ports: Ports, fakes: Fakes) -> None:
    await register_network(ports, INITIATOR, slug="salt", name="Salt")
    await add_member(ports, INITIATOR, slug="well", network="salt")
    declaration = await load_declaration(ports, "well")
    data = {"n": 1, "manifest": "sha256:0", "content": "sha256:0", "window_ends": fakes.clock.at.isoformat()}
    frozen = Event(Kind.EDITION_FREEZE, data, "account-1")
    await ports.ledger.append("well", [frozen], expected=declaration.index, at=fakes.clock.now())
    assert await refused(Code.FROZEN, write(ports, "## Late")) == {"edition": 1}
    await write(ports, "## Águas", "pt-BR")
    declaration = await load_declaration(ports, "well")
    assert not may_write(declaration, INITIATOR.account, "well.water.en", fakes.clock.now())
    assert may_write(declaration, INITIATOR.account, "well.water.pt-BR", fakes.clock.now())


@pytest.mark.usefixtures("well")
async def test_any_moment_can_be_brought_back(ports: Ports, fakes: Fakes) -> None:
    before = await read(ports)
    await write(ports, "## Other words")
    edits = await text_history(ports, INITIATOR, **WATER, locale="en")
    assert [edit.sequence for edit in edits] == [1, 2]
    assert (await read_moment(ports, INITIATOR, **WATER, locale="en", sequence=1)).text == before.text
    restored = await restore_moment(ports, INITIATOR, **WATER, locale="en", sequence=1)
    assert restored.digest == before.digest
    assert len(await text_history(ports, INITIATOR, **WATER, locale="en")) == 3
    last = fakes.ledger.entries["well"][-1].event
    assert (last.kind, last.data["sequence"]) == (Kind.TEXT_RESTORE, 1)


@pytest.mark.usefixtures("well")
async def test_the_past_is_for_those_who_may_read_and_brought_back_by_those_who_may_write(
    ports: Ports, fakes: Fakes
) -> None:
    translator = await joined(ports, fakes, "translate")
    await refused(Code.NOT_ALLOWED, text_history(ports, STRANGER, **WATER, locale="en"))
    await refused(Code.NOT_ALLOWED, read_moment(ports, STRANGER, **WATER, locale="en", sequence=1))
    await refused(Code.NOT_FOUND, read_moment(ports, translator, **WATER, locale="en", sequence=9))
    await refused(Code.NOT_ALLOWED, restore_moment(ports, translator, **WATER, locale="en", sequence=1))
