"""Which addresses a server may call in somebody's name: those of the public Internet and none of its own neighbours."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network
from typing import Final

Address = IPv4Address | IPv6Address

# Addresses of version 6 that a gateway turns into one of version 4 (RFC 6052).
_TRANSLATED: Final = ip_network("64:ff9b::/96")
# Beside what the standard library knows: addresses shared by a provider's customers, relays, and benchmarks.
_PRIVATE: Final = tuple(
    ip_network(each) for each in ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "fec0::/10")
)


def is_public(address: Address) -> bool:
    """Whether anybody on the Internet reaches the same machine under this address; the one inside it counts too."""
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    if any(address.version == network.version and address in network for network in _PRIVATE):
        return False
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not is_special


def _inside(address: Address) -> IPv4Address | None:
    """The address of version 4 that one of version 6 leads to."""
    if isinstance(address, IPv4Address):
        return None
    assert isinstance(_TRANSLATED, IPv6Network)
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.teredo:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour
