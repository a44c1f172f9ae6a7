"""An entry of the ledger as one line: what the API prints, what a bundle holds, what the tree is made of."""

from typing import Any, Final

import rfc8785

from drafting.domain.events import Entry
from drafting.domain.tree import leaf_hash

FIELDS: Final = frozenset({"stream", "index", "at", "kind", "actor", "channel", "data"})


def line_value(entry: Entry) -> dict[str, Any]:
    """``at`` is RFC 3339 in UTC with ``Z``; a fraction of a second has six digits, and is left out where it is nought.
    ``data`` depends on ``kind``."""
    return {
        "stream": entry.stream,
        "index": entry.index,
        "at": entry.at.isoformat().replace("+00:00", "Z"),
        "kind": entry.event.kind.value,
        "actor": entry.event.actor,
        "channel": entry.event.channel,
        "data": dict(entry.event.data),
    }


def line(entry: Entry) -> bytes:
    """The line in RFC 8785, without a line feed."""
    return rfc8785.dumps(line_value(entry))


def entry_hash(entry: Entry) -> bytes:
    """The hash of the entry's leaf. Leaf ``n`` is the entry of index ``n + 1``."""
    return leaf_hash(line(entry))
