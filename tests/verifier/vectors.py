"""Good and broken bundles, each with what a verifier must say: 0 valid, 1 invalid, 2 incomplete, and which file."""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from drafting.domain import bundles
from drafting.domain.canonical import canonical_json
from drafting.domain.editions import manifest_digest
from drafting.domain.prose import digest_of_bytes
from tests.verifier.released import Forger

TEXT = "text/en/water.json"
TEXT_OF = {"other words": TEXT, "a section less": "text/en/land.json"}


@dataclass(frozen=True)
class Vector:
    """``file``: what must be among the files that are named; empty for a good bundle."""

    name: str
    files: Mapping[str, bytes]
    code: int
    file: str = ""


def vectors(public: Mapping[str, bytes], forger: Forger) -> Iterator[Vector]:
    """``public``: the bundle that everybody gets; the forger's has every act."""
    yield Vector("as everybody gets it", public, 0)
    yield Vector("with every act", forger.bundle, 0)
    yield Vector("signed anew", forger.signed({}), 0)
    yield Vector("another file that is listed", forger.signed({"more.txt": b"words"}), 0)
    yield from _flipped(public)
    yield from _missing(public)
    yield from _forged_files(forger)
    yield from _forged_acts(forger)
    yield from _forged_editions(forger)
    yield from _settled(public, forger)


def _flipped(bundle: Mapping[str, bytes]) -> Iterator[Vector]:
    chance = random.Random(1)
    for name, data in sorted(bundle.items()):
        for _ in range(min(len(data), 26)):
            place, bit = chance.randrange(len(data)), 1 << chance.randrange(8)
            changed = data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
            yield Vector(f"{name}: bit {bit} of byte {place}", {**bundle, name: changed}, 1, name)
        yield Vector(f"{name}: a byte more", {**bundle, name: data + b"\n"}, 1, name)
        if data:
            yield Vector(f"{name}: a byte less", {**bundle, name: data[:-1]}, 1, name)
            yield Vector(f"{name}: nothing in it", {**bundle, name: b""}, 1, name)
    yield Vector("a file too much", {**bundle, "more.txt": b""}, 1, "more.txt")


def _missing(bundle: Mapping[str, bytes]) -> Iterator[Vector]:
    for name in sorted(bundle):
        rest = {other: data for other, data in bundle.items() if other != name}
        yield Vector(f"{name}: missing", rest, 2, name)
        if name not in (TEXT, bundles.RELEASE):
            yield Vector(f"{name}: missing, and another broken", {**rest, TEXT: b"[]"}, 1, TEXT)
    yield Vector("nothing at all", {}, 2, bundles.RELEASE)


def _forged_files(forger: Forger) -> Iterator[Vector]:
    """Well signed, and wrong all the same."""
    whole = forger.bundle
    other_key = b'{"format":1,"keys":["PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"]}'
    proofs = json.loads(whole[bundles.PROOFS])
    swapped = {**proofs, "paths": [proofs["paths"][1], proofs["paths"][0], *proofs["paths"][2:]]}
    lines = whole[bundles.ACTS].splitlines(keepends=True)
    checkpoint = whole[bundles.CHECKPOINT]
    for name, data, file in (
        (bundles.KEYS, other_key, bundles.NOTE),
        (bundles.CHECKPOINT, checkpoint.replace(b"\n", b"\n1", 1), bundles.CHECKPOINT),
        (bundles.CHECKPOINT, b"", bundles.CHECKPOINT),
        (bundles.CHECKPOINT, whole[bundles.NOTE], bundles.CHECKPOINT),
        (bundles.COSIGNATURES, b"no line\n", bundles.COSIGNATURES),
        (bundles.COSIGNATURES, "— a AAAA\n".encode(), bundles.COSIGNATURES),
        (bundles.PROOFS, canonical_json(swapped), bundles.ACTS),
        (bundles.PROOFS, canonical_json({**proofs, "paths": proofs["paths"][1:]}), bundles.PROOFS),
        (bundles.PROOFS, canonical_json({**proofs, "size": proofs["size"] - 1}), bundles.PROOFS),
        (bundles.PROOFS, canonical_json({**proofs, "paths": [["AA=="] for _ in proofs["paths"]]}), bundles.PROOFS),
        (bundles.PROOFS, b"[]", bundles.PROOFS),
        (bundles.ACTS, b"".join([lines[1], lines[0], *lines[2:]]), bundles.ACTS),
        (bundles.ACTS, b"".join(lines[:-1]), bundles.PROOFS),
        (bundles.ACTS, b"".join([lines[0], *lines]), bundles.ACTS),
        (bundles.ACTS, whole[bundles.ACTS].replace(b'"account-1"', b'"account-3"', 1), bundles.ACTS),
        (bundles.ACTS, whole[bundles.ACTS].replace(b'","', b'", "', 1), bundles.ACTS),
        (bundles.ACTS, whole[bundles.ACTS].replace(b'"index":1,', b'"index":1.0,', 1), bundles.ACTS),
        (bundles.ACTS, whole[bundles.ACTS].replace(b'"index":1,', b'"index":true,', 1), bundles.ACTS),
        (bundles.ACTS, b"null\n", bundles.ACTS),
        (bundles.ACTS, b"\xff\n", bundles.ACTS),
        (bundles.CONTENT, b"{}", bundles.CONTENT),
        (TEXT, b"[]", TEXT),
        ("text/en/more.json", b"[]", "text/en/more.json"),
    ):
        yield Vector(f"forged {name} {data[:20]!r}", forger.signed({name: data}), 1, file)
    yield Vector("forged: a text less", forger.signed({TEXT: None}), 1, TEXT)
    for field, value in (
        ("format", 1), ("origin", "other.example/d/well/log"), ("n", 2), ("n", "1"), ("n", True), ("release", 0),
        ("index", 1), ("index", 10**6), ("size", 3), ("manifest", "sha256:" + "0" * 64), ("manifest", None),
        ("content", "sha256:" + "0" * 64), ("declaration", "wells"), ("more", 1), ("files", []),
    ):  # fmt: skip
        made = forger.signed({}, **{field: value})
        yield Vector(f"forged release: {field} {value}", made, 1)


