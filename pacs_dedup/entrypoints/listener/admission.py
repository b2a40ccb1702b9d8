"""Whose associations are accepted: AE title, address, certificate and user, in this order, bound for each peer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pacs_dedup.config import Peer, UnknownPeers
from pacs_dedup.config.hosts import parsed
from pacs_dedup.config.passcodes import is_passcode
from pacs_dedup.domain.identifiers import is_scanned
from pacs_dedup.entrypoints.listener.caller import SUPPORTED_IDENTITIES, Caller, IdentityType
from pacs_dedup.entrypoints.listener.refusals import Refusal

_HOW_FAR = (
    Refusal.ADDRESS,
    Refusal.WITHOUT_TLS,
    Refusal.CERTIFICATE,
    Refusal.USER,
    Refusal.PASSCODE_IN_THE_OPEN,
    Refusal.PASSCODE,
    Refusal.GUESSING,
)
"""In the order in which a peer is asked to prove itself."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What was decided on a caller: refused for a reason, or let in, as a peer or as somebody unknown.

    Attributes:
        may_send: instances are taken from it.
    """

    refusal: Refusal | None = None
    peer: Peer | None = None
    may_send: bool = False

    @property
    def peer_name(self) -> str:
        """Name of the peer; empty for somebody unknown."""
        return self.peer.name if self.peer is not None else ""


Refuse = Callable[[Peer, Caller], Refusal | None]
"""Says what is wrong with something that a caller shows to be a peer; None where it is right."""


def wrong_passcode(peer: Peer, caller: Caller) -> Refusal | None:
    """Say whether the passcode that came is the peer's; takes about 0.1 s."""
    right = caller.identity is not None and is_passcode(caller.identity.passcode, peer.passcode)
    return None if right else Refusal.PASSCODE


def decide(
    caller: Caller, *, peers: Iterable[Peer], unknown: UnknownPeers, wrong: Refuse = wrong_passcode
) -> Admission:
    """Decide whether an association is accepted.

    A peer is itself only where AE title, address, certificate and user are as configured. Whoever has the AE title of a
    peer that must prove itself, and does not, is refused in any case: else ``unknown`` would undo the proof. A peer
    that has only an address counts as unknown from elsewhere, because an AE title proves nothing. Nobody may call
    itself as a scanned folder is called: those are never forwarded.

    ``wrong`` looks at passcodes.

    A peer may send what any entry says that it is: one node may be a source in one and a destination in another.
    """
    if is_scanned(caller.calling_ae):
        return Admission(Refusal.RESERVED_TITLE)
    namesakes = [peer for peer in peers if peer.ae_title == caller.calling_ae]
    missing = {peer.name: _missing(peer, caller, wrong) for peer in namesakes}
    if known := [peer for peer in namesakes if missing[peer.name] is None]:
        return Admission(peer=known[0], may_send=any(peer.may_send for peer in known))
    reasons = [reason for reason in missing.values() if reason is not None]
    reason = max(reasons, key=_HOW_FAR.index, default=Refusal.UNKNOWN)
    if any(peer.is_bound for peer in namesakes) or not _admits(unknown, caller.address):
        return Admission(reason)
    return Admission(may_send=True)


def _admits(unknown: UnknownPeers, address: str) -> bool:
    match unknown:
        case UnknownPeers.ACCEPT:
            return True
        case UnknownPeers.REJECT:
            return False
        case UnknownPeers.LOOPBACK:
            return parsed(address).is_loopback


def _missing(peer: Peer, caller: Caller, wrong: Refuse) -> Refusal | None:
    """Return the first thing that keeps a caller with this peer's AE title from being this peer."""
    if not peer.calls_as(caller.calling_ae, caller.address):
        return Refusal.ADDRESS
    shown = caller.certificate
    if peer.shows_certificate and not caller.over_tls:
        return Refusal.WITHOUT_TLS
    if peer.shows_certificate and not (shown and shown.belongs_to(peer.certificate, peer.certificate_name)):
        return Refusal.CERTIFICATE
    return _wrong_user(peer, caller, wrong) if peer.user else None


def _wrong_user(peer: Peer, caller: Caller, wrong: Refuse) -> Refusal | None:
    """Return what is wrong with the user identity; the passcode is looked at last, as that is costly."""
    identity = caller.identity
    if identity is None or identity.kind not in SUPPORTED_IDENTITIES or identity.name != peer.user.encode():
        return Refusal.USER
    if not peer.passcode:
        return None
    if identity.kind != IdentityType.USERNAME_AND_PASSCODE:
        return Refusal.USER
    if not caller.over_tls and not parsed(caller.address).is_loopback:
        return Refusal.PASSCODE_IN_THE_OPEN
    return wrong(peer, caller)
