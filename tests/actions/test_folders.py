"""A folder that was taken out and brought in again has the same digests; a bad one is refused with its line."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import drafting
from drafting.actions.consent.positions import agree_to_all
from drafting.actions.core import Actor, load_declaration
from drafting.actions.folders import export_declaration, import_declaration
from drafting.actions.membership.people import accept_invitation, add_member, invite, register_network
from drafting.actions.ports import Ports
from drafting.actions.release.publication import freeze_edition, read_manifest
from drafting.actions.writing.declarations import add_section
from drafting.actions.writing.tabling import table_revision
from drafting.actions.writing.translations import complete_translations, translation_board, translation_progress
from drafting.actions.writing_ports import Author
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code
from drafting.domain.looks import Design, Look, readable
from drafting.domain.prose import Block, Run, Text, digest, digest_of_bytes, title
from drafting.domain.translations import TranslationState
from tests.actions.refusals import refused
from tests.actions.test_looks import Drawn
from tests.fakes import Fakes, block

ACTOR = Actor("account-1", "cli")
OUTLINE = """slug = "well"
source_locale = "en"
locales = ["en", "pt-br"]
preset = "urgent"
sections = ["front", "water"]

[title]
en = "The \\"Well\\""
pt-br = "O poço"

[charter]
consents_at_least = 3
zone = "America/Bogota"
"""
ENGLISH = """# The Well

A summary.[^a]

[^a]: Of sorts.

## Water {#water}

It is *ours*.[^a]

- and yours

[^a]: All of it.
"""
PORTUGUESE = """# O poço

Um resumo.[^1]

[^1]: Mais ou menos.

## Água {#water}

É *nossa*.[^2]

- e sua

