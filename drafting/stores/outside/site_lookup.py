"""Looks for the proof of a domain in its DNS and on its website, as ``drafting.actions.organisation_ports.Sites``.

Somebody unknown names the domain, so the server asks for nothing that could serve them otherwise: one fixed name, one
fixed page, public addresses alone, resolved once and called as they were resolved, no redirect, few bytes, few seconds.
"""

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Final

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver

from drafting.actions.organisation_ports import Busy, Finding
from drafting.domain.organisations import PAGE, Verified, record_name
from drafting.stores.outside.page_reading import Unreadable, read_page
from drafting.stores.outside.public_addresses import Address, is_public

PORT: Final = 443
SECONDS: Final = 8.0
DNS_SECONDS: Final = 4.0
AT_ONCE: Final = 4
MOST_WAITING: Final = 32
MOST_RECORDS: Final = 50
MOST_ADDRESSES: Final = 2


class SiteLookup:
    """``resolver``, ``port``, ``tls`` and ``is_allowed`` are those of the Internet unless a test brings its own."""

    def __init__(
        self,
        resolver: dns.asyncresolver.Resolver | None = None,
        *,
        port: int = PORT,
        tls: ssl.SSLContext | None = None,
        is_allowed: Callable[[Address], bool] = is_public,
        seconds: float = SECONDS,
    ) -> None:
        self._resolver = resolver
        self._port = port
        self._tls = tls
        self._is_allowed = is_allowed
        self._seconds = seconds
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def look(self, domain: str, line: str) -> Mapping[Verified, Finding]:
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            async with self._slots:
                in_dns, on_page = await asyncio.gather(
                    self._in_time(self._look_in_dns(domain, line)), self._in_time(self._look_at_page(domain, line))
                )
        finally:
            self._waiting -= 1
        return {Verified.DNS: in_dns, Verified.WEB: on_page}

    async def _in_time(self, look: Coroutine[Any, Any, Finding]) -> Finding:
        try:
            async with asyncio.timeout(self._seconds):
                return await look
        except (TimeoutError, OSError, Unreadable, dns.exception.DNSException):
            return Finding.UNREACHABLE

    async def _look_in_dns(self, domain: str, line: str) -> Finding:
        records = await self._ask(record_name(domain), "TXT")
        if not records:
            return Finding.ABSENT
        # A record is sent in pieces of 255 bytes, which belong together.
        return _found(line, [b"".join(record.strings) for record in records])

    async def _look_at_page(self, domain: str, line: str) -> Finding:
        addresses = await self._addresses(domain)
        if not addresses:
            return Finding.UNREACHABLE
        try:
            status, body = await self._read(domain, addresses)
        except ssl.SSLCertVerificationError:
            return Finding.CERTIFICATE
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            return Finding.MOVED
        if status != HTTPStatus.OK:
            return Finding.UNREACHABLE if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Finding.ABSENT
        return _found(line, body.splitlines())

    async def _addresses(self, domain: str) -> Sequence[Address]:
        """Those that may be called, of both kinds; what they are called by is never looked up again."""
        found = await asyncio.gather(self._ask(domain, "A"), self._ask(domain, "AAAA"))
        addresses = [ip_address(record.address) for records in found for record in records]
        return [address for address in addresses if self._is_allowed(address)][:MOST_ADDRESSES]

    async def _read(self, domain: str, addresses: Sequence[Address]) -> tuple[int, bytes]:
        """From the first address that takes the connection."""
        tls = await self._encryption()
        for address in addresses[:-1]:
            with suppress(ConnectionError):
                return await read_page(domain, PAGE, str(address), self._port, tls)
        return await read_page(domain, PAGE, str(addresses[-1]), self._port, tls)

    async def _encryption(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        return self._tls

    async def _ask(self, name: str, kind: str) -> Sequence[Any]:
        """The records; none where there is no such name, or nothing of that kind under it."""
        resolver = self._resolver = self._resolver or dns.asyncresolver.Resolver()
        try:
            answer = await resolver.resolve(dns.name.from_text(name), kind, lifetime=DNS_SECONDS, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        return list(answer)[:MOST_RECORDS]


def _found(line: str, lines: Iterable[bytes]) -> Finding:
    return Finding.FOUND if line.encode("ascii") in [each.strip() for each in lines] else Finding.OTHER
