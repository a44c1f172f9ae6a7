"""The keys that personal data is encrypted with: a file beside the database, never in it.

The file has one key a line, in base64url of 32 bytes, after its name::

    find 3qv…            the key of the keyed hash by which an address is found; it stays what it is
    k1 9Xb…              a key that values are sealed with (AES-256-GCM, NIST SP 800-38D)

The last ``k…`` line seals; those before it only open what was sealed with them. A new line at the end therefore changes
the key: at the next start everything is sealed anew with it.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from drafting.actions.ports import CannotSave
from drafting.stores.files import write_atomically

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_FIND: Final = "find"
_LINE: Final = re.compile(r"(find|k[0-9]{1,6})[ \t]+([A-Za-z0-9_-]{43}=?)\Z")
_HEAD: Final = "# Whoever has this file and the database can read every address. Keep a copy apart from both.\n"


class KeysMissing(Exception):
    """The keys that the database was written with are not here; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Keys:
    """``sealing``: name → key, the last one seals. ``finding``: the key of the keyed hash."""

    sealing: dict[str, AESGCM]
    finding: bytes

    @property
    def current(self) -> str:
        return next(reversed(self.sealing))

    def seal(self, value: str) -> str:
        """``name:base64url``, another one each time; nothing stays nothing."""
        if not value:
            return ""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self.sealing[self.current].encrypt(nonce, value.encode(), None)
        return f"{self.current}:{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str) -> str:
        """What was sealed. Raises :class:`KeysMissing` where it was with another key, or was changed since."""
        if not sealed:
            return ""
        name, _, rest = sealed.partition(":")
        try:
            data = base64.urlsafe_b64decode(rest)
            return self.sealing[name].decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], None).decode()
        except (KeyError, InvalidTag, ValueError) as error:
            raise KeysMissing("a value in the database was sealed with another key") from error

    def digest(self, value: str) -> str:
        """The keyed hash of a value, in base64url: equal for equal values, and telling nothing without the key."""
        if not value:
            return ""
        made = hmac.digest(self.finding, value.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(made).decode().rstrip("=")


def read_keys(file: Path) -> Keys | None:
    """None where there is no such file. Raises :class:`KeysMissing` where it is not one of keys."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise KeysMissing(f"{file} cannot be read") from error
    found = dict(_line(file, line) for line in lines if line.strip() and not line.startswith("#"))
    finding = found.pop(_FIND, None)
    if finding is None or not found:
        raise KeysMissing(f"{file} lacks a key")
    return Keys({name: AESGCM(key) for name, key in found.items()}, finding)


def _line(file: Path, line: str) -> tuple[str, bytes]:
    match = _LINE.match(line.strip())
    try:
        key = base64.urlsafe_b64decode(match[2].rstrip("=") + "=") if match else b""
    except binascii.Error:
        key = b""
    if match is None or len(key) != KEY_BYTES:
        raise KeysMissing(f"{file} has a line that is no key")
    return match[1], key


def make_keys(file: Path) -> Keys:
    """The keys of the file, made where there is none; of several processes at once all get the same."""
    aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    write_atomically(aside, _fresh().encode(), mode=0o600)
    try:
        file.parent.chmod(0o700)
        os.link(aside, file)
    except FileExistsError:
        pass
    except OSError as error:
        raise CannotSave(str(error)) from error
    finally:
        aside.unlink(missing_ok=True)
    made = read_keys(file)
    if made is None:
        raise KeysMissing(f"{file} is gone")
    return made


def _fresh() -> str:
    lines = (f"{name} {secrets.token_urlsafe(KEY_BYTES)}" for name in (_FIND, "k1"))
    return _HEAD + "\n".join(lines) + "\n"
