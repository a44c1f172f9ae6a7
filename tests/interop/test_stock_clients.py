"""The stock providers, one with the other and with pycrdt, in one text of the real server."""

from typing import Any

from pycrdt import Doc
from websockets.asyncio.client import connect

from drafting.sync import markup, wire
from drafting.sync.wire import Reader
from tests.interop.conftest import SyncServer
from tests.interop.stock import StockClients

ONE = "test.one.en"


class PycrdtClient:
    """A client of the y-websocket protocol that reads until it has what it wants."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.doc: Doc[Any] = Doc()
        self.text = markup.roots(self.doc)

    async def ask(self) -> None:
        await self.socket.send(wire.ask(self.doc.get_state()))

    async def type(self, words: str) -> None:
        state = self.doc.get_state()
        self.text.body.insert(len(self.text.body), words, {})
        await self.socket.send(wire.update(self.doc.get_update(state)))

    async def until(self, words: str) -> None:
        while words not in str(self.text.body):
            await self.hear(await self.socket.recv())

    async def hear(self, message: bytes) -> None:
        reader = Reader(message)
        if reader.uint() != wire.Kind.SYNC:
            return
        step, payload = reader.uint(), reader.blob()
        if step == 0:
            await self.socket.send(wire.answer(self.doc.get_update(payload)))
        else:
            self.doc.apply_update(payload)


async def test_three_kinds_of_client_converge(own_server: SyncServer) -> None:
    async with StockClients() as clients, connect(f"{own_server.url}/{ONE}?token=ada") as socket:
        clients.do("hocuspocus", "h", url=own_server.url, name=ONE, token="ada")
        clients.do("plain", "p", url=own_server.url, name=ONE, params={"token": "ben"})
        third = PycrdtClient(socket)
        await third.ask()
        h, p = clients.seen["h"], clients.seen["p"]
        await clients.until(lambda: h.synced and p.synced and h.text == p.text == "|Begin. ")
        clients.do("insert", "h", at=-1, words="From Hocuspocus. ")
        clients.do("insert", "p", at=1, words="From y-websocket 😀. ")
        await third.until("y-websocket")
        await third.until("Hocuspocus")
        await third.type("From pycrdt é. ")
        await clients.until(lambda: h.text == p.text and "pycrdt é" in h.text and "😀" in h.text and h.unsynced == 0)
        assert h.text == "|From y-websocket 😀. Begin. From Hocuspocus. From pycrdt é. "
        assert h.scope == "read-write"
        clients.do("delete", "p", at=1, length=len("From y-websocket xx. "))
        await clients.until(lambda: h.text == p.text == "|Begin. From Hocuspocus. From pycrdt é. ")


async def test_many_texts_share_a_socket(own_server: SyncServer) -> None:
    names = ("one", "two", "three")
    async with StockClients() as clients:
        for name in names:
            clients.do("hocuspocus", name, url=own_server.url, socket="shared", name=f"test.{name}.en", token="ada")
            clients.do("insert", name, at=0, words=name)
        clients.do("hocuspocus", "secret", url=own_server.url, socket="shared", name="other.secret.en", token="ada")
        await clients.until(lambda: all(clients.seen[name].unsynced == 0 for name in names))
        await clients.until(lambda: clients.seen["secret"].denied == "permission-denied")
        clients.do("leave", "two")
        clients.do("insert", "one", at=0, words="still ")
        await clients.until(lambda: clients.seen["one"].text.startswith("still ") and clients.seen["one"].unsynced == 0)
        assert not any(seen.closed for seen in clients.seen.values())


async def test_presence_comes_and_goes_under_the_accounts_name(own_server: SyncServer) -> None:
    async with StockClients() as clients:
        clients.do("hocuspocus", "a", url=own_server.url, name=ONE, token="ada")
        clients.do("plain", "b", url=own_server.url, name=ONE, params={"token": "ben"})
        clients.do("present", "a", name="whoever")
        clients.do("present", "b", name="Ben")
        await clients.until(lambda: clients.seen["b"].present == ["Ada", "Ben"])
        clients.do("leave", "a")
        await clients.until(lambda: clients.seen["b"].present == ["Ben"])


async def test_a_reader_is_told_that_nothing_is_saved(own_server: SyncServer) -> None:
    async with StockClients() as clients:
        clients.do("hocuspocus", "e", url=own_server.url, name=ONE, token="eve")
        clients.do("hocuspocus", "a", url=own_server.url, name=ONE, token="ada")
        eve = clients.seen["e"]
        await clients.until(lambda: eve.scope == "readonly" and eve.unsynced == 0 and clients.seen["a"].synced)
        clients.do("insert", "e", at=0, words="mine")
        clients.do("insert", "a", at=-1, words="ours")
        await clients.until(lambda: "ours" in eve.text and clients.seen["a"].unsynced == 0)
        assert eve.unsynced == 1
        assert clients.seen["a"].text == "|Begin. ours"


async def test_whatever_was_acknowledged_survives_a_kill(own_server: SyncServer) -> None:
    async with StockClients() as clients:
        clients.do("hocuspocus", "a", url=own_server.url, name=ONE, token="ada")
        clients.do("plain", "b", url=own_server.url, name=ONE, params={"token": "ben"})
        a, b = clients.seen["a"], clients.seen["b"]
        await clients.until(lambda: a.unsynced == 0 and b.synced)
        for number in range(300):
            clients.do("insert", "a", at=-1, words=f"{number} ")
        await clients.until(lambda: "299" in a.text and a.unsynced == 0)
        own_server.kill()
        await clients.until(lambda: bool(a.closed))
        clients.do("insert", "a", at=-1, words="offline ")
        own_server.start()
        clients.do("hocuspocus", "fresh", url=own_server.url, name=ONE, token="eve")
        await clients.until(lambda: "offline" in clients.seen["fresh"].text and a.unsynced == 0)
        assert clients.seen["fresh"].text == "|Begin. " + "".join(f"{n} " for n in range(300)) + "offline "
        await clients.until(lambda: b.text == a.text == clients.seen["fresh"].text)
