"""The bundle of a release: its words, the acts that it rests on, and what proves both to strangers.

The same release gives the same bytes, whenever and wherever it is made, save for what witnesses have added since.
"""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from drafting.actions.core import Actor, load_declaration
from drafting.actions.folders import export_declaration
from drafting.actions.ports import Ports
from drafting.actions.publishing_ports import LogForked, PublicLogs
from drafting.actions.trees import encode, load_tree, open_logs, publish_log
from drafting.domain import bundles
from drafting.domain.archives import pack
from drafting.domain.bundled_editions import SOURCE, text_name
from drafting.domain.canonical import canonical_json
from drafting.domain.declaration import Declaration
from drafting.domain.editions import Edition
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Entry, Kind
from drafting.domain.lines import line
from drafting.domain.notes import Checkpoint
from drafting.domain.positions import Position
from drafting.domain.prose import canonical_bytes, digest_of_bytes, from_json
from drafting.domain.standing import row
from drafting.domain.tree import Tree, inclusion_proof

LOG: Final = logging.getLogger(__name__)
OPERATOR: Final = "operator"
README: Final = "READ-ME.txt"


async def make_bundle(ports: Ports, slug: str, n: int, *, is_whole: bool = False) -> dict[str, bytes]:
    """The files of the bundle of an edition's newest release. Raises ``not_released``, ``not_found``.

    ``is_whole``: with every act of the log instead of those that the edition rests on.
    """
    declaration = await load_declaration(ports, slug)
    edition = next((edition for edition in declaration.released if edition.n == n), None)
    if edition is None:
        raise Refusal(Code.NOT_RELEASED, edition=n)
    logs = open_logs(ports)
    content = await ports.ledger.content(edition.releases[-1].content)
    entries = await ports.ledger.read(slug)
    entries = entries[: _released_at(entries, edition)]
    sources = await export_declaration(ports, Actor(OPERATOR, "system"), slug=slug, edition=n)
    made = _Bundle(logs, declaration, edition, content, await load_tree(ports, slug), len(entries))
    shown = entries if is_whole else select_acts(declaration, edition, json.loads(content), entries)
    cosigned = await logs.cosignatures(slug, made.size)
    # The words of many languages take a while, in which others go on.
    return await asyncio.to_thread(made.files, shown, {**sources, bundles.COSIGNATURES: cosigned})


@dataclass(frozen=True, slots=True)
class _Bundle:
    """What is bundled; ``size``: entries of the log up to the release."""

    logs: PublicLogs
    declaration: Declaration
    edition: Edition
    content: bytes
    tree: Tree
    size: int

    def files(self, shown: Sequence[Entry], more: Mapping[str, bytes]) -> dict[str, bytes]:
        slug = self.declaration.slug
        key = self.logs.key(slug)
        files = {
            **more,
            **text_files(json.loads(self.content)),
            bundles.CONTENT: self.content,
            bundles.ACTS: bundles.acts_bytes([line(entry) for entry in shown]),
            bundles.PROOFS: self.proofs(shown),
            bundles.CHECKPOINT: self.logs.sign(slug, Checkpoint(key.name, self.size, self.tree.root(self.size)).body),
            bundles.KEYS: bundles.keys_bytes([key]),
            README: _read_me(slug, self.edition.n),
        }
        release = self.release(key.name, files)
        note = self.logs.sign(slug, bundles.note_body(key.name, release))
        return {**files, bundles.RELEASE: release, bundles.NOTE: note}

    def proofs(self, shown: Sequence[Entry]) -> bytes:
        paths = [encode(inclusion_proof(self.tree.node, entry.index - 1, self.size)) for entry in shown]
        return canonical_json({"size": self.size, "paths": paths})

    def release(self, origin: str, files: Mapping[str, bytes]) -> bytes:
        return canonical_json(
            {
                "format": bundles.FORMAT,
                "origin": origin,
                "declaration": self.declaration.slug,
                "n": self.edition.n,
                "release": len(self.edition.releases),
                "manifest": self.edition.manifest_digest,
                "content": digest_of_bytes(self.content),
                "index": self.size,
                "size": self.size,
                "files": {name: digest_of_bytes(data) for name, data in files.items()},
            }
        )


