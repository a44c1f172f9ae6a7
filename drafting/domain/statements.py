"""What a delegate signs away from the server, and whether an SSH signature is one over it.

``ssh-keygen -Y sign -n drafting`` writes the format SSHSIG (PROTOCOL.sshsig of OpenSSH); Ed25519 keys alone count.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from drafting.domain.canonical import canonical_json
from drafting.domain.notes import KEY_BYTES, SIGNATURE_BYTES, Check, NoteInvalid, decode
from drafting.domain.own_keys import fingerprint

NAMESPACE: Final = b"drafting"
MAGIC: Final = b"SSHSIG"
VERSION: Final = (1).to_bytes(4, "big")
ED25519: Final = b"ssh-ed25519"
HASHES: Final = {b"sha512": hashlib.sha512, b"sha256": hashlib.sha256}
BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
END: Final = "-----END SSH SIGNATURE-----"
MAX_LENGTH: Final = 4_000
_SPACE: Final = " \t\r\n"
_SIGNED: Final = (
    "id",
    "network",
    "section",
    "kind",
    "target_digest",
    "read_locale",
    "read_digest",
    "authority",
    "statement",
    "harms",
    "remedy",
    "until",
)


class SignatureMisfit(StrEnum):
    """Why a text is no signature over a statement: none at all, made for something else, with another type of key, or
    not over these words."""

    FORM = "form"
    NAMESPACE = "namespace"
    TYPE = "key_type"
    WORDS = "words"


class SignatureUnfit(ValueError):
    def __init__(self, misfit: SignatureMisfit) -> None:
        super().__init__(misfit.value)
        self.misfit = misfit


def position_statement(declaration: str, data: Mapping[str, Any]) -> bytes:
    """The file that is signed: one line of canonical JSON with everything that the position says."""
    position = {name: data[name] for name in _SIGNED}
    return canonical_json({"format": "drafting position 1", "declaration": declaration, "position": position}) + b"\n"


def offline_key(declaration: str, data: Mapping[str, Any], armoured: object, check: Check) -> str | None:
    """The fingerprint (``SHA256:…``) of the key that signed a position's statement; None where none did."""
    if not isinstance(armoured, str) or any(name not in data for name in _SIGNED):
        return None
    try:
        return signed_key(position_statement(declaration, data), armoured, check)
    except SignatureUnfit:
        return None


def signed_key(message: bytes, armoured: str, check: Check) -> str:
    """The same for any file, saying why not. Raises :class:`SignatureUnfit`."""
    try:
        return _signed_key(message, armoured, check)
    except SignatureUnfit:
        raise
    except (NoteInvalid, ValueError) as error:
        raise SignatureUnfit(SignatureMisfit.FORM) from error


def _signed_key(message: bytes, armoured: str, check: Check) -> str:
    blob = _unarmour(armoured)
    if blob[:6] != MAGIC or blob[6:10] != VERSION:
        raise ValueError("not an SSH signature")
    public, namespace, reserved, algorithm, signature = _strings(blob[10:], 5)
    if namespace != NAMESPACE:
        raise SignatureUnfit(SignatureMisfit.NAMESPACE)
    if not public.startswith(_string(ED25519)):
        raise SignatureUnfit(SignatureMisfit.TYPE)
    kind, key = _strings(public, 2)
    kind_again, signed = _strings(signature, 2)
    if algorithm not in HASHES or kind != ED25519 or kind_again != ED25519:
        raise ValueError("not a signature of this kind")
    if len(key) != KEY_BYTES or len(signed) != SIGNATURE_BYTES:
        raise ValueError("not a key of this kind")
    hashed = HASHES[algorithm](message).digest()
    if not check(key, signed, MAGIC + b"".join(map(_string, (namespace, reserved, algorithm, hashed)))):
        raise SignatureUnfit(SignatureMisfit.WORDS)
    return fingerprint(public)


def _unarmour(text: str) -> bytes:
    lines = [line.strip(_SPACE) for line in text.strip(_SPACE).split("\n")]
    if len(text) > MAX_LENGTH or len(lines) < 3 or lines[0] != BEGIN or lines[-1] != END:
        raise ValueError("not an armoured signature")
    return decode("".join(lines[1:-1]))


def _strings(data: bytes, count: int) -> list[bytes]:
    """SSH strings: four bytes of length, then so many; exactly ``count`` of them."""
    found = []
    for _ in range(count):
        size = int.from_bytes(data[:4], "big")
        if len(data) < 4 + size:
            raise ValueError("cut off")
        found.append(data[4 : 4 + size])
        data = data[4 + size :]
    if data:
        raise ValueError("too long")
    return found


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data
