"""Two verifiers, one of them written in another language from the specification, say the same of every bundle."""

import asyncio
import base64
import json
import subprocess
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafting.actions.consent.offline import read_statement, sign_position
from drafting.actions.release.errata import list_erratum
from drafting.actions.release.releasing import work_on_jobs
from drafting.actions.writing.splitting import split_section
from drafting.domain.archives import ArchiveInvalid, pack, unpack
from drafting.domain.bundles import LISTED, NOTE, RELEASE, Verdict, verify
from drafting.domain.canonical import canonical_json
from drafting.domain.notes import COSIGNATURE, Key, Note, Signature, read_key, read_note
from drafting.publishing.logs import StaticLogs
from drafting.stores.secrets.signing_keys import is_signed
from tests.actions.coalition import SLUG, found
from tests.verifier.mutations import mutations
from tests.verifier.released import (
    BASE,
    DELEGATE,
    LOG,
    WITNESS_KEY,
    Forger,
    bundle_of,
    publish,
    release,
    ssh_signature,
)
from tests.verifier.vectors import Vector, vectors

HERE = Path(__file__).parent
TRUSTED = [Key("declare.example/d/well/log", LOG.public), WITNESS_KEY]
TEXTS = {f"text/en/{section}.json" for section in ("front", "water", "land")}
NAMES = {*LISTED, RELEASE, NOTE, *TEXTS, "declaration.toml", "en.md", "ar.md", "READ-ME.txt"}
STRANGER = read_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")


@pytest.fixture
async def public(tmp_path: Path) -> dict[str, bytes]:
    return await bundle_of(await release(tmp_path))


@pytest.fixture
async def all_vectors(tmp_path: Path) -> list[Vector]:
    coalition = await release(tmp_path)
    forger = Forger(await bundle_of(coalition, is_whole=True), tmp_path)
    return list(vectors(await bundle_of(coalition), forger))


def in_another_language(found: list[Vector], trusted: list[Key]) -> list[Any]:
    keys = "\n".join(key.line for key in trusted)
    return told_by_node([{"files": {n: _text(d) for n, d in v.files.items()}, "trusted": keys or None} for v in found])