def _released_at(entries: Sequence[Entry], edition: Edition) -> int:
    """The index of the newest release's entry."""
    found = [e.index for e in entries if e.event.kind is Kind.EDITION_RELEASE and e.event.data["n"] == edition.n]
    return found[-1]


def text_files(edition: Mapping[str, Any]) -> dict[str, bytes]:
    """The canonical text of each section in each language that it has words in."""
    return {
        text_name(section["id"], locale): canonical_bytes(from_json(text["body"]))
        for section in edition["sections"]
        for locale, text in section["texts"].items()
        if text["status"] != SOURCE
    }


def select_acts(
    declaration: Declaration, edition: Edition, content: Mapping[str, Any], entries: Sequence[Entry]
) -> list[Entry]:
    """The acts that an edition rests on, and that say no more than its public pages do.

    The others (invitations, reviews, positions that were changed later) stay with the members, as hashes.
    """
    networks = {network["slug"] for network in content["networks"]}
    taken = {position.id for position in _published(declaration, edition, content)}

    def is_shown(entry: Entry) -> bool:
        kind, data = entry.event.kind, entry.event.data
        match kind:
            case Kind.DECLARATION_CREATE:
                return True
            case Kind.MEMBER_JOIN:
                return data["network"] in networks and entry.index < edition.index
            case Kind.POSITION_TAKE:
                return data["id"] in taken
            case Kind.POSITION_SIGN | Kind.POSITION_ASSERT:
                return data["position"] in taken
            case Kind.MANIFEST_SIGN:
                return bool(data["digest"] == edition.manifest_digest)
            case Kind.EDITION_FREEZE | Kind.EDITION_APPROVE | Kind.RELEASE_ASK | Kind.EDITION_RELEASE:
                return bool(data["n"] == edition.n)
        return False

    return [entry for entry in entries if is_shown(entry)]


def _published(declaration: Declaration, edition: Edition, content: Mapping[str, Any]) -> list[Position]:
    """The acts behind the positions of the edition, found again as the freeze found them."""
    sections = [declaration.sections[section["id"]] for section in content["sections"]]
    published = {(s["id"], p["network"]) for s in content["sections"] for p in s["positions"]}
    return [
        cell.position
        for section in sections
        for cell in row(declaration, section, edition.frozen_at)
        if cell.position and (section.id, cell.network) in published
    ]


def _read_me(slug: str, n: int) -> bytes:
    return (
        f"The bundle of edition {n} of {slug}.\n\n"
        "It proves which words were released, which networks stood behind them, and in which order that happened.\n"
        "It does not prove that signatories are distinct real people.\n\n"
        "Check it, with or without a network:  drafting verify FOLDER-OR-ARCHIVE --trust keys.txt\n"
        "What each file is, and how to write a verifier of your own: docs/verification.md of the program drafting.\n"
    ).encode()


async def packed_bundle(ports: Ports, slug: str, n: int, *, is_whole: bool = False) -> bytes:
    """The bundle as an archive; the one that is public anyway is not made again."""
    up = None if is_whole else await open_logs(ports).bundle(slug, n)
    if up is not None:
        return up
    return await asyncio.to_thread(pack, await make_bundle(ports, slug, n, is_whole=is_whole))


async def publish_bundles(ports: Ports, declaration: Declaration) -> None:
    """Bring the log up to date and put up the bundle of every released edition. A log that does not go on from what
    was published stops the bundles, which nobody would believe, and not the release."""
    if ports.logs is None:
        return
    try:
        await publish_log(ports, declaration.slug)
        for edition in declaration.released:
            files = await make_bundle(ports, declaration.slug, edition.n)
            await ports.logs.put_bundle(declaration.slug, edition.n, await asyncio.to_thread(pack, files))
    except LogForked as error:
        LOG.error("no bundle: %s", error)
