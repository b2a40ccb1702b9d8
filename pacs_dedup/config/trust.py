"""Whether what the peers must prove can be proven with the listener that is configured; else nobody would get in."""

from collections.abc import Iterable

from pacs_dedup.config.dicom import Dicom
from pacs_dedup.config.peer import Peer


def checked_trust(peers: tuple[Peer, ...], dicom: Dicom) -> tuple[Peer, ...]:
    """Return the peers if each of them can prove, and be shown, what it must.

    Raises:
        ValueError: with the first peer that can not, and what to set.
    """
    for peer in peers:
        _provable(peer, dicom)
    _one_rule_for_one_title(peers)
    return peers


def _provable(peer: Peer, dicom: Dicom) -> None:
    tls = dicom.tls
    asked = tls.enabled and tls.verify_peer
    if peer.shows_certificate and not asked and not peer.tls:
        raise ValueError(
            f"{peer.name}: nobody is asked for a certificate; set dicom.tls.enabled and dicom.tls.verify_peer to true"
        )
    if peer.passcode and not tls.enabled and not peer.is_here:
        raise ValueError(
            f"{peer.name}: its passcode would cross the network for everybody to read; set dicom.tls.enabled = true"
        )
    if peer.our_user and not (peer.host and peer.port):
        raise ValueError(f"{peer.name}: our_user is for when we call it, and its address names no port: AET@host:port")
    if peer.gives_passcode and not peer.tls and not peer.is_here:
        raise ValueError(f"{peer.name}: our passcode would cross the network for everybody to read; set tls = true")
    if peer.tls and not (peer.host and peer.port):
        raise ValueError(f"{peer.name}: tls says how we call it, and its address names no port: write AET@host:port")
    if peer.tls and tls.ca is None:
        raise ValueError(f"{peer.name}: name the authorities that its certificate is trusted by in dicom.tls.ca")


def _one_rule_for_one_title(peers: Iterable[Peer]) -> None:
    bound: dict[str, bool] = {}
    for peer in peers:
        if bound.setdefault(peer.ae_title, peer.is_bound) != peer.is_bound:
            raise ValueError(
                f"two peers call themselves {peer.ae_title!r}, and only one of them has a certificate or a user: "
                "the other would let in whom that one keeps out; give both one, or another AE title"
            )
