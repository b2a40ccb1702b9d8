"""Whether a network address belongs to a host that a site named."""

import ipaddress
import socket
from contextlib import suppress


def is_host(address: str, host: str) -> bool:
    """Tell whether an IP address belongs to a host; a host name is looked up each time, as it may move."""
    wanted = ipaddress.ip_address(address)
    with suppress(ValueError):
        return ipaddress.ip_address(host) == wanted
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(ipaddress.ip_address(entry[4][0]) == wanted for entry in found)
