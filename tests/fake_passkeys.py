"""What is known of passkeys beside the ledger, in memory."""

from collections.abc import Mapping


class MemoryPasskeys:
    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, str, int]] = {}

    async def keep(self, id: str, account: str, name: str, counter: int) -> None:
        self.kept[id] = (account, name, counter)

    async def names(self, account: str) -> Mapping[str, str]:
        return {id: name for id, (owner, name, _) in self.kept.items() if owner == account}

    async def count(self, id: str, counter: int) -> bool:
        account, name, last = self.kept[id]
        if counter <= last and (counter, last) != (0, 0):
            return False
        self.kept[id] = (account, name, counter)
        return True
