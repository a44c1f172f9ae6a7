"""Bundles that somebody with the log's key made at random: well signed, and wrong, odd or right inside.

Nobody says here what a verifier must say of one; two of them, written apart, must say the same.
"""

import base64
import json
import random
from collections.abc import Iterator
from typing import Any

from drafting.domain import bundles
from drafting.domain.canonical import canonical_json
from drafting.domain.editions import manifest_digest
from drafting.domain.passkeys import assertion_data
from drafting.domain.positions import revision_digest
from drafting.domain.prose import canonical_bytes, digest, digest_of_bytes, from_json
from tests.device import KINDS, Device
from tests.verifier.released import BASE, DELEGATE, LOG, Forger, ssh_signature
from tests.verifier.vectors import Vector

UNSAID = -1
SITE = "https://drafting.example"
LAND = "text/en/land.json"
ODD: list[Any] = [
    None, True, False, 0, 1, 2, -1, 2**53 - 1, "", "x", " ", "en", "consents", "stands_aside", "objects", [], {},
    [None], [[]], {"a": 1}, ["en"], "sha256:" + "0" * 64, "2030-03-01T12:00:00Z", "__proto__", "constructor", "😀",
]  # fmt: skip
CHARACTERS = [
    *"a B\t\n\r\x0b\x0c\x1c\x1f\x7f\x85\xa0\xad\u1680\u180e\u2000\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff",
    "e\u0301", "\u0301", "\u1100\u1161", "\u0958", "\u212b", "\U0001d15e", "😀", "\u0344", "水", '"', "\\", "\ufffd",
]  # fmt: skip
ARMOURS = (
    "{begin}\n{lines}\n{end}\n", "{begin}\r\n{lines}\r\n{end}\r\n", "\n \t{begin}\n{lines}\n\n{end}  ",
    "{begin}\n{end}\n",
    "\u3000{begin}\n{lines}\n{end}\n", "{begin}\n\x0b{lines}\n{end}\n", "{begin}\n{lines}=\n{end}\n",
    "{begin}{lines}{end}",
    "{lines}", "{begin}\n{lines}\n{end}\nmore", "{begin}\n {lines} \n{end}", "",
)  # fmt: skip


def mutations(forger: Forger, count: int, seed: int = 1) -> Iterator[Vector]:
    """``count`` bundles of each sort, the same for the same seed. The forger's bundle has every act."""
    chance = random.Random(seed)
    for n in range(count):
        yield _of(f"content {n}", forger.with_content(lambda edition: _mutate(edition, chance)))
        yield _of(f"acts {n}", forger.with_acts(lambda acts: _mutate(_an_act(acts, chance), chance)))
        yield _of(f"words {n}", _with_body(forger, _body(chance)))
        yield _of(f"signature {n}", _with_signature(forger, chance))
        yield _of(f"passkey {n}", _with_passkey(forger, chance))
        yield _of(f"listed {n}", _with_listed(forger, chance))
        yield _of(f"release {n}", _with_release(forger, chance))
        yield _of(f"two at once {n}", _with_two(forger.bundle, chance))


def _of(name: str, files: dict[str, bytes]) -> Vector:
    return Vector(name, files, UNSAID)


def _an_act(acts: list[Any], chance: random.Random) -> Any:
    """One that the edition rests on, more often than not."""
    resting = [
        a for a in acts if a["kind"].split(":")[1] in ("position", "manifest", "edition", "member", "declaration")
    ]
    return chance.choice(resting if chance.random() < 0.9 else acts)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a value: its container, and the key or index there."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


def _mutate(value: Any, chance: random.Random) -> None:
    container, key = chance.choice(list(_places(value)))
    former = container[key]
    match chance.randrange(6):
        case 0:
            del container[key]
        case 1 if isinstance(container, list):
            container.insert(key, former)
        case 2 if isinstance(container, dict):
            container[chance.choice(["more", "__proto__", "note", "\U0001f600", "\ufb33"])] = chance.choice(ODD)
        case 3 if isinstance(former, str):
            place = chance.randrange(len(former) + 1)
            container[key] = former[:place] + chance.choice(CHARACTERS) + former[place:]
        case 4 if isinstance(former, list) and len(former) > 1:
            former.reverse()
        case _:
            container[key] = chance.choice(ODD)


def _body(chance: random.Random) -> list[Any]:
    def run() -> dict[str, Any]:
        words = "".join(chance.choices(CHARACTERS, k=chance.randrange(5)))
        marks: dict[str, Any] = {name: True for name in ("strong", "em") if chance.random() < 0.3}
        if chance.random() < 0.2:
            marks["link"] = "https://example.org/?a=1&b=2"
        note = {"note": chance.choice(("n1", "n2", "n9"))} if chance.random() < 0.2 else {}
        return {"text": words, "marks": marks, **note}

    kinds = ("heading1", "paragraph", "quote", "bullet", "ordered", "footnote")
    return [
        {
            "id": chance.choice(("n1", "n2", f"b{n}")),
            "kind": chance.choice(kinds),
            "depth": chance.randrange(3),
            "runs": [run() for _ in range(chance.randrange(5))],
        }
        for n in range(chance.randrange(6))
    ]