def _forged_acts(forger: Forger) -> Iterator[Vector]:
    """The whole log written anew: it agrees with itself, and not with the edition."""

    def first(acts: list[Any], kind: str, **data: Any) -> Any:
        return next(a for a in acts if a["kind"] == kind and all(a["data"].get(k) == v for k, v in data.items()))

    def position(change: Callable[[Any], None], **which: Any) -> Callable[[list[Any]], None]:
        return lambda acts: change(first(acts, "person:position:take", **which)["data"])

    reservation = {"network": "night", "section": "water"}
    aside = {"network": "dune", "section": "land"}
    consent = {"network": "river", "section": "water"}
    changes: dict[str, Callable[[list[Any]], None]] = {
        "another consent": position(lambda d: d.update(kind="objection"), **consent),
        "a consent to other words": position(lambda d: d.update(target_digest="sha256:" + "0" * 64), **consent),
        "a consent of another network": position(lambda d: d.update(network="dune"), **consent),
        "a consent for the time being": position(lambda d: d.update(authority="ad_referendum"), **consent),
        "a consent on another section": position(lambda d: d.update(section="land"), **consent),
        "other words of a reservation": position(lambda d: d["statement"].update(text="None."), **reservation),
        "no words of a reservation": position(lambda d: d.update(statement=None), **reservation),
        "a reservation in another language": position(lambda d: d["statement"].update(locale="fr"), **reservation),
        "a minority that objects": position(lambda d: d.update(kind="objection"), **aside),
        "harm that nobody spoke of": position(lambda d: d.update(harms="Much"), **reservation),
        "an offline signature over other words": position(lambda d: d.update(read_locale="fr"), **consent),
        "another offline signature": lambda acts: first(acts, "person:position:sign")["data"].update(
            signature="-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"
        ),
        "an offline signature less": lambda acts: first(acts, "person:position:sign").update(kind="person:section:add"),
        "a device less": lambda acts: first(acts, "person:position:assert").update(kind="person:section:add"),
        "a device that agreed to another position": lambda acts: first(acts, "person:position:assert")["data"].update(
            position=first(acts, "person:position:take", network="river", section="front")["data"]["id"]
        ),
        "a device's answer sent again for another network": lambda acts: first(
            acts, "person:position:assert", network="night"
        )["data"].update(
            {
                name: value
                for name, value in first(acts, "person:position:assert", network="salt")["data"].items()
                if name in ("key", "public", "authenticator", "client", "signature")
            }
        ),
        "a passkey that is none": lambda acts: first(acts, "person:position:assert")["data"].update(public="AAAA"),
        "a device that said nothing": lambda acts: first(acts, "person:position:assert")["data"].pop("client") and None,
        "another manifest frozen": lambda acts: first(acts, "person:edition:freeze")["data"].update(manifest="x"),
        "another content frozen": lambda acts: first(acts, "person:edition:freeze")["data"].update(content="x"),
        "another edition frozen": lambda acts: first(acts, "person:edition:freeze")["data"].update(n=2),
        "another content released": lambda acts: first(acts, "system:edition:release")["data"].update(content="x"),
        "another edition released": lambda acts: first(acts, "system:edition:release")["data"].update(n=2),
        "an approval of another edition": lambda acts: first(acts, "person:edition:approve")["data"].update(n=2),
        "one person approves twice": lambda acts: (
            [a.update(actor="account-1") for a in acts if a["kind"] == "person:edition:approve"] and None
        ),
        "a network of another name": lambda acts: first(acts, "person:member:join")["data"].update(name="Other"),
        "nobody joined": lambda acts: first(acts, "person:member:join")["data"].update(network="other"),
        "a whole that nobody signed": lambda acts: first(acts, "person:manifest:sign")["data"].update(digest="x"),
        "another source language": lambda acts: acts[0]["data"].update(source_locale="fr"),
        "other authentic languages": lambda acts: acts[0]["data"].update(authentic_locales=["ar"]),
        "no beginning": lambda acts: acts[0].update(kind="person:section:add"),
        "an edition opened again": lambda acts: acts[-4].update(kind="system:edition:void", data={"n": 1}),
    }
    for name, change in changes.items():
        yield Vector(f"a log with {name}", forger.with_acts(change), 1, bundles.ACTS)

    def later(acts: list[Any]) -> None:
        """A network took its word back before the freeze, in the place of some other act."""
        freeze = next(n for n, a in enumerate(acts) if a["kind"] == "person:edition:freeze")
        taken = first(acts, "person:position:take", network="river", section="water")
        acts[freeze - 1] = {**taken, "index": freeze, "data": {**taken["data"], "kind": "withdrawal"}}
        acts[freeze - 1]["at"] = "2030-03-02T12:00:00Z"

    yield Vector("a log with a later withdrawal", forger.with_acts(later), 1, bundles.ACTS)


