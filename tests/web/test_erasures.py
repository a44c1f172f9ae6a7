"""Who was erased is gone from the database, also after an older backup was restored; the ledger goes on."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drafting.actions.letter_ports import Letter
from drafting.actions.signature_ports import SignatureRequest
from drafting.actions.signing.links import counted, withdraw_signature
from drafting.domain.events import Kind
from drafting.domain.signatures import Counts, Shown, SignatoryKind, Signature, SignatureState, Tally, stream_of
from drafting.settings import Settings
from drafting.web.commands.backups import back_up, restore
from drafting.web.commands.installation import opened
from drafting.web.commands.outcomes import Failure

ADDRESS = "planted@people.example"


async def sign(settings: Settings, id: str, address: str, name: str, roll: str = "") -> None:
    async with opened(settings) as here:
        at = datetime.now(UTC)
        asked = Signature(
            id=id,
            declaration="water",
            edition=1,
            kind=SignatoryKind.PERSON,
            state=SignatureState.PENDING,
            name=name,
            address=address,
            shown=Shown.NAME,
            locale="en",
            salt=b"s" * 32,
            commitment="sha256:0",
            requested=at,
            expires=at,
            publish="sha256:1",
            roll=roll,
        )
        letter = Letter(address, f"For {name}", "b")
        await here.ports.signatures.request(SignatureRequest(asked, f"secret-{id}", letter, letter), at)
        await here.ports.signatures.change(counted(asked, replace(asked, contact_confirmed=at), at), at)


def removal_list(tmp_path: Path, other: Settings, ids: list[str]) -> Path | None:
    file = tmp_path / "list"
    file.write_text("".join(f"{id}\n" for id in ids))
    return file


def list_of_a_mirror(tmp_path: Path, other: Settings, ids: list[str]) -> Path | None:
    file = tmp_path / "removed.json"
    file.write_text(json.dumps({"removed": [*ids, "other"], "erased": ids}))
    return file


def list_in_the_folder(tmp_path: Path, other: Settings, ids: list[str]) -> Path | None:
    other.data.mkdir()
    other.paths.erasures.write_text("\n".join(ids))
    return None


@pytest.mark.parametrize("hand_in", [removal_list, list_of_a_mirror, list_in_the_folder])
async def test_an_older_backup_brings_nobody_back(
    tmp_path: Path, hand_in: Callable[[Path, Settings, list[str]], Path | None]
) -> None:
    here, other = Settings(data=tmp_path / "here"), Settings(data=tmp_path / "other")
    await sign(here, "gone", ADDRESS, "Gone Tomorrow")
    await sign(here, "stays", "stays@people.example", "Stays Here")
    await back_up(here, tmp_path / "old.zip")
    async with opened(here) as there:
        await withdraw_signature(there.ports, "secret-gone", erase=True)
    await restore(other, tmp_path / "old.zip", hand_in(tmp_path, other, ["gone", "never-here"]))
    async with opened(other) as there:
        gone = await there.ports.signatures.get("gone")
        assert (gone.is_erased, gone.name, gone.address) == (True, "", "")
        assert await there.ports.signatures.find("secret-gone") is None
        assert (await there.ports.signatures.get("stays")).name == "Stays Here"
        entries = await there.ports.ledger.read(stream_of("water"))
        assert [e.event.kind for e in entries[-2:]] == [Kind.SIGNATURE_WITHDRAW, Kind.SIGNATURE_ERASE]
        assert Tally().apply(entries).counts(1) == await there.ports.signatures.counts("water", 1) == Counts(people=1)
    kept = b"".join(path.read_bytes() for path in other.data.rglob("*") if path.is_file() and "mail" not in path.parts)
    assert b"Gone Tomorrow" not in kept
    assert b"planted" not in kept
    assert "gone" in other.paths.erasures.read_text().split()


@pytest.mark.parametrize("form", ["lines", "json"])
async def test_who_went_with_a_list_is_emptied_again_and_is_nobody_who_asked_for_it(tmp_path: Path, form: str) -> None:
    here, other = Settings(data=tmp_path / "here"), Settings(data=tmp_path / "other")
    await sign(here, "row", ADDRESS, "Gone Tomorrow", roll="bought")
    await sign(here, "left", "left@people.example", "Left Before", roll="bought")
    await back_up(here, tmp_path / "old.zip")
    newer = tmp_path / "newer"
    told = {"removed": ["row", "left"], "erased": ["row", "left"], "erased_with_list": ["row"]}
    newer.write_text("row list\nleft\n" if form == "lines" else json.dumps(told))
    await restore(other, tmp_path / "old.zip", newer)
    async with opened(other) as there:
        row, left = [await there.ports.signatures.get(id) for id in ("row", "left")]
        assert [(s.is_erased, s.name) for s in (row, left)] == [(True, "")] * 2
        assert (row.state, left.state) == (SignatureState.TAKEN_BACK, SignatureState.WITHDRAWN)
        addresses = [ADDRESS, "left@people.example"]
        assert await there.ports.rolls.standing("water", 1, addresses) == {"left@people.example": False}
        entries = await there.ports.ledger.read(stream_of("water"))
        assert Tally().apply(entries).counts(1) == await there.ports.signatures.counts("water", 1) == Counts()
    assert other.paths.erasures.read_text() == "row list\nleft\n"
    again = Settings(data=tmp_path / "again")
    await restore(again, tmp_path / "old.zip", other.paths.erasures)
    assert again.paths.erasures.read_text() == "row list\nleft\n"


async def test_a_list_that_is_none_stops_before_anything_is_kept(tmp_path: Path) -> None:
    here = Settings(data=tmp_path / "here")
    await back_up(here, tmp_path / "b.zip")
    (tmp_path / "list").write_text("{")
    for file in (tmp_path / "list", tmp_path / "missing"):
        with pytest.raises(Failure):
            await restore(Settings(data=tmp_path / "other"), tmp_path / "b.zip", file)
    assert not (tmp_path / "other" / "drafting.sqlite").exists()
