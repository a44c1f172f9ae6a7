"""ALTCHA's proof of work: a puzzle that costs a sender a second and us nothing, without asking a third party.

The format is version 1 of https://altcha.org/docs/v2/proof-of-work/: SHA-256 of a salt and a number, both in text; the
number is to be found. Ours is stricter in one point: the salt ends with ``&``, since otherwise its last digits, which
say when it ends, could be passed off as the first ones of the number.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

ALGORITHM: Final = "SHA-256"
MOST: Final = 60_000
"""The number lies below; half of it are tried on average, a second on a middling telephone."""
LASTS: Final = timedelta(minutes=30)
SALT_BYTES: Final = 12
MOST_SPENT: Final = 200_000
_SALT: Final = re.compile(r"[0-9a-f]{24}\?expires=([0-9]{10})&\Z")
_LONGEST: Final = 2000


class Fault(StrEnum):
    """Why a proof is refused."""

    FORM = "form"
    EXPIRED = "expired"
    WRONG = "wrong"
    USED = "used"


class ProofRefused(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Challenge:
    salt: str
    challenge: str
    signature: str

    def to_json(self) -> dict[str, Any]:
        return {
            "algorithm": ALGORITHM,
            "challenge": self.challenge,
            "maxNumber": MOST,
            "salt": self.salt,
            "signature": self.signature,
        }


def make_challenge(key: bytes, random: bytes, number: int, at: datetime) -> Challenge:
    """``random``: :data:`SALT_BYTES` fresh bytes; ``number``: a fresh one from 0 up to :data:`MOST`."""
    salt = f"{random.hex()}?expires={int((at + LASTS).timestamp())}&"
    challenge = _digest(salt, number)
    return Challenge(salt, challenge, _sign(key, challenge))


class Proofs:
    """Takes each proof once. What was used is remembered in this process, as long as it could be used again."""

    def __init__(self, key: bytes, since: datetime) -> None:
        self._key = key
        self._since = since
        self._spent: OrderedDict[str, datetime] = OrderedDict()

    def take(self, payload: str, at: datetime) -> None:
        """Raises :class:`ProofRefused`. ``payload``: what the browser sends, base64 of JSON."""
        salt, challenge, number, signature = _parse(payload)
        ends = datetime.fromtimestamp(int(salt.rpartition("=")[2].rstrip("&")), UTC)
        if not hmac.compare_digest(_sign(self._key, challenge), signature):
            raise ProofRefused(Fault.WRONG)
        if not hmac.compare_digest(_digest(salt, number), challenge):
            raise ProofRefused(Fault.WRONG)
        # One from before this process may have been used before it.
        if at >= ends or ends - LASTS < self._since.replace(microsecond=0):
            raise ProofRefused(Fault.EXPIRED)
        while self._spent and (next(iter(self._spent.values())) <= at or len(self._spent) >= MOST_SPENT):
            self._spent.popitem(last=False)
        if challenge in self._spent:
            raise ProofRefused(Fault.USED)
        self._spent[challenge] = at + LASTS


def _digest(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()


def _sign(key: bytes, challenge: str) -> str:
    return hmac.digest(key, challenge.encode(), hashlib.sha256).hex()


def _parse(payload: str) -> tuple[str, str, int, str]:
    try:
        if len(payload) > _LONGEST:
            raise ProofRefused(Fault.FORM)
        found = json.loads(base64.b64decode(payload, validate=True))
        values = found["algorithm"], found["salt"], found["challenge"], found["number"], found["signature"]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ProofRefused(Fault.FORM) from error
    algorithm, salt, challenge, number, signature = values
    is_text = all(isinstance(value, str) and value.isascii() for value in (salt, challenge, signature))
    if algorithm != ALGORITHM or not is_text or not _SALT.match(salt):
        raise ProofRefused(Fault.FORM)
    if type(number) is not int or not 0 <= number <= MOST:
        raise ProofRefused(Fault.FORM)
    return salt, challenge, number, signature
