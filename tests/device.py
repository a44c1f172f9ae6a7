"""A device that makes passkeys and agrees with them, in Python: with each type of key, and with what goes wrong."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from drafting.domain.webauthn import Assertion, base64url, challenge_for

ORIGIN = "https://declare.example"
UP, UV, AT = 0x01, 0x04, 0x40
KINDS = ("ES256", "EdDSA", "RS256")


def cbor(value: Any) -> bytes:
    """RFC 8949, as authenticators write it."""

    def head(kind: int, number: int) -> bytes:
        if number < 24:
            return bytes([kind << 5 | number])
        size = next(n for n in (1, 2, 4, 8) if number < 1 << 8 * n)
        return bytes([kind << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[size]]) + number.to_bytes(size, "big")

    match value:
        case bool() | None:
            return bytes([{False: 0xF4, True: 0xF5, None: 0xF6}[value]])
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case bytes():
            return head(2, len(value)) + value
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list():
            return head(4, len(value)) + b"".join(map(cbor, value))
        case dict():
            return head(5, len(value)) + b"".join(cbor(name) + cbor(each) for name, each in value.items())
    raise TypeError(value)


@lru_cache
def _private(kind: str, seed: int) -> Any:
    if kind == "ES256":
        return ec.derive_private_key(seed, ec.SECP256R1())
    if kind == "EdDSA":
        return ed25519.Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big"))
    return rsa.generate_private_key(65537, 2048)


def client_data(type: str, challenge: str, origin: str = ORIGIN, **more: Any) -> bytes:
    said = {"type": type, "challenge": challenge, "origin": origin, "crossOrigin": False, **more}
    return json.dumps({name: value for name, value in said.items() if value is not ...}, separators=(",", ":")).encode()


@dataclass
class Device:
    """``counter`` goes up each time, unless it is 0 and ``counts`` is not set."""

    kind: str = "ES256"
    seed: int = 7
    origin: str = ORIGIN
    counter: int = 0
    counts: bool = True
    flags: int = UP | UV
    credential: bytes = field(default=b"")

    def __post_init__(self) -> None:
        self.credential = self.credential or f"credential {self.kind} {self.seed}".encode()

    @property
    def private(self) -> Any:
        return _private(self.kind, self.seed)

    @property
    def public(self) -> bytes:
        cose = self.cose()
        return b"\x04" + cose[-2] + cose[-3] if self.kind == "ES256" else cose[-2 if self.kind == "EdDSA" else -1]

    def cose(self) -> dict[int, Any]:
        key = self.private.public_key()
        if self.kind == "EdDSA":
            return {1: 1, 3: -8, -1: 6, -2: key.public_bytes_raw()}
        numbers = key.public_numbers()
        if self.kind == "ES256":
            return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return {1: 3, 3: -257, -1: numbers.n.to_bytes(256, "big"), -2: b"\x01\x00\x01"}

    def data(self, rest: bytes = b"", flags: int = 0) -> bytes:
        host = self.origin.partition("://")[2].partition(":")[0]
        head = hashlib.sha256(host.encode()).digest() + bytes([self.flags | flags])
        return head + self.counter.to_bytes(4, "big") + rest

    def register(self, challenge: str, **client: Any) -> tuple[bytes, bytes]:
        """(clientDataJSON, attestationObject)."""
        rest = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor(self.cose())
        attestation = {"fmt": "none", "attStmt": {}, "authData": self.data(rest, AT)}
        return client_data("webauthn.create", challenge, **{"origin": self.origin, **client}), cbor(attestation)

    def agree(self, message: bytes, **client: Any) -> Assertion:
        """To this file; ``client`` changes what the browser says."""
        said = {"type": "webauthn.get", "challenge": challenge_for(message), "origin": self.origin, **client}
        if self.counts:
            self.counter += 1
        return self.sign(client_data(**said))

    def sign(self, client: bytes) -> Assertion:
        data = self.data()
        signed = data + hashlib.sha256(client).digest()
        if self.kind == "EdDSA":
            signature = self.private.sign(signed)
        elif self.kind == "ES256":
            signature = self.private.sign(signed, ec.ECDSA(SHA256()))
        else:
            signature = self.private.sign(signed, padding.PKCS1v15(), SHA256())
        return Assertion(data, client, signature)

    def added(self, challenge: str, name: str = "") -> dict[str, str]:
        """What the form, or a program, hands in to add it."""
        client, attestation = self.register(challenge)
        return {"name": name, "client": base64url(client), "attestation": base64url(attestation)}

    def agreed(self, message: bytes, **client: Any) -> dict[str, str]:
        """What the form, or a program, hands in to agree to a file."""
        made = self.agree(message, **client)
        return {
            "credential": base64url(self.credential),
            "authenticator": base64url(made.authenticator),
            "client": base64url(made.client),
            "signature": base64url(made.signature),
        }
