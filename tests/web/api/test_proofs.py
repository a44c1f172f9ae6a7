"""Receipts, bundles and cosignatures for everybody; signatures made away from the server for delegates."""

import base64
import io
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drafting.actions.release.releasing import run_job
from drafting.actions.trees import publish_logs
from drafting.domain.bundles import verify
from drafting.domain.events import Event, Kind
from drafting.domain.notes import (
    COSIGNATURE,
    Key,
    Note,
    Signature,
    cosignature,
    cosigned_message,
    read_checkpoint,
    read_key,
    read_note,
)
from drafting.domain.notes import signer as signer_of
from drafting.domain.tree import is_included, leaf_hash
from drafting.publishing.logs import StaticLogs
from drafting.stores.secrets.signing_keys import SigningKey, is_signed
from tests.web.api.conftest import ORIGIN, D, Installation, Program

LOG, WITNESS = SigningKey(b"l" * 32), SigningKey(b"w" * 32)
WITNESS_KEY = Key("river.example/witness", WITNESS.public, COSIGNATURE)
STATEMENT = {"locale": "en", "text": "With our bell."}


@pytest.fixture
async def there(here: Installation, anong: Program, marisol: Program) -> Installation:
    """The installation with public logs."""
    ports = here.app.state.ports
    logs = StaticLogs(here.settings.paths.public, ORIGIN, LOG.public, LOG.sign)
    here.app.state.ports = here.app.state.site.ports = replace(ports, logs=logs)
    return here


async def release(there: Installation, anong: Program, marisol: Program) -> None:
    await there.table(anong, "front")
    await there.consent(anong, "headwater", "front")
    await there.consent(marisol, "orillas", "front", kind="reservation", statement=STATEMENT)
    freeze = {"manifest_digest": (await anong("GET", f"{D}/manifest", 200))["digest"]}
    await anong("POST", f"{D}/editions", 201, json=freeze)
    await anong("POST", f"{D}/editions/1/approve", 202, json=freeze)
    job = (await marisol("POST", f"{D}/editions/1/approve", 202, json=freeze))["job"]
    await run_job(there.app.state.ports, job)


async def test_a_receipt_proves_a_line_of_the_ledger(there: Installation, anong: Program) -> None:
    lines = (await anong("GET", f"{D}/ledger")).content.splitlines()
    for index, line in enumerate(lines, start=1):
        receipt = await there.nobody("GET", f"{D}/log/proof?index={index}", 200)
        note = read_note(receipt["checkpoint"].encode())
        head = read_checkpoint(note.body)
        assert signer_of(note, [read_key(receipt["key"])], is_signed) is not None
        assert base64.b64decode(receipt["leaf"]) == leaf_hash(line)
        path = [base64.b64decode(step) for step in receipt["path"]]
        assert is_included(leaf_hash(line), index - 1, head.size, path, head.root)
    assert (await there.nobody("GET", f"{D}/log/proof?index={len(lines) + 1}")).status_code == 404
    assert (await there.nobody("GET", f"{D}/log/proof?index=0")).status_code == 404
    assert (await there.nobody("GET", f"{D}/log/proof?index=1&log=signatures")).status_code == 404
    assert (await there.nobody("GET", f"{D}/log/proof?index=1&log=../x")).status_code == 422


async def test_everybody_gets_the_bundle_and_members_the_whole_of_it(
    there: Installation, anong: Program, marisol: Program
) -> None:
    assert (await there.nobody("GET", f"{D}/editions/1/bundle")).status_code == 404
    await release(there, anong, marisol)
    public = await there.nobody("GET", f"{D}/editions/1/bundle")
    assert public.headers["content-type"] == "application/zip"
    assert public.content == (there.settings.paths.public / "d/open-well/1/open-well-1-bundle.zip").read_bytes()
    assert (await there.nobody("GET", f"{D}/editions/1/bundle?acts=all")).status_code == 401
    whole = await anong("GET", f"{D}/editions/1/bundle?acts=all")
    for answer, is_whole in ((public, False), (whole, True)):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            verdict = verify({name: archive.read(name) for name in archive.namelist()}, is_signed)
        assert verdict.faults == ()
        assert (verdict.hidden == 0) is is_whole


