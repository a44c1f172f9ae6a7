"""A real SMTP server (aiosmtpd) on 127.0.0.1 that is down, slow, refuses or hangs up as a test says."""

import asyncio
import email
import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session

ALL = "*"


@dataclass
class Post:
    """What the server does and what it has taken. ``refuses``: address (or ``*``) → answer to RCPT; ``hangs_up``: on so
    many letters before they are taken; ``forgets_to_say``: on so many after; ``together``: see ``_wait_for_others``.
    ``told`` is set once it has taken ``tells_at`` letters."""

    refuses: dict[str, str] = field(default_factory=dict)
    hangs_up: int = 0
    forgets_to_say: int = 0
    together: int = 0
    taken: list[tuple[str, str]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    sessions: set[int] = field(default_factory=set)
    encrypted: list[bool] = field(default_factory=list)
    port: int = 0
    tells_at: int = 0
    told: threading.Event = field(default_factory=threading.Event)
    _waiting: int = 0
    _all_there: asyncio.Event = field(default_factory=asyncio.Event)

    def recipients(self) -> list[str]:
        return sorted(recipient for recipient, _ in self.taken)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: object
    ) -> str:
        self.asked[address] += 1
        answer = self.refuses.get(address) or self.refuses.get(ALL)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.sessions.add(id(session))
        self.encrypted.append(session.ssl is not None)
        if self.together:
            await self._wait_for_others()
        if self.hangs_up:
            self.hangs_up -= 1
            server.transport.abort()
            return "451 gone"
        assert isinstance(envelope.content, bytes)
        name = email.message_from_bytes(envelope.content)["Message-ID"]
        self.taken.append((envelope.rcpt_tos[0], str(name)))
        if len(self.taken) == self.tells_at:
            self.told.set()
        if self.forgets_to_say:
            self.forgets_to_say -= 1
            server.transport.abort()
        return "250 taken"

    async def _wait_for_others(self) -> None:
        """A server so slow that nobody gets an answer before ``together`` letters are there at once."""
        self._waiting += 1
        if self._waiting >= self.together:
            self.together = 0
            self._all_there.set()
        await self._all_there.wait()


@contextmanager
def open_for(post: Post, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Post]:
    """Serve until the block ends, at ``post.port``, in a thread of its own."""
    loop = asyncio.new_event_loop()
    connections: list[SMTP] = []

    def answer() -> SMTP:
        connections.append(
            SMTP(post, hostname="post.example", tls_context=tls, require_starttls=tls is not None, loop=loop)
        )
        return connections[-1]

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(loop.create_server(answer, "127.0.0.1", port), loop).result()
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        asyncio.run_coroutine_threadsafe(_end(server, connections), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server, connections: Sequence[SMTP]) -> None:
    server.close()
    for connection in connections:
        if connection.transport is not None:
            connection.transport.abort()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others)
