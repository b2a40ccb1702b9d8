"""Whose associations are accepted."""

import ipaddress
import socket
from collections.abc import Iterable
from contextlib import suppress

from pacs_dedup.config import Peer, UnknownPeers
from pacs_dedup.domain.identifiers import AeTitle


def admitted(calling_ae: AeTitle, address: str, *, peers: Iterable[Peer], unknown: UnknownPeers) -> bool:
    """Tell whether an association from this AE title at this address is accepted.

    A peer whose configured address names a host is itself only there; from elsewhere it counts as unknown, because an
    AE title proves nothing.
    """
    if any(peer.ae_title == calling_ae and (not peer.host or is_host(address, peer.host)) for peer in peers):
        return True
    match unknown:
        case UnknownPeers.ACCEPT:
            return True
        case UnknownPeers.REJECT:
            return False
        case UnknownPeers.LOOPBACK:
            return ipaddress.ip_address(address).is_loopback


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
