"""The store of signatures in memory, for tests of the actions and pages; its ledger and mail are those of the fakes."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from drafting.actions.signature_ports import (
    AddressHasSigned,
    LinkRole,
    SignatureChange,
    SignatureMoved,
    SignatureRequest,
)
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Entry, Kind
from drafting.domain.geography import Geography
from drafting.domain.signatures import (
    HOLDING_STATES,
    ON_PAPER,
    Counts,
    SignatoryKind,
    Signature,
    SignatureState,
    Source,
    folded,
    stream_of,
)


class MemorySignatures:
    def __init__(self, ledger: Any, mail: Any) -> None:
        self.ledger = ledger
        self.mail = mail
        self.by_id: dict[str, Signature] = {}
        self.links: dict[str, tuple[str, LinkRole]] = {}
        self.told: dict[tuple[str, int], Geography] = {}
        self.logos: dict[str, bytes] = {}

    async def request(self, asked: SignatureRequest, at: datetime) -> None:
        self.ledger.contents.update(asked.contents)
        holder = self._holder(asked.signature)
        if holder is None:
            self.by_id[asked.signature.id] = asked.signature
        self.links[asked.secret] = (holder or asked.signature).id, LinkRole.OWN
        await self.mail.send([asked.known if holder else asked.letter], at)

    def _holder(self, wanted: Signature) -> Signature | None:
        def place(s: Signature) -> tuple[str, int, str]:
            return s.declaration, s.edition, folded(s.address) if s.address else s.id

        holding = (s for s in self.by_id.values() if s.state in HOLDING_STATES and s.id != wanted.id)
        return next((s for s in holding if place(s) == place(wanted)), None)

    async def add(self, changes: Sequence[SignatureChange], at: datetime) -> Sequence[Signature | None]:
        kept: list[Signature | None] = []
        for change in changes:
            if self._holder(change.after):
                kept.append(None)
            else:
                self.by_id[change.after.id] = change.after
                kept.append(await self._keep(change, at, turn=0))
        return kept

    async def change(self, change: SignatureChange, at: datetime) -> Signature:
        if self.by_id[change.before.id].turn != change.before.turn:
            raise SignatureMoved(change.before.id)
        if change.after.state in HOLDING_STATES and self._holder(change.after):
            raise AddressHasSigned(change.before.id)
        return await self._keep(change, at, turn=change.before.turn + 1)

    async def _keep(self, change: SignatureChange, at: datetime, turn: int) -> Signature:
        stream, index = stream_of(change.before.declaration), change.after.index
        for event in change.events:
            last = len(self.ledger.entries.get(stream, ()))
            (entry,) = await self.ledger.append(stream, [event], expected=last, at=at)
            index = entry.index if event.kind is Kind.SIGNATURE_CONFIRM else index
        kept = self.by_id[change.after.id] = replace(change.after, index=index, turn=turn)
        if change.logo is not None:
            self.logos[kept.id] = change.logo
        if kept.is_erased:
            self.logos.pop(kept.id, None)
            self.links = {secret: link for secret, link in self.links.items() if link[0] != kept.id}
        for link in change.links:
            self.links[link.secret] = kept.id, link.role
            await self.mail.send([link.letter], at)
        return kept

    async def find(self, secret: str) -> tuple[Signature, LinkRole] | None:
        if secret not in self.links:
            return None
        id, role = self.links[secret]
        return self.by_id[id], role

    async def get(self, id: str) -> Signature:
        if id not in self.by_id:
            raise Refusal(Code.NOT_FOUND, signature=id)
        return self.by_id[id]

    async def indexes(self, ids: Collection[str]) -> Mapping[str, int]:
        return {id: self.by_id[id].index or 0 for id in ids if id in self.by_id}

    async def counts(self, declaration: str, edition: int) -> Counts:
        counted = [s for s in self._under(declaration, edition) if s.state is SignatureState.CONFIRMED]

        def of(kind: SignatoryKind, *, on_paper: bool = False) -> int:
            return sum(s.kind is kind and (not on_paper or s.source in ON_PAPER) for s in counted)

        person, organisation = SignatoryKind.PERSON, SignatoryKind.ORGANISATION
        return Counts(of(person), of(organisation), of(person, on_paper=True), of(organisation, on_paper=True))

    def _under(self, declaration: str, edition: int) -> list[Signature]:
        return [s for s in self.by_id.values() if (s.declaration, s.edition) == (declaration, edition)]

    async def listed(
        self,
        declaration: str,
        edition: int,
        after: int = 0,
        limit: int = 100,
        *,
        newest_first: bool = False,
        kind: SignatoryKind | None = None,
    ) -> Sequence[Signature]:
        listed = (s for s in self._under(declaration, edition) if s.is_listed and kind in (None, s.kind))
        found = sorted(listed, key=lambda s: s.index or 0)
        if newest_first:
            return [s for s in reversed(found) if not after or (s.index or 0) < after][:limit]
        return [s for s in found if (s.index or 0) > after][:limit]

    async def in_state(
        self,
        declaration: str,
        edition: int,
        state: SignatureState,
        limit: int,
        *,
        since: datetime | None = None,
        but: Collection[Source] = (),
    ) -> Sequence[Signature]:
        under = self._under(declaration, edition)
        found = [s for s in under if s.state is state and s.changed and s.source not in but]
        newest = sorted(found, key=lambda s: s.changed or s.requested, reverse=True)
        return [s for s in newest if since is None or (s.changed or s.requested) > since][:limit]

    async def bounced(self, declaration: str, edition: int, limit: int) -> tuple[int, Sequence[Signature]]:
        found = [s for s in self._under(declaration, edition) if s.bounced]
        return len(found), found[:limit]

    async def places(self, declaration: str, edition: int) -> Mapping[str, int]:
        counted = [s for s in self._under(declaration, edition) if s.state is SignatureState.CONFIRMED]
        return Counter(s.place for s in counted if s.publish and s.place)

    async def countries(self, declaration: str, edition: int) -> Mapping[str, int]:
        counted = [s for s in self._under(declaration, edition) if s.state is SignatureState.CONFIRMED]
        return Counter(s.country for s in counted if s.publish and s.country)

    async def geography(self, declaration: str, edition: int) -> Geography:
        return self.told.get((declaration, edition), Geography())

    async def keep_geography(self, declaration: str, edition: int, before: Geography, after: Geography) -> Geography:
        self.told[declaration, edition] = after
        return after

    async def entries(self, declaration: str, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        found: Sequence[Entry] = await self.ledger.read(stream_of(declaration), after)
        return found[:limit]

    async def unreminded(self, before: datetime, at: datetime, limit: int = 100) -> Sequence[Signature]:
        pending = [s for s in self.by_id.values() if s.state is SignatureState.PENDING and s.contact_confirmed is None]
        due = (s for s in pending if s.requested < before and s.expires > at and s.reminded is None)
        return [s for s in due if s.bounced is None][:limit]

    async def unproven(self, before: datetime, at: datetime, limit: int = 50) -> Sequence[Signature]:
        pending = [s for s in self.by_id.values() if s.state is SignatureState.PENDING and s.domain and s.expires > at]
        due = sorted((s.changed, s.id) for s in pending if s.changed and s.changed < before)
        return [self.by_id[id] for _, id in due[:limit]]

    async def logo(self, id: str) -> bytes | None:
        return self.logos.get(id) or None

    async def forget_prefixes(self, before: datetime) -> int:
        old = [s for s in self.by_id.values() if s.prefix and s.requested < before]
        self.by_id.update({s.id: replace(s, prefix="") for s in old})
        return len(old)

    async def sweep(self, before: datetime) -> int:
        old = [s.id for s in self.by_id.values() if s.state is SignatureState.PENDING and s.expires < before]
        for id in old:
            del self.by_id[id]
        self.links = {secret: link for secret, link in self.links.items() if link[0] in self.by_id}
        return len(old)
