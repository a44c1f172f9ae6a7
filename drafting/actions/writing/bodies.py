"""Immutable texts among the ledger's contents: the digested bytes, and beside them the text with its identities."""

import json

from drafting.actions.ports import Ports
from drafting.domain.prose import TEXT_PREFIX, Text, canonical_bytes, digest, digest_of_bytes, from_json, to_json


def body_bytes(text: Text) -> bytes:
    """A text with its identities as stored; :func:`read_body` is the inverse."""
    return json.dumps(to_json(text), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def body_digest(text: Text) -> str:
    return digest_of_bytes(body_bytes(text))


async def read_body(ports: Ports, body: str) -> Text:
    """The text stored under the digest of its body."""
    return from_json(json.loads(await ports.ledger.content(body)))


def contents_of(text: Text) -> dict[str, bytes]:
    """What the ledger keeps of an immutable text: its digested bytes with their prefix, and its body."""
    return {digest(text): TEXT_PREFIX + canonical_bytes(text), body_digest(text): body_bytes(text)}
