"""What browsers hand back from a passkey (W3C Web Authentication, level 2): read strictly, and checked.

A public key is bytes, and their number says which it is: 65 (4, x, y) of P-256, which signs with ECDSA and SHA-256; 32
of Ed25519; 256 to 512 the modulus of an RSA key with the exponent 65537, which signs with PKCS #1 v1.5 and SHA-256.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from drafting.domain.cbor import CborInvalid, read_one
from drafting.domain.notes import KEY_BYTES, Check

CREATE: Final = "webauthn.create"
GET: Final = "webauthn.get"
MAX_BYTES: Final = 4_000
"""Of each part of what is handed back; an RSA key and its signature have some 500."""
MAX_CREDENTIAL: Final = 1_023
MOST_OPENED: Final = 64
"""Braces and brackets in what the browser says, in words too: so nothing is nested deeper than any language reads."""
PRESENT: Final = 0x01
VERIFIED: Final = 0x04
HAS_CREDENTIAL: Final = 0x40
_ORIGIN: Final = re.compile(r"https?://([a-z0-9.-]+)(:[0-9]{1,5})?\Z")
_HEAD: Final = 37
_EXPONENT: Final = b"\x01\x00\x01"


class PasskeyMisfit(StrEnum):
    """Why what a browser handed back does not count: not of this form, asked by another site, for other words or a
    challenge that was not given, nobody proved to the device who they are, another type of key, a wrong signature."""

    FORM = "form"
    ORIGIN = "origin"
    CHALLENGE = "challenge"
    UNVERIFIED = "unverified"
    TYPE = "key_type"
    SIGNATURE = "signature"


class PasskeyUnfit(ValueError):
    def __init__(self, misfit: PasskeyMisfit) -> None:
        super().__init__(misfit.value)
        self.misfit = misfit


@dataclass(frozen=True, slots=True)
class ClientData:
    """What the browser says it was asked: by which site, for what, with which challenge (base64url)."""

    type: str
    challenge: str
    origin: str

    @property
    def host(self) -> str:
        match = _ORIGIN.match(self.origin)
        return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class Authenticator:
    """What the device says: ``site`` is SHA-256 of the host; ``rest``: behind the counter."""

    site: bytes
    flags: int
    counter: int
    rest: bytes


@dataclass(frozen=True, slots=True)
class Registered:
    """What a device has made. ``public``: as this module describes."""

    credential: str
    public: bytes
    counter: int


@dataclass(frozen=True, slots=True)
class Assertion:
    """What comes back when a device agrees; bytes as they are."""

    authenticator: bytes
    client: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Agreed:
    """A device that holds a key agreed, asked by this site. ``counter``: how often it has, 0 where it never counts."""

    origin: str
    counter: int


def base64url(data: bytes) -> str:
    """Without padding, as browsers write it."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def read_base64url(text: str) -> bytes:
    """The inverse. Raises :class:`PasskeyUnfit` for what is not in its one form, or is too long."""
    try:
        data = base64.urlsafe_b64decode(text[: 2 * MAX_BYTES] + "=" * (-len(text) % 4))
    except ValueError as error:
        raise PasskeyUnfit(PasskeyMisfit.FORM) from error
    if base64url(data) != text or len(data) > MAX_BYTES:
        raise PasskeyUnfit(PasskeyMisfit.FORM)
    return data


def challenge_for(message: bytes) -> str:
    """The challenge with which a device is asked to agree to a file."""
    return base64url(hashlib.sha256(message).digest())


