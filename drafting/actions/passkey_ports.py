"""What the actions need of the store of passkeys: what the ledger does not say of them."""

from collections.abc import Mapping
from typing import Protocol


class Passkeys(Protocol):
    """How people call their passkeys, and how often the devices say that they were used; shared by all nodes."""

    async def keep(self, id: str, account: str, name: str, counter: int) -> None:
        """A new one; durable when this returns."""

    async def names(self, account: str) -> Mapping[str, str]:
        """Of the account's passkeys, by their id; the name may be empty."""

    async def count(self, id: str, counter: int) -> bool:
        """Note a device's counter. False where it did not go on since the last time: somebody sends an old answer
        again, or copied the device. Devices that never count say 0 each time."""
