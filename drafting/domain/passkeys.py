"""Passkeys of people, and positions that a device of a delegate agreed to (consent strength B).

Like keys of their own, adding and ending one are facts of the platform's stream. How somebody calls a passkey is none:
it may name a person or a device.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from drafting.domain.notes import Check, NoteInvalid, decode
from drafting.domain.own_keys import fingerprint
from drafting.domain.statements import position_statement
from drafting.domain.webauthn import Assertion, PasskeyUnfit, check_assertion

MAX_ENCODED: Final = 6_000
_PARTS: Final = ("public", "authenticator", "client", "signature")


@dataclass(frozen=True, slots=True)
class Passkey:
    """Of an account. ``credential``: its name at the device, base64url; ``public``: as ``webauthn.py`` describes;
    ``until``: when its owner ended it. What was agreed to with it before stands."""

    id: str
    account: str
    credential: str
    public: bytes
    since: datetime
    until: datetime | None = None

    @property
    def is_live(self) -> bool:
        return self.until is None

    @property
    def fingerprint(self) -> str:
        """``SHA256:…``, in the form of other keys."""
        return fingerprint(self.public)


def passkey_from(data: Mapping[str, Any], account: str, at: datetime) -> Passkey:
    """As the ledger has it."""
    return Passkey(data["key"], account, data["credential"], base64.b64decode(data["public"]), at)


def passkey_data(id: str, credential: str, public: bytes) -> dict[str, str]:
    """What the ledger says of a new one."""
    return {"key": id, "credential": credential, "public": _text(public), "fingerprint": fingerprint(public)}


def assertion_data(public: bytes, assertion: Assertion) -> dict[str, str]:
    """What the ledger says of how a device agreed: all that it takes to check it, in base64."""
    return {
        "key": fingerprint(public),
        "public": _text(public),
        "authenticator": _text(assertion.authenticator),
        "client": _text(assertion.client),
        "signature": _text(assertion.signature),
    }


def agreed_by(
    declaration: str, position: Mapping[str, Any], said: Mapping[str, Any], check: Check
) -> tuple[str, str] | None:
    """(fingerprint of the passkey, the site that asked) behind a position; None where no device agreed to it."""
    parts = [said.get(name) for name in _PARTS]
    if not all(isinstance(part, str) and len(part) <= MAX_ENCODED for part in parts):
        return None
    try:
        public, *rest = (decode(str(part)) for part in parts)
        agreed = check_assertion(Assertion(*rest), public, position_statement(declaration, position), check)
    except (PasskeyUnfit, NoteInvalid, KeyError):
        return None
    return fingerprint(public), agreed.origin


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
