"""A folder as a ZIP archive."""

import io
import zipfile

import pytest

from drafting.domain.errors import Code, Refusal
from drafting.web.archives import MAX_FILES, unpack
from tests.web.api.conftest import Installation

TOML = b'slug = "wells"\nsource_locale = "en"\nlocales = ["en", "fr"]\nsections = ["front", "water"]\n'
ENGLISH = b"# Wells\n\nA summary.\n\n## Water {#water}\n\nWater is common.\n"
FRENCH = "# Puits\n\nUn résumé.\n\n## L’eau {#water}\n\nL’eau est commune.\n".encode()
FILES = {"declaration.toml": TOML + b'[title]\nen = "Wells"\n', "en.md": ENGLISH, "fr.md": FRENCH}


def packed(files: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return raw.getvalue()


async def test_a_folder_becomes_a_declaration(here: Installation) -> None:
    anong = await here.program("anong")
    upload = {"folder": ("wells.zip", packed({f"wells/{name}": data for name, data in FILES.items()}))}
    made = await anong("POST", "/declarations/import", 201, files=upload)
    assert made["slug"] == "wells"
    assert [section["id"] for section in made["sections"]] == ["front", "water"]
    assert made["sections"][1]["texts"]["fr"]["state"] == "approved"
    again = await anong("POST", "/declarations/import?slug=other-wells", 201, files=upload)
    assert again["slug"] == "other-wells"
    assert (await anong("POST", "/declarations/import", 409, files=upload))["code"] == "taken"


async def test_an_import_that_is_sent_again_under_its_key_is_made_once(here: Installation) -> None:
    anong = await here.program("anong")
    upload, headers = {"folder": ("wells.zip", packed(FILES))}, {"idempotency-key": "import of wells"}
    first = await anong("POST", "/declarations/import", 201, files=upload, headers=headers)
    assert await anong("POST", "/declarations/import", 201, files=upload, headers=headers) == first
    other = {"folder": ("other.zip", packed({**FILES, "en.md": ENGLISH.replace(b"common", b"free")}))}
    problem = await anong("POST", "/declarations/import", 422, files=other, headers=headers)
    assert problem["field"] == "Idempotency-Key"


async def test_what_is_no_folder_is_refused(here: Installation) -> None:
    anong = await here.program("anong")
    place = "/declarations/import"
    assert (await anong("POST", place, 422, json={}))["field"] == "Content-Type"
    assert (await anong("POST", place, 422, files={"other": ("x", b"x")}))["field"] == "folder"
    assert (await anong("POST", place, 422, files={"folder": ("x", b"x")}))["code"] == "folder_refused"
    wrong = packed({**FILES, "en.md": b"# Wells\n\n## Land {#land}\n\nLand.\n"})
    problem = await anong("POST", place, 422, files={"folder": ("x.zip", wrong)})
    assert (problem["code"], problem["file"]) == ("folder_refused", "en.md")
    assert problem["line"] == 3


@pytest.mark.parametrize("name", ["../en.md", "/en.md", "a/../../en.md", "..\\en.md"])
def test_names_that_lead_out_are_refused(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        unpack(packed({name: b"x"}))
    assert refused.value.code is Code.FOLDER_REFUSED


def test_a_bomb_is_stopped() -> None:
    with pytest.raises(Refusal) as refused:
        unpack(packed({"en.md": bytes(20_000_000)}))
    assert refused.value.code is Code.TOO_LARGE


def test_too_many_files_are_stopped() -> None:
    with pytest.raises(Refusal) as refused:
        unpack(packed({f"{n}.md": b"" for n in range(MAX_FILES + 1)}))
    assert refused.value.code is Code.TOO_LARGE


@pytest.mark.parametrize("damage", range(0, 400, 7))
def test_a_damaged_archive_is_refused_or_read(damage: int) -> None:
    data = bytearray(packed(FILES))
    data[damage % len(data)] ^= 0xFF
    try:
        unpack(bytes(data))
    except Refusal as refusal:
        said = refusal.code
    else:
        return
    assert said in (Code.FOLDER_REFUSED, Code.TOO_LARGE)


def test_litter_is_left_out() -> None:
    files = unpack(packed({"w/en.md": b"x", "__MACOSX/w/._en.md": b"x", "w/.DS_Store": b"x"}))
    assert files == {"en.md": b"x"}
