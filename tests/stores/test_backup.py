"""From one database into the other and back, whole or not at all."""

import hashlib
import json
import os
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from drafting.actions.letter_ports import Letter
from drafting.actions.ports import CannotSave
from drafting.actions.signature_ports import SignatureChange, SignatureRequest
from drafting.actions.writing_ports import Update
from drafting.domain.events import Event, Kind
from drafting.domain.geography import Cell, Geography
from drafting.domain.prose import digest_of_bytes
from drafting.domain.signatures import Shown, SignatoryKind, Signature, SignatureState
from drafting.stores.backup import BACKED_UP, LEFT_OUT, backup, kind_of, raw_table
from drafting.stores.database import Database
from drafting.stores.migrating import SchemaAhead, migrate
from drafting.stores.opening import Stores, open_stores
from drafting.stores.restoring import BackupInvalid, StoreNotEmpty, restore
from drafting.stores.tables import metadata, offences, remembered
from tests.stores.conftest import Hands
from tests.stores.test_rolls import roll

CONTENTS = {digest_of_bytes(data): data for data in (b"", b"\x00\xff", "é".encode())}
Edit = Callable[[str, bytes], bytes | None]


@pytest.fixture(params=["sqlite", "postgresql"])
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Another empty database, of either kind."""
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path}/target.sqlite")
    else:
        opened = Database(request.getfixturevalue("second_postgres_database"))
    yield opened
    await opened.close()


@pytest.fixture
async def full(stores: Stores, tmp_path: Path, clock: Hands) -> Stores:
    """A store with something in every table."""
    updates = [Update(f"d/{n % 3}/en", bytes([n % 256]) * n, "ana", "terra", clock.now(), (n,)) for n in range(1200)]
    await stores.log.append(updates)
    await stores.log.keep_checkpoint("d/1/en", 5, b"state")
    await stores.log.retire("d/2/en")
    facts = [Event(Kind.SECTION_ADD, {"n": n, "words": "日\n本\u2028"}, "ana", "api") for n in range(3)]
    await stores.ledger.append("water", facts, expected=0, at=clock.now(), contents=CONTENTS)
    await stores.ledger.append("air", facts, expected=0, at=clock.now())
    account, _ = await stores.accounts.open("Ana@example.org", "Ana", "es")
    await stores.passes.issue("session", account.id, clock.now(), clock.now(), {"a": [1]})
    await stores.passkeys.keep("p1", account.id, "Telephone", 7)
    await stores.mail.send([Letter("ana@example.org", "s", "b")], clock.now())
    await stores.jobs.create("publish", {"slug": "water"}, [], clock.now())
    await stores.remembered.begin("ana", "key", "f")
    await sign(stores, clock)
    await stores.mailings.begin("update", "water", 1, clock.now())
    told = Geography(1, {"SN": Cell(10, 12)}, {})
    await stores.signatures.keep_geography("water", 1, Geography(), told)
    await stores.rolls.keep(roll(clock), b"name\nBo\n")
    keys = tmp_path / "data/keys"
    keys.mkdir(exist_ok=True)
    (keys / "session").write_bytes(b"\x00secret")
    (tmp_path / "data/mail").mkdir()
    (tmp_path / "data/mail/1.eml").write_bytes(b"letter")
    stores.public.write("d/water/index.html", b"<p>")
    return stores


async def sign(stores: Stores, clock: Hands) -> None:
    signature = Signature(
        id="s1",
        declaration="water",
        edition=1,
        kind=SignatoryKind.PERSON,
        state=SignatureState.PENDING,
        name="Bo",
        address="bo@example.org",
        shown=Shown.NAME,
        locale="en",
        salt=b"salt",
        commitment="sha256:0",
        requested=clock.now(),
        expires=clock.now(),
    )
    letter = Letter("bo@example.org", "s", "b")
    await stores.signatures.request(SignatureRequest(signature, "secret", letter, letter), clock.now())
    counted = SignatureChange(signature, replace(signature, state=SignatureState.CONFIRMED), logo=b"\x89PNG")
    await stores.signatures.change(counted, clock.now())


async def rows(database: Database) -> dict[str, list[Any]]:
    async with database.reading() as connection:
        return {
            table.name: [tuple(row) for row in await connection.execute(select(*raw.columns).order_by(*own))]
            for table in BACKED_UP
            for raw in [raw_table(table.name, {c.name: kind_of(c.type) for c in table.columns})]
            for own in [[raw.c[c.name] for c in table.primary_key]]
        }


def rewritten(archive: Path, edit: Edit) -> Path:
    """A copy of the archive with some parts changed, or left out where ``edit`` says None."""
    copy = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            if (content := edit(name, old.read(name))) is not None:
                new.writestr(name, content)
    return copy


async def test_what_was_there_is_there_again(full: Stores, target: Database, tmp_path: Path, clock: Hands) -> None:
    manifest = await backup(full.database, tmp_path / "data", tmp_path / "b.zip")
    assert (await restore(tmp_path / "b.zip", target, tmp_path / "new")).to_json() == manifest.to_json()
    before, after = await rows(full.database), await rows(target)
    epoch = list(metadata.tables["texts"].columns.keys()).index("epoch")
    assert [row[epoch] for row in after["texts"]] == [row[epoch] + 1 for row in before["texts"]]
    for kept in (before, after):
        kept["texts"] = [row[:epoch] + row[epoch + 1 :] for row in kept["texts"]]
    assert before == after
    assert all(before.values())
    assert {p.relative_to(tmp_path / "new").as_posix() for p in (tmp_path / "new").rglob("*") if p.is_file()} == {
        "keys/addresses",
        "keys/session",
    }
    assert (tmp_path / "new/keys/session").read_bytes() == b"\x00secret"
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0
    again = await open_stores(target.url, tmp_path / "new", smtp=None, clock=clock)
    assert await again.log.append([Update("d/new/en", b"1", "ana", "", clock.now())]) == [1]
    assert await again.log.append([Update("d/0/en", b"1", "ana", "", clock.now())]) == [401]
    await again.mail.send([Letter("bo@example.org", "s", "b")], clock.now())
    assert await again.accounts.find("ana@example.org") is not None
    await again.close()


async def test_every_table_is_backed_up_or_left_out_on_purpose() -> None:
    assert {table.name for table in BACKED_UP} == metadata.tables.keys() - {remembered.name, offences.name}
    assert LEFT_OUT == ("public", "public.making", "mail")


async def test_only_into_an_empty_store(full: Stores, tmp_path: Path) -> None:
    await backup(full.database, tmp_path / "data", tmp_path / "b.zip")
    before = await rows(full.database)
    with pytest.raises(StoreNotEmpty):
        await restore(tmp_path / "b.zip", full.database, tmp_path / "new")
    assert await rows(full.database) == before


def swapped(old: bytes, new: bytes, part: str) -> Edit:
    def edit(name: str, content: bytes) -> bytes:
        assert name != part or old in content
        return content.replace(old, new, 1) if name == part else content

    return edit


def without_last_line(part: str) -> Edit:
    """The rows and their digest in the manifest agree, but the last one is gone."""
    kept: dict[str, bytes] = {}

    def edit(name: str, content: bytes) -> bytes:
        if name == f"tables/{part}.jsonl":
            content = kept[part] = b"".join(content.splitlines(keepends=True)[:-1])
        if name == "manifest.json":
            manifest = json.loads(content)
            manifest["tables"][part]["rows"] -= 1
            manifest["tables"][part]["sha256"] = hashlib.sha256(kept[part]).hexdigest()
            content = json.dumps(manifest).encode()
        return content

    return edit


def without_first_line(part: str) -> Edit:
    return lambda name, content: content.split(b"\n", 1)[1] if name == f"tables/{part}.jsonl" else content


DAMAGES: dict[str, Edit] = {
    "a changed event": swapped(b"ana", b"ann", "tables/ledger.jsonl"),
    "a changed content": swapped(b'"AP8="', b'"AP9="', "tables/contents.jsonl"),
    "an update less": without_last_line("updates"),
    "a gap in the ledger": without_first_line("ledger"),
    "a gap in a text": without_first_line("updates"),
    "a row less": without_first_line("accounts"),
    "a missing text": without_first_line("texts"),
    "no json": swapped(b"[", b"{", "tables/texts.jsonl"),
    "no base64": swapped(b'"AP8="', b'"AP8"', "tables/contents.jsonl"),
    "a missing table": lambda name, content: None if name == "tables/jobs.jsonl" else content,
    "no manifest": lambda name, content: None if name == "manifest.json" else content,
    "an unknown format": swapped(b'"format": 1', b'"format": 9', "manifest.json"),
    "another key": swapped(b"secret", b"secreT", "files/keys/session"),
    "a path out of the folder": swapped(b'"keys/session"', b'"../session"', "manifest.json"),
    "an unknown column": swapped(b'"actor"', b'"actrr"', "manifest.json"),
    "an unknown kind": swapped(b'"bytes"', b'"blobs"', "manifest.json"),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_archive_leaves_nothing(full: Stores, tmp_path: Path, damage: str) -> None:
    await backup(full.database, tmp_path / "data", tmp_path / "b.zip")
    target = Database(f"sqlite:///{tmp_path}/target.sqlite")
    with pytest.raises(BackupInvalid):
        await restore(rewritten(tmp_path / "b.zip", DAMAGES[damage]), target, tmp_path / "new")
    await migrate(target)
    assert not any((await rows(target)).values())
    await target.close()


async def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    target = Database(f"sqlite:///{tmp_path}/target.sqlite")
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 nothing")
    for name in ("b.zip", "none.zip"):
        with pytest.raises(BackupInvalid):
            await restore(tmp_path / name, target, tmp_path / "new")
    await target.close()


async def test_an_archive_of_a_newer_program_is_refused(full: Stores, tmp_path: Path) -> None:
    await backup(full.database, tmp_path / "data", tmp_path / "b.zip")
    newer = rewritten(tmp_path / "b.zip", swapped(b'"schema": ', b'"schema": 99', "manifest.json"))
    target = Database(f"sqlite:///{tmp_path}/target.sqlite")
    with pytest.raises(SchemaAhead):
        await restore(newer, target, tmp_path / "new")
    await target.close()


async def test_a_backup_that_cannot_be_written_leaves_no_half(stores: Stores, tmp_path: Path) -> None:
    (tmp_path / "b.zip").mkdir()
    (tmp_path / "b.zip/inside").touch()
    with pytest.raises(CannotSave):
        await backup(stores.database, tmp_path / "data", tmp_path / "b.zip")
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".part")]
