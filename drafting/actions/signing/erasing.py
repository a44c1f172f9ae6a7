"""Erasures outlive a restore: whoever was erased after a backup was made is erased again when it comes back.

The list holds ids alone, which tell nothing of anybody. It lies in the data folder and in every backup, and stands
beside the public lists for whoever keeps a copy of those. Behind the id of a row that went with its list stands a word:
nobody asked for that, and a better list may bring the address in again.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final

from drafting.actions.ports import Ports
from drafting.actions.signature_ports import SignatureChange, SignatureMoved
from drafting.actions.signing.links import erased, withdrawal
from drafting.domain.errors import Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.signatures import HOLDING_STATES, Signature, SignatureState

SYSTEM: Final = "system"
WITH_LIST: Final = "list"
"""What stands behind the id, and what the entry of a row that is taken back has as its reason."""


def read_erasures(text: str) -> dict[str, bool]:
    """The ids of a file of erasures, and of each whether it went with its list."""
    lines = (line.split() for line in text.splitlines())
    return {words[0]: WITH_LIST in words[1:] for words in lines if words}


def write_erasures(ids: Mapping[str, bool]) -> str:
    """The inverse, one a line."""
    return "".join(f"{id} {WITH_LIST}\n" if is_with_list else f"{id}\n" for id, is_with_list in ids.items())


async def erase_again(ports: Ports, ids: Mapping[str, bool]) -> int:
    """Erase those of these signatures that are here and not erased yet; how many. ``ids``: as :func:`read_erasures`
    has them."""
    done = 0
    for id, is_with_list in ids.items():
        with suppress(SignatureMoved):  # Nobody else writes while a backup is restored.
            try:
                signature = await ports.signatures.get(id)
            except Refusal:
                continue
            if not signature.is_erased:
                await ports.signatures.change(_change(signature, ports.clock.now(), is_with_list), ports.clock.now())
                done += 1
    return done


def _change(signature: Signature, at: datetime, is_with_list: bool) -> SignatureChange:
    if not is_with_list:
        return withdrawal(signature, at, erase=True, actor=SYSTEM)
    if signature.state not in HOLDING_STATES:
        return forgotten(signature)
    left = taken_back(signature, SYSTEM, at)
    gone = forgotten(left.after)
    return SignatureChange(signature, gone.after, [*left.events, *gone.events])


def taken_back(signature: Signature, by: str, at: datetime) -> SignatureChange:
    """A row leaves the count with its list, as if a person had looked at it and decided; its address can sign again."""
    data = {"edition": signature.edition, "id": signature.id, "reason": WITH_LIST, "roll": signature.roll}
    event = Event(Kind.SIGNATURE_INVALIDATE, data, by, signature.source.value)
    return SignatureChange(signature, replace(signature, state=SignatureState.TAKEN_BACK, changed=at), [event])


def forgotten(signature: Signature) -> SignatureChange:
    """A row of a list that was taken back is emptied. The entry names the list where the row went with it, and not
    where its signatory had withdrawn before."""
    data = {"edition": signature.edition, "id": signature.id}
    if signature.state is SignatureState.TAKEN_BACK:
        data["roll"] = signature.roll
    return SignatureChange(signature, erased(signature), [Event(Kind.SIGNATURE_ERASE, data, SYSTEM, SYSTEM)])
