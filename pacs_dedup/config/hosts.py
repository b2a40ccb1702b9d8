"""Whether a network address belongs to a host that a site named."""

import ipaddress
import socket
from contextlib import suppress


def parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read an IP address; one of version 4 stays one where a socket of version 6 writes it (``::ffff:10.1.2.3``)."""
    read = ipaddress.ip_address(address)
    return getattr(read, "ipv4_mapped", None) or read


def is_range(host: str) -> bool:
    """Tell whether a host is written as a range of addresses (CIDR: ``10.1.2.0/24``)."""
    return "/" in host


def is_host(address: str, host: str) -> bool:
    """Tell whether an IP address belongs to a host, or lies in a range of addresses.

    A host name is looked up each time, as it may move.

    Raises:
        ValueError: the address is none, or the range is none.
    """
    wanted = parsed(address)
    if is_range(host):
        return wanted in ipaddress.ip_network(host)
    with suppress(ValueError):
        return parsed(host) == wanted
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(parsed(str(entry[4][0])) == wanted for entry in found)