def read_client_data(data: bytes) -> ClientData:
    """Raises :class:`PasskeyUnfit`."""
    if len(data) > MAX_BYTES or data.count(b"{") + data.count(b"[") > MOST_OPENED:
        raise PasskeyUnfit(PasskeyMisfit.FORM)
    try:
        value = json.loads(data.decode(), parse_int=float, parse_constant=_refuse)
    except ValueError as error:
        raise PasskeyUnfit(PasskeyMisfit.FORM) from error
    said = [value.get(name) for name in ("type", "challenge", "origin")] if isinstance(value, dict) else [None]
    if not all(isinstance(each, str) for each in said):
        raise PasskeyUnfit(PasskeyMisfit.FORM)
    found = ClientData(*said)
    if not found.host or value.get("crossOrigin", False) is not False:
        raise PasskeyUnfit(PasskeyMisfit.ORIGIN)
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def read_authenticator(data: bytes, client: ClientData) -> Authenticator:
    """Raises :class:`PasskeyUnfit`, also where another site asked, or nobody proved who they are."""
    if not _HEAD <= len(data) <= MAX_BYTES:
        raise PasskeyUnfit(PasskeyMisfit.FORM)
    found = Authenticator(data[:32], data[32], int.from_bytes(data[33:_HEAD], "big"), data[_HEAD:])
    if found.site != hashlib.sha256(client.host.encode()).digest():
        raise PasskeyUnfit(PasskeyMisfit.ORIGIN)
    if not (found.flags & PRESENT and found.flags & VERIFIED):
        raise PasskeyUnfit(PasskeyMisfit.UNVERIFIED)
    return found


def read_registration(client: ClientData, attestation: bytes) -> Registered:
    """What a device made; who made the device is not asked. Raises :class:`PasskeyUnfit`."""
    if client.type != CREATE or len(attestation) > MAX_BYTES:
        raise PasskeyUnfit(PasskeyMisfit.FORM)
    try:
        value, left = read_one(attestation)
        said = value.get("authData") if isinstance(value, dict) and not left else None
        device = read_authenticator(said if isinstance(said, bytes) else b"", client)
        # 16 bytes name the make of the device, two say how long the credential's name is.
        end = 18 + int.from_bytes(device.rest[16:18], "big")
        credential, rest = device.rest[18:end], device.rest[end:]
        if not device.flags & HAS_CREDENTIAL or not 0 < len(credential) <= MAX_CREDENTIAL:
            raise PasskeyUnfit(PasskeyMisfit.FORM)
        key, _ = read_one(rest)
    except CborInvalid as error:
        raise PasskeyUnfit(PasskeyMisfit.FORM) from error
    return Registered(base64url(credential), public_key(key), device.counter)


def public_key(cose: Any) -> bytes:
    """The bytes of a COSE key (RFC 9053). Raises :class:`PasskeyUnfit` for types that are not taken here."""
    said = {name: cose.get(name) for name in (1, 3, -1, -2, -3)} if isinstance(cose, dict) else {}
    match said:
        case {1: 2, 3: -7, -1: 1, -2: bytes(x), -3: bytes(y)} if len(x) == len(y) == 32:
            return b"\x04" + x + y
        case {1: 1, 3: -8, -1: 6, -2: bytes(x)} if len(x) == KEY_BYTES:
            return x
        case {1: 3, 3: -257, -1: bytes(n), -2: bytes(e)} if e == _EXPONENT and is_public(n) and len(n) >= 256:
            return n
    raise PasskeyUnfit(PasskeyMisfit.TYPE)


def is_public(key: bytes) -> bool:
    """Whether bytes can be a public key of a passkey."""
    return len(key) == KEY_BYTES or (len(key) == 65 and key[0] == 4) or (256 <= len(key) <= 512 and key[0] != 0)


def check_assertion(assertion: Assertion, public: bytes, message: bytes, check: Check) -> Agreed:
    """Whether a device that holds the key agreed to exactly this file. Raises :class:`PasskeyUnfit`."""
    client = read_client_data(assertion.client)
    if client.type != GET:
        raise PasskeyUnfit(PasskeyMisfit.FORM)
    device = read_authenticator(assertion.authenticator, client)
    if client.challenge != challenge_for(message):
        raise PasskeyUnfit(PasskeyMisfit.CHALLENGE)
    signed = assertion.authenticator + hashlib.sha256(assertion.client).digest()
    if not is_public(public) or not check(public, assertion.signature, signed):
        raise PasskeyUnfit(PasskeyMisfit.SIGNATURE)
    return Agreed(client.origin, device.counter)
