"""Signatures of the demonstration: asked for and confirmed through the actions, as people would."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from drafting.actions.letter_ports import Letter
from drafting.actions.ports import Ports
from drafting.actions.signature_ports import SignatureChange, SignatureRequest, Signatures
from drafting.actions.signing.asking import Asked, sign
from drafting.actions.signing.links import confirm_signature
from drafting.actions.signing.logos import put_logo
from drafting.domain.signatures import Signature
from drafting.paths import DEMO

Row = Mapping[str, Any]
_SAID: Final = (
    *("kind", "name", "address", "locale", "affiliation", "role", "place", "shown", "publish", "updates"),
    *("mandate_by", "mandate_on", "mandate"),
)


class _Opened:
    """Hands on to the store, and remembers the links in letters, as whoever opens them would."""

    def __init__(self, signatures: Signatures) -> None:
        self._signatures = signatures
        self.links: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._signatures, name)

    async def request(self, asked: SignatureRequest, at: datetime) -> None:
        await self._signatures.request(asked, at)
        self._open(asked.letter, asked.secret)

    async def change(self, change: SignatureChange, at: datetime) -> Signature:
        for link in change.links:
            self._open(link.letter, link.secret)
        return await self._signatures.change(change, at)

    def _open(self, letter: Letter, secret: str) -> None:
        self.links[letter.to] = secret


async def sign_on(ports: Ports, slug: str, n: int, signatories: Sequence[Row]) -> int:
    """Let them sign an edition; how many have confirmed."""
    opened = _Opened(ports.signatures)
    ports = replace(ports, signatures=opened)
    confirmed = 0
    for row in signatories:
        said = {"kind": "person", **{key: row[key] for key in _SAID if key in row}}
        await sign(ports, slug=slug, n=n, asked=Asked(second_contact=row.get("second", ""), **said))
        if row.get("confirms", True):
            await confirm_signature(ports, opened.links[row["address"]])
            confirmed += 1
        if "second" in row:
            await confirm_signature(ports, opened.links[row["second"]])
        if "logo" in row and ports.pictures:
            await put_logo(ports, opened.links[row["address"]], (DEMO / row["logo"]).read_bytes())
    return confirmed
