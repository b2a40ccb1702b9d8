"""The listening sockets: one without TLS, one with, each connection in a thread of its own from its first byte on."""

import gc
import secrets
import ssl
import sys
import threading
import time
from typing import Any, cast

from pynetdicom import AE
from pynetdicom.events import EventHandlerType
from pynetdicom.transport import AssociationServer, ThreadedAssociationServer

from pacs_dedup.domain.errors import BadConfiguration
from pacs_dedup.entrypoints.listener.crowd import Crowd
from pacs_dedup.entrypoints.listener.refusals import Refusal, RefusedCall, ReportRefusal
from pacs_dedup.log import describe_error, get_logger
from pacs_dedup.wiring.associations import TlsContexts

_log = get_logger(__name__)

HANDSHAKE_WITHIN_S = 10.0
"""Time for a whole TLS handshake; one takes milliseconds, and a caller who says nothing must go."""

_STOP_WITHIN_S = 0.1
_COLLECT_EVERY_S = 30.0

_HANDSHAKE_FAILURES = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "the caller showed no certificate",
    "UNSUPPORTED_PROTOCOL": "the caller offers no TLS 1.2 or later",
    "VERSION_TOO_LOW": "the caller offers no TLS 1.2 or later",
    "WRONG_VERSION_NUMBER": "the caller does not speak TLS; it may be set up for the port without",
    "HTTP_REQUEST": "the caller speaks HTTP",
    "NO_SHARED_CIPHER": "the caller has no cipher suite of the profile",
    "TLSV1_ALERT_UNKNOWN_CA": "the caller does not trust our certificate's authority",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the caller does not take our certificate",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "the caller does not take our certificate",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "the caller says that our certificate has expired",
}


class PlainServer(ThreadedAssociationServer):
    """Associations as they come, without TLS."""

    _collect_at = 0.0

    def service_actions(self) -> None:
        """Collect dead associations as often as pynetdicom does, although the stop is looked for more often."""
        if time.monotonic() >= self._collect_at:
            self._collect_at = time.monotonic() + _COLLECT_EVERY_S
            gc.collect()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - as in the standard library
        """Log what failed before an association began, where the standard library prints a traceback."""
        error = sys.exception()
        _log.error("a connection failed", address=str(client_address[0]), **(describe_error(error) if error else {}))

    def shutdown(self) -> None:
        """Accept no more connections; those that exist go on."""
        super(AssociationServer, self).shutdown()
        self.server_close()


class TlsServer(PlainServer):
    """Associations over TLS.

    pynetdicom makes the handshake where it accepts, so that one silent caller would keep everybody else out. Here it is
    made in the connection's own thread, within a limit of time, by no more callers at once than may be silent.
    """

    block_on_close = False  # who stops does not wait for callers who say nothing

    def __init__(
        self, *args: Any, contexts_of_tls: TlsContexts, report: ReportRefusal, crowd: Crowd, **options: Any
    ) -> None:
        """Listen at once, as the base class does.

        Args:
            args: for the base class.
            contexts_of_tls: asked for each connection, so that renewed certificates count from the next one on.
            report: told of every handshake that fails.
            crowd: counts who is at the handshake among those who have asked for nothing yet.
            options: for the base class.
        """
        self._contexts, self._report, self._crowd = contexts_of_tls, report, crowd
        super().__init__(*args, **options)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Make the handshake, then let the association begin."""
        name = secrets.token_hex(6)
        if not self._crowd.connect(name, str(client_address[0]), threading.current_thread()):
            self._refuse(Refusal.WAITING, client_address)
            self.shutdown_request(request)
            return
        try:
            secured = self._secured(request, client_address)
        finally:
            self._crowd.leave(name)
        if secured is not None:
            super().finish_request(secured, client_address)

    def _secured(self, request: Any, client_address: Any) -> ssl.SSLSocket | None:
        secured = None
        try:
            request.settimeout(HANDSHAKE_WITHIN_S)
            secured = self._contexts().wrap_socket(request, server_side=True, do_handshake_on_connect=False)
            secured.do_handshake()
        except OSError as error:  # an SSLError and a TimeoutError are such
            self._refuse(Refusal.HANDSHAKE, client_address, handshake_failure(error))
            self.shutdown_request(secured or request)
            return None
        secured.settimeout(None)
        return secured

    def _refuse(self, refusal: Refusal, client_address: Any, detail: str = "") -> None:
        self._report(RefusedCall(refusal=refusal, address=str(client_address[0]), detail=detail))


def handshake_failure(error: OSError) -> str:
    """Say in words why a handshake failed, as far as OpenSSL tells."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the caller's certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "the caller did not finish the TLS handshake in time"
    if isinstance(error, ssl.SSLError) and error.reason:
        return _HANDSHAKE_FAILURES.get(error.reason, f"OpenSSL says {error.reason}")
    return "the caller ended the connection"


def open_server(
    ae: AE, address: tuple[str, int], handlers: list[EventHandlerType], kind: type[PlainServer], **own: Any
) -> PlainServer:
    """Listen on an address with one of the servers above; ``own`` are arguments of that one.

    Raises:
        BadConfiguration: the address can not be listened on.
    """
    try:
        server = cast("PlainServer", ae.make_server(address, evt_handlers=handlers, server_class=kind, **own))
    except OSError as error:
        raise BadConfiguration(
            f"can not listen on {address[0]}:{address[1]} ({error.strerror}); "
            "another program may use the port: choose another one with dicom.port or dicom.tls.port"
        ) from None
    threading.Thread(target=server.serve_forever, args=(_STOP_WITHIN_S,), name="listener", daemon=True).start()
    return server
