"""The people of the great day: who sign, who follow the link of their letter, and who read."""

import asyncio
import json
import re
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from statistics import median, quantiles
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.stores.post import Post, open_for

SIGNED_EACH_SECOND: Final = 300
POOL: Final = 64
FOLLOWING: Final = 16
AT_ONCE: Final = 25
"""Pages that are asked for together, each over a connection of its own."""
DOMAINS: Final = 5_000
AGAIN_SECONDS: Final = 0.2
TOLD_EVERY: Final = 10_000
LINK: Final = re.compile(rb"/sign/confirm/([\w-]+)")
ACCEPTED: Final = b"202"


class Letterbox(Post):
    """A mail server that takes everything, and gives the links of the letters to those who follow them."""

    def __init__(self) -> None:
        super().__init__()
        self.give: Callable[[str], None] | None = None

    @staticmethod
    @contextmanager
    def open() -> Iterator["Letterbox"]:
        letterbox = Letterbox()
        with open_for(letterbox):
            yield letterbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        found = LINK.search(envelope.content.replace(b"=\r\n", b""))
        if found and self.give:
            self.give(found[1].decode())
        return "250 taken"


class Client:
    """One connection to nginx, made anew whenever it was closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: object) -> tuple[bytes, bytes]:
        """The status of the answer, and its body. Raises OSError or EOFError where there is none."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        said = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(said)}\r\n\r\n"
        )
        self._streams = None
        writer.write(head.encode() + said)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        [length] = re.findall(rb"content-length: (\d+)", answer)
        content = await reader.readexactly(int(length))
        if b"connection: close" in answer:
            writer.close()
        else:
            self._streams = reader, writer
        return answer.split(b" ", 2)[1], content


class Signers:
    """People who sign at a steady pace, whether or not the server keeps up, and ask again where they had no answer."""

    def __init__(self, port: int, path: str) -> None:
        self._port = port
        self._path = path
        self._due: asyncio.Queue[tuple[int, float]] = asyncio.Queue()
        self.taken: list[float] = []
        self.again = 0

    @property
    def answered(self) -> int:
        """People who have an answer with 202."""
        return len(self.taken)

    async def sign(self, seconds: float) -> None:
        """Returns when everybody who came within ``seconds`` has an answer."""
        signing = [asyncio.create_task(self._one_after_the_other()) for _ in range(POOL)]
        began, count = time.perf_counter(), round(seconds * SIGNED_EACH_SECOND)
        for number in range(count):
            due = began + number / SIGNED_EACH_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            self._due.put_nowait((number, due))
        await self._due.join()
        for each in signing:
            each.cancel()

    async def _one_after_the_other(self) -> None:
        client = Client(self._port)
        while True:
            number, due = await self._due.get()
            if await self._asked(client, number) == ACCEPTED:
                self.taken.append(time.perf_counter() - due)
            else:
                self.again += 1
                await asyncio.sleep(AGAIN_SECONDS)
                self._due.put_nowait((number, due))
            self._due.task_done()

    async def _asked(self, client: Client, number: int) -> bytes:
        body = {
            "kind": "person",
            "name": f"Person {number}",
            "address": f"person-{number}@people-{number % DOMAINS}.example",
            "locale": "en",
            "shown": "name",
            "consents": {"publish": True, "updates": False},
        }
        try:
            status, _ = await client.post(self._path, body)
        except (OSError, EOFError):
            return b""
        return status


class Followers:
    """They follow the link of each letter as soon as it is there; ``confirmed`` counts those who were told so."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._links: asyncio.Queue[str] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._all_there = asyncio.Event()
        self._expected: int | None = None
        self.confirmed = 0

    def take(self, link: str) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self._links.put_nowait, link)

    async def follow(self) -> None:
        """For ever; cancel it to stop."""
        await asyncio.gather(*(self._one_after_the_other(Client(self._port)) for _ in range(FOLLOWING)))

    async def wait_for(self, expected: int, seconds: float) -> None:
        """Returns when so many have confirmed, or when it took too long."""
        self._expected = expected
        self._look()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_there.wait(), seconds)

    def _look(self) -> None:
        if self._expected and self.confirmed % TOLD_EVERY == 0:
            print(f"  {self.confirmed:,} of {self._expected:,}", flush=True)
        if self.confirmed == self._expected:
            self._all_there.set()

    async def _one_after_the_other(self, client: Client) -> None:
        while True:
            link = await self._links.get()
            if not await self._followed(client, link):
                self._loop.call_later(AGAIN_SECONDS, self._links.put_nowait, link)
            self._look()

    async def _followed(self, client: Client, link: str) -> bool:
        """False where it has to be tried again: the server was away."""
        try:
            status, content = await client.post("/api/v1/signatures/confirm", {"token": link})
        except (OSError, EOFError):
            return False
        if status == b"200" and json.loads(content)["status"] == "confirmed":
            self.confirmed += 1
        return not status.startswith(b"5")


def read_pages(answer: Connection, port: int, slug: str, each_second: int, seconds: float) -> None:
    """Read pages in waves, as many as are asked for or as many as there is time for; in a process of its own."""
    folder = f"/d/{slug}/1"
    paths = ["/en/", "/ar/", "/fr/", "/signatures/en/", "/signatures/index.json"]
    requests = [
        f"GET {folder}{path} HTTP/1.1\r\nHost: declare.example\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        for path in paths
    ]
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(AT_ONCE)]
    began, waves, waited, size, failed = time.perf_counter(), 0, [], 0, Counter[str]()
    while (now := time.perf_counter()) - began < seconds:
        time.sleep(max(0.0, began + waves * AT_ONCE / each_second - now))
        sent = time.perf_counter()
        for n, connection in enumerate(connections):
            connection.sendall(requests[(waves + n) % len(requests)])
        for n, connection in enumerate(connections):
            length, status = _page(connection)
            size += length
            if status != "200":
                failed[f"{paths[(waves + n) % len(paths)]} {status} after {sent - began:.0f} s"] += 1
            if n % 5 == 0:
                waited.append(time.perf_counter() - sent)
        waves += 1
    answer.send(
        {
            "read": waves * AT_ONCE,
            "bytes": size,
            "failed": failed,
            "median": median(waited),
            "p95": quantiles(waited, n=20)[-1],
        }
    )


def _page(connection: socket.socket) -> tuple[int, str]:
    """Bytes of one answer, and its status."""
    found = connection.recv(1 << 18)
    head, _, _ = found.partition(b"\r\n\r\n")
    [length] = re.findall(rb"Content-Length: (\d+)", head)
    missing = len(head) + 4 + int(length) - len(found)
    while missing > 0:
        missing -= len(connection.recv(1 << 18))
    return len(head) + 4 + int(length), head[9:12].decode("ascii")
