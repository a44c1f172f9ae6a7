"""Carries what lies in the outbox, several letters at a time and no faster than the settings allow.

A letter that the server refuses for the moment waits longer each time, and gives way to others. A server that cannot be
reached, or that refuses everything, is left alone for longer each time, and then tried with one letter first.
"""

import asyncio
import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from drafting.actions.ports import CannotSave, Clock
from drafting.stores.mail.carriers import AddressRefused, CannotDeliver, Carrier, Parcel, WillNeverDeliver
from drafting.stores.mail.outbox import GIVES_UP_AFTER, LEASE, Fault, Outbox
from drafting.stores.mail.pace import Bucket

LOG: Final = logging.getLogger(__name__)
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30, 60))
"""How long a letter waits after its first failure, the second, …; the last one is repeated."""
RESTS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 20, 60, 120, 300))
"""How long the server is left alone after it failed once, twice, …; the last one is repeated."""
REFUSES_ALL: Final = 20
"""So many letters refused one after the other say something of the server and nothing of them."""
AT_ONCE: Final = 4
LEASED_AHEAD: Final = 4
POLL_SECONDS: Final = 20.0
MARK_SECONDS: Final = 1.0
CLOSING_SECONDS: Final = 10.0
SWEEPS_EVERY: Final = timedelta(hours=1)


class _Rest:
    """Whether the server is left alone for now."""

    def __init__(self) -> None:
        self.until: datetime | None = None
        self.failures = 0
        self.refusals = 0

    def is_on(self, at: datetime) -> bool:
        return self.until is not None and at < self.until

    def begin(self, at: datetime) -> None:
        """Letters that were under way together fail together; that is one failure."""
        if not self.is_on(at):
            self.until = at + RESTS[min(self.failures, len(RESTS) - 1)]
            self.failures += 1

    def refused(self, at: datetime) -> None:
        self.refusals += 1
        if self.refusals >= REFUSES_ALL:
            self.begin(at)

    def end(self) -> None:
        self.until, self.failures, self.refusals = None, 0, 0


class Courier:
    """``deliver`` carries what is due now, ``work`` goes on for ever; ``close`` waits for what is under way."""

    def __init__(
        self, outbox: Outbox, carrier: Carrier, clock: Clock, *, at_once: int = AT_ONCE, bucket: Bucket | None = None
    ) -> None:
        self._outbox = outbox
        self._carrier = carrier
        self._clock = clock
        self._at_once = at_once
        self._bucket = bucket or Bucket()
        self._rest = _Rest()
        self._ahead: deque[Parcel] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        # Threads of its own: a mail server that takes minutes must not hold up who writes files.
        self._threads = ThreadPoolExecutor(at_once, "letters")
        self._count = 0
        self._failure: BaseException | None = None
        self._swept: datetime | None = None
        self._is_closing = False

    async def work(self) -> None:
        """For ever: carry what is due, then wait for a letter or for the next time. Cancel it to stop."""
        while True:
            self._outbox.arrived.clear()
            with suppress(CannotSave):  # The database is away; the letters are in it.
                await self.deliver()
            if pause := self._forced_pause(self._clock.now()):
                await asyncio.sleep(pause)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._outbox.arrived.wait(), POLL_SECONDS)

    def _forced_pause(self, at: datetime) -> float:
        """Seconds for which nothing may be carried, however much there is."""
        if self._rest.until is not None and at < self._rest.until:
            return min((self._rest.until - at).total_seconds(), POLL_SECONDS)
        return self._bucket.seconds(at)

    async def deliver(self) -> int:
        """Carry what is due now; how many letters left. Ends early where the server fails or no more may leave yet."""
        await self._sweep()
        before = self._count
        while not self._is_closing:
            await self._fill()
            if not self._under_way:
                break
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            if self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure
        return self._count - before

    async def close(self) -> None:
        """Begin nothing new; wait for the letters that are being handed over, and for their marks."""
        self._is_closing = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=CLOSING_SECONDS)
        with suppress(CannotSave):
            await self._return_ahead()
        await asyncio.to_thread(self._carrier.close)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=1)
        self._threads.shutdown(wait=False)
        await self._outbox.close()

    async def _fill(self) -> None:
        """Begin as many letters as may be under way; one alone where the server has failed before."""
        now = self._clock.now()
        if self._rest.is_on(now):
            await self._return_ahead()
            return
        most = 1 if self._rest.failures else self._at_once
        if not self._ahead and len(self._under_way) < most:
            allowed = self._bucket.take(most if self._rest.failures else most * LEASED_AHEAD, now)
            leased = await self._outbox.lease(now, allowed) if allowed else ()
            self._bucket.give_back(allowed - len(leased))
            self._ahead.extend(leased)
            if leased:
                self._outbox.pace.begin(now)
            elif allowed and not self._under_way:
                self._outbox.pace.end()
        while self._ahead and len(self._under_way) < most:
            task = asyncio.create_task(self._carry(self._ahead.popleft()), name="letter")
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, CannotSave):
            self._failure = error

    async def _return_ahead(self) -> None:
        if self._ahead:
            parcels, self._ahead = [*self._ahead], deque()
            await self._outbox.put_back(parcels, self._clock.now())

    async def _carry(self, parcel: Parcel) -> None:
        """It is no child of :meth:`deliver`: what is handed over has to be marked, come what may."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._carrier.carry, parcel)
        except WillNeverDeliver as error:
            fault = Fault.BOUNCED if isinstance(error, AddressRefused) else Fault.REFUSED
            await self._outbox.give_up(parcel, fault, str(error), self._clock.now())
            self._rest.refusals = 0
        except CannotDeliver as error:
            await self._fail(parcel, error)
        else:
            await self._mark(parcel)
            self._rest.end()
            self._outbox.pace.note(self._clock.now())
            self._count += 1

    async def _mark(self, parcel: Parcel) -> None:
        """Unmarked it would be carried again, so this goes on until the database is back or the lease is over."""
        until = self._clock.now() + LEASE
        while True:
            try:
                return await self._outbox.delivered(parcel)
            except CannotSave:
                if self._clock.now() >= until:
                    raise
            await asyncio.sleep(MARK_SECONDS)

    async def _fail(self, parcel: Parcel, error: CannotDeliver) -> None:
        now = self._clock.now()
        if error.concerns_all:
            if not self._rest.failures:
                LOG.warning("the mail server takes no letters now")
            self._rest.begin(now)
        else:
            self._rest.refused(now)
        if self._rest.failures:
            self._outbox.pace.held_up = self._outbox.pace.held_up or now
        if now - parcel.at >= GIVES_UP_AFTER:
            await self._outbox.give_up(parcel, Fault.LATE, str(error), now)
        elif error.is_letters:
            await self._outbox.postpone(parcel, now + PAUSES[min(parcel.attempts, len(PAUSES) - 1)], str(error))
        else:
            await self._outbox.put_back([parcel], now)

    async def _sweep(self) -> None:
        now = self._clock.now()
        if self._swept is None or now - self._swept >= SWEEPS_EVERY:
            await self._outbox.sweep(now)
            self._swept = now
