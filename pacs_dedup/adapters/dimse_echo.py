"""C-ECHO: ask an application entity whether it answers (PS3.4 annex A)."""

from datetime import timedelta

from pynetdicom import AE
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]  # made at import time

from pacs_dedup.dicom.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from pacs_dedup.domain.errors import PeerRefused, PeerUnavailable
from pacs_dedup.domain.identifiers import AeTitle

_SUCCESS = 0x0000
_TRANSIENT = 0x02  # result of A-ASSOCIATE-RJ: rejected transient (PS3.8 9.3.4)


def echo(*, called_ae: AeTitle, host: str, port: int, calling_ae: AeTitle, within: timedelta) -> None:
    """Open an association, send one C-ECHO and release it; returns when the answer was Success.

    Args:
        called_ae: whom to ask.
        host: its name or address.
        port: its TCP port.
        calling_ae: as whom to ask.
        within: for each of connecting, the association and the answer.

    Raises:
        PeerUnavailable: nobody answered, or the association was rejected as transient: all places are taken.
        PeerRefused: the peer does not want us, or answered with a failure.
    """
    seconds = within.total_seconds()
    ae = AE(ae_title=calling_ae)
    ae.implementation_class_uid, ae.implementation_version_name = IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
    ae.connection_timeout = ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = seconds
    ae.add_requested_context(Verification)
    association = ae.associate(host, port, ae_title=called_ae)
    if association.is_rejected:
        answer = association.acceptor.primitive
        if getattr(answer, "result", None) == _TRANSIENT:
            raise PeerUnavailable(f"{called_ae} at {host}:{port} has no place for another association; ask again later")
        raise PeerRefused(f"{called_ae} at {host}:{port} rejected the association; see that it knows {calling_ae}")
    if not association.is_established:
        raise PeerUnavailable(f"{called_ae} at {host}:{port} could not be reached; check its address")
    try:
        status = getattr(association.send_c_echo(), "Status", None)
    finally:
        association.release()
    if status is None:
        raise PeerUnavailable(f"{called_ae} at {host}:{port} gave no answer to C-ECHO")
    if status != _SUCCESS:
        raise PeerRefused(f"{called_ae} at {host}:{port} answered C-ECHO with status {status:04X}")