def _with_body(forger: Forger, body: list[Any]) -> dict[str, bytes]:
    """An edition with these words in one section, agreed to, frozen and released: a valid one."""
    edition = json.loads(forger.bundle[bundles.CONTENT])
    words = from_json(body)
    text = digest(words)
    land = next(s for s in edition["sections"] if s["id"] == "land")
    land["texts"]["en"] |= {"body": body, "digest": text}
    land["revision"]["digest"] = revision_digest("land", {"en": text})
    edition["manifest"] = manifest = manifest_digest(
        edition["declaration"],
        [(section["id"], section["revision"]["digest"]) for section in edition["sections"]],
        [(network["slug"], network["name"]) for network in edition["networks"]],
        [
            (
                s["id"],
                p["network"],
                digest_of_bytes(p["statement"]["texts"][p["statement"]["original"]]["text"].encode()),
            )
            for s in edition["sections"]
            for p in s["positions"]
            if p["statement"]
        ],
    )
    data = canonical_json(edition)
    kept = digest_of_bytes(data)

    def agree(acts: list[Any]) -> None:
        for act in acts:
            said = act["data"]
            if act["kind"] == "person:position:take" and said["section"] == "land":
                said["target_digest"] = land["revision"]["digest"]
            if act["kind"] == "person:manifest:sign":
                said["digest"] = manifest
            if act["kind"] == "person:edition:freeze":
                said["manifest"] = manifest
            if act["kind"] in ("person:edition:freeze", "system:edition:release"):
                said["content"] = kept

    logged = Forger(forger.with_acts(agree, content=kept, manifest=manifest), forger.folder)
    return logged.signed({bundles.CONTENT: data, LAND: canonical_bytes(words)}, content=kept, manifest=manifest)


def _with_signature(forger: Forger, chance: random.Random) -> dict[str, bytes]:
    """Another armour, or other bytes in it; sometimes a second signature of the same position."""

    def change(acts: list[Any]) -> None:
        said = next(a for a in acts if a["kind"] == "person:position:sign")["data"]
        lines = said["signature"].split("\n")
        if chance.random() < 0.6:
            blob = bytearray(base64.b64decode("".join(lines[1:-2])))
            place = chance.randrange(len(blob))
            blob[place] = chance.randrange(256)
            lines[1:-2] = [base64.b64encode(blob[: chance.choice((None, None, None, place))]).decode()]
        form = ARMOURS[0] if chance.random() < 0.4 else chance.choice(ARMOURS)
        said["signature"] = form.format(begin=lines[0], lines="\n".join(lines[1:-2]), end=lines[-2])
        if chance.random() < 0.2:
            other = next(a for a in acts if a["kind"].startswith("person:revision"))
            again = ssh_signature(DELEGATE, b"something else") if chance.random() < 0.5 else said["signature"]
            other |= {"kind": "person:position:sign", "data": {**said, "signature": again}}

    return forger.with_acts(change)


def _with_passkey(forger: Forger, chance: random.Random) -> dict[str, bytes]:
    """A device that agrees to what an odd browser says; or its answer with other bytes in it."""

    def change(acts: list[Any]) -> None:
        said = chance.choice([a for a in acts if a["kind"] == "person:position:assert"])["data"]
        name = chance.choice(("public", "authenticator", "client", "signature", "said", "said", "said", "said"))
        if name == "said":
            site = chance.choice((SITE, SITE, SITE, "http://localhost:8080", "https://drafting.example:8443"))
            client = base64.b64decode(said["client"]).replace(SITE.encode(), site.encode())
            device = Device(chance.choice(KINDS), origin=site, flags=chance.choice((*[5] * 8, 0xC5, 1, 4, 0)))
            made = device.sign(_said(client, chance))
            said |= assertion_data(device.public, made)
            return
        data = base64.b64decode(said[name])
        place = chance.randrange(len(data) + 1)
        puts = (b"", b"", b"\0", b"\xff", b"\x04", b"\0" * 300)
        data = data[:place] + chance.choice(puts) + data[place + chance.randrange(2) :]
        said[name] = base64.b64encode(data).decode() + chance.choice(("", "", "", "\n", "=", "A"))

    return forger.with_acts(change)


