"""DICOM audit messages over syslog (PS3.15 A.6, RFC 5424): UDP (RFC 5426), TCP (RFC 6587), TLS (RFC 5425)."""

import errno
import fcntl
import os
import socket
import ssl
import struct
import termios
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from pacs_dedup.domain.audit import Outcome
from pacs_dedup.domain.audit_chain import AuditEntry, Head
from pacs_dedup.domain.audit_json import from_json
from pacs_dedup.domain.errors import BadConfiguration, PeerUnavailable
from pacs_dedup.log import get_logger
from pacs_dedup.reports.audit_message import MessageSource, audit_messages

_log = get_logger(__name__)

_FACILITY = 10  # security and authorisation messages (RFC 5424 table 1), as RFC 3881 and IHE ATNA ask
_SEVERITY = {Outcome.SUCCESS: 5, Outcome.MINOR_FAILURE: 4, Outcome.SERIOUS_FAILURE: 3, Outcome.MAJOR_FAILURE: 2}
_APP_NAME = "pacs_dedup"
_AUDIT_MSGID, _HEAD_MSGID = "DICOM+RFC3881", "AUDIT_LOG_HEAD"
_BOM = b"\xef\xbb\xbf"
_MOST_HOST = 255
_CONNECT_S = 10.0
_READ_BYTES = 4096

OpenTls = Callable[[socket.socket], ssl.SSLSocket]


class _Transport(Protocol):
    def send(self, frames: Sequence[bytes]) -> None: ...


@dataclass(frozen=True, slots=True)
class SyslogAuditReceiver:
    """`pacs_dedup.ports.audit_receiver.AuditReceiver` over syslog.

    Attributes:
        name: the receiver's address, as it was configured.
        transport: carries messages.
        source: what messages say of their sender.
    """

    name: str
    transport: _Transport
    source: MessageSource

    def send(self, entries: Sequence[AuditEntry]) -> None:
        """Send entries as messages, in order."""
        self.transport.send([frame for entry in entries for frame in self._frames(entry)])

    def anchor(self, head: Head) -> None:
        """Send the head of the log as a message that is no DICOM audit message."""
        told = f"entry {head.sequence} of the audit log of {self.source.source_id} has the digest {head.digest}"
        self.transport.send([frame_of(told.encode(), datetime.now(UTC), _HEAD_MSGID)])

    def _frames(self, entry: AuditEntry) -> list[bytes]:
        try:
            event = from_json(entry.record)
        except (KeyError, ValueError, TypeError, AttributeError):
            _log.error("an entry of the audit log is no event and is not sent", audit_sequence=entry.sequence)
            return []
        severity = _SEVERITY[event.outcome]
        messages = audit_messages(event, self.source)
        return [frame_of(message, event.at, _AUDIT_MSGID, severity) for message in messages]


def frame_of(message: bytes, at: datetime, msgid: str, severity: int = _SEVERITY[Outcome.SUCCESS]) -> bytes:
    """Return a syslog message: header, no structured data, UTF-8 text with its mark (RFC 5424 6)."""
    host = "".join(c for c in socket.gethostname() if "!" <= c <= "~")[:_MOST_HOST] or "-"
    timestamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    header = f"<{_FACILITY * 8 + severity}>1 {timestamp} {host} {_APP_NAME} {os.getpid()} {msgid} - "
    return header.encode("ascii") + _BOM + message


@dataclass(frozen=True, slots=True)
class UdpTransport:
    """One message, one datagram. Nobody ever knows whether it came (RFC 5426 4.3)."""

    host: str
    port: int

    def send(self, frames: Sequence[bytes]) -> None:
        """Send and forget; a message that is longer than a datagram is left out, and said."""
        with _unavailable_in_words():
            family, kind, protocol, _, address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)[0]
            with socket.socket(family, kind, protocol) as sending:
                for frame in frames:
                    _send_datagram(sending, frame, address)


