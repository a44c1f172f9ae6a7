"""The proof of a domain: found in its DNS or on its website, and nothing else is asked of anybody."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from drafting.actions.organisation_ports import Busy, Finding
from drafting.domain.organisations import Verified
from drafting.stores.outside import site_lookup
from drafting.stores.outside.page_reading import LONGEST_ANSWER
from drafting.stores.outside.public_addresses import is_public
from drafting.stores.outside.site_lookup import SiteLookup
from tests.stores.strangers import Stranger, stranger

DOMAIN = "keepers.example"
RECORD = f"_drafting.{DOMAIN}"
LINE = "drafting-proof=0123456789abcdef0123456789abcdef"


@pytest.fixture
async def them(tmp_path: Path) -> AsyncIterator[Stranger]:
    async with stranger(tmp_path, DOMAIN) as opened:
        opened.names.records[DOMAIN, "A"] = ["127.0.0.1"]
        opened.website.say(b"", "404 Not Found")
        yield opened


async def in_dns(them: Stranger, **options: float) -> Finding:
    return (await them.lookup(**options).look(DOMAIN, LINE))[Verified.DNS]  # type: ignore[arg-type]


async def on_page(them: Stranger, **options: float) -> Finding:
    return (await them.lookup(**options).look(DOMAIN, LINE))[Verified.WEB]  # type: ignore[arg-type]


async def test_a_record_among_others_proves_a_domain(them: Stranger) -> None:
    assert await in_dns(them) is Finding.ABSENT
    them.names.records[RECORD, "TXT"] = ['"another line"']
    assert await in_dns(them) is Finding.OTHER
    them.names.records[RECORD, "TXT"] = ['"another line"', f'" {LINE[:20]}" "{LINE[20:]} "']
    assert await in_dns(them) is Finding.FOUND


async def test_a_line_of_the_page_proves_a_domain(them: Stranger) -> None:
    assert await on_page(them) is Finding.ABSENT
    them.website.say(b"drafting-proof=of-another-signature\n")
    assert await on_page(them) is Finding.OTHER
    them.website.say(f"drafting-proof=of-another-signature\r\n{LINE}\r\n".encode())
    assert await on_page(them) is Finding.FOUND
    request = them.website.requests[-1].decode().splitlines()
    assert request[:2] == ["GET /.well-known/drafting-proof.txt HTTP/1.1", f"Host: {DOMAIN}"]


async def test_a_page_in_pieces_is_read(them: Stranger) -> None:
    half, rest = LINE[:20].encode(), LINE[20:].encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (half, rest)) + b"0\r\n\r\n"
    them.website.answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    assert await on_page(them) is Finding.FOUND
    them.website.answer = b"HTTP/1.0 200 OK\r\n\r\n" + LINE.encode()
    assert await on_page(them) is Finding.FOUND


async def test_the_line_inside_of_something_else_proves_nothing(them: Stranger) -> None:
    them.website.say(f"<p>No page drafting-proof.txt?{LINE}</p>\nx{LINE}\n{LINE}x".encode())
    them.names.records[RECORD, "TXT"] = [f'"v=1 {LINE}"']
    assert {await on_page(them), await in_dns(them)} == {Finding.OTHER}


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"])
async def test_redirects_are_not_followed(them: Stranger, status: str) -> None:
    them.website.say(LINE.encode(), status, "Location: http://127.0.0.1:1/")
    assert await on_page(them) is Finding.MOVED
    assert len(them.website.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * LONGEST_ANSWER + b"\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(LONGEST_ANSWER) + b"\n" + LINE.encode(),
    ],
)
async def test_what_is_no_answer_or_too_long_proves_nothing(them: Stranger, answer: bytes) -> None:
    them.website.answer = answer
    assert await on_page(them) is Finding.UNREACHABLE


async def test_an_answer_cut_short_proves_nothing(them: Stranger) -> None:
    them.website.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nsome"
    assert await on_page(them) is Finding.OTHER


async def test_a_server_that_says_nothing_is_not_waited_for(them: Stranger) -> None:
    them.website.is_silent = True
    them.names.silent.add(RECORD)
    assert {await on_page(them, seconds=0.2), await in_dns(them, seconds=0.2)} == {Finding.UNREACHABLE}


async def test_a_dns_that_fails_is_told_from_one_that_knows_nothing(them: Stranger) -> None:
    them.names.failing |= {RECORD, DOMAIN}
    assert {await on_page(them), await in_dns(them)} == {Finding.UNREACHABLE}
    assert not them.website.requests


async def test_a_certificate_of_another_domain_is_not_taken(them: Stranger) -> None:
    them.website.say(LINE.encode())
    them.names.records["other.example", "A"] = ["127.0.0.1"]
    found = await them.lookup().look("other.example", LINE)
    assert found[Verified.WEB] is Finding.CERTIFICATE
    assert not them.website.requests


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fe80::1", "fd00::1"],
)
async def test_private_addresses_are_never_called(them: Stranger, address: str) -> None:
    kind = "AAAA" if ":" in address else "A"
    them.names.records = {(DOMAIN, kind): [address]}
    lookup = SiteLookup(them.resolver, port=them.port, tls=them.tls)
    assert (await lookup.look(DOMAIN, LINE))[Verified.WEB] is Finding.UNREACHABLE
    assert not them.website.requests


async def test_among_several_addresses_the_private_ones_are_left_out(them: Stranger) -> None:
    them.website.say(LINE.encode())
    them.names.records[DOMAIN, "A"] = ["10.0.0.1", "127.0.0.1", "192.168.0.1"]
    assert await on_page(them) is Finding.FOUND


async def test_a_name_is_resolved_once_and_called_as_it_was_resolved(them: Stranger) -> None:
    them.website.say(LINE.encode())
    assert await on_page(them) is Finding.FOUND
    assert (them.names.asked[DOMAIN, "A"], them.names.asked[DOMAIN, "AAAA"]) == (1, 1)


async def test_no_more_than_a_few_wait(them: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_lookup, "MOST_WAITING", 1)
    them.website.is_silent = True
    lookup = them.lookup()
    first = asyncio.create_task(lookup.look(DOMAIN, LINE))
    await them.website.asked.wait()
    with pytest.raises(Busy):
        await lookup.look(DOMAIN, LINE)
    first.cancel()
    await asyncio.wait([first])
    them.website.is_silent = False
    assert (await lookup.look(DOMAIN, LINE))[Verified.DNS] is Finding.ABSENT


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    """0.0.0.0 10.1.1.1 100.64.0.1 127.8.8.8 169.254.169.254 172.16.0.1 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1
    198.18.0.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:10.0.0.1 64:ff9b::a00:1
    64:ff9b:1::1 100::1 2001:0:1::1 2001:db8::1 2002:7f00:1:: fc00::1 fe80::1 fec0::1 ff02::1""".split(),  # noqa: SIM905
)
def test_all_others_are_not(address: str) -> None:
    assert not is_public(ip_address(address))
