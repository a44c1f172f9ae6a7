"""A bundle proves its words by itself; whatever is changed in it is named."""

import json
from typing import Any

import pytest

from drafting.domain.prose import digest_of_bytes
from drafting.web.bundles import CONTENT, RELEASE, Fault, make_bundle, release_bytes, verify
from tests.web.api.conftest import D, Installation, Program

FILES = {"declaration.toml": b'slug = "open-well"\n', "en.md": b"# The Open Well\n"}


@pytest.fixture
async def content(here: Installation, anong: Program, marisol: Program) -> bytes:
    """What a frozen edition holds, with a reservation."""
    await here.table(anong, "front")
    words = {"locale": "en", "text": "With our bell."}
    await here.consent(anong, "headwater", "front")
    await here.consent(marisol, "orillas", "front", kind="reservation", statement=words)
    digest = (await anong("GET", f"{D}/manifest", 200))["digest"]
    edition = await anong("POST", f"{D}/editions", 201, json={"manifest_digest": digest})
    return here.fakes.ledger.contents[edition["content_digest"]]


def test_a_good_bundle_is_valid(content: bytes) -> None:
    assert verify(make_bundle(content, FILES)) == []


def test_any_other_byte_is_found_and_its_file_named(content: bytes) -> None:
    bundle = make_bundle(content, FILES)
    for name, data in bundle.items():
        for place in range(0, len(data), max(1, len(data) // 60)):
            changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
            faults = verify({**bundle, name: changed})
            assert [fault.file for fault in faults if not fault.is_missing] or name == RELEASE
            assert faults
            assert name in {fault.file for fault in faults} or name == RELEASE


def test_what_is_missing_or_too_much_is_named(content: bytes) -> None:
    bundle = make_bundle(content, FILES)
    for name in bundle:
        rest = {other: data for other, data in bundle.items() if other != name}
        assert verify(rest) == [Fault(name, "is missing", is_missing=True)]
    assert [fault.file for fault in verify({**bundle, "more.md": b""})] == ["more.md"]


def _other_words(edition: Any) -> None:
    edition["sections"][0]["texts"]["en"]["body"][0]["runs"][0]["text"] = "The Closed Well"


def _other_digest(edition: Any) -> None:
    edition["sections"][0]["revision"]["digest"] = "sha256:" + "0" * 64


def _other_network(edition: Any) -> None:
    edition["networks"][0]["name"] = "Somebody Else"


def _other_statement(edition: Any) -> None:
    position = next(p for p in edition["sections"][0]["positions"] if p["statement"])
    position["statement"]["texts"]["en"]["text"] = "Without our bell."


def _no_statement(edition: Any) -> None:
    for position in edition["sections"][0]["positions"]:
        position["statement"] = None


@pytest.mark.parametrize("forge", [_other_words, _other_digest, _other_network, _other_statement, _no_statement])
def test_a_forger_who_writes_the_digests_anew_is_found_by_the_manifest(content: bytes, forge: Any) -> None:
    edition = json.loads(content)
    forge(edition)
    forged = json.dumps(edition, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    assert {fault.file for fault in verify(make_bundle(forged, FILES))} == {CONTENT}


@pytest.mark.parametrize("release", [b"", b"{}", b"[]", b"{", b"\xff", b'{"format": 1, "files": {}}', b"[" * 100_000])
def test_nonsense_is_invalid(content: bytes, release: bytes) -> None:
    bundle = make_bundle(content, FILES)
    assert [fault.file for fault in verify({**bundle, RELEASE: release})] == [RELEASE]


@pytest.mark.parametrize("edition", [b"{}", b"[]", b"null", b'{"sections": 7}'])
def test_a_content_that_is_none_is_invalid(edition: bytes, content: bytes) -> None:
    bundle = make_bundle(content, FILES)
    release = json.loads(bundle[RELEASE])
    release["files"][CONTENT] = digest_of_bytes(edition)
    faults = verify({**bundle, CONTENT: edition, RELEASE: release_bytes(release)})
    assert CONTENT in {fault.file for fault in faults}