@dataclass(frozen=True, slots=True)
class StreamTransport:
    """Messages with their lengths in front, over TCP or TLS (RFC 6587 3.4.1, RFC 5425 4.3).

    Syslog knows no acknowledgement. So each call has a connection of its own. If it is still open two seconds after the
    last byte we were not refused; then it is closed in our direction, and the messages count as sent when the receiver
    has closed it too, because before that it has read to the end. A receiver that closes nothing is believed after ten
    seconds if its machine has taken every byte.

    Attributes:
        secure: makes a TLS connection of one; None: plain TCP.
        refused_within_s: how long a receiver may take to refuse us by closing, in seconds.
        ends_within_s: how long it may take to close after us, in seconds.
    """

    host: str
    port: int
    secure: OpenTls | None = None
    refused_within_s: float = 2.0
    ends_within_s: float = 10.0

    def send(self, frames: Sequence[bytes]) -> None:
        """Send all, and wait until the receiver has read them."""
        octets = b"".join(b"%d %b" % (len(frame), frame) for frame in frames)
        if not octets:
            return
        with _unavailable_in_words(), socket.create_connection((self.host, self.port), _CONNECT_S) as plain:
            plain.settimeout(_CONNECT_S)
            if self.secure is None:
                plain.sendall(octets)
                self._check_that_it_stays_open(plain)
                plain.shutdown(socket.SHUT_WR)
                _read_to_the_end(plain)
            else:
                with self.secure(plain) as secured:
                    secured.sendall(octets)
                    self._check_that_it_stays_open(secured)
                    _close(secured)

    def _check_that_it_stays_open(self, connection: socket.socket) -> None:
        """Raise where the receiver closes before we do: it does not want to hear from us.

        A receiver may read our certificate, or look up our address, only after the connection is there (RFC 8446
        4.4.2.4), and then close it without a word, which afterwards looks like an end in good order.
        """
        connection.settimeout(self.refused_within_s)
        try:
            while connection.recv(_READ_BYTES):
                pass
        except TimeoutError:
            connection.settimeout(self.ends_within_s)
        else:
            raise ConnectionAbortedError(errno.ECONNABORTED, "it was closed by the receiver")


def _send_datagram(sending: socket.socket, frame: bytes, address: tuple[Any, ...]) -> None:
    try:
        sending.sendto(frame, address)
    except OSError as error:
        if error.errno != errno.EMSGSIZE:
            raise
        _log.error("an audit message is longer than a datagram and was not sent; use tcp:// or tls://")


def _read_to_the_end(connection: socket.socket) -> None:
    try:
        while connection.recv(_READ_BYTES):
            pass
    except TimeoutError:
        if _not_taken(connection):
            raise


def _not_taken(connection: socket.socket) -> int:
    """Return how many bytes the receiver's machine has not acknowledged (tcp(7), SIOCOUTQ)."""
    answer = fcntl.ioctl(connection, termios.TIOCOUTQ, struct.pack("i", 0))
    return int(struct.unpack("i", answer)[0])


def _close(secured: ssl.SSLSocket) -> None:
    """End the TLS session and wait for the receiver's end; not every one sends the alert for it (RFC 8446 6.1)."""
    try:
        secured.unwrap()
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return
    except TimeoutError:
        if _not_taken(secured):
            raise


@contextmanager
def _unavailable_in_words() -> Iterator[None]:
    try:
        yield
    except ssl.SSLError as error:
        raise PeerUnavailable(
            f"the receiver of audit messages refused the TLS connection, or was refused ({error.reason}); "
            "see audit.syslog_ca, audit.syslog_cert and the receiver's own certificate"
        ) from None
    except OSError as error:
        raise PeerUnavailable(
            f"the receiver of audit messages could not be reached ({error.strerror or 'no answer in time'}); "
            "see audit.syslog; the messages wait in the audit log"
        ) from None


def syslog_tls(ca: str, cert: str, key: str) -> ssl.SSLContext:
    """Return the TLS context of a client that checks the receiver's certificate and name (RFC 5425 4.2, BCP 195).

    Args:
        ca: PEM file of the authorities that are trusted; empty: the system's.
        cert: PEM file of our certificate; empty: we show none.
        key: PEM file of its key.

    Raises:
        BadConfiguration: a file can not be used.
    """
    try:
        context = ssl.create_default_context(cafile=ca or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if cert:
            context.load_cert_chain(cert, key)
    except OSError as error:  # an SSLError too
        raise BadConfiguration(
            f"audit.syslog_ca, audit.syslog_cert or audit.syslog_key can not be used ({error.strerror or 'no PEM'}); "
            "each names a PEM file that this account can read, and the key belongs to the certificate"
        ) from None
    return context
