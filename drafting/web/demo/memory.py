"""Ports that remember what they read, for one process that is alone with an installation, such as the demonstration."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from drafting.actions.ports import Account, Accounts, Ledger
from drafting.domain.events import Entry, Event


class RememberingLedger:
    """A ledger that nobody else appends to: what was appended or read once is not read again."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._entries: dict[str, list[Entry]] = {}
        self._contents: dict[str, bytes] = {}

    async def append(
        self,
        stream: str,
        events: Sequence[Event],
        *,
        expected: int,
        at: datetime,
        contents: Mapping[str, bytes] = {},
    ) -> Sequence[Entry]:
        known = await self._known(stream)
        entries = await self._ledger.append(stream, events, expected=expected, at=at, contents=contents)
        known.extend(entries)
        self._contents.update(contents)
        return entries

    async def read(self, stream: str, after: int = 0, most: int | None = None) -> Sequence[Entry]:
        return (await self._known(stream))[after:][:most]

    async def streams(self) -> Sequence[str]:
        return await self._ledger.streams()

    async def content(self, digest: str) -> bytes:
        if digest not in self._contents:
            self._contents[digest] = await self._ledger.content(digest)
        return self._contents[digest]

    async def _known(self, stream: str) -> list[Entry]:
        if stream not in self._entries:
            self._entries[stream] = list(await self._ledger.read(stream))
        return self._entries[stream]


class RememberingAccounts:
    """The same for accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._known: dict[str, Account] = {}

    async def open(self, address: str, name: str = "", locale: str = "") -> tuple[Account, bool]:
        account, is_new = await self._accounts.open(address, name, locale)
        self._known[account.id] = account
        return account, is_new

    async def find(self, address: str) -> Account | None:
        return await self._accounts.find(address)

    async def get(self, account: str) -> Account:
        if account not in self._known:
            self._known[account] = await self._accounts.get(account)
        return self._known[account]

    async def describe(self, account: str, *, name: str | None = None, locale: str | None = None) -> Account:
        self._known[account] = await self._accounts.describe(account, name=name, locale=locale)
        return self._known[account]

    async def names(self, accounts: Sequence[str]) -> Mapping[str, str]:
        known = {id: self._known[id].name for id in accounts if id in self._known}
        return {**known, **await self._rest(accounts)}

    async def _rest(self, accounts: Sequence[str]) -> Mapping[str, str]:
        unknown = [id for id in accounts if id not in self._known]
        return await self._accounts.names(unknown) if unknown else {}
