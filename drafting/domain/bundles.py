"""What a bundle is, and whether one is what was released: from its files alone, as ``docs/verification.md`` says it.

A bundle is a mapping of names to bytes. Checking goes in stages, each of which believes what the former ones have
shown: signature, files, log, edition. The first stage with a fault ends it, so that a fault names the file that is
wrong and not those that disagree with it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from drafting.domain.bundled_editions import Act, Shown, check_edition
from drafting.domain.canonical import canonical_json, is_digest, read_canonical
from drafting.domain.edition_shape import is_count
from drafting.domain.faults import Fault, Reason
from drafting.domain.notes import (
    ED25519,
    Check,
    Checkpoint,
    Key,
    Note,
    NoteInvalid,
    cosigners,
    decode,
    is_key_name,
    read_checkpoint,
    read_key,
    read_note,
    signer,
    signers,
)
from drafting.domain.prose import digest_of_bytes
from drafting.domain.tree import HASH_BYTES, is_included, leaf_hash

RELEASE: Final = "release.json"
NOTE: Final = "release.note"
KEYS: Final = "keys.json"
CHECKPOINT: Final = "checkpoint"
COSIGNATURES: Final = "cosignatures"
ACTS: Final = "acts.jsonl"
PROOFS: Final = "proofs.json"
CONTENT: Final = "content.json"
FORMAT: Final = 2
NOTE_LINE: Final = "drafting release 1"
LISTED: Final = (KEYS, CHECKPOINT, COSIGNATURES, ACTS, PROOFS, CONTENT)
"""What every bundle holds beside the release and its note."""
_NUMBERS: Final = ("n", "release", "index", "size")
_TEXTS: Final = ("origin", "declaration", "manifest", "content")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong (nothing: the bundle is valid), and what was shown. ``key``: who signed. ``hidden``: how many acts
    of the log are there as hashes only."""

    faults: tuple[Fault, ...]
    release: Mapping[str, Any] = field(default_factory=dict)
    key: Key | None = None
    is_trusted: bool = False
    witnesses: tuple[str, ...] = ()
    shown: Shown = field(default_factory=Shown)
    hidden: int = 0

    @property
    def is_valid(self) -> bool:
        return not self.faults

    @property
    def is_incomplete(self) -> bool:
        """Nothing is wrong as far as can be seen, but files are missing."""
        return bool(self.faults) and all(fault.is_missing for fault in self.faults)


def keys_bytes(keys: Sequence[Key]) -> bytes:
    """``keys.json``: the public keys of a log, newest last."""
    return canonical_json({"format": 1, "keys": [key.line for key in keys]})


def note_body(origin: str, release: bytes) -> str:
    """The signed text of ``release.note``."""
    return f"{NOTE_LINE}\n{origin}\n{digest_of_bytes(release)}\n"