def _said(client: bytes, chance: random.Random) -> bytes:
    """What a browser says, written otherwise; sometimes more, less, or no JSON at all."""
    more = (
        b'{"more":[{}],', b'{"type":"webauthn.create",', b'{\t"a":1e999,\r\n', b'{"a":"\\ud800",', b'{"__proto__":{},',
        b'{"challenge":"x",', b"\xef\xbb\xbf{", b'{"a":NaN,', b'{"a":01,', b'{"a":1.,', b'{"a":"\x01",', b"[{", b"{,",
        b'{"more":' + b"[" * 64 + b"]" * 64 + b",", b'{"more":' + b"[" * 63 + b"]" * 63 + b",", b'{"\xff":1,',
        b'{"a":-,',
        b'{"more":"' + b"x" * 4_000 + b'",', b'{"n":' + b"9" * 3_000 + b",", b'{"a":\x0b1,', b'{"a":"\xe2\x80\xa8",',
    )  # fmt: skip
    ends = (
        b',"crossOrigin":true}', b',"origin":"null"}', b',"origin":"https://DRAFTING.example"}', b',"type":null}',
        b"}}", b"} ", b"}\0", b",}", b"", b',"origin":"https://drafting.example:443"}', b',"crossOrigin":false}',
        b',"origin":7}',
        b',"origin":"https://drafting.example\\n"}', b',"origin":"ftp://drafting.example"}', b',"challenge":["x"]}',
    )  # fmt: skip
    if chance.random() < 0.6:
        client = client.replace(b"{", chance.choice(more), 1)
    if chance.random() < 0.5:
        client = client[:-1] + chance.choice(ends)
    return client


def _with_listed(forger: Forger, chance: random.Random) -> dict[str, bytes]:
    """A file of the bundle in another form, and signed so."""
    name = chance.choice([bundles.KEYS, bundles.PROOFS, bundles.ACTS, bundles.CHECKPOINT, bundles.COSIGNATURES])
    data = forger.bundle[name]
    if name in (bundles.KEYS, bundles.PROOFS) and chance.random() < 0.8:
        value = json.loads(data)
        _mutate(value, chance)
        return forger.signed({name: canonical_json(value)})
    if name == bundles.CHECKPOINT and chance.random() < 0.8:
        body = data.decode().partition("\n\n")[0].split("\n")
        match chance.randrange(4):
            case 0:
                body.append(chance.choice(("more", " ", "— a b", "水", "\x7f", "\t")))
            case 1:
                body[1] = chance.choice(("0" + body[1], body[1] + " ", "+" + body[1], "9" * 30, "٤٠", "0"))
            case 2:
                body[2] = chance.choice((body[2][:-4], body[2].rstrip("="), "", body[2] + "AAAA"))
            case _:
                body[0] = chance.choice(("", "other", body[0].upper()))
        head = forger.logs().sign("well", "\n".join(body) + "\n")
        return forger.signed({name: head})
    if name == bundles.COSIGNATURES:
        name_, id = chance.choice(("a", "river.example/witness", "é", "a\u00a0b", "a+b", "a\x7f", "")), b"\0\0\0\0"
        line = f"— {name_} {base64.b64encode(id + bytes(chance.randrange(80))).decode()}\n"
        return forger.signed({name: data + line.encode() * chance.choice((1, 1, 1, 99, 100))})
    return forger.signed({name: _bytes(data, chance)})


def _bytes(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    puts = (
        b"",
        b" ",
        b"\n",
        b"\\u0061",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"1e1",
        b"[" * 80,
        b"[" * 5000,
        b"\0",
        b"-0",
    )
    return data[:place] + chance.choice(puts) + data[place + chance.randrange(3) :]


def _with_release(forger: Forger, chance: random.Random) -> dict[str, bytes]:
    """Another release or note, signed by the log."""
    value = json.loads(forger.bundle[bundles.RELEASE])
    if chance.random() < 0.3:
        value["files"] = {
            chance.choice([*value["files"], "more", "release.note"]): "sha256:" + "0" * 64,
            **value["files"],
        }
    else:
        inner = {name: each for name, each in value.items() if name != "files"}
        _mutate(inner, chance)
        value = inner | {"files": value["files"]}
    data = canonical_json(value)
    if chance.random() < 0.2:
        data = _bytes(data, chance)
    origin = f"{BASE.removeprefix('https://')}/d/well/log"
    body = bundles.note_body(origin, data)
    if chance.random() < 0.3:
        body = body.replace(
            *chance.choice((("1\n", "2\n"), ("sha256", "sha1"), ("\n", "\n\n"), (".example", ""), ("d/", "D/")))
        )
    assert LOG.public == forger.logs().key("well").public
    return {**forger.bundle, bundles.RELEASE: data, bundles.NOTE: forger.logs().sign("well", body)}


def _with_two(bundle: Any, chance: random.Random) -> dict[str, bytes]:
    """Two files at once are missing, changed, or too many."""
    files = dict(bundle)
    signed = [bundles.RELEASE, bundles.NOTE, bundles.KEYS]
    for _ in range(2):
        name = chance.choice(signed if chance.random() < 0.5 else sorted(bundle))
        match chance.randrange(3):
            case 0:
                files.pop(name, None)
            case 1:
                files[name] = _bytes(bundle[name], chance)
            case _:
                files[chance.choice(("more.txt", "text/en/more.json", ".hidden", "text/fr/land.json"))] = b"[]"
    return files
