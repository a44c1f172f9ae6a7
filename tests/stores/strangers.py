"""Somebody else's DNS and website, as a test scripts them: both real, on ports of 127.0.0.1."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import cast

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from drafting.stores.outside.public_addresses import Address
from drafting.stores.outside.site_lookup import SiteLookup

HERE = IPv4Address("127.0.0.1")


class Names(asyncio.DatagramProtocol):
    """A DNS responder. ``records``: (name, kind) → values as they stand in a zone; ``silent``: names it keeps from."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], Sequence[str]] = {}
        self.silent: set[str] = set()
        self.failing: set[str] = set()
        self.asked: Counter[tuple[str, str]] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # Which asyncio's own is, but for its class.

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        (question,) = query.question
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        self.asked[name, kind] += 1
        if name in self.silent:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        if name in self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif values := self.records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, list(values)))
        elif name not in {known for known, _ in self.records}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self._transport.sendto(answer.to_wire(), address)


@dataclass
class Website:
    """Answers every request with the same bytes. ``is_silent``: takes the connection and says nothing."""

    answer: bytes = b""
    is_silent: bool = False
    requests: list[bytes] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, body: bytes, status: str = "200 OK", *headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        self.answer = "\r\n".join((*lines, "", "")).encode() + body

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append(await reader.readuntil(b"\r\n\r\n"))
        self.asked.set()
        if self.is_silent:
            await reader.read()
        else:
            writer.write(self.answer)
        writer.close()


@dataclass
class Stranger:
    names: Names
    website: Website
    resolver: dns.asyncresolver.Resolver
    port: int
    tls: ssl.SSLContext

    def lookup(self, *, seconds: float = 8.0, allowed: Sequence[Address] = (HERE,)) -> SiteLookup:
        """One that takes these addresses, and no others, for public."""
        return SiteLookup(
            self.resolver, port=self.port, tls=self.tls, is_allowed=lambda a: a in allowed, seconds=seconds
        )


@asynccontextmanager
async def stranger(folder: Path, domain: str) -> AsyncIterator[Stranger]:
    """Whoever runs this domain: its certificate is signed by itself, and trusted by :meth:`Stranger.lookup` alone."""
    served, trusted = _encryption(folder, domain)
    names, website = Names(), Website()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: names, local_addr=(str(HERE), 0))
    server = await asyncio.start_server(website.serve, str(HERE), 0, ssl=served)
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [str(HERE)]
    resolver.port = transport.get_extra_info("sockname")[1]
    try:
        yield Stranger(names, website, resolver, server.sockets[0].getsockname()[1], trusted)
    finally:
        transport.close()
        server.close()


def _encryption(folder: Path, domain: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, domain)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    chain.write_bytes(private + public)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(chain)
    return served, ssl.create_default_context(cadata=public.decode())
