"""What clients must not achieve, tried on the wire against `drafting serve`."""

import asyncio
import os
import re
import signal
import socket
from collections.abc import Iterator
from http.client import HTTPConnection

import httpx
import pytest
from pycrdt import Doc
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from drafting.sync import markup, wire
from drafting.sync.check import Known, Refused, check
from drafting.sync.replica import Replica
from drafting.sync.wire import Kind
from tests.hostile.conftest import NAMES, READER, FragileServer, Place, furnished
from tests.hostile.furnish import ONE, SLUG, TWO
from tests.hostile.raw import PATIENCE, Client, joined, refusal
from tests.hostile.server import FULL
from tests.hostile.test_supervisor import worker_of

SOCKETS, EACH = 30, 12


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    limits = {"DRAFTING_SOCKETS": str(SOCKETS), "DRAFTING_SOCKETS_EACH": str(EACH)}
    place = furnished(FragileServer(tmp_path_factory.mktemp("wire") / "data", limits))
    with place.server:
        yield place


async def text_of(place: Place, name: str = ONE) -> Client:
    async with joined(place.server.url, name, place.tokens["ada"]) as fresh:
        return fresh


async def test_one_update_of_fifty_is_lost_and_all_fifty_arrive(place: Place) -> None:
    async with joined(place.server.url, ONE, place.tokens["ada"]) as ada:
        edits = [ada.edit(f"({number})") for number in range(50)]
        for number, edit in enumerate(edits):
            if number != 20:
                await ada.send(wire.update(edit))
        assert await _is_asked(ada)
        os.kill(worker_of(place.server.pid), signal.SIGKILL)
        assert await ada.code() == 1006
    async with joined(place.server.url, ONE, place.tokens["ada"]) as again:
        await again.send(wire.answer(ada.whole))
        assert (await again.hear(Kind.SYNC_STATUS)).uint() == 1
    words = str((await text_of(place)).roots.body)
    assert [number for number in range(50) if f"({number})" not in words] == []


async def _is_asked(client: Client) -> bool:
    while True:
        reader = await client.hear(Kind.SYNC)
        if reader.uint() == 0:
            return True


async def test_a_reader_changes_no_byte(place: Place) -> None:
    before = (await text_of(place)).whole
    async with joined(place.server.url, ONE, place.tokens[READER]) as reader:
        edit = reader.edit("mine")
        for message in (wire.update(edit), wire.answer(edit), wire.update(edit)):
            await reader.send(message)
            assert (await reader.hear(Kind.SYNC_STATUS)).uint() == 0
    assert (await text_of(place)).whole == before


async def test_a_mandate_that_ends_closes_the_socket(place: Place) -> None:
    token = {"authorization": f"Bearer {place.tokens['fen']}"}
    async with joined(place.server.url, ONE, place.tokens["fen"]) as fen, httpx.AsyncClient() as http:
        address = f"{place.server.url}/api/v1/declarations/{SLUG}/mandates/m{NAMES.index('fen')}"
        assert (await http.delete(address, headers=token)).status_code == 204
        assert await fen.code() == 4403


async def test_frames_are_bounded_and_never_unpacked(place: Place) -> None:
    url = place.server.url.replace("http", "ws", 1) + "/sync"
    async with connect(url, compression="deflate") as packed:
        assert packed.protocol.extensions == []
        # A frame that says it is compressed, which nobody agreed upon.
        packed.transport.write(b"\xc2\x80\x00\x00\x00\x00")
        with pytest.raises(ConnectionClosed) as closed:
            await packed.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1002
    async with joined(place.server.url, ONE, place.tokens["ada"]) as ada:
        await ada.socket.send(bytes(2 << 20))
        assert await ada.code() == 1009


async def test_presence_of_fifty_thousand_is_refused(place: Place) -> None:
    states = wire.uint(50_000) + b"".join(wire.uint(client) + b"\x01\x02{}" for client in range(50_000))
    async with joined(place.server.url, ONE, place.tokens["ada"]) as ada:
        await ada.send(wire.awareness(states))
        assert await ada.code() == 4422


async def test_a_flood_waits_and_others_do_not(place: Place) -> None:
    async with (
        joined(place.server.url, ONE, place.tokens["ada"]) as flood,
        joined(place.server.url, TWO, place.tokens["ben"]) as beside,
        joined(place.server.url, ONE, place.tokens["cyd"]) as reader,
    ):
        edits = [flood.edit("x") for _ in range(3000)]
        sending = asyncio.ensure_future(_send_all(flood, edits))
        for number in range(5):
            assert await beside.type(f"calm {number} ")
        assert "x" * 3000 not in str(reader.roots.body)
        assert len(re.findall("x", str((await text_of(place)).roots.body))) < 3000
        sending.cancel()


async def _send_all(client: Client, edits: list[bytes]) -> None:
    for edit in edits:
        await client.send(wire.update(edit))


async def test_an_account_has_so_many_sockets_and_no_more(place: Place) -> None:
    held = [await _held(place, "cyd") for _ in range(EACH)]
    assert await refusal(place.server.url, ONE, place.tokens["cyd"]) == 1013
    async with joined(place.server.url, ONE, place.tokens["ben"]) as ben:
        assert await ben.type("room for others")
    for client in held:
        await client.socket.close()
    async with joined(place.server.url, ONE, place.tokens["cyd"]) as cyd:
        assert await cyd.type("and again")


async def _held(place: Place, name: str) -> Client:
    client = Client(await connect(place.server.url.replace("http", "ws", 1) + "/sync"), ONE)
    await client.sign_in(place.tokens[name])
    return client


