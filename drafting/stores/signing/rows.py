"""How a signature, its link and its address stand in the database."""

import hashlib
from typing import Any

from sqlalchemy import Dialect

from drafting.actions.signature_ports import LinkRole
from drafting.domain.signatures import Signature, folded
from drafting.stores.secrets.addresses import FoundBy

_FOUND_BY = FoundBy()


def link_digest(secret: str) -> bytes:
    """What is kept of a link's secret, which has 256 bits of its own."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def key_of(signature: Signature) -> str:
    """What its address is found by, before it is hashed; an erased signature is found by its id alone."""
    return folded(signature.address) if signature.address else f"erased:{signature.id}"


def left_key(declaration: str, edition: int, address: str) -> str:
    """What is hashed of an address (folded) that signed and was erased since: lists must not bring it back.

    Of each edition it is another one, and none by which an address is found elsewhere.
    """
    return f"left:{declaration}/{edition}:{address}"


def place_of(signature: Signature, dialect: Dialect) -> tuple[str, int, str]:
    """What can hold one signature: an edition and an address, the latter as the database has it."""
    return signature.declaration, signature.edition, str(_FOUND_BY.process_bind_param(key_of(signature), dialect))


def row_of(signature: Signature) -> dict[str, Any]:
    """The columns of a signature."""
    return {
        "id": signature.id,
        "declaration": signature.declaration,
        "edition": signature.edition,
        "kind": signature.kind.value,
        "state": signature.state.value,
        "found_by": key_of(signature),
        "address": signature.address,
        "name": signature.name,
        "affiliation": signature.affiliation,
        "role": signature.role,
        "place": signature.place,
        "shown": signature.shown.value,
        "locale": signature.locale,
        "publish": signature.publish,
        "updates": signature.updates,
        "source": signature.source.value,
        "salt": signature.salt,
        "commitment": signature.commitment,
        "second_address": signature.second_address,
        "requested": signature.requested,
        "expires": signature.expires,
        "contact_confirmed": signature.contact_confirmed,
        "second_confirmed": signature.second_confirmed,
        "confirmed": signature.confirmed,
        "changed": signature.changed,
        "reminded": signature.reminded,
        "ledger_index": signature.index,
        "turn": signature.turn,
        "prefix": signature.prefix,
        "reason": signature.reason,
        "details": dict(signature.details),
        "listed": signature.is_listed,
        "country": signature.country,
        "bounced": signature.bounced,
        "domain": signature.domain,
        "roll": signature.roll or None,
    }


def link_row(secret: str, signature: str, role: LinkRole, letter: str, at: Any) -> dict[str, Any]:
    return {"secret": link_digest(secret), "signature": signature, "role": role.value, "letter": letter, "at": at}
