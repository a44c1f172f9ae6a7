"""Public keys of people who sign positions themselves; the private ones never come here.

Adding and ending one are facts of the platform's stream, so that nobody can move them in time.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from drafting.domain.notes import KEY_BYTES

ED25519: Final = "ssh-ed25519"
MAX_LINE: Final = 2_000
MOST_KEYS: Final = 20


class KeyMisfit(StrEnum):
    """Why what somebody gave is no key that can be added."""

    PRIVATE = "private_key"
    TYPE = "key_type"
    NONE = "no_key"


class KeyUnfit(ValueError):
    def __init__(self, misfit: KeyMisfit) -> None:
        super().__init__(misfit.value)
        self.misfit = misfit


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key of an account. ``public``: as OpenSSH writes it, without comment; ``fingerprint``: ``SHA256:…``; ``until``:
    when its owner ended it. What was signed with it before stands."""

    id: str
    account: str
    public: str
    fingerprint: str
    since: datetime
    until: datetime | None = None

    @property
    def is_live(self) -> bool:
        return self.until is None


def key_from(data: Mapping[str, Any], account: str, at: datetime) -> OwnKey:
    """As the ledger has it."""
    return OwnKey(data["key"], account, data["public"], data["fingerprint"], at)


def fingerprint(blob: bytes) -> str:
    """As ``ssh-keygen -l`` shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def read_public(line: str) -> tuple[str, str]:
    """(key without comment, fingerprint) of what stands in ``id_ed25519.pub``. Raises :class:`KeyUnfit`."""
    if "PRIVATE KEY" in line:
        raise KeyUnfit(KeyMisfit.PRIVATE)
    parts = line.split()
    if len(line) > MAX_LINE or len(parts) < 2:
        raise KeyUnfit(KeyMisfit.NONE)
    kind, encoded = parts[:2]
    if kind != ED25519:
        is_other = kind.startswith(("ssh-", "ecdsa-", "sk-"))
        raise KeyUnfit(KeyMisfit.TYPE if is_other else KeyMisfit.NONE)
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyUnfit(KeyMisfit.NONE) from error
    name = ED25519.encode()
    start = len(name).to_bytes(4, "big") + name + KEY_BYTES.to_bytes(4, "big")
    if len(blob) != len(start) + KEY_BYTES or not blob.startswith(start):
        raise KeyUnfit(KeyMisfit.NONE)
    return f"{kind} {base64.b64encode(blob).decode()}", fingerprint(blob)
