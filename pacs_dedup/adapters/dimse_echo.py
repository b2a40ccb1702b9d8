"""C-ECHO: ask an application entity whether it answers (PS3.4 annex A), and if not, find out why."""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.pdu_primitives import A_ASSOCIATE
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]  # made at import time

from pacs_dedup.dicom.certificates import Certificate, read_certificate
from pacs_dedup.dicom.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from pacs_dedup.dicom.upper_layer import keep_data_sets_private
from pacs_dedup.dicom.user_identity import FindOurUser, stated
from pacs_dedup.domain.errors import PeerRefused, PeerUnavailable
from pacs_dedup.domain.identifiers import AeTitle

TlsContexts = Callable[[], ssl.SSLContext]
"""Returns the TLS context for the next association."""

_SUCCESS = 0x0000
_TRANSIENT = 0x02  # result of A-ASSOCIATE-RJ: rejected transient (PS3.8 9.3.4)
_REFUSED_LATE_S = 1.0  # with TLS 1.3 a peer refuses our certificate after the handshake
_NOT_TRUSTED = "its certificate is not trusted by dicom.tls.ca, or issued to another: {why}"
_OURS_NOT_TAKEN = "it does not take our certificate, or asks for one and we have none (it says {why}); see its log"
_HINTS = {
    "WRONG_VERSION_NUMBER": "it does not speak TLS at this port",
    "UNSUPPORTED_PROTOCOL": "it offers no TLS 1.2 or later",
    "TLSV1_ALERT_PROTOCOL_VERSION": "it offers no TLS 1.2 or later",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "it has no cipher suite of the profile, or asks for our certificate in vain",
}


@dataclass(frozen=True, slots=True)
class EchoAnswer:
    """What was learned from a peer that answered.

    Attributes:
        ms: time from the request for an association to the answer, in milliseconds.
        tls: version and cipher suite; empty without TLS.
        certificate: what the peer showed; None without TLS.
    """

    ms: float
    tls: str = ""
    certificate: Certificate | None = None


def echo(
    *,
    called_ae: AeTitle,
    host: str,
    port: int,
    calling_ae: AeTitle,
    within: timedelta,
    tls: TlsContexts | None = None,
    user: FindOurUser | None = None,
) -> EchoAnswer:
    """Open an association, send one C-ECHO and release it; returns when the answer was Success.

    Args:
        called_ae: whom to ask.
        host: its name or address.
        port: its TCP port.
        calling_ae: as whom to ask.
        within: for each of connecting, the association and the answer.
        tls: makes the context of the association; without it there is no TLS.
        user: as whom we ask; without it no user is stated.

    Raises:
        PeerUnavailable: nobody answered, or the association was rejected as transient: all places are taken.
        PeerRefused: the peer does not want us, or is not who it should be, or answered with a failure.
    """
    began = time.monotonic()
    where = f"{called_ae} at {host}:{port}"
    ae = _application_entity(calling_ae, within)
    tls_args = (tls(), host) if tls else None
    association = ae.associate(host, port, ae_title=called_ae, ext_neg=stated(user) or None, tls_args=tls_args)
    if association.is_rejected:
        raise _rejected(association, where, f"{calling_ae}{' and our user' if user else ''}")
    if not association.is_established:
        _explain(where, host, port, within, tls)
        raise PeerUnavailable(f"{where} ended the connection without an answer; see its log")
    try:
        secured = _secured(association)
        status = getattr(association.send_c_echo(), "Status", None)
    finally:
        association.release()
    if status is None:
        raise PeerUnavailable(f"{where} gave no answer to C-ECHO")
    if status != _SUCCESS:
        raise PeerRefused(f"{where} answered C-ECHO with status {status:04X}")
    return EchoAnswer((time.monotonic() - began) * 1000, *secured)


def _application_entity(calling_ae: AeTitle, within: timedelta) -> AE:
    keep_data_sets_private()
    ae = AE(ae_title=calling_ae)
    ae.implementation_class_uid, ae.implementation_version_name = IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
    ae.connection_timeout = ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = within.total_seconds()
    ae.add_requested_context(Verification)
    return ae


def _rejected(association: Association, where: str, us: str) -> PeerRefused | PeerUnavailable:
    answer = association.acceptor.primitive
    if not isinstance(answer, A_ASSOCIATE):
        return PeerRefused(f"{where} rejected the association; see that it knows {us}")
    if answer.result == _TRANSIENT:
        return PeerUnavailable(f"{where} has no place for another association ({answer.reason_str}); ask again later")
    return PeerRefused(f"{where} rejected the association ({answer.reason_str}); see that it knows {us}")


def _secured(association: Association) -> tuple[str, Certificate | None]:
    wrapper = association.dul.socket
    connection = wrapper.socket if wrapper is not None else None
    if not isinstance(connection, ssl.SSLSocket):
        return "", None
    suite = (connection.cipher() or ("",))[0]
    certificate = read_certificate(connection.getpeercert(binary_form=True), connection.getpeercert())
    return f"{connection.version()} {suite}", certificate


def _explain(where: str, host: str, port: int, within: timedelta, tls: TlsContexts | None) -> None:
    """Connect once more to see where it ends; returns only where nothing is wrong with the connection.

    Raises:
        PeerUnavailable: nobody listens there.
        PeerRefused: no TLS connection came about.
    """
    try:
        with socket.create_connection((host, port), within.total_seconds()) as raw:
            if tls is not None:
                _shake_hands(tls().wrap_socket(raw, server_hostname=host))
    except ssl.SSLCertVerificationError as error:
        why = getattr(error, "verify_message", "") or str(error)
        raise PeerRefused(f"{where}: {_NOT_TRUSTED.format(why=why)}") from None
    except ssl.SSLError as error:
        why = error.reason or "nothing"
        raise PeerRefused(f"{where}: {_HINTS.get(why, _OURS_NOT_TAKEN.format(why=why))}") from None
    except OSError as error:
        why = error.strerror or "no answer in time"
        raise PeerUnavailable(f"{where} could not be reached ({why}); check its address") from None


def _shake_hands(secured: ssl.SSLSocket) -> None:
    with secured:
        secured.settimeout(_REFUSED_LATE_S)
        with suppress(TimeoutError):  # silence is what a peer says that waits for our request
            secured.recv(1)
