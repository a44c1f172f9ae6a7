"""What one worker's end teaches, all nodes and later workers know: the record goes through the database."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from drafting.actions.ports import CannotSave
from drafting.stores.offences import SqlOffences
from drafting.web.live.record import Record

LOG: Final = logging.getLogger(__name__)
EVERY_SECONDS: Final = 2.0


class SharedRecord:
    """``send_away`` is told of each account that was shut out elsewhere."""

    def __init__(self, record: Record, offences: SqlOffences, send_away: Callable[[str], None]) -> None:
        self._record = record
        self._offences = offences
        self._send_away = send_away
        self._is_told = False

    async def exchange(self) -> None:
        """Tell what this worker inherited, once; learn what is kept. May raise :class:`CannotSave`."""
        now = datetime.now(UTC)
        known = await self._offences.known(now)
        if not self._is_told:
            told = self._record.told({(one.what, one.name): one for one in known})
            if told:
                await self._offences.keep(told, now)
                known = await self._offences.known(now)
            self._is_told = True
        for account in self._record.learn(known):
            self._send_away(account)

    async def begin(self) -> None:
        """Before anybody is let in; where the database is away, later."""
        try:
            await self.exchange()
        except CannotSave as error:
            LOG.warning("cannot read now who is shut out: %s", error)

    async def work(self) -> None:
        """Every other second."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            with suppress(CannotSave):
                await self.exchange()
