"""Whose associations are accepted."""

from collections.abc import Iterable

from pacs_dedup.config import Peer, UnknownPeers
from pacs_dedup.config.hosts import parsed
from pacs_dedup.domain.identifiers import AeTitle, is_scanned


def admitted(calling_ae: AeTitle, address: str, *, peers: Iterable[Peer], unknown: UnknownPeers) -> bool:
    """Tell whether an association from this AE title at this address is accepted.

    A peer whose configured address names a host is itself only there; from elsewhere it counts as unknown, because an
    AE title proves nothing. Nobody may call itself as a scanned folder is called: those are never forwarded.
    """
    if is_scanned(calling_ae):
        return False
    if any(peer.calls_as(calling_ae, address) for peer in peers):
        return True
    match unknown:
        case UnknownPeers.ACCEPT:
            return True
        case UnknownPeers.REJECT:
            return False
        case UnknownPeers.LOOPBACK:
            return parsed(address).is_loopback
