"""Updates on their way in memory, for tests of the actions and pages; signatures and mail are those of the fakes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from drafting.actions.mailing_ports import Addressed, Mailing
from drafting.actions.signature_ports import LinkRole
from drafting.domain.signatures import Signature, SignatureState
from tests.fake_signatures import MemorySignatures


class MemoryMailings:
    """``kept``: letters stay in the outbox for ever; a test says with ``waiting`` how many."""

    def __init__(self, signatures: MemorySignatures, mail: Any) -> None:
        self.signatures = signatures
        self.mail = mail
        self.by_id: dict[str, Mailing] = {}
        self.waiting = 0

    async def begin(self, id: str, declaration: str, edition: int, at: datetime) -> Mailing:
        wanting = self._wanting(declaration, edition)
        until = max((s.index or 0 for s in wanting), default=0)
        return self.by_id.setdefault(id, Mailing(id, declaration, edition, 0, until, len(wanting), 0, 0, at))

    def _wanting(self, declaration: str, edition: int) -> list[Signature]:
        found = (
            s
            for s in self.signatures.by_id.values()
            if (s.declaration, s.edition) == (declaration, edition)
            and s.updates
            and s.state is SignatureState.CONFIRMED
            and s.bounced is None
        )
        return sorted(found, key=lambda s: s.index or 0)

    async def find(self, id: str) -> Mailing | None:
        known = self.by_id.get(id)
        return replace(known, waiting=self.waiting) if known else None

    async def open(self) -> Sequence[Mailing]:
        return [replace(m, waiting=self.waiting) for m in self.by_id.values() if m.ended is None]

    async def recipients(self, mailing: Mailing, limit: int) -> Sequence[Signature]:
        own = self._wanting(mailing.declaration, mailing.edition)
        return [s for s in own if mailing.place < (s.index or 0) <= mailing.until][:limit]

    async def hand_over(self, mailing: Mailing, place: int, letters: Sequence[Addressed], at: datetime) -> bool:
        if self.by_id[mailing.id].place != mailing.place:
            return False
        still = {s.id for s in self._wanting(mailing.declaration, mailing.edition)}
        kept = [addressed for addressed in letters if addressed.signature in still]
        self.signatures.links.update({a.secret: (a.signature, LinkRole.LEAVE) for a in kept})
        await self.mail.send([addressed.letter for addressed in kept], at)
        known = self.by_id[mailing.id]
        self.by_id[mailing.id] = replace(known, place=place, handed=known.handed + len(kept))
        return True

    async def end(self, mailing: Mailing, at: datetime) -> Mailing:
        self.by_id[mailing.id] = replace(self.by_id[mailing.id], ended=at)
        return self.by_id[mailing.id]