def _forged_editions(forger: Forger) -> Iterator[Vector]:
    """Another edition, released by the log."""

    def water(edition: Any) -> Any:
        return next(s for s in edition["sections"] if s["id"] == "water")

    def night(edition: Any) -> Any:
        return next(p for p in water(edition)["positions"] if p["network"] == "night")

    changes: dict[str, Callable[[Any], Any]] = {
        "other words": lambda e: water(e)["texts"]["en"]["body"][1]["runs"][0].update(text="Other."),
        "another digest": lambda e: water(e)["texts"]["en"].update(digest="sha256:" + "0" * 64),
        "another revision": lambda e: water(e)["revision"].update(digest="sha256:" + "0" * 64),
        "another order": lambda e: e["sections"].reverse(),
        "a section less": lambda e: e["sections"].pop(),
        "another name": lambda e: e["networks"][0].update(name="Somebody Else"),
        "a network less": lambda e: e["networks"].pop(),
        "another reservation": lambda e: night(e)["statement"]["texts"]["en"].update(text="None."),
        "no reservation": lambda e: night(e).update(statement=None),
        "other authentic languages": lambda e: e.update(authentic_locales=["en", "ar"]),
        "another number": lambda e: e.update(n=2),
        "another declaration": lambda e: e.update(declaration="wells"),
        "no sections": lambda e: e.update(sections=7),
        "no networks": lambda e: e.pop("networks"),
        "a body that is none": lambda e: water(e)["texts"]["en"].update(body={"a": 1}),
    }
    for name, change in changes.items():
        file = TEXT_OF.get(name, bundles.CONTENT)
        yield Vector(f"an edition with {name}", forger.with_content(change), 1, file)
    positions: dict[str, Callable[[Any], Any]] = {
        "a consent for a reservation": lambda e: night(e).update(status="consents", statement=None),
        "another moment": lambda e: night(e).update(at="2031-01-01T00:00:00+00:00"),
        "a key that signed nothing": lambda e: night(e).update(offline_key="SHA256:" + "A" * 43),
        "another key that signed": lambda e: water(e)["positions"][0].update(offline_key="SHA256:" + "A" * 43),
        "a passkey that nobody agreed with": lambda e: night(e).update(passkey="SHA256:" + "A" * 43),
        "another passkey": lambda e: e["sections"][0]["positions"][0].update(passkey="SHA256:" + "A" * 43),
        "one who agreed to the whole too much": lambda e: e["manifest_signed_by"].append("dune"),
    }
    for name, change in positions.items():
        yield Vector(f"an edition with {name}", forger.with_content(change), 1)


