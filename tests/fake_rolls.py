"""The store of rolls in memory, beside that of signatures."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from drafting.actions.roll_ports import RollMoved
from drafting.actions.signature_ports import SignatureChange
from drafting.domain.errors import Code, Refusal
from drafting.domain.rolls import ENDED_STATES, Outcome, Report, Roll, RollState, Rows
from drafting.domain.signatures import HOLDING_STATES, ON_PAPER, Signature, SignatureState, folded
from tests.fake_signatures import MemorySignatures


class MemoryRolls:
    def __init__(self, signatures: MemorySignatures) -> None:
        self.signatures = signatures
        self.by_id: dict[str, Roll] = {}
        self.files: dict[str, bytes] = {}

    async def keep(self, roll: Roll, data: bytes) -> None:
        self.by_id[roll.id] = roll
        self.files[roll.id] = data

    async def get(self, id: str) -> Roll:
        if id not in self.by_id:
            raise Refusal(Code.NOT_FOUND, roll=id)
        return self.by_id[id]

    async def file(self, id: str) -> bytes:
        if id not in self.files:
            raise Refusal(Code.NOT_FOUND, roll=id)
        return self.files[id]

    async def of_edition(self, declaration: str, edition: int) -> Sequence[Roll]:
        found = [r for r in self.by_id.values() if (r.declaration, r.edition) == (declaration, edition)]
        return sorted(found, key=lambda roll: roll.created, reverse=True)

    async def in_states(
        self, states: Collection[RollState], *, due: datetime | None = None, limit: int = 100
    ) -> Sequence[Roll]:
        return [r for r in self.by_id.values() if r.state in states and (due is None or r.due <= due)][:limit]

    async def save(self, roll: Roll, *, drops_file: bool = False) -> Roll:
        if self.by_id[roll.id].turn != roll.turn:
            raise RollMoved(roll.id)
        if drops_file:
            self.files.pop(roll.id, None)
        self.by_id[roll.id] = replace(roll, turn=roll.turn + 1, report=Report.of(roll.report.to_json()))
        return self.by_id[roll.id]

    async def count(
        self,
        roll: Roll,
        changes: Sequence[SignatureChange],
        at: datetime,
        settle: Callable[[Sequence[Outcome]], Roll],
    ) -> Roll:
        if self.by_id[roll.id].turn != roll.turn:
            raise RollMoved(roll.id)
        told = []
        for change in changes:
            address = folded(change.after.address)
            if change.after.address and not (await self.standing(roll.declaration, roll.edition, [address])).get(
                address, True
            ):
                told.append(Outcome.LEFT)
                continue
            (added,) = await self.signatures.add([change], at)
            told.append(Outcome.SIGNED if added is None else Outcome.FITS)
        return await self.save(settle(told))

    async def change_rows(
        self,
        roll: Roll,
        states: Collection[SignatureState],
        at: datetime,
        decide: Callable[[Signature], SignatureChange],
        settle: Callable[[int], Roll],
        limit: int,
    ) -> Roll:
        if self.by_id[roll.id].turn != roll.turn:
            raise RollMoved(roll.id)
        own = [s for s in self.signatures.by_id.values() if s.roll == roll.id and s.state in states and s.salt][:limit]
        for each in own:
            await self.signatures.change(decide(each), at)
        return await self.save(settle(len(own)))

    async def rows(self, roll: str) -> Rows:
        own = [s for s in self.signatures.by_id.values() if s.roll == roll]
        counting = [s for s in own if s.state is SignatureState.CONFIRMED]
        held = sum(s.state in HOLDING_STATES for s in own) - len(counting)
        listed = sum(s.is_listed for s in counting)
        return Rows(len(counting), listed, held, len(own) - len(counting) - held)

    async def forget_words(self, before: datetime) -> int:
        ended = [r for r in self.by_id.values() if r.state in ENDED_STATES and r.changed < before]
        for roll in (found := [r for r in ended if r.name or r.reason]):
            self.by_id[roll.id] = replace(roll, name="", reason="", turn=roll.turn + 1)
        return len(found)

    async def standing(self, declaration: str, edition: int, addresses: Collection[str]) -> Mapping[str, bool]:
        found: dict[str, bool] = {}
        for each in self.signatures.by_id.values():
            address = folded(each.address)
            known = each.state in HOLDING_STATES or each.state is SignatureState.WITHDRAWN
            if known and address in addresses and (each.declaration, each.edition) == (declaration, edition):
                found[address] = found.get(address, False) or each.state in HOLDING_STATES
        return found

    async def without_address(self, declaration: str, edition: int, name: str, limit: int = 50) -> Sequence[Signature]:
        under = [s for s in self.signatures.by_id.values() if (s.declaration, s.edition) == (declaration, edition)]
        found = [s for s in under if s.name == name and not s.address and s.source in ON_PAPER]
        return [s for s in found if s.state in HOLDING_STATES][:limit]

    async def names(
        self, declaration: str, edition: int, after: int = 0, limit: int = 5000
    ) -> Sequence[tuple[int, str, str]]:
        numbered = enumerate(self.signatures.by_id.values(), 1)
        return [
            (number, each.name, each.place)
            for number, each in numbered
            if number > after and each.state in HOLDING_STATES and each.declaration == declaration
        ][:limit]
