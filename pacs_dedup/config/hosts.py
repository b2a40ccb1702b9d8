"""Whether a network address belongs to a host that a site named."""

import ipaddress
import socket
from contextlib import suppress


def parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read an IP address; one of version 4 stays one where a socket of version 6 writes it (``::ffff:10.1.2.3``)."""
    read = ipaddress.ip_address(address)
    return getattr(read, "ipv4_mapped", None) or read


def is_host(address: str, host: str) -> bool:
    """Tell whether an IP address belongs to a host; a host name is looked up each time, as it may move."""
    wanted = parsed(address)
    with suppress(ValueError):
        return parsed(host) == wanted
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(parsed(str(entry[4][0])) == wanted for entry in found)
