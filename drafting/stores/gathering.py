"""Group commits for whatever many ask for at once: while one transaction runs, the next one's work gathers.

As ``logs/batches.py`` does for updates of texts: no timer, a lone request is committed at once, a thousand in flight
share one fsync.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from drafting.actions.ports import CannotSave

MOST_TOGETHER: Final = 500
MOST_WAITING: Final = 20_000

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class _Asked(Generic[T, R]):
    what: T
    answer: "asyncio.Future[R]"

    def settle(self, result: R | Exception) -> None:
        if self.answer.done():
            return
        if isinstance(result, Exception):
            self.answer.set_exception(result)
        else:
            self.answer.set_result(result)


class Gathering(Generic[T, R]):
    """Hands what gathered to ``commit``, which keeps it in one transaction and answers each request by its place: with
    a result, or with an exception for one that was left out. When it raises, nothing was kept."""

    def __init__(self, name: str, commit: Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]]) -> None:
        self._name = name
        self._commit = commit
        self._waiting: list[_Asked[T, R]] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, what: T) -> R:
        """Its result, once it is durable. Raises :class:`CannotSave`, at once when too much waits."""
        if len(self._waiting) >= MOST_WAITING:
            raise CannotSave("too much is waiting for the database")
        asked: _Asked[T, R] = _Asked(what, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._task is None:
            self._task = asyncio.create_task(self._drain(), name=self._name)
        return await asked.answer

    async def close(self) -> None:
        """Returns when everything that was asked for is settled."""
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                await self._keep(batch)
        finally:
            self._task = None

    async def _keep(self, batch: Sequence[_Asked[T, R]]) -> None:
        try:
            results = await self._commit([asked.what for asked in batch])
        except CannotSave as error:
            for asked in batch:
                asked.settle(CannotSave(str(error)))
        except Exception as error:  # It belongs to whoever asked; swallowed here, they would wait for ever.
            await self._blame(batch, error)
        else:
            for asked, result in zip(batch, results, strict=True):
                asked.settle(result)

    async def _blame(self, batch: Sequence[_Asked[T, R]], error: Exception) -> None:
        """One request that cannot be written must not take the others with it."""
        if len(batch) == 1:
            batch[0].settle(error)
            return
        for asked in batch:
            await self._keep([asked])
