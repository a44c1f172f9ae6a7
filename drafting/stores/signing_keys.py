"""Ed25519 keys: that of the installation's logs, made at the first start, and what it takes to check a signature."""

import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from drafting.stores.files import write_atomically

SEED_BYTES: Final = 32
SECRET: Final = 0o600


class KeyUnusable(Exception):
    """The file is not a key; the message names it."""


class SigningKey:
    """A private key that stays where it is."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        """32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """64 bytes; the same message gives the same signature."""
        return self._key.sign(message)


def open_key(path: Path) -> SigningKey:
    """The key in this file: its seed in hexadecimal on one line, for the owner's eyes only; made where there is none.

    Of two processes that begin at once, both get the same key. Raises :class:`KeyUnusable`, ``CannotSave``.
    """
    if not path.exists():
        aside = path.with_name(f".{path.name}.{os.getpid()}.new")
        write_atomically(aside, os.urandom(SEED_BYTES).hex().encode() + b"\n", mode=SECRET)
        try:
            os.link(aside, path)  # fails where another process was first, whose key then counts
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    try:
        seed = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError as error:
        raise KeyUnusable(f"{path} is not a key.") from error
    if len(seed) != SEED_BYTES:
        raise KeyUnusable(f"{path} is not a key.")
    return SigningKey(seed)


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is that of the key over the message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