def acts_bytes(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def verify(bundle: Mapping[str, bytes], check: Check, trusted: Collection[Key] | None = None) -> Verdict:
    """Everything that is wrong in the first stage that finds something.

    ``trusted``: keys of logs and of witnesses; where it is given, one of the former must have signed.
    """
    faults, release, keys = _signature(bundle, check)
    faults += list(_files(bundle, release)) if release and all(f.is_missing for f in faults) else []
    if faults or release is None:
        return Verdict(tuple(faults), release or {})
    note = read_note(bundle[NOTE])
    signed_by = signers(note, [key for key in keys if key.name == release["origin"]], check)
    publics = {each.public for each in trusted or () if each.type == ED25519}
    key = next((key for key in signed_by if trusted is None or key.public in publics), None)
    if key is None:
        return Verdict((Fault(KEYS, Reason.NOT_TRUSTED),), release)
    faults, checkpoint = _checkpoint(bundle[CHECKPOINT], release, keys, check)
    if faults or checkpoint is None:
        return Verdict(tuple(faults), release, key)
    faults, witnesses = _cosignatures(bundle, trusted or (), check)
    if faults:
        return Verdict(tuple(faults), release, key)
    acts = read_acts(bundle[ACTS], release)
    faults = list(_proofs(bundle, acts, checkpoint)) if acts is not None else [Fault(ACTS, Reason.MALFORMED)]
    if faults or acts is None:
        return Verdict(tuple(faults), release, key)
    edition_faults, shown = check_edition(bundle, release, acts, check)
    return Verdict(
        tuple(edition_faults),
        release,
        key,
        trusted is not None,
        tuple(witnesses),
        shown,
        checkpoint.size - len(acts),
    )


# ---- signature


def _signature(
    bundle: Mapping[str, bytes], check: Check
) -> tuple[list[Fault], Mapping[str, Any] | None, Sequence[Key]]:
    """The note must be signed by a key of the bundle and hold the digest of ``release.json``; where not, which of the
    three files is the wrong one is told from the other two."""
    missing = [Fault(name, Reason.MISSING) for name in (RELEASE, NOTE, KEYS) if name not in bundle]
    release = _release(bundle[RELEASE]) if RELEASE in bundle else None
    keys = _keys(bundle[KEYS]) if KEYS in bundle else ()
    note = _note(bundle[NOTE]) if NOTE in bundle else None
    broken = [
        Fault(name, Reason.MALFORMED)
        for name, found in ((RELEASE, release), (NOTE, note), (KEYS, keys))
        if name in bundle and found is None
    ]
    if broken or missing:
        return missing + broken, release, keys or ()
    assert release is not None
    assert note is not None
    origin, digest = note.body.split("\n")[1:3]
    is_same = digest == digest_of_bytes(bundle[RELEASE])
    if signer(note, [key for key in keys or () if key.name == origin], check) is None:
        is_other_key = is_same and release["files"].get(KEYS) != digest_of_bytes(bundle[KEYS])
        return [Fault(KEYS if is_other_key else NOTE, Reason.NOT_SIGNED)], release, keys or ()
    if not is_same or release["origin"] != origin:
        return [Fault(RELEASE, Reason.OTHER_SIGNED)], release, keys or ()
    return [], release, keys or ()


def _release(data: bytes) -> Mapping[str, Any] | None:
    value = read_canonical(data)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        return None
    if value.keys() != {"format", "files", *_NUMBERS, *_TEXTS}:
        return None
    files = value["files"]
    is_whole = (
        all(is_count(value[name]) for name in _NUMBERS)
        and isinstance(value["declaration"], str)
        and isinstance(value["origin"], str)
        and is_key_name(value["origin"])
        and is_digest(value["manifest"])
        and is_digest(value["content"])
        and value["index"] <= value["size"]
        and isinstance(files, dict)
        and all(is_digest(digest) for digest in files.values())
        and all(name in files for name in LISTED)
        and not {RELEASE, NOTE} & files.keys()
    )
    return value if is_whole else None


def _keys(data: bytes) -> Sequence[Key] | None:
    value = read_canonical(data)
    if not isinstance(value, dict) or value.keys() != {"format", "keys"}:
        return None
    lines = value["keys"]
    if not is_count(value["format"]) or value["format"] != 1:
        return None
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        return None
    try:
        keys = [read_key(line) for line in lines]
    except NoteInvalid:
        return None
    return keys if [key.line for key in keys] == lines else None


def _note(data: bytes) -> Note | None:
    try:
        note = read_note(data)
    except NoteInvalid:
        return None
    lines = note.body.split("\n")
    return note if len(lines) == 4 and lines[0] == NOTE_LINE and is_digest(lines[2]) else None


# ---- files


def _files(bundle: Mapping[str, bytes], release: Mapping[str, Any]) -> Iterator[Fault]:
    expected = release["files"]
    for name in sorted(expected):
        if name not in bundle:
            if name != KEYS:
                yield Fault(name, Reason.MISSING)
        elif digest_of_bytes(bundle[name]) != expected[name]:
            yield Fault(name, Reason.CHANGED)
    for name in sorted(bundle.keys() - expected.keys() - {RELEASE, NOTE}):
        yield Fault(name, Reason.NOT_LISTED)


# ---- log


def _checkpoint(
    data: bytes, release: Mapping[str, Any], keys: Sequence[Key], check: Check
) -> tuple[list[Fault], Checkpoint | None]:
    try:
        note = read_note(data)
        found = read_checkpoint(note.body)
    except NoteInvalid:
        return [Fault(CHECKPOINT, Reason.MALFORMED)], None
    if signer(note, [key for key in keys if key.name == found.origin], check) is None:
        return [Fault(CHECKPOINT, Reason.NOT_SIGNED)], None
    if (found.origin, found.size) != (release["origin"], release["size"]):
        return [Fault(CHECKPOINT, Reason.OTHER_CHECKPOINT)], None
    return [], found


def _cosignatures(bundle: Mapping[str, bytes], trusted: Collection[Key], check: Check) -> tuple[list[Fault], list[str]]:
    """Lines that witnesses have put below the checkpoint; only those of keys that are trusted count."""
    try:
        note = read_note(bundle[CHECKPOINT] + bundle[COSIGNATURES])
    except NoteInvalid:
        return [Fault(COSIGNATURES, Reason.MALFORMED)], []
    return [], [cosigned.key.name for cosigned in cosigners(note, trusted, check)]


def read_acts(data: bytes, release: Mapping[str, Any]) -> list[Act] | None:
    """The acts of ``acts.jsonl``; None where a line is no entry of this log, or they are not in order."""
    if data and not data.endswith(b"\n"):
        return None
    acts: list[Act] = []
    for line in data.split(b"\n")[:-1]:
        act = Act.read(line)
        if act is None or act.stream != release["declaration"] or act.index > release["size"]:
            return None
        if acts and act.index <= acts[-1].index:
            return None
        acts.append(act)
    return acts


def _proofs(bundle: Mapping[str, bytes], acts: Sequence[Act], checkpoint: Checkpoint) -> Iterator[Fault]:
    paths = _paths(bundle[PROOFS], checkpoint.size)
    if paths is None or len(paths) != len(acts):
        yield Fault(PROOFS, Reason.MALFORMED)
        return
    for act, path in zip(acts, paths, strict=True):
        if not is_included(leaf_hash(act.line), act.index - 1, checkpoint.size, path, checkpoint.root):
            yield Fault(ACTS, Reason.NOT_IN_LOG, {"index": act.index})


def _paths(data: bytes, size: int) -> list[list[bytes]] | None:
    value = read_canonical(data)
    if not isinstance(value, dict) or value.keys() != {"size", "paths"}:
        return None
    if not is_count(value["size"]) or value["size"] != size:
        return None
    paths = value["paths"]
    if not isinstance(paths, list) or not all(isinstance(path, list) for path in paths):
        return None
    try:
        found = [[decode(step) if isinstance(step, str) else b"" for step in path] for path in paths]
    except NoteInvalid:
        return None
    return found if all(len(step) == HASH_BYTES for path in found for step in path) else None