[^2]: Toda.
"""


def folder(**changes: str) -> dict[str, bytes]:
    files = {"declaration.toml": OUTLINE, "en.md": ENGLISH, "pt-BR.md": PORTUGUESE}
    return {name: words.encode() for name, words in {**files, **changes}.items()}


def demonstration() -> dict[str, bytes]:
    folder = Path(drafting.__file__).parent / "demo" / "open-well"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def digests(ports: Ports, declaration: Declaration) -> dict[tuple[str, str], str]:
    return {
        (section.id, locale): digest(await ports.workshops.read(declaration.text_name(section.id, locale)))
        for section in declaration.live_sections()
        for locale in declaration.locales
    }


async def test_a_folder_becomes_a_declaration_with_approved_translations(ports: Ports, fakes: Fakes) -> None:
    made = await import_declaration(ports, ACTOR, files=folder())
    assert (made.order, list(made.locales)) == (["front", "water"], ["en", "pt-BR"])
    assert made.title == {"en": 'The "Well"', "pt-BR": "O poço"}
    assert (made.charter.consents_at_least, made.charter.answer_hours) == (3, 6)
    english, portuguese = [await ports.workshops.read(f"well.water.{loc}") for loc in ("en", "pt-BR")]
    assert (title(english), [b.of for b in portuguese]) == ("Water", [b.id for b in english])
    progress = await translation_progress(ports, made, "pt-BR")
    assert (progress.approved, progress.total) == (7, 7)
    assert fakes.ledger.appends == 1


async def test_the_translation_of_an_imported_section_is_whole_as_soon_as_it_is_tabled(ports: Ports) -> None:
    await import_declaration(ports, ACTOR, files=folder())
    seen = {"en": digest(await ports.workshops.read("well.water.en"))}
    revision = await table_revision(ports, ACTOR, slug="well", section="water", seen=seen)
    await complete_translations(ports, "well", "water")
    (made,) = (await load_declaration(ports, "well")).sections["water"].translations
    assert (made.locale, made.revision_digest) == ("pt-BR", revision.digest)


async def test_what_does_not_pair_arrives_as_a_draft_with_its_title_paired(ports: Ports) -> None:
    shorter = PORTUGUESE.replace("- e sua\n\n", "")
    made = await import_declaration(ports, ACTOR, files=folder(**{"pt-BR.md": shorter}))
    board = await translation_board(ports, made, "water", "pt-BR")
    assert [state.state for state in board.states] == [TranslationState.DRAFT, *[TranslationState.UNTRANSLATED] * 3]
    front = await translation_board(ports, made, "front", "pt-BR")
    assert {state.state for state in front.states} == {TranslationState.APPROVED}


async def test_the_demonstration_comes_out_as_it_went_in(ports: Ports) -> None:
    made = await import_declaration(ports, ACTOR, files=demonstration())
    taken = await export_declaration(ports, ACTOR, slug="open-well")
    again = await import_declaration(ports, ACTOR, files=taken, slug="second")
    assert await digests(ports, again) == await digests(ports, made)
    assert await export_declaration(ports, Actor("operator", "cli"), slug="second") == {
        **taken,
        "declaration.toml": taken["declaration.toml"].replace(b'"open-well"', b'"second"'),
    }


async def test_odd_texts_come_out_as_they_went_in(ports: Ports) -> None:
    """Sections without title or words, titles in the middle, words that look like Markdown, dangling footnotes."""
    made = await import_declaration(ports, ACTOR, files=folder())
    for id in ("empty", "odd", "last"):
        await add_section(ports, ACTOR, slug="well", id=id)
    odd: Text = (
        block("a", "A {#water} paragraph before"),
        block("b", "## Not a section {#front}", "heading1"),
        Block("c", "quote", (Run("# *x* "), Run(" y ", strong=True), Run("", note="gone"), Run("", note="d"))),
        Block("d", "footnote"),
    )
    author = Author("account-1")
    await ports.workshops.write("well.odd.en", odd, author)
    await ports.workshops.write("well.front.en", odd[2:], author)
    await ports.workshops.write("well.front.pt-BR", (), author)
    made = await load_declaration(ports, "well")
    taken = await export_declaration(ports, ACTOR, slug="well")
    again = await import_declaration(ports, ACTOR, files=taken, slug="second")
    assert await digests(ports, again) == await digests(ports, made)


async def test_a_folder_is_taken_out_by_those_who_take_part(ports: Ports) -> None:
    await import_declaration(ports, ACTOR, files=folder())
    await refused(Code.NOT_ALLOWED, export_declaration(ports, Actor("account-9"), slug="well"))
    await refused(Code.NOT_FOUND, export_declaration(ports, ACTOR, slug="well", edition=1))


async def test_an_edition_is_taken_out_as_it_was_frozen(ports: Ports, fakes: Fakes) -> None:
    anong, _ = await ports.accounts.open("anong@salt.example")
    actor = Actor(anong.id)
    await import_declaration(ports, actor, files=folder())
    await register_network(ports, actor, slug="salt", name="Salt")
    await add_member(ports, actor, slug="well", network="salt")
    await invite(ports, actor, slug="well", network="salt", address=anong.address, scopes=["consent", "sign"])
    link = next(line for line in fakes.mail.sent[-1].body.splitlines() if line.startswith("https://"))
    await accept_invitation(ports, token=link.rsplit("/", 1)[-1], actor=actor)
    revisions = {}
    for id in ("front", "water"):
        seen = {"en": digest(await ports.workshops.read(f"well.{id}.en"))}
        revisions[id] = (await table_revision(ports, actor, slug="well", section=id, seen=seen)).digest
    whole = (await read_manifest(ports, "well")).digest
    await agree_to_all(ports, actor, slug="well", network="salt", sections=revisions, manifest_digest=whole)
    live = await export_declaration(ports, actor, slug="well")
    await freeze_edition(ports, actor, slug="well", manifest_digest=(await read_manifest(ports, "well")).digest)
    await ports.workshops.write("well.water.en", (block("x", "Other words"),), Author(anong.id))
    assert await export_declaration(ports, actor, slug="well", edition=1) == live
    assert await export_declaration(ports, actor, slug="well") != live
    await refused(Code.NOT_ALLOWED, export_declaration(ports, Actor("account-9"), slug="well", edition=1))


LOOK = """
[look]
design = "poster"
colour = "#a01e3c"
mark_shows = "A drop of water"
"""


def with_look(old: str = "", new: str = "", **more: bytes) -> dict[str, bytes]:
    assert old in LOOK
    return {**folder(**{"declaration.toml": OUTLINE + LOOK.replace(old, new)}), "mark.png": b"drop", **more}


async def test_the_look_comes_out_as_it_went_in(ports: Ports) -> None:
    drawing = replace(ports, pictures=Drawn())
    made = await import_declaration(drawing, ACTOR, files=with_look())
    assert made.look == Look(Design.POSTER, "#a01e3c", digest_of_bytes(b"drop"), 32, 16, "A drop of water")
    taken = await export_declaration(ports, ACTOR, slug="well")
    assert taken["mark.png"] == b"drop"
    assert (await import_declaration(drawing, ACTOR, files=taken, slug="second")).look == made.look


async def test_a_look_without_a_mark_and_a_colour_that_is_too_light(ports: Ports) -> None:
    said = OUTLINE + '\n[look]\ncolour = "#FFEE00"\n'
    made = await import_declaration(ports, ACTOR, files=folder(**{"declaration.toml": said}))
    assert made.look == Look(colour=readable("#ffee00"))
    taken = await export_declaration(ports, ACTOR, slug="well")
    assert b"mark" not in taken["declaration.toml"]
    assert sorted(taken) == ["declaration.toml", "en.md", "pt-BR.md"]


async def test_titles_and_order_may_stand_in_the_texts_alone(ports: Ports) -> None:
    bare = 'slug = "well"\nsource_locale = "en"\nlocales = ["en", "pt-BR"]\n'
    files = {"declaration.toml": bare.encode(), "en.md": ENGLISH.encode(), "pt-BR.md": PORTUGUESE.encode()}
    made = await import_declaration(ports, ACTOR, files=files)
    assert made.title == {"en": "The Well", "pt-BR": "O poço"}
    assert made.order == ["front", "water"]


async def test_the_same_folder_twice_is_taken(ports: Ports) -> None:
    await import_declaration(ports, ACTOR, files=folder())
    await refused(Code.TAKEN, import_declaration(ports, ACTOR, files=folder()))


def outline(old: str, new: str) -> dict[str, bytes]:
    assert old in OUTLINE
    return folder(**{"declaration.toml": OUTLINE.replace(old, new)})


def english(old: str, new: str) -> dict[str, bytes]:
    assert old in ENGLISH
    return folder(**{"en.md": ENGLISH.replace(old, new)})


@pytest.mark.parametrize(
    ("files", "file", "line", "what"),
    [
        (outline('preset = "urgent"', 'colour = "red"'), "declaration.toml", 4, "unknown_key"),
        (outline("consents_at_least", "majority"), "declaration.toml", 12, "unknown_key"),
        (outline('locales = ["en", "pt-br"]', "locales = 3"), "declaration.toml", 3, "wrong_type"),
        (outline("= 3", '= "3"'), "declaration.toml", 12, "bad_input"),
        (outline("Bogota", "Macondo"), "declaration.toml", 13, "bad_input"),
        (outline('"pt-br"]', '"../pt"]'), "declaration.toml", 3, "unknown_locale"),
        (outline('"urgent"', "urgent"), "declaration.toml", 4, "not_toml"),
        (outline('source_locale = "en"\n', ""), "declaration.toml", 0, "missing_key"),
        (outline('slug = "well"\n', ""), "declaration.toml", 0, "missing_key"),
        (outline('slug = "well"', 'slug = "The Well"'), "declaration.toml", 1, "bad_input"),
        (outline('"front", "water"', '"water", "front"'), "declaration.toml", 5, "front_not_first"),
        (outline('"front", "water"', '"front", "water", "water"'), "declaration.toml", 5, "section_twice"),
        (outline('"water"]', '"water", "land"]'), "en.md", 0, "section_missing"),
        (english("{#water}", "{#land}"), "en.md", 7, "section_unknown"),
        (english("{#water}", "{#Wa ter}"), "en.md", 7, "section_id"),
        (english("It is", "## Water {#water}\nIt is"), "en.md", 9, "section_twice"),
        (english("It is", "# Another\n\nIt is"), "en.md", 9, "second_title"),
        (english("A summary", "A <b>summary</b>"), "en.md", 3, "html"),
        (english("It is", "It\nwas `x`"), "en.md", 10, "code"),
        (english("ours*", "ours* [x](javascript:alert(1))"), "en.md", 9, "link"),
        (english("and yours", "and\u202e yours"), "en.md", 11, "character"),
        (english("and yours", "and&#8238; yours"), "en.md", 11, "character"),
        ({"en.md": b""}, "declaration.toml", 0, "missing_file"),
        ({"declaration.toml": OUTLINE.encode(), "en.md": ENGLISH.encode()}, "pt-BR.md", 0, "missing_file"),
        (folder(**{"fr.md": "# X"}), "fr.md", 0, "unknown_file"),
        (folder(**{"../en.md": "# X"}), "../en.md", 0, "unknown_file"),
        ({**folder(), "en.md": b"# a\n\n\xff"}, "en.md", 3, "encoding"),
        ({**folder(), "en.md": b"a" * 2_000_001}, "en.md", 0, "too_large"),
        (with_look('"poster"', '"loud"'), "declaration.toml", 16, "bad_input"),
        (with_look('"poster"', "3"), "declaration.toml", 16, "wrong_type"),
        (with_look('"#a01e3c"', '"red"'), "declaration.toml", 17, "bad_input"),
        (with_look("colour", "color"), "declaration.toml", 17, "unknown_key"),
        (with_look('"A drop of water"', '""'), "declaration.toml", 0, "missing_key"),
        (with_look("A drop", "A\\u202e drop"), "declaration.toml", 18, "bad_input"),
        (with_look(**{"mark.png": b""}), "mark.png", 0, "bad_input"),
        ({n: data for n, data in with_look().items() if n != "mark.png"}, "mark.png", 0, "missing_file"),
    ],
)
async def test_a_bad_folder_is_refused_with_file_line_and_reason(
    ports: Ports, fakes: Fakes, files: dict[str, bytes], file: str, line: int, what: str
) -> None:
    drawing = replace(ports, pictures=Drawn())
    data: Any = await refused(Code.FOLDER_REFUSED, import_declaration(drawing, ACTOR, files=files))
    assert (data["file"], data["line"], data["what"]) == (file, line, what)
    assert (fakes.workshops.moments, fakes.ledger.entries) == ({}, {})
