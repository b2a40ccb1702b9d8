"""What would become of a caller, in words, before it calls."""

import ipaddress

from pacs_dedup.config import Settings
from pacs_dedup.dicom.certificates import Certificate
from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.domain.identifiers import AeTitle
from pacs_dedup.entrypoints.listener.admission import decide
from pacs_dedup.entrypoints.listener.caller import Caller, IdentityType, UserIdentity
from pacs_dedup.entrypoints.listener.refusals import Refusal


def explained(
    settings: Settings, calling_ae: AeTitle, address: str, *, certificate: str = "", name: str = "", user: str = ""
) -> tuple[bool, str]:
    """Say whether a caller would be accepted, and why.

    Args:
        settings: what the site chose.
        calling_ae: AE title that it calls with.
        address: IP address that it calls from.
        certificate: SHA-256 fingerprint of its certificate; with it or ``name`` it calls over TLS.
        name: a name in its certificate.
        user: user that it identifies itself with; a passcode is taken for right, as only its hash is known.

    Raises:
        BadRequest: the address is none.
    """
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise BadRequest(f"{address!r} is no IP address; the listener sees numbers, not names") from None
    shown = None
    if certificate or name:
        plain = certificate.lower().removeprefix("sha256:").replace(":", "")
        shown = Certificate(plain, frozenset({name.lower()}))
    caller = Caller(
        calling_ae=calling_ae,
        called_ae=AeTitle(settings.dicom.ae_title),
        address=address,
        over_tls=shown is not None,
        certificate=shown,
        identity=UserIdentity(IdentityType.USERNAME_AND_PASSCODE, user.encode()) if user else None,
    )
    decided = decide(caller, peers=settings.peers, unknown=settings.dicom.unknown_peers)
    if decided.refusal not in (None, Refusal.PASSCODE):
        return False, f"refused: {decided.refusal}: {decided.refusal.words}"
    if decided.refusal is Refusal.PASSCODE:
        return True, "accepted, if the passcode is right"
    if decided.peer is not None:
        return True, f"accepted as the peer {decided.peer.name!r}"
    return True, f"accepted as unknown, by dicom.unknown_peers = {str(settings.dicom.unknown_peers)!r}"
