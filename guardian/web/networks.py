"""Which network an address is of: what one home or one hoster has of them is many."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

_IPV4_PREFIX: Final = 24
_IPV6_PREFIX: Final = 48


def network_of_host(host: str) -> str:
    """Return the network of the address (IPv4 /24, IPv6 /48); what is no address is its own network."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    prefix = _IPV6_PREFIX if isinstance(address, IPv6Address) else _IPV4_PREFIX
    return str(ip_network((address, prefix), strict=False))


def is_local(host: str) -> bool:
    """Return whether the address is of this machine or its own network: a proxy's, and not a person's."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return False
