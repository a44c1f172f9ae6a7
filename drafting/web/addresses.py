"""Whose network address a request came from, as far as it tells people apart."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

COUNTED_6: Final = 64


def address_of(host: str, said: str = "") -> Address | None:
    """``host``: of the connection; ``said``: by a proxy about its client. Only one of this machine is believed."""
    found = _parsed(host)
    return (_parsed(said) or found) if found and found.is_loopback else found


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
