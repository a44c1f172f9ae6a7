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

from drafting.actions.errata import list_erratum
from drafting.actions.releasing import work_on_jobs
from drafting.actions.splitting import split_section
from drafting.domain.archives import ArchiveInvalid, pack, unpack
from drafting.domain.bundles import LISTED, NOTE, RELEASE, Verdict, verify
from drafting.domain.notes import Key, read_key
from drafting.publishing.logs import StaticLogs
from drafting.stores.signing_keys import is_signed
from tests.actions.coalition import SLUG, found
from tests.verifier.released import BASE, LOG, WITNESS_KEY, Forger, bundle_of, publish, release
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
    lines = [
        json.dumps({"files": {n: base64.b64encode(d).decode() for n, d in v.files.items()}, "trusted": keys or None})
        for v in found
    ]
    done = subprocess.run(
        ["node", str(HERE / "vectors.mjs")], input="\n".join(lines), capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_both_verifiers_agree_on_hundreds_of_bundles(all_vectors: list[Vector]) -> None:
    assert len(all_vectors) >= 500
    for vector, other in zip(all_vectors, in_another_language(all_vectors, TRUSTED), strict=True):
        verdict = verify(vector.files, is_signed, TRUSTED)
        code = 0 if verdict.is_valid else 2 if verdict.is_incomplete else 1
        named = {fault.file for fault in verdict.faults}
        assert code == vector.code, (vector.name, verdict.faults)
        assert not vector.file or vector.file in named, (vector.name, verdict.faults)
        assert (other["code"], sorted(set(other["files"]))) == (code, sorted(named)), vector.name


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


async def test_the_same_release_gives_the_same_bundle(tmp_path: Path) -> None:
    coalition = await release(tmp_path)
    first = pack(await bundle_of(coalition))
    coalition.fakes.clock.step(hours=5)
    await coalition.take("salt", "water", "objection", harms="Our aim", remedy="Others")  # later acts change nothing
    assert pack(await bundle_of(coalition)) == first


def test_no_byte_of_the_archive_is_free(public: dict[str, bytes]) -> None:
    archive = pack(public)
    assert unpack(archive) == public
    for place in [*range(0, len(archive), 997), *range(len(archive) - 300, len(archive))]:
        for bit in (1, 64):
            changed = archive[:place] + bytes([archive[place] ^ bit]) + archive[place + 1 :]
            with pytest.raises(ArchiveInvalid):
                unpack(changed)
    for data in (b"", b"PK", archive[:-1], archive + b"\n", archive[200:]):
        with pytest.raises(ArchiveInvalid):
            unpack(data)


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
    await coalition.take("night", "water", "stand_aside")
    coalition.fakes.clock.step(hours=1)
    await split_section(coalition.ports, coalition.initiator, slug=SLUG, section="water", before_block="w3", id="wells")
    for section in ("water", "wells"):
        await coalition.table(section)
    await coalition.take("night", "front")
    for network in ("river", "salt"):
        await coalition.agree(network)
    await publish(coalition)
    assert agreed_on(await bundle_of(coalition)).shown.positions == 9