def _settled(public: Mapping[str, bytes], forger: Forger) -> Iterator[Vector]:
    """Where two verifiers once said different things, and what the specification says now."""
    whole = forger.bundle
    deep = canonical_json({"format": 1, "keys": [], "more": json.loads("[" * 63 + "]" * 63)})
    yield Vector(
        "true is not 1 in proofs",
        _instead(forger, bundles.PROOFS, b'"size":', b'"size":true,"was":'),
        1,
        bundles.PROOFS,
    )
    yield Vector(
        "true is not 1 in keys", _instead(forger, bundles.KEYS, b'"format":1', b'"format":true'), 1, bundles.KEYS
    )
    for n in (True, None):
        changed = forger.with_content(lambda edition, n=n: edition.update(n=n))
        yield Vector(f"{n} is not 1 in an edition", changed, 1, bundles.CONTENT)
    for locale in ("fr", "constructor"):
        yield Vector(f"authentic in {locale}, and no words in it", _without_words(forger, locale), 1, bundles.CONTENT)
    yield Vector("a digest that is none", forger.signed({}, content="sha256:0"), 1, bundles.RELEASE)
    yield Vector("nested as deep as may be", forger.signed({bundles.KEYS: deep}), 1, bundles.KEYS)
    yield Vector("nested too deeply", forger.signed({bundles.PROOFS: b"[" * 9_000 + b"]" * 9_000}), 1, bundles.PROOFS)
    line = whole[bundles.CHECKPOINT].partition(b"\n\n")[0].decode()
    head = forger.logs().sign("well", f"{line}\nsaid besides\n")
    yield Vector("a further line of a checkpoint", forger.signed({bundles.CHECKPOINT: head}), 0)
    for name, code in (("a\u00e9", 1), ("a\u00a0", 1), ("a\x7f", 1), ("a~", 0)):
        put = whole[bundles.COSIGNATURES] + f"— {name} AAAAAAAA\n".encode()
        yield Vector(f"a witness called {name!r}", forger.signed({bundles.COSIGNATURES: put}), code)
    rest = {name: data for name, data in public.items() if name != bundles.NOTE}
    for file in (bundles.KEYS, bundles.RELEASE):
        yield Vector(f"no note, and {file} is no JSON", {**rest, file: b"{", TEXT: b"[]"}, 1, file)

    def strip(name: str, kind: str = "") -> Callable[[list[Any]], None]:
        def change(acts: list[Any]) -> None:
            for act in acts:
                if act["kind"].startswith(kind):
                    act["data"].pop(name, None)

        return change

    for name in ("harms", "statement", "kind", "authority", "target_digest"):
        yield Vector(
            f"a position without {name}", forger.with_acts(strip(name, "person:position:take")), 1, bundles.ACTS
        )
    for name in ("network", "n", "manifest", "content", "digest", "name", "position", "id", "read_locale"):
        yield Vector(f"no act says its {name}", forger.with_acts(strip(name)), 1, bundles.ACTS)


def _without_words(forger: Forger, locale: str) -> dict[str, bytes]:
    """A whole that agrees with itself, in a language that no section has; nobody signed any of it."""
    edition = json.loads(forger.bundle[bundles.CONTENT])
    authentic = edition["authentic_locales"] = [*edition["authentic_locales"], locale]
    digests = {}
    for section in edition["sections"]:
        named = {tag: section["texts"][tag]["digest"] if tag in section["texts"] else None for tag in authentic}
        said = canonical_json({"section": section["id"], "texts": named})
        digests[section["id"]] = digest_of_bytes(b"drafting revision 1\n" + said)
        section["revision"]["digest"] = digests[section["id"]]
        for position in section["positions"]:
            position.pop("offline_key", None)
            position.pop("passkey", None)
    statements = [
        (section["id"], each["network"], digest_of_bytes(said["texts"][said["original"]]["text"].encode()))
        for section in edition["sections"]
        for each in section["positions"]
        if (said := each["statement"])
    ]
    members = [(network["slug"], network["name"]) for network in edition["networks"]]
    whole = edition["manifest"] = manifest_digest(edition["declaration"], list(digests.items()), members, statements)
    data = canonical_json(edition)
    content = digest_of_bytes(data)

    def agree(acts: list[Any]) -> None:
        acts[0]["data"]["authentic_locales"] = authentic
        for act in acts:
            if act["kind"].startswith(("person:position:sign", "person:position:assert")):
                act["kind"] = "person:other"
            if act["data"].get("section") in digests and "target_digest" in act["data"]:
                act["data"]["target_digest"] = digests[act["data"]["section"]]
            for name, value in (("manifest", whole), ("content", content)):
                if name in act["data"]:
                    act["data"][name] = value
            if act["kind"] == "person:manifest:sign":
                act["data"]["digest"] = whole

    changed = Forger(forger.with_acts(agree, content=content, manifest=whole), forger.folder)
    return changed.signed({bundles.CONTENT: data}, content=content, manifest=whole)


def _instead(forger: Forger, file: str, old: bytes, new: bytes) -> dict[str, bytes]:
    return forger.signed({file: forger.bundle[file].replace(old, new, 1)})
