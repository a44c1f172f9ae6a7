"""A released edition and its bundle, in memory: footnotes, marks, letters to compose, a reservation, a minority, a
position signed away from the server, three that devices agreed to; and a forger, who can sign whatever was changed
anew."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from drafting.actions.consent.assertions import Answer, assert_position
from drafting.actions.consent.offline import read_statement, sign_position
from drafting.actions.membership.passkeys import add_passkey, ask_for_passkey
from drafting.actions.release.bundling import make_bundle
from drafting.actions.release.publication import approve_edition, freeze_edition, read_manifest
from drafting.actions.release.releasing import work_on_jobs
from drafting.actions.writing_ports import Author
from drafting.domain import bundles
from drafting.domain.canonical import canonical_json
from drafting.domain.notes import (
    COSIGNATURE,
    Checkpoint,
    Key,
    cosignature,
    cosigned_message,
    read_checkpoint,
    read_note,
)
from drafting.domain.prose import Block, Run, digest_of_bytes
from drafting.domain.tree import Tree, inclusion_proof, leaf_hash
from drafting.publishing.logs import StaticLogs
from drafting.stores.secrets.signing_keys import SigningKey, is_signed
from tests.actions.coalition import SLUG, Coalition, found
from tests.device import Device

BASE = "https://declare.example"
LOG, WITNESS, DELEGATE = (SigningKey(letter * 32) for letter in (b"l", b"w", b"d"))
WITNESS_KEY = Key("river.example/witness", WITNESS.public, COSIGNATURE)
RICH = (
    Block("front1", "heading1", (Run("The We\u0301ll"),)),
    Block("front2", "paragraph", (Run("Water is "), Run("common", strong=True, em=True), Run("", note="n2"), Run("."))),
    Block("front3", "bullet", (Run("one \u00ad"), Run("link", link="https://example.org/?a=1&b=2"))),
    Block("front4", "ordered", (Run("水 — حق 😀"), Run("", note="n1")), depth=1),
    Block("front5", "paragraph", (Run(" \u00ad "),)),
    Block("front6", "paragraph", (Run("in", em=True), Run("te\u0301", em=True), Run('\u0301rest\u2028\t"\\/'))),
    Block("n1", "footnote", (Run("A second note."),)),
    Block("n2", "footnote", (Run("A first note."),)),
)


def ssh_signature(key: SigningKey, message: bytes, namespace: bytes = b"drafting") -> str:
    """As ``ssh-keygen -Y sign`` writes it."""

    def string(data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + data

    hashed = string(namespace) + string(b"") + string(b"sha512") + string(hashlib.sha512(message).digest())
    proof = string(b"ssh-ed25519") + string(key.sign(b"SSHSIG" + hashed))
    public = string(b"ssh-ed25519") + string(key.public)
    parts = string(public) + string(namespace) + string(b"") + string(b"sha512") + string(proof)
    armoured = base64.encodebytes(b"SSHSIG" + (1).to_bytes(4, "big") + parts).decode()
    return f"-----BEGIN SSH SIGNATURE-----\n{armoured}-----END SSH SIGNATURE-----\n"


async def release(folder: Path) -> Coalition:
    """The declaration ``well`` with its edition 1 released."""
    coalition = await found(("river", "salt", "night", "dune"), ("front", "water", "land"))
    logs = StaticLogs(folder, BASE, LOG.public, LOG.sign)
    coalition.ports = coalition.fakes.ports(logs=logs)
    name = (await coalition.state()).text_name("front", "en")
    await coalition.ports.workshops.write(name, RICH, Author("account-1"))
    for section in coalition.sections:
        await coalition.table(section)
    await coalition.take("salt", "water", "objection", harms="Our aim", remedy="Other words")
    await coalition.take("night", "water", "reservation", statement={"locale": "en", "text": "Not the last “line”."})
    await coalition.take("dune", "land", "stand_aside", statement={"locale": "ar", "text": "لا نعترض"})
    await coalition.take("dune", "water")
    until = coalition.fakes.clock.now() + timedelta(days=30)
    await coalition.take("dune", "front", authority="ad_referendum", until=until)
    coalition.fakes.clock.step(seconds=1.5)
    signed = await coalition.take("river", "water")
    for network in ("river", "salt", "night"):
        await coalition.agree(network)
    statement = await read_statement(coalition.ports, SLUG, "water", signed.id)
    await sign_position(
        coalition.ports,
        coalition.delegate("river"),
        slug=SLUG,
        section="water",
        position=signed.id,
        signature=ssh_signature(DELEGATE, statement),
        check=is_signed,
    )
    for network, kind in (("salt", "ES256"), ("night", "EdDSA"), ("dune", "RS256")):
        await agree_by_device(coalition, network, Device(kind, origin=coalition.ports.origin))
    await publish(coalition)
    return coalition


async def agree_by_device(coalition: Coalition, network: str, device: Device, section: str = "front") -> None:
    """A delegate of the network adds a passkey, and agrees with it to the position that was taken last."""
    ports, actor = coalition.ports, coalition.delegate(network)
    asking = await ask_for_passkey(ports, actor)
    await add_passkey(ports, actor, **device.added(asking.challenge))
    taken = [p for p in (await coalition.state()).sections[section].positions if p.network == network][-1]
    answer = Answer(**device.agreed(await read_statement(ports, SLUG, section, taken.id)))
    place = {"slug": SLUG, "section": section, "position": taken.id}
    await assert_position(ports, actor, **place, answer=answer, check=is_signed)


async def publish(coalition: Coalition) -> None:
    """Freeze what is agreed, approve it for two networks, release it."""
    whole = await read_manifest(coalition.ports, SLUG)
    await freeze_edition(coalition.ports, coalition.initiator, slug=SLUG, manifest_digest=whole.digest)
    for network in ("river", "salt"):
        await approve_edition(
            coalition.ports, coalition.delegate(network), slug=SLUG, n=1, manifest_digest=whole.digest
        )
    await work_on_jobs(coalition.ports)


async def bundle_of(coalition: Coalition, *, is_whole: bool = False) -> dict[str, bytes]:
    """Cosigned by a witness."""
    files = await make_bundle(coalition.ports, SLUG, 1, is_whole=is_whole)
    note = read_note(files[bundles.CHECKPOINT])
    line = cosignature(WITNESS_KEY, 1_900_000_000, WITNESS.sign(cosigned_message(note.body, 1_900_000_000))).line
    logs = coalition.ports.logs
    assert logs is not None
    await logs.keep_cosignatures(SLUG, read_checkpoint(note.body).size, lambda _: line.encode())
    return await make_bundle(coalition.ports, SLUG, 1, is_whole=is_whole)


@dataclass
class Forger:
    """Somebody with the log's key: changes files, acts or the edition, and signs the whole anew."""

    bundle: Mapping[str, bytes]
    folder: Path

    def logs(self) -> StaticLogs:
        return StaticLogs(self.folder, BASE, LOG.public, LOG.sign)

    def signed(self, changed: Mapping[str, bytes | None], /, **release: Any) -> dict[str, bytes]:
        """The bundle with these files, or without them, its release and note made anew."""
        made = {name: data for name, data in {**self.bundle, **changed}.items() if data is not None}
        value = json.loads(self.bundle[bundles.RELEASE])
        others = {name: data for name, data in made.items() if name not in (bundles.RELEASE, bundles.NOTE)}
        value |= {"files": {name: digest_of_bytes(data) for name, data in others.items()}, **release}
        data = canonical_json({key: each for key, each in value.items() if each is not None})
        note = self.logs().sign(SLUG, bundles.note_body(self.logs().key(SLUG).name, data))
        return {**others, bundles.RELEASE: data, bundles.NOTE: note}

    def with_acts(self, change: Callable[[list[Any]], None], **more: Any) -> dict[str, bytes]:
        """A log with other acts, whole and well signed. Only for a bundle with every act."""
        acts = [json.loads(line) for line in self.bundle[bundles.ACTS].splitlines()]
        change(acts)
        lines = [canonical_json(act) for act in acts]
        tree = Tree(leaf_hash(line) for line in lines)
        paths = [
            [base64.b64encode(s).decode() for s in inclusion_proof(tree.node, n, tree.size)] for n in range(tree.size)
        ]
        head = self.logs().sign(SLUG, Checkpoint(self.logs().key(SLUG).name, tree.size, tree.root()).body)
        files: dict[str, bytes | None] = {
            bundles.ACTS: bundles.acts_bytes(lines),
            bundles.PROOFS: canonical_json({"size": tree.size, "paths": paths}),
            bundles.CHECKPOINT: head,
            bundles.COSIGNATURES: b"",
        }
        return self.signed(files, size=tree.size, **more)

    def with_content(self, change: Callable[[Any], None]) -> dict[str, bytes]:
        """Another edition, which the log's own release names."""
        edition = json.loads(self.bundle[bundles.CONTENT])
        change(edition)
        data = canonical_json(edition)
        kept = digest_of_bytes(data)

        def name(acts: list[Any]) -> None:
            for act in acts:
                if act["kind"] in ("person:edition:freeze", "system:edition:release"):
                    act["data"]["content"] = kept

        named = self.with_acts(name, content=kept)
        return Forger(named, self.folder).signed({bundles.CONTENT: data}, content=kept)
