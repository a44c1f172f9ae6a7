"""The ledger's streams as Merkle trees: kept up to date in memory, put up as logs, proved entry by entry."""

import base64
import logging
from typing import Any, Final
from weakref import WeakKeyDictionary

from drafting.actions.ports import Ledger, Ports
from drafting.actions.publishing_ports import LogForked, PublicLogs
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Kind
from drafting.domain.lines import entry_hash, line
from drafting.domain.notes import (
    Check,
    Checkpoint,
    Cosigned,
    Key,
    NoteInvalid,
    cosigners,
    read_checkpoint,
    read_note,
)
from drafting.domain.tree import Tree, inclusion_proof

LOG: Final = logging.getLogger(__name__)
AT_A_TIME: Final = 500
_TREES: WeakKeyDictionary[Ledger, dict[str, Tree]] = WeakKeyDictionary()


async def load_tree(ports: Ports, stream: str) -> Tree:
    """The tree of a stream as the ledger has it now."""
    return await read_tree(ports.ledger, stream)


async def read_tree(ledger: Ledger, stream: str) -> Tree:
    """The same, of any ledger; what was read before is kept."""
    tree = _TREES.setdefault(ledger, {}).setdefault(stream, Tree())
    while True:
        entries = await ledger.read(stream, tree.size, AT_A_TIME)
        for entry in entries:
            if entry.index == tree.size + 1:  # else somebody else has added it meanwhile
                tree.add(entry_hash(entry))
        if len(entries) < AT_A_TIME:
            return tree


def holds(tree: Tree, head: Checkpoint) -> bool:
    """Whether a ledger has all that a checkpoint speaks of, unchanged."""
    return head.size <= tree.size and tree.root(head.size) == head.root


def require_whole(stream: str, tree: Tree, head: Checkpoint) -> None:
    """Raises ``LogForked`` where a ledger lacks what was published, or has it otherwise."""
    if not holds(tree, head):
        raise LogForked(f"{stream}: the ledger does not go on from the checkpoint of {head.size} entries")


async def publish_log(ports: Ports, stream: str) -> bytes | None:
    """Bring the public log of a stream up to date; its checkpoint, or None where there is nothing yet.

    May run at any time, anywhere, again and again. Raises ``LogForked``.
    """
    logs = open_logs(ports)
    published = await logs.read(stream)
    tree = await load_tree(ports, stream)
    if published is not None:
        head = read_head(published)
        require_whole(stream, tree, head)
        is_ours = any(signature.id == logs.key(stream).id for signature in read_note(published).signatures)
        if head.size == tree.size and is_ours:
            return published
    return await logs.publish(stream, tree) if tree.size else None


async def publish_logs(ports: Ports) -> list[str]:
    """Every stream's log; the streams that cannot be published, since they do not go on from what was."""
    forked = []
    for stream in await ports.ledger.streams():
        try:
            await publish_log(ports, stream)
        except LogForked as error:
            LOG.error("%s", error)
            forked.append(stream)
    return forked


def open_logs(ports: Ports) -> PublicLogs:
    """Raises ``not_found`` in an installation without public logs."""
    if ports.logs is None:
        raise Refusal(Code.NOT_FOUND, log="")
    return ports.logs


def read_head(note: bytes) -> Checkpoint:
    """A checkpoint of our own. Raises ``LogForked`` where somebody has spoilt it."""
    try:
        return read_checkpoint(read_note(note).body)
    except NoteInvalid as error:
        raise LogForked(f"a published checkpoint is none: {error}") from error


def encode(path: list[bytes]) -> list[str]:
    """Hashes in base64, as JSON carries them."""
    return [base64.b64encode(step).decode() for step in path]


async def read_receipt(ports: Ports, stream: str, index: int) -> dict[str, Any]:
    """What proves to anybody that an entry is in the log: its leaf's hash, the path, the signed checkpoint.

    ``index`` counts from 1, as in the ledger. Whoever holds the entry's line computes the hash anew. Raises
    ``not_found`` where the stream has no such entry.
    """
    logs = open_logs(ports)
    tree = await load_tree(ports, stream)
    if not 1 <= index <= tree.size:
        raise Refusal(Code.NOT_FOUND, index=index)
    try:
        published = await logs.read(stream)
        head = read_head(published) if published else None
        if published is None or head is None or head.size < index:
            published = await publish_log(ports, stream)
            assert published is not None
            head = read_head(published)
        if head.size > tree.size:  # another machine was quicker
            tree = await load_tree(ports, stream)
        require_whole(stream, tree, head)
    except LogForked as error:
        LOG.error("%s", error)
        raise Refusal(Code.NOT_FOUND, index=index) from error
    entry = (await ports.ledger.read(stream, index - 1, 1))[0]
    # A signatory is no member, and needs the line; it holds a commitment and nothing personal.
    is_open = entry.event.kind is Kind.SIGNATURE_CONFIRM
    return {
        "format": 1,
        "entry": line(entry).decode() if is_open else "",
        "stream": stream,
        "index": index,
        "leaf": base64.b64encode(tree.node(0, index - 1)).decode(),
        "size": head.size,
        "path": encode(inclusion_proof(tree.node, index - 1, head.size)),
        "checkpoint": published.decode(),
        "key": logs.key(stream).line,
    }


async def take_cosignature(
    ports: Ports, stream: str, note: bytes, witnesses: list[Key], check: Check
) -> tuple[int, bool]:
    """Keep what witnesses have put below a checkpoint of ours; how many of them are known, and whether that is new.

    Raises ``bad_input`` (``field``) for what is no checkpoint of this log or bears no known witness's signature.
    """
    logs = open_logs(ports)
    try:
        cosigned = read_note(note)
        head = read_checkpoint(cosigned.body)
    except NoteInvalid as error:
        raise Refusal(Code.BAD_INPUT, field="checkpoint", reason=str(error)) from error
    tree = await load_tree(ports, stream)
    is_ours = head.origin == logs.key(stream).name and head.size > 0 and holds(tree, head)
    if not is_ours or cosigned.body != head.body:
        raise Refusal(Code.BAD_INPUT, field="checkpoint", reason="not a checkpoint of this log")
    handed = _standing(cosigned.body, [s.line for s in cosigned.signatures], witnesses, check)
    if not handed:
        raise Refusal(Code.BAD_INPUT, field="checkpoint", reason="no known witness has signed it")

    def merged(former: bytes) -> bytes:
        held = _standing(cosigned.body, former.decode().splitlines(keepends=True), witnesses, check)
        return "".join(sorted({**handed, **held}.values())).encode()

    return len(handed), await logs.keep_cosignatures(stream, head.size, merged)


def _standing(body: str, lines: list[str], witnesses: list[Key], check: Check) -> dict[tuple[str, bytes], str]:
    """One line of each known witness, the first that holds.

    Whatever else was handed in is not kept: a stranger could fill the note with it, and a note of more than a hundred
    lines is none.
    """
    found: dict[tuple[str, bytes], str] = {}
    for one in lines:
        for each in _signers(f"{body}\n{one}".encode(), witnesses, check):
            found.setdefault((each.key.name, each.key.id), one)
    return found


def _signers(note: bytes, witnesses: list[Key], check: Check) -> list[Cosigned]:
    try:
        return cosigners(read_note(note), witnesses, check)
    except NoteInvalid:
        return []
