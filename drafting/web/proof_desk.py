"""Poses ALTCHA's puzzles to browsers that want to sign, and takes their solutions (``domain/altcha.py``)."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from drafting.actions.names import SIGNATURE
from drafting.domain.altcha import MOST, SALT_BYTES, ProofRefused, Proofs, make_challenge
from drafting.domain.errors import Code, Refusal
from drafting.stores.secrets.address_keys import read_keys


class ProofDesk:
    """All nodes of an installation have the same key, as it is derived from the one of its addresses' hashes."""

    def __init__(self, keys_file: Path, since: datetime) -> None:
        keys = read_keys(keys_file)
        self._key = keys.digest("proof of work").encode() if keys else secrets.token_bytes(32)
        self._proofs = Proofs(self._key, since)

    def pose(self, at: datetime) -> dict[str, Any]:
        """A new puzzle, as ALTCHA's clients read it."""
        number = secrets.randbelow(MOST)
        return make_challenge(self._key, secrets.token_bytes(SALT_BYTES), number, at).to_json()

    def take(self, proof: str, at: datetime) -> bool:
        """Whether there is a proof; none at all is no fault. Raises ``bad_input`` with the field ``proof``."""
        if not proof:
            return False
        try:
            self._proofs.take(proof, at)
        except ProofRefused as refused:
            raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field="proof", reason=refused.fault.value) from refused
        return True