async def test_a_known_witness_gets_into_the_bundle(there: Installation, anong: Program, marisol: Program) -> None:
    await release(there, anong, marisol)
    checkpoint = (there.settings.paths.public / "d/open-well/log/checkpoint").read_bytes()
    body = read_note(checkpoint).body
    line = cosignature(WITNESS_KEY, 1_900_000_000, WITNESS.sign(cosigned_message(body, 1_900_000_000))).line
    cosigned = {"checkpoint": checkpoint.decode() + line}
    assert (await there.nobody("POST", f"{D}/log/cosignatures", json=cosigned)).status_code == 422
    there.settings.paths.keys.mkdir(exist_ok=True)
    there.settings.paths.witnesses.write_text(f"# river\n{WITNESS_KEY.line}\n")
    for _ in range(2):
        assert await there.nobody("POST", f"{D}/log/cosignatures", 201, json=cosigned) == {"witnesses": 1}
    for wrong in (
        {"checkpoint": "x"},
        {"checkpoint": checkpoint.decode()},
        {"checkpoint": "a\n1\n" + cosigned["checkpoint"]},
    ):
        assert (await there.nobody("POST", f"{D}/log/cosignatures", json=wrong)).status_code == 422
    with zipfile.ZipFile(io.BytesIO((await there.nobody("GET", f"{D}/editions/1/bundle")).content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert files["cosignatures"].decode() == line
    trusted = [Key("drafting.example/d/open-well/log", LOG.public), WITNESS_KEY]
    assert verify(files, is_signed, trusted).witnesses == ("river.example/witness",)


async def test_a_stranger_cannot_spoil_the_bundle_in_the_name_of_a_witness(
    there: Installation, anong: Program, marisol: Program
) -> None:
    await release(there, anong, marisol)
    checkpoint = (there.settings.paths.public / "d/open-well/log/checkpoint").read_bytes()
    note = read_note(checkpoint)
    line = cosignature(WITNESS_KEY, 1_900_000_000, WITNESS.sign(cosigned_message(note.body, 1_900_000_000)))
    junk = [Signature(line.name, line.id, bytes([n]) * len(line.data)) for n in range(90)]
    there.settings.paths.keys.mkdir(exist_ok=True)
    there.settings.paths.witnesses.write_text(f"{WITNESS_KEY.line}\n")
    for lines in ((*junk, line), (line, *junk)):
        spoilt = {"checkpoint": Note(note.body, (*note.signatures, *lines)).to_bytes().decode()}
        assert await there.nobody("POST", f"{D}/log/cosignatures", 201, json=spoilt) == {"witnesses": 1}
    only_junk = {"checkpoint": Note(note.body, (*note.signatures, *junk)).to_bytes().decode()}
    assert (await there.nobody("POST", f"{D}/log/cosignatures", json=only_junk)).status_code == 422
    with zipfile.ZipFile(io.BytesIO((await there.nobody("GET", f"{D}/editions/1/bundle")).content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert files["cosignatures"].decode() == line.line
    trusted = [Key("drafting.example/d/open-well/log", LOG.public), WITNESS_KEY]
    assert verify(files, is_signed, trusted).witnesses == ("river.example/witness",)


async def test_a_ledger_behind_its_checkpoint_gives_no_receipts(there: Installation, anong: Program) -> None:
    """As after the restore of an old backup beside a newer public folder."""
    await publish_logs(there.app.state.ports)
    entries = there.fakes.ledger.entries["open-well"]
    forgetful = type(there.fakes.ledger)()
    forgetful.entries = {"open-well": entries[:-1], "_platform": there.fakes.ledger.entries["_platform"]}
    there.app.state.ports = there.app.state.site.ports = replace(there.app.state.ports, ledger=forgetful)
    assert (await there.nobody("GET", f"{D}/log/proof?index=1")).status_code == 404


async def test_a_position_is_signed_away_from_the_server(
    there: Installation, anong: Program, marisol: Program, tmp_path: Path
) -> None:
    """With the real ssh-keygen, where this machine has one."""
    await there.table(anong, "front")
    taken = (await there.consent(anong, "headwater", "front")).json()
    place = f"{D}/sections/front/positions/{taken['id']}"
    statement = await anong("GET", f"{place}/statement")
    assert statement.json()["format"] == "drafting position 1"
    try:
        key, file = tmp_path / "key", tmp_path / "statement.json"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)  # noqa: ASYNC221
    except FileNotFoundError:
        pytest.skip("no ssh-keygen here; tests/verifier makes such signatures itself")
    file.write_bytes(statement.content)
    sign: list[Any] = ["ssh-keygen", "-q", "-Y", "sign", "-n", "drafting", "-f", key, file]
    subprocess.run(sign, check=True, capture_output=True)  # noqa: ASYNC221
    signature = {"signature": file.with_suffix(".json.sig").read_text()}
    assert (await marisol("POST", f"{place}/signature", json=signature)).status_code == 403
    added = await anong("POST", f"{place}/signature", 201, json=signature)
    assert added["strength"] == "A"
    shown = subprocess.run(["ssh-keygen", "-lf", key], capture_output=True, text=True, check=True)  # noqa: ASYNC221
    assert added["key"] in shown.stdout
    assert (await anong("POST", f"{place}/signature", json=signature)).status_code == 409
    assert (await anong("POST", f"{place}/signature", json={"signature": "none"})).status_code == 422
    assert (await anong("GET", f"{D}/sections/front/positions/unknown/statement")).status_code == 404


async def test_every_stream_has_its_log(there: Installation, anong: Program) -> None:
    assert await publish_logs(there.app.state.ports) == []
    assert (there.settings.paths.public / "d/open-well/log/checkpoint").is_file()
    assert (there.settings.paths.public / "d/_platform/log/checkpoint").is_file()
    # What was recorded cannot be taken back: a shorter or other ledger is not signed any more.
    kept = there.fakes.ledger.entries["open-well"]
    other = there.fakes.ports(logs=there.app.state.ports.logs)
    forgetful = type(there.fakes.ledger)()
    forgetful.entries = {"open-well": kept[:-1], "_platform": there.fakes.ledger.entries["_platform"]}
    before = (there.settings.paths.public / "d/open-well/log/checkpoint").read_bytes()
    assert await publish_logs(replace(other, ledger=forgetful)) == ["open-well"]
    assert (there.settings.paths.public / "d/open-well/log/checkpoint").read_bytes() == before


async def test_a_signatory_gets_the_line_and_others_do_not(there: Installation, anong: Program) -> None:
    data = {"signature": "s1", "commitment": "0" * 64}
    events = [Event(Kind.SIGNATURE_CONFIRM, data, "signatory"), Event(Kind.SIGNATURE_QUARANTINE, data, "account-1")]
    await there.fakes.ledger.append("open-well/signatures", events, expected=0, at=there.fakes.clock.now())
    first, second = [await there.nobody("GET", f"{D}/log/proof?index={n}&log=signatures", 200) for n in (1, 2)]
    assert base64.b64decode(first["leaf"]) == leaf_hash(first["entry"].encode())
    assert second["entry"] == ""
    assert (await there.nobody("GET", f"{D}/log/proof?index=1", 200))["entry"] == ""
