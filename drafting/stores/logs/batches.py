"""Natural batching: while one commit runs, whatever else is asked for gathers, and goes into the next one together.

No timer: a lone update is committed at once, a thousand in flight share one fsync.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from drafting.actions.ports import CannotSave
from drafting.actions.writing_ports import LogMoved, Update

MAX_ROWS: Final = 10_000
MAX_BYTES: Final = 16 * 1024 * 1024
MAX_WAITING_BYTES: Final = 128 * 1024 * 1024

MOVED: Final = -1
"""In place of a number: this update was not kept, since its text is not where its sender expects it."""

Commit: TypeAlias = Callable[[Sequence[Update], Mapping[str, int]], Awaitable[Sequence[int]]]


@dataclass(slots=True)
class _Request:
    updates: Sequence[Update]
    after: int | None
    size: int
    answer: "asyncio.Future[Sequence[int]]"

    def clashes_with(self, texts: Mapping[str, bool]) -> bool:
        """Whether one commit would hold two requests for a text, of which either expects it somewhere."""
        text = self.updates[0].text
        return text in texts and (texts[text] or self.after is not None)

    def settle(self, sequences: Sequence[int]) -> None:
        if sequences[0] == MOVED:
            self.fail(LogMoved(self.updates[0].text))
        elif not self.answer.done():
            self.answer.set_result(sequences)

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Batches:
    """Hands gathered updates to ``commit``, which keeps all of them or raises and keeps none; and with them where texts
    have to be (text → its last number), of which those that are elsewhere are left out as :data:`MOVED`."""

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self._waiting: list[_Request] = []
        self._waiting_bytes = 0
        self._task: asyncio.Task[None] | None = None

    async def append(self, updates: Sequence[Update], after: int | None = None) -> Sequence[int]:
        """Their sequence numbers once they are durable. Raises :class:`CannotSave`, at once when too much waits, and
        :class:`LogMoved` where their one text is not at ``after``."""
        if not updates:
            return []
        size = sum(len(update.data) for update in updates)
        if self._waiting and self._waiting_bytes + size > MAX_WAITING_BYTES:
            raise CannotSave("too much is waiting for the database")
        request = _Request(updates, after, size, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        self._waiting_bytes += size
        if self._task is None:
            self._task = asyncio.create_task(self._drain(), name="update log")
        return await request.answer

    async def close(self) -> None:
        """Returns when everything that was asked for is settled."""
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._keep(self._take())
        finally:
            self._task = None

    def _take(self) -> list[_Request]:
        rows = size = count = 0
        texts: dict[str, bool] = {}
        for request in self._waiting:
            rows += len(request.updates)
            size += request.size
            if count and (rows > MAX_ROWS or size > MAX_BYTES or request.clashes_with(texts)):
                break
            texts[request.updates[0].text] = request.after is not None
            count += 1
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        self._waiting_bytes -= sum(request.size for request in taken)
        return taken

    async def _keep(self, batch: Sequence[_Request]) -> None:
        try:
            expected = {request.updates[0].text: request.after for request in batch if request.after is not None}
            sequences = await self._commit([update for request in batch for update in request.updates], expected)
        except CannotSave as error:
            for request in batch:
                request.fail(CannotSave(str(error)))
        except Exception as error:  # It belongs to whoever asked; swallowed here, they would wait for ever.
            await self._blame(batch, error)
        else:
            start = 0
            for request in batch:
                request.settle(sequences[start : start + len(request.updates)])
                start += len(request.updates)

    async def _blame(self, batch: Sequence[_Request], error: Exception) -> None:
        """One request that cannot be written must not take the others with it."""
        if len(batch) == 1:
            batch[0].fail(error)
            return
        for request in batch:
            await self._keep([request])
