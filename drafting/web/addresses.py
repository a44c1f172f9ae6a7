"""Whose network address a request came from, as far as it tells people apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

COUNTED_6: Final = 64


@dataclass(frozen=True, slots=True)
class Proxies:
    """Those of this machine and of these ``networks`` are believed, and nobody else: what they write into ``header``
    (its name in lower case; empty: none does) about their client."""

    header: str = ""
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, header: str, networks: Iterable[str]) -> "Proxies":
        """As the settings name them."""
        return cls(header.lower(), tuple(ip_network(one, strict=False) for one in networks))

    def client(self, host: str, said: str) -> Address | None:
        """Who asks. ``host``: of the connection; ``said``: what the header says. None where that tells nobody apart."""
        found = _parsed(host)
        if found is not None and self._is_one(found):
            found = _parsed(said) if self.header else None
        return None if found is None or found.is_loopback else found

    def _is_one(self, address: Address) -> bool:
        return address.is_loopback or any(address in network for network in self.networks)


NONE: Final = Proxies()


def counted(address: Address) -> str:
    """A line of its own in version 4; in version 6 whoever has one address has 2^64 of them."""
    return str(address) if address.version == 4 else prefix(address, COUNTED_6)


def prefix(address: Address, bits: int) -> str:
    return str(ip_network((address, bits), strict=False))


def _parsed(host: str) -> Address | None:
    try:
        found = ip_address(host.strip())
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
