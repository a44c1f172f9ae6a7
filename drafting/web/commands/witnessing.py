"""``drafting witness``: another network watches over a log, so that its operator cannot show two people two histories.

It keeps the last checkpoint that it has seen, fetches the newest, asks for the tiles that prove that the one goes on
from the other, and only then signs. It needs nothing else of an installation, and no database.
"""

import fcntl
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from drafting.actions.ports import CannotSave
from drafting.domain.canonical import canonical_json, read_canonical
from drafting.domain.notes import (
    COSIGNATURE,
    Checkpoint,
    Key,
    Note,
    NoteInvalid,
    cosignature,
    cosigned_message,
    is_key_name,
    read_checkpoint,
    read_key,
    read_note,
    signer,
)
from drafting.domain.tiles import Tile, TileInvalid, tile_reader
from drafting.domain.tree import EMPTY, consistency_proof, is_consistent, root
from drafting.stores.files import write_atomically
from drafting.stores.secrets.signing_keys import KeyUnusable, is_signed, open_key
from drafting.web.commands.bundle import read_keys
from drafting.web.commands.outcomes import Exit, fail
from drafting.web.commands.speaking import speech

SECONDS: Final = 30
MAX_BYTES: Final = 1 << 20
KEYS: Final = "keys.json"
CHECKPOINT: Final = "checkpoint"
STATE: Final = "witnessed"
KEY: Final = "key"
LOCK: Final = ".lock"
PUBLIC: Final = "key.txt"

Fetch = Callable[[str], bytes]


class LogRefused(Exception):
    """The log is not one that goes on from what was witnessed; the message says how."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """``note``: the checkpoint with the log's signature and the witness's."""

    head: Checkpoint
    note: bytes
    is_first: bool


def fetcher(log: str) -> Fetch:
    """Reads files of a log: at an address, or in a folder. Raises OSError where one cannot be had."""
    if urlsplit(log).scheme in ("http", "https"):
        return lambda path: _download(f"{log.rstrip('/')}/{path}")
    return lambda path: (Path(log) / path).read_bytes()


def _download(address: str) -> bytes:
    return _answer(Request(address))  # noqa: S310 - the scheme was looked at


def _answer(request: Request) -> bytes:
    """What is answered, where all is well. Raises OSError."""
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            data: bytes = answer.read(MAX_BYTES + 1)
    except HTTPError as error:
        with error:
            raise OSError(f"{request.full_url}: {error.code}") from error
    if len(data) > MAX_BYTES:
        raise OSError(f"{request.full_url} is too large")
    return data


def look(fetch: Fetch, keys: list[Key], former: Checkpoint | None) -> tuple[Checkpoint, Note]:
    """The newest checkpoint, proved to go on from the former one. Raises :class:`LogRefused`, OSError."""
    try:
        note = read_note(fetch(CHECKPOINT))
        head = read_checkpoint(note.body)
    except NoteInvalid as error:
        raise LogRefused(f"the checkpoint is none: {error}") from error
    if signer(note, keys_of(keys, head), is_signed) is None:
        raise LogRefused("the checkpoint is not signed by the log's key")
    if former is not None:
        _refuse_other(former, head)
    if not head.size and head.root != EMPTY:
        raise LogRefused("the checkpoint of no entries has another root than an empty log")
    if head.size:
        read = tile_reader(lambda tile: _tile(fetch, tile), head.size)
        try:
            _prove(read, former, head)
        except TileInvalid as error:
            raise LogRefused(f"{error} has not the length that it should have") from error
    return head, note


def keys_of(keys: list[Key], head: Checkpoint) -> list[Key]:
    """Those of the log that the checkpoint speaks of."""
    return [key for key in keys if key.name == head.origin]


def _tile(fetch: Fetch, tile: Tile) -> bytes:
    return fetch(tile.path)


def _refuse_other(former: Checkpoint, head: Checkpoint) -> None:
    if head.origin != former.origin:
        raise LogRefused(f"the log calls itself {head.origin}, and was {former.origin}")
    if head.size < former.size:
        raise LogRefused(f"the log was cut off: it has {head.size} entries and had {former.size}")
    if head.size == former.size and head.root != former.root:
        raise LogRefused(f"the log was forked: its first {head.size} entries are others than before")


def _prove(read: Callable[[int, int], bytes], former: Checkpoint | None, head: Checkpoint) -> None:
    if former is None or former.size == 0:
        if root(read, head.size) != head.root:
            raise LogRefused("the tiles do not give the checkpoint's root")
    elif former.size < head.size:
        path = consistency_proof(read, former.size, head.size)
        if not is_consistent(former.size, former.root, head.size, head.root, path):
            raise LogRefused(f"the log was forked: it does not go on from its first {former.size} entries")


def witness(log: str, state: Path, name: str, trust: Path | None, submit: str | None) -> Exit:
    """Look once, sign, keep, and print the cosigned checkpoint. Nothing is signed or kept of a log that is refused."""
    words = speech()
    if not is_key_name(name):
        fail(Exit.USAGE, words.gettext("%(name)s cannot be the name of a witness.", name=name))
    try:
        with _alone(state):
            seen = _witness(fetcher(log), state, name, trust)
    except LogRefused as refused:
        fail(Exit.FAILED, words.gettext("Refused: %(why)s.", why=str(refused)))
    except CannotSave as error:
        fail(Exit.USAGE, words.gettext("Nothing was signed, as it cannot be kept: %(why)s.", why=str(error)))
    except (NoteInvalid, KeyUnusable) as error:
        fail(Exit.USAGE, str(error))
    except (HTTPException, OSError, ValueError) as error:
        fail(Exit.USAGE, words.gettext("The log cannot be read now: %(why)s.", why=str(error)))
    if seen.is_first:
        said = words.gettext("First look at this log. Compare its key with what its operator told you.")
        print(said, file=sys.stderr)
    if submit:
        _submit(submit, seen.note)
    print(seen.note.decode(), end="")
    return Exit.DONE


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """One look at a time: of two that start from the same state, each could sign another history."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / LOCK).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OSError("another look at it is going on") from error
        yield