async def test_who_does_not_sign_in_makes_room_for_who_does(place: Place) -> None:
    url = place.server.url.replace("http", "ws", 1) + "/sync"
    silent = [await connect(url) for _ in range(SOCKETS)]
    async with joined(place.server.url, ONE, place.tokens["ben"]) as ben:
        assert await ben.type("in")
    for one in silent:
        await one.close()


def test_who_keeps_a_connection_asks_again_on_it(place: Place) -> None:
    line = HTTPConnection("127.0.0.1", place.server.port, timeout=30)
    line.connect()
    for _ in range(3):
        line.request("GET", "/healthz")
        with line.getresponse() as answer:
            assert (answer.status, answer.read()) == (200, b"ready\n")
    line.close()


def test_a_full_disk_is_said_to_whoever_asks_for_health(place: Place) -> None:
    mark = place.server.data / FULL
    mark.touch()
    answer = httpx.get(f"{place.server.url}/healthz", timeout=30)
    assert (answer.status_code, answer.text) == (503, "disk full\n")
    mark.unlink()
    assert httpx.get(f"{place.server.url}/healthz", timeout=30).status_code == 200


def test_many_ranges_are_one_small_answer(place: Place) -> None:
    page = httpx.get(f"{place.server.url}/en/", timeout=30).text
    address = re.findall(r'/static/[^"]+\.css', page)[0]
    whole = httpx.get(place.server.url + address, timeout=30).content
    for ranges in ("0-," * 5000 + "1-2", ",".join(f"{n}-{n + 1}" for n in range(0, 9000, 3)), "-1," * 3000 + "-2"):
        answer = httpx.get(place.server.url + address, headers={"range": f"bytes={ranges}"}, timeout=30)
        assert answer.status_code in (200, 206, 400, 416, 431)
        assert len(answer.content) <= 2 * len(whole) + 1000


# ---- words and addresses that mean to be script

SCRIPTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</textarea><iframe srcdoc='<script>alert(1)</script>'>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "javascript:alert(1)",
    "<!--><script>alert(1)</script>-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    " javascript:alert(1)",
    "\x01javascript:alert(1)",
    "&#106;avascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml;base64,PHN2Zy8+",
    "vbscript:msgbox(1)",
    "blob:https://example.org/1",
    "file:///etc/passwd",
    "//evil.example/",
    "/en/logout",
    'https://example.org/"onmouseover="alert(1)',
    "https://example.org/<script>",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_means_harm_is_refused_or_kept_from_breaking_out(address: str) -> None:
    doc: Doc[object] = Doc(client_id=9)
    markup.roots(doc).body.insert(0, "words", {"link": address})
    update = doc.get_update()
    try:
        check(update, Known())
    except Refused:
        return
    run = Replica([update]).text[0].runs[0]
    assert run.link is None or not re.search(r"[\"'<>\s]", run.link)


async def test_words_are_words_on_every_page(place: Place) -> None:
    async with joined(place.server.url, TWO, place.tokens["ben"]) as ben:
        for words in SCRIPTS:
            assert await ben.type(words)
    token = {"authorization": f"Bearer {place.tokens['ben']}"}
    async with httpx.AsyncClient(base_url=place.server.url, headers=token, timeout=30) as http:
        text = await http.get(f"/api/v1/declarations/{SLUG}/sections/water/texts/en")
        assert text.headers["content-type"].startswith("application/json")
        assert text.headers["x-content-type-options"] == "nosniff"
        assert "alert(1)" in text.text


@pytest.mark.parametrize(
    "path", ["/..%2f..%2fetc/", "/%2e%2e/", "/en%00/", "/../../x/", "/....//x/", "/C.UTF-8%2f..%2f/"]
)
def test_a_locale_that_leads_elsewhere_is_nothing_here(place: Place, path: str) -> None:
    with socket.create_connection(("127.0.0.1", place.server.port), timeout=30) as line:
        host = f"Host: 127.0.0.1:{place.server.port}\r\nConnection: close\r\n\r\n"
        line.sendall(f"GET {path} HTTP/1.1\r\n{host}".encode())
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.split(b" ", 2)[1] in (b"404", b"400")
    assert b"root:" not in answer


def test_tokens_are_nowhere_in_the_log(place: Place) -> None:
    output = place.server.output
    assert not [name for name, token in place.tokens.items() if token in output]
    assert "example.org" not in re.sub(r"https://example\.org", "", output)


def test_a_text_of_many_tombstones_loads() -> None:
    """200,000 letters of 400,000 are deleted, each on its own."""
    parts = [b"\x01" + wire.uint(400_001) + b"\x03\x00", b"\x05\x01\x04body" + wire.blob(b'{"b":"b1"}')]
    for clock in range(0, 400_000, 2):
        parts.append(b"\x81\x03" + wire.uint(clock) + b"\x01" + b"\x84\x03" + wire.uint(clock + 1) + b"\x01b")
    ranges = b"".join(wire.uint(clock) + b"\x01" for clock in range(1, 400_000, 2))
    replica = Replica([b"".join([*parts, b"\x01\x03", wire.uint(200_000), ranges])])
    assert replica.text[0].runs[0].text == "b" * 200_000


@pytest.mark.parametrize("path", ["/en/workshop/%s/publishing/1/lists", "/api/v1/declarations/%s/editions/1/lists"])
def test_ten_megabytes_of_a_stranger_are_refused_before_they_are_sent(place: Place, path: str) -> None:
    head = (
        f"POST {path % SLUG} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=line\r\n"
        "Content-Length: 10000000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", place.server.port), timeout=PATIENCE) as line:
        line.sendall(head.encode())
        assert line.recv(65536).startswith(b"HTTP/1.1 401 ")
