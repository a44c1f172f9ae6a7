"""A bundle: an edition's words, with the digests from which anybody can compute that nothing was changed.

``release.json`` names every other file with its SHA-256; ``content.json`` is the frozen edition, whose texts, revisions
and manifest are digested anew by whoever verifies. Neither a network nor a server is needed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from drafting.domain.editions import manifest_digest
from drafting.domain.positions import CellStatus, revision_digest
from drafting.domain.prose import digest, digest_of_bytes, from_json

RELEASE: Final = "release.json"
CONTENT: Final = "content.json"
FORMAT: Final = 1
_PUBLISHED_WORDS: Final = (CellStatus.RESERVES.value, CellStatus.STANDS_ASIDE.value)


@dataclass(frozen=True, slots=True)
class Fault:
    """A file of a bundle, and what is wrong with it. ``is_missing``: the bundle is incomplete rather than false."""

    file: str
    what: str
    is_missing: bool = False


def make_bundle(content: bytes, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a folder made into a bundle of the edition whose content this is."""
    edition = json.loads(content)
    bundle = {**files, CONTENT: content}
    release = {
        "format": FORMAT,
        "declaration": edition["declaration"],
        "n": edition["n"],
        "manifest": edition["manifest"],
        "content": digest_of_bytes(content),
        "files": {name: digest_of_bytes(data) for name, data in sorted(bundle.items())},
    }
    return {**bundle, RELEASE: release_bytes(release)}


def release_bytes(release: Mapping[str, Any]) -> bytes:
    return (json.dumps(release, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def verify(bundle: Mapping[str, bytes]) -> list[Fault]:
    """Everything that is wrong; an empty list says that words, order and networks are those that were agreed to."""
    if RELEASE not in bundle:
        return [Fault(RELEASE, "is missing", is_missing=True)]
    release = _read_release(bundle[RELEASE])
    if release is None:
        return [Fault(RELEASE, "is not as it was written")]
    faults = list(_verify_files(release["files"], bundle))
    if not faults:
        faults = list(_verify_content(release, bundle[CONTENT]))
    return faults


def _read_release(data: bytes) -> dict[str, Any] | None:
    try:
        release = json.loads(data)
        is_whole = release_bytes(release) == data and release["format"] == FORMAT and CONTENT in release["files"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return release if is_whole else None


def _verify_files(expected: Mapping[str, str], bundle: Mapping[str, bytes]) -> Iterator[Fault]:
    for name, kept in expected.items():
        if name not in bundle:
            yield Fault(name, "is missing", is_missing=True)
        elif digest_of_bytes(bundle[name]) != kept:
            yield Fault(name, "is not what was released")
    for name in sorted(bundle.keys() - expected.keys() - {RELEASE}):
        yield Fault(name, "does not belong to the bundle")


def _verify_content(release: Mapping[str, Any], data: bytes) -> Iterator[Fault]:
    try:
        edition = json.loads(data)
        own = {"declaration": edition["declaration"], "n": edition["n"], "manifest": edition["manifest"]}
        own["content"] = digest_of_bytes(data)
        for name, value in own.items():
            if release.get(name) != value:
                yield Fault(RELEASE, f"names another {name}")
        for section in edition["sections"]:
            yield from _verify_section(section, edition["authentic_locales"])
        if _manifest_of(edition) != edition["manifest"]:
            yield Fault(CONTENT, "order, revisions, networks or statements are not those of the manifest")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        yield Fault(CONTENT, f"cannot be read ({type(error).__name__})")


def _verify_section(section: Mapping[str, Any], authentic: list[str]) -> Iterator[Fault]:
    texts = section["texts"]
    for locale, text in texts.items():
        if digest(from_json(text["body"])) != text["digest"]:
            yield Fault(CONTENT, f"section {section['id']}, {locale}: the words do not give their digest")
    named = {locale: texts[locale]["digest"] for locale in authentic}
    if revision_digest(section["id"], named) != section["revision"]["digest"]:
        yield Fault(CONTENT, f"section {section['id']}: the texts do not give the revision's digest")


def _manifest_of(edition: Mapping[str, Any]) -> str:
    statements = [
        (section["id"], position["network"], digest_of_bytes(_original(position["statement"]).encode()))
        for section in edition["sections"]
        for position in section["positions"]
        if position["statement"] and position["status"] in _PUBLISHED_WORDS
    ]
    return manifest_digest(
        edition["declaration"],
        [(section["id"], section["revision"]["digest"]) for section in edition["sections"]],
        [(network["slug"], network["name"]) for network in edition["networks"]],
        statements,
    )


def _original(statement: Mapping[str, Any]) -> str:
    words: str = statement["texts"][statement["original"]]["text"]
    return words
