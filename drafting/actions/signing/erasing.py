"""Erasures outlive a restore: whoever was erased after a backup was made is erased again when it comes back.

The list holds ids alone, which tell nothing of anybody. It lies in the data folder and in every backup, and stands
beside the public lists for whoever keeps a copy of those.
"""

from collections.abc import Iterable
from contextlib import suppress

from drafting.actions.ports import Ports
from drafting.actions.signature_ports import SignatureMoved
from drafting.actions.signing.links import withdrawal
from drafting.domain.errors import Refusal

SYSTEM = "system"


async def erase_again(ports: Ports, ids: Iterable[str]) -> int:
    """Erase those of these signatures that are here and not erased yet; how many."""
    erased = 0
    for id in dict.fromkeys(ids):
        with suppress(SignatureMoved):  # Nobody else writes while a backup is restored.
            try:
                signature = await ports.signatures.get(id)
            except Refusal:
                continue
            if not signature.is_erased:
                at = ports.clock.now()
                await ports.signatures.change(withdrawal(signature, at, erase=True, actor=SYSTEM), at)
                erased += 1
    return erased
