"""A server that is killed again and again, those who write in it meanwhile, and the audit after every death."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from random import Random
from typing import Self

from tests.nodes.writer import Writer
from tests.torture.author import Author
from tests.torture.nursery import ELSEWHERE

PATIENCE = 90


class Nursery:
    """Begins servers, each of which is gone before the next one begins. ``port``: of the latest."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.port = 0
        self._environment = {**os.environ, **environment, "DRAFTING_LOG": "error"}

    async def __aenter__(self) -> Self:
        command = [sys.executable, "-m", "tests.torture.nursery"]
        pipe = asyncio.subprocess.PIPE
        self._program = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, env=self._environment, start_new_session=True
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._program.stdin is not None
        self._program.stdin.close()
        await self._program.wait()

    @asynccontextmanager
    async def server(self, point: str = ELSEWHERE, count: int = 0) -> AsyncIterator["Doomed"]:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(f"{point} {count}\n".encode())
        pid, self.port = map(int, (await self._program.stdout.readline()).split())
        server = Doomed(pid)
        try:
            yield server
        finally:
            server.send(signal.SIGKILL)
            await server.death()


class Doomed:
    """A process of which only the end is awaited."""

    def __init__(self, pid: int) -> None:
        self._watch = os.pidfd_open(pid)
        self._is_gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._watch, self._see)

    def _see(self) -> None:
        asyncio.get_running_loop().remove_reader(self._watch)
        os.close(self._watch)
        self._is_gone.set()

    async def death(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._is_gone.wait()

    def send(self, how: signal.Signals) -> None:
        """The server has one process, which leads a group of its own."""
        if not self._is_gone.is_set():
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._watch, how)


class Tally:
    """How many deeds are known to be saved; one may wait for more of them."""

    def __init__(self) -> None:
        self.count = 0
        self._goal = 0
        self._is_there = asyncio.Event()

    def add(self, deeds: int) -> None:
        self.count += deeds
        if self.count >= self._goal:
            self._is_there.set()

    async def grow_by(self, deeds: int) -> None:
        self._goal = self.count + deeds
        self._is_there.clear()
        async with asyncio.timeout(PATIENCE):
            await self._is_there.wait()


class Scene:
    """``texts``: each gets ``authors`` authors."""

    def __init__(self, nursery: Nursery, token: str, texts: list[str], authors: int, random: Random) -> None:
        self.nursery = nursery
        self.random = random
        self.tally = Tally()
        self.audits = 0
        self._token = token
        self.authors = {
            text: [
                Author(nursery, token, text, f"{number}-", Random(random.random()), self.tally.add)
                for number in range(authors)
            ]
            for text in texts
        }

    @property
    def _everybody(self) -> list[Author]:
        return [author for authors in self.authors.values() for author in authors]

    async def suffer(self, point: str, count: int, also: Callable[[], None] | None = None) -> None:
        """One server's life: what its forerunner has left is audited, all come and write until it dies. ``also``
        happens shortly before, in a thread."""
        async with self.nursery.server(point, count) as server:
            await self.audit()
            server.send(signal.SIGUSR1)
            for author in self._everybody:
                author.may_come()
            if point == ELSEWHERE:
                await self.tally.grow_by(count)
                if also is not None:
                    await asyncio.to_thread(also)
                server.send(signal.SIGKILL)
            await server.death()
            for author in self._everybody:
                author.may_not_come()

    async def converge(self) -> Mapping[str, str]:
        """A last server: all come and write a little more, and then have the same words; these. It ends in peace."""
        async with self.nursery.server() as server:
            await self.audit()
            for author in self._everybody:
                author.may_come()
            await self.tally.grow_by(50)
            for author in self._everybody:
                await author.stop_writing()
            words = {}
            for text, authors in self.authors.items():
                words[text] = await self._read(text)
                for author in authors:
                    await author.until(lambda author=author, text=text: author.words == words[text])
            server.send(signal.SIGTERM)
            await server.death()
            for author in self._everybody:
                await author.until(lambda author=author: author.closed[-1:] == [1012])
        return words

    @property
    def refused(self) -> int:
        """How many edits were answered with "not saved"."""
        return sum(author.refused for author in self._everybody)

    async def audit(self) -> None:
        """Before anybody who could bring it again is there: all that was confirmed must be there."""
        for text, authors in self.authors.items():
            words = await self._read(text)
            for author in authors:
                for word, is_there in author.expected.items():
                    assert (word in words) == is_there, f"{word} is {'gone' if is_there else 'back'} in {text}"
                    self.audits += 1

    async def _read(self, text: str) -> str:
        async with Writer(self.nursery, self._token, text) as reader:
            return reader.words

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        for author in self._everybody:
            self._stack.push_async_callback(author.rest)
            author.begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