def _witness(fetch: Fetch, state: Path, name: str, trust: Path | None) -> Witnessed:
    kept, known = state / STATE, state / KEYS
    former = read_note(kept.read_bytes()) if kept.exists() else None
    keys = read_keys(trust) if trust else _first_keys(fetch, known)
    head, note = look(fetch, keys, read_checkpoint(former.body) if former else None)
    own = open_key(state / KEY)
    key = Key(name, own.public, COSIGNATURE)
    at = int(time.time())
    line = cosignature(key, at, own.sign(cosigned_message(note.body, at)))
    # Of the log's own lines one that holds, and no other: with a hundred more this would be no note.
    logged = next(s for s in note.signatures if signer(Note(note.body, (s,)), keys_of(keys, head), is_signed))
    signed = Note(note.body, (logged, line)).to_bytes()
    write_atomically(state / PUBLIC, f"{key.line}\n".encode())
    if not known.exists():
        write_atomically(known, canonical_json({"format": 1, "keys": [each.line for each in keys]}))
    write_atomically(kept, signed)
    return Witnessed(head, signed, former is None)


def _first_keys(fetch: Fetch, known: Path) -> list[Key]:
    """The keys of the first look count from then on, whatever the log may say later."""
    value = read_canonical(known.read_bytes() if known.exists() else fetch(KEYS))
    lines = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise LogRefused("keys.json is none")
    return [read_key(line) for line in lines]


def _submit(address: str, note: bytes) -> None:
    """Hand the cosigned checkpoint to the log's operator, who puts it into the bundle."""
    words = speech()
    if urlsplit(address).scheme not in ("http", "https"):
        fail(Exit.USAGE, words.gettext("%(address)s is no address.", address=address))
    body = json.dumps({"checkpoint": note.decode()}).encode()
    request = Request(address, body, {"content-type": "application/json"})  # noqa: S310 - the scheme was looked at
    try:
        _answer(request)
    except (HTTPException, OSError, ValueError) as error:
        fail(Exit.USAGE, words.gettext("The checkpoint was kept here and not handed in: %(why)s.", why=str(error)))
