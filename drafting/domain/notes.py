"""Signed notes, checkpoints and cosignatures, as C2SP writes them (signed-note, tlog-checkpoint, tlog-cosignature).

A note is a text of whole lines, an empty line, and a line for each signature:
``— name base64(key id ‖ signature)``. A checkpoint is a note of three lines: origin, size, root in base64. The domain
knows no cryptography: whoever verifies hands in a :data:`Check`.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from drafting.domain.tree import HASH_BYTES

ED25519: Final = 1
COSIGNATURE: Final = 4
"""Key types: what a log signs with, and what a witness does."""
KEY_BYTES: Final = 32
ID_BYTES: Final = 4
TIME_BYTES: Final = 8
SIGNATURE_BYTES: Final = 64
MOST_SIGNATURES: Final = 100
MAX_SIZE: Final = 2**53 - 1

Check: TypeAlias = Callable[[bytes, bytes, bytes], bool]
"""(public key, signature, message) → whether Ed25519 says yes."""


class NoteInvalid(Exception):
    """The bytes are no such note, key or checkpoint."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key under a name. ``type``: :data:`ED25519` or :data:`COSIGNATURE`."""

    name: str
    public: bytes
    type: int = ED25519

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature line finds its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:ID_BYTES]

    @property
    def line(self) -> str:
        """``name+id+base64(type ‖ key)``, the form in which keys are handed on."""
        return f"{self.name}+{self.id.hex()}+{_encode(bytes([self.type]) + self.public)}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note: whose it says it is, and the bytes after the key id."""

    name: str
    id: bytes
    data: bytes

    @property
    def line(self) -> str:
        return f"— {self.name} {_encode(self.id + self.data)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """``body`` ends with a line feed."""

    body: str
    signatures: tuple[Signature, ...] = ()

    def to_bytes(self) -> bytes:
        return (self.body + "\n" + "".join(signature.line for signature in self.signatures)).encode()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a log is. ``origin`` names the log; ``size`` counts its entries."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        return f"{self.origin}\n{self.size}\n{_encode(self.root)}\n"


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness's word: at ``time`` (seconds since 1970) this was the newest consistent checkpoint that it knew."""

    key: Key
    time: int


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def decode(text: str) -> bytes:
    """Base64 in its one proper form. Raises :class:`NoteInvalid`."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteInvalid("not base64") from error
    if _encode(found) != text:
        raise NoteInvalid("not base64 in its one form")
    return found


def is_key_name(name: str) -> bool:
    """Printable ASCII without spaces and plus signs: names are addresses, and no two look alike on a terminal."""
    return bool(name) and all("!" <= character <= "~" and character != "+" for character in name)


def read_key(line: str) -> Key:
    """The inverse of :attr:`Key.line`. Raises :class:`NoteInvalid`."""
    name, _, rest = line.strip().partition("+")
    id, _, data = rest.partition("+")
    raw = decode(data)
    if not is_key_name(name) or len(raw) != KEY_BYTES + 1 or raw[0] not in (ED25519, COSIGNATURE):
        raise NoteInvalid("not a key")
    key = Key(name, raw[1:], raw[0])
    if key.id.hex() != id:
        raise NoteInvalid("the key's id is not that of its name and bytes")
    return key


def read_note(data: bytes) -> Note:
    """Raises :class:`NoteInvalid` for anything that this module would write otherwise."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise NoteInvalid("not UTF-8") from error
    body, gap, below = text.rpartition("\n\n")
    if not gap or not below.endswith("\n"):
        raise NoteInvalid("no signatures")
    lines = below[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteInvalid("too many signatures")
    note = Note(body + "\n", tuple(_signature(line) for line in lines))
    if note.to_bytes() != data or any(ord(c) < 0x20 and c != "\n" for c in text):
        raise NoteInvalid("not in the form of a note")
    return note


def _signature(line: str) -> Signature:
    dash, name, data = (*line.split(" "), "", "")[:3]
    raw = decode(data)
    if dash != "—" or line.count(" ") != 2 or not is_key_name(name) or len(raw) <= ID_BYTES:
        raise NoteInvalid("not a signature line")
    return Signature(name, raw[:ID_BYTES], raw[ID_BYTES:])


def read_checkpoint(body: str) -> Checkpoint:
    """Raises :class:`NoteInvalid`. Lines after the third are allowed by the format and never written here."""
    lines = body.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0]:
        raise NoteInvalid("not a checkpoint")
    origin, size, root = lines[:3]
    if not (size.isascii() and size.isdigit()) or str(int(size[:20])) != size or int(size) > MAX_SIZE:
        raise NoteInvalid("not a size")
    hash = decode(root)
    if len(hash) != HASH_BYTES:
        raise NoteInvalid("not a root")
    return Checkpoint(origin, int(size), hash)


def cosigned_message(body: str, time: int) -> bytes:
    """What a witness signs (cosignature/v1)."""
    return f"cosignature/v1\ntime {time}\n{body}".encode()


def cosignature(key: Key, time: int, signed: bytes) -> Signature:
    """The line that a witness adds; ``signed``: its Ed25519 signature over :func:`cosigned_message`."""
    return Signature(key.name, key.id, time.to_bytes(TIME_BYTES, "big") + signed)


def signers(note: Note, keys: Iterable[Key], check: Check) -> list[Key]:
    """Those of the keys of logs that have signed the note."""
    body = note.body.encode()
    return [
        key
        for key in keys
        if key.type == ED25519 and any(_is_by(s, key) and check(key.public, s.data, body) for s in note.signatures)
    ]


def signer(note: Note, keys: Iterable[Key], check: Check) -> Key | None:
    """The first of the keys of a log that has signed the note."""
    return next(iter(signers(note, keys, check)), None)


def _is_by(signature: Signature, key: Key) -> bool:
    return signature.name == key.name and signature.id == key.id


def cosigners(note: Note, keys: Iterable[Key], check: Check) -> list[Cosigned]:
    """Those of the keys of witnesses that have cosigned the note."""
    found = []
    for key in keys:
        if key.type != COSIGNATURE:
            continue
        for s in note.signatures:
            if _is_by(s, key) and len(s.data) == TIME_BYTES + SIGNATURE_BYTES:
                time = int.from_bytes(s.data[:TIME_BYTES], "big")
                if check(key.public, s.data[TIME_BYTES:], cosigned_message(note.body, time)):
                    found.append(Cosigned(key, time))
                    break
    return found
