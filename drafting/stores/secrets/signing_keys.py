"""The key of the installation's logs, made at the first start, and what it takes to check a signature."""

import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from drafting.stores.files import write_atomically

SEED_BYTES: Final = 32
SECRET: Final = 0o600
POINT_BYTES: Final = 65
RSA_EXPONENT: Final = 65_537


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
    """Whether the signature is that of the key over the message. What the key is, its length says: 32 bytes of Ed25519,
    65 of P-256 (ECDSA with SHA-256, in DER), more: the modulus of an RSA key (PKCS #1 v1.5 with SHA-256)."""
    try:
        if len(public) == SEED_BYTES:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        elif len(public) == POINT_BYTES:
            EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public).verify(signature, message, ECDSA(SHA256()))
        else:
            numbers = RSAPublicNumbers(RSA_EXPONENT, int.from_bytes(public, "big"))
            numbers.public_key().verify(signature, message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