def told_by_node(asked: list[Any]) -> list[Any]:
    done = subprocess.run(
        ["node", str(HERE / "vectors.mjs")],
        input="\n".join(map(json.dumps, asked)),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_both_verifiers_agree_on_hundreds_of_bundles(all_vectors: list[Vector]) -> None:
    assert len(all_vectors) >= 500
    for vector, other in zip(all_vectors, in_another_language(all_vectors, TRUSTED), strict=True):
        verdict = verify(vector.files, is_signed, TRUSTED)
        code = 0 if verdict.is_valid else 2 if verdict.is_incomplete else 1
        named = {fault.file for fault in verdict.faults}
        assert code == vector.code, (vector.name, verdict.faults)
        assert not vector.file or vector.file in named, (vector.name, verdict.faults)
        assert (other["code"], sorted(set(other["files"]))) == (code, sorted(named)), vector.name


async def test_both_verifiers_agree_on_what_nobody_thought_of(tmp_path: Path) -> None:
    """Bundles changed at random inside and signed anew: both name the same files, and the same keys."""
    forger = Forger(await bundle_of(await release(tmp_path), is_whole=True), tmp_path)
    found = list(mutations(forger, 40))
    said = {0: 0, 1: 0, 2: 0}
    for vector, other in zip(found, in_another_language(found, []), strict=True):
        verdict = verify(vector.files, is_signed)
        code = 0 if verdict.is_valid else 2 if verdict.is_incomplete else 1
        offline = [{"network": n, "section": s, "key": key} for n, s, key in verdict.shown.offline]
        mine = {"code": code, "files": sorted({fault.file for fault in verdict.faults})}
        passkeys = [
            {"network": n, "section": s, "key": key, "origin": origin} for n, s, key, origin in verdict.shown.passkeys
        ]
        mine |= {"witnesses": [], "offline": offline, "passkeys": passkeys} if code == 0 else {}
        assert {**other, "files": sorted(set(other["files"]))} == mine, (vector.name, verdict.faults)
        said[code] += 1
    assert min(said.values()) > 0
    assert said[0] > 80  # the words of any text, and what an edition says beyond what is checked


def test_a_flipped_bit_names_its_own_file_alone(all_vectors: list[Vector]) -> None:
    flipped = [vector for vector in all_vectors if " of byte " in vector.name]
    assert len(flipped) > 150
    for vector in flipped:
        assert {fault.file for fault in verify(vector.files, is_signed).faults} == {vector.file}, vector.name


@lru_cache
def one_bundle() -> dict[str, bytes]:
    async def make() -> dict[str, bytes]:
        with TemporaryDirectory() as folder:
            return await bundle_of(await release(Path(folder)))

    return asyncio.run(make())


@given(st.sampled_from(sorted(NAMES)), st.integers(0), st.integers(1, 255))
def test_any_byte_of_any_file_changed_names_the_file(name: str, place: int, change: int) -> None:
    bundle = one_bundle()
    assert bundle.keys() == NAMES
    data = bytearray(bundle[name])
    data[place % len(data)] ^= change
    verdict = verify({**bundle, name: bytes(data)}, is_signed)
    assert {fault.file for fault in verdict.faults} == {name}
    assert not verdict.is_incomplete


def test_what_a_valid_bundle_shows(public: dict[str, bytes]) -> None:
    verdict = verify(public, is_signed, TRUSTED)
    assert verdict.is_valid
    assert verdict.is_trusted
    assert verdict.witnesses == ("river.example/witness",)
    assert (verdict.shown.sections, verdict.shown.networks) == (3, 4)
    assert verdict.shown.positions == 12
    assert [(network, section) for network, section, _ in verdict.shown.offline] == [("river", "water")]
    agreed = [(network, section, origin) for network, section, _, origin in verdict.shown.passkeys]
    assert agreed == [(network, "front", "https://drafting.example") for network in ("salt", "night", "dune")]
    assert verdict.shown.attested == 8
    assert verdict.hidden > 0
    assert in_another_language([Vector("", public, 0)], TRUSTED)[0]["witnesses"] == ["river.example/witness"]


def test_what_stays_with_the_members(public: dict[str, bytes]) -> None:
    """An objection that was taken back, invitations and mandates are hashes to strangers."""
    acts = public["acts.jsonl"]
    assert b"Our aim" not in acts
    assert b"person:mandate" not in acts
    assert b"person:revision" not in acts


def test_a_key_that_nobody_trusts(public: dict[str, bytes]) -> None:
    assert {fault.file for fault in verify(public, is_signed, [STRANGER]).faults} == {"keys.json"}
    assert in_another_language([Vector("", public, 1)], [STRANGER])[0] == {"code": 1, "files": ["keys.json"]}
    assert not verify(public, is_signed).is_trusted


def test_one_key_that_is_trusted_among_those_that_signed_is_enough(public: dict[str, bytes], tmp_path: Path) -> None:
    """A log that changes its key signs with both for a while."""
    log = TRUSTED[0]
    other = Key(log.name, DELEGATE.public)
    keys = canonical_json({"format": 1, "keys": [other.line, log.line]})
    files = Forger(public, tmp_path).signed({"keys.json": keys})
    note = read_note(files["release.note"])
    line = next(iter(read_note(_signed_by(other, note.body)).signatures))
    files["release.note"] = Note(note.body, (line, *note.signatures)).to_bytes()
    witness = Key(log.name, log.public, COSIGNATURE)
    for trusted, code in (([log], 0), ([other], 0), ([STRANGER], 1), ([WITNESS_KEY], 1), ([witness], 1)):
        verdict = verify(files, is_signed, trusted)
        assert verdict.is_valid == (code == 0), (trusted, verdict.faults)
        assert verdict.key is None or verdict.key == trusted[0]
        assert in_another_language([Vector("", files, code)], trusted)[0]["code"] == code


def _signed_by(key: Key, body: str) -> bytes:
    return Note(body, (Signature(key.name, key.id, DELEGATE.sign(body.encode())),)).to_bytes()


async def test_the_same_release_gives_the_same_bundle(tmp_path: Path) -> None:
    coalition = await release(tmp_path)
    first = pack(await bundle_of(coalition))
    coalition.fakes.clock.step(hours=5)
    await coalition.take("salt", "water", "objection", harms="Our aim", remedy="Others")  # later acts change nothing
    assert pack(await bundle_of(coalition)) == first


def test_no_byte_of_the_archive_is_free(public: dict[str, bytes]) -> None:
    archive = pack(public)
    assert unpack(archive) == public
    broken = [b"", b"PK", archive[:-1], archive + b"\n", archive[200:]]
    for place in [*range(0, len(archive), 997), *range(len(archive) - 300, len(archive))]:
        broken += [archive[:place] + bytes([archive[place] ^ bit]) + archive[place + 1 :] for bit in (1, 64)]
    for data in broken:
        with pytest.raises(ArchiveInvalid):
            unpack(data)
    odd = pack({"é.txt": b"", "a\U0001f600": b"1", "a\uffff": b"2"})
    whole, names, *others = told_by_node([{"archive": _text(data)} for data in (archive, odd, *broken)])
    assert whole["files"] == sorted(public)
    assert names["files"] == ["a\uffff", "a\U0001f600", "é.txt"]
    assert others == [{"code": 1}] * len(broken)


def test_the_second_verifier_is_a_command_for_folders_and_archives(public: dict[str, bytes], tmp_path: Path) -> None:
    folder, archive, keys = tmp_path / "bundle", tmp_path / "bundle.zip", tmp_path / "keys.txt"
    for name, data in public.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    archive.write_bytes(pack(public))
    keys.write_text("# whom we trust\n" + "\n".join(key.line for key in TRUSTED) + "\n")

    def said(*arguments: Path) -> tuple[int, list[str]]:
        done = subprocess.run(
            ["node", str(HERE / "verify.mjs"), *map(str, arguments)], capture_output=True, text=True, check=False
        )
        return done.returncode, [line.split(" on ")[0] for line in done.stdout.splitlines()]

    agreed = [f"agreed to with a passkey: {network}" for network in ("salt", "night", "dune")]
    valid = ["valid", "signed by its own key: river", *agreed]
    assert said(archive) == said(folder) == (0, valid)
    assert said(folder, keys) == (0, [*valid, "witnessed: river.example/witness"])
    (folder / ".left-by-a-system").write_bytes(b"")
    (folder / "en.md").unlink()
    assert said(folder) == (2, ["missing: en.md"])
    (folder / "ar.md").write_bytes(b"other")
    assert said(folder) == (1, ["invalid: ar.md: the file was changed", "missing: en.md"])
    archive.write_bytes(archive.read_bytes() + b"\n")
    assert said(archive)[0] == 1
    assert said(tmp_path / "nowhere") == (2, [])
    assert said(folder, tmp_path / "nowhere") == (2, [])


def agreed_on(files: dict[str, bytes]) -> Verdict:
    """What both verifiers say of a bundle: that it is valid."""
    verdict = verify(files, is_signed, TRUSTED)
    assert verdict.faults == ()
    assert in_another_language([Vector("", files, 0)], TRUSTED)[0]["code"] == 0
    return verdict


async def test_a_further_release_of_an_edition_is_verified_too(tmp_path: Path) -> None:
    coalition = await release(tmp_path)
    ports, initiator = coalition.ports, coalition.initiator
    before = json.loads((await bundle_of(coalition))["release.json"])
    await list_erratum(ports, initiator, slug=SLUG, n=1, locale="en", section="water", text="Read “line” for “lime”.")
    await work_on_jobs(ports)
    files = await bundle_of(coalition)
    after = json.loads(files["release.json"])
    assert (after["release"], after["manifest"]) == (2, before["manifest"])
    assert after["content"] != before["content"]
    assert agreed_on(files).release["index"] == after["index"] > before["index"]
    agreed_on(await bundle_of(coalition, is_whole=True))


async def test_a_part_that_was_split_off_keeps_who_stood_aside(tmp_path: Path) -> None:
    coalition = await found(("river", "salt", "night"), ("front", "water"))
    coalition.ports = coalition.fakes.ports(logs=StaticLogs(tmp_path, BASE, LOG.public, LOG.sign))
    await coalition.write("water", ("w1", "Water"), ("w2", "Common."), ("w3", "Wells"), ("w4", "Open."))
    for section in coalition.sections:
        await coalition.table(section)
    aside = await coalition.take("night", "water", "stand_aside")
    place = {"slug": SLUG, "section": "water", "position": aside.id}
    signature = ssh_signature(DELEGATE, await read_statement(coalition.ports, *place.values()))
    signing = {"actor": coalition.delegate("night"), "signature": signature, "check": is_signed}
    await sign_position(coalition.ports, **place, **signing)
    coalition.fakes.clock.step(hours=1)
    await split_section(coalition.ports, coalition.initiator, slug=SLUG, section="water", before_block="w3", id="wells")
    for section in ("water", "wells"):
        await coalition.table(section)
    await coalition.take("night", "front")
    for network in ("river", "salt"):
        await coalition.agree(network)
    await publish(coalition)
    shown = agreed_on(await bundle_of(coalition)).shown
    assert shown.positions == 9
    # It stands aside on both, and signed what it says of the one.
    assert [(network, section) for network, section, _ in shown.offline] == [("night", "water")]
