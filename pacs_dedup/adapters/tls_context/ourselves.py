"""Our own certificate: what peers see of it, and how the listener takes it from our own check alone."""

import hashlib
import re
import ssl
from contextlib import suppress

from pacs_dedup.adapters.tls_context.contexts import RenewedContext, TlsFiles, common, server_context, socket_for
from pacs_dedup.dicom.certificates import Certificate, read_certificate
from pacs_dedup.dicom.secure_transport import TlsProfile
from pacs_dedup.domain.errors import BadConfiguration

_PEM = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class ListenerContexts:
    """The TLS contexts of a listener, which take its own certificate from itself. Safe for several threads.

    Whether the listener answers is found out by calling it, and where callers must show a certificate we show our own.
    Where no configured authority vouches for that one, it alone is trusted besides, not who issued it.

    Attributes:
        only_ours: SHA-256 fingerprint of our certificate, where it opens the door to our own check and must open it to
            nobody else; empty where it is as good as any peer's, or opens nothing.
    """

    def __init__(self, files: TlsFiles, profile: TlsProfile, *, verify_peer: bool) -> None:
        """Make the first context.

        Raises:
            BadConfiguration: a file can not be used.
        """
        self._files, self._profile, self._verify_peer = files, profile, verify_peer
        self.only_ours = ""
        self._renewed = RenewedContext(files, self._make)

    def __call__(self) -> ssl.SSLContext:
        """Return the context for the next connection."""
        return self._renewed()

    def _make(self) -> ssl.SSLContext:
        context = server_context(self._files, self._profile, verify_peer=self._verify_peer)
        self.only_ours = _trust_ourselves(context, self._files, self._profile) if self._verify_peer else ""
        return context


def check_context(files: TlsFiles, profile: TlsProfile, *, verify_peer: bool) -> ssl.SSLContext:
    """Return the context by which we call our own listener: it shows our certificate, and takes no other.

    Raises:
        BadConfiguration: a file can not be used; or callers must show a certificate, and ours is none that a caller may
            show, although it is good for a listener.
    """
    context = _client_of_ourselves(files, profile)
    listening = server_context(files, profile, verify_peer=verify_peer)
    if verify_peer:
        _trust_ourselves(listening, files, profile)
        fault = _meet(context, listening)
        if fault and not _meet(context, server_context(files, profile, verify_peer=False)):
            raise BadConfiguration(
                f"dicom.tls.cert: {files.cert} is for servers only, or may issue others, so that nobody who calls may "
                "show it; have one issued for servers and clients"
            )
    return context


def own_certificate(files: TlsFiles, profile: TlsProfile) -> Certificate | None:
    """Return the certificate that peers see, from a handshake with ourselves in memory; None where we have none.

    Raises:
        BadConfiguration: it can not be used, or is not valid today.
    """
    if files.cert is None:
        return None
    asking, fault = _shake_hands(
        _client_of_ourselves(files, profile), server_context(files, profile, verify_peer=False)
    )
    if isinstance(fault, ssl.SSLCertVerificationError):
        raise BadConfiguration(
            f"dicom.tls.cert: {files.cert} is not taken by anybody: {fault.verify_message}; have a new one issued"
        )
    return read_certificate(asking.getpeercert(binary_form=True), asking.getpeercert())


def _client_of_ourselves(files: TlsFiles, profile: TlsProfile) -> ssl.SSLContext:
    leaf = _leaf(files)
    context = common(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), TlsFiles(files.cert, files.key, None), profile)
    context.check_hostname = False
    context.load_verify_locations(cadata=leaf)
    context.sslsocket_class = socket_for((hashlib.sha256(leaf).hexdigest(),), "")
    return context


def _trust_ourselves(listening: ssl.SSLContext, files: TlsFiles, profile: TlsProfile) -> str:
    """Let a listener take our own certificate, if it does not yet; return the fingerprint of what was added.

    A certificate that may issue others is not added: whatever it issued would be let in.
    """
    if not _meet(_client_of_ourselves(files, profile), listening):
        return ""
    leaf = _leaf(files)
    issues = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    issues.load_verify_locations(cadata=leaf)
    if issues.get_ca_certs():
        return ""
    listening.load_verify_locations(cadata=leaf)
    return hashlib.sha256(leaf).hexdigest()


def _leaf(files: TlsFiles) -> bytes:
    """Return our certificate in DER: the first of its file."""
    if files.cert is None:
        raise BadConfiguration("dicom.tls.cert: no certificate is configured; name the file")
    try:
        found = _PEM.search(files.cert.read_text(encoding="ascii", errors="replace"))
        return ssl.PEM_cert_to_DER_cert(found[0] if found else "")
    except (OSError, ValueError):
        raise BadConfiguration(f"dicom.tls: {files.cert} can not be used: there is no certificate in it") from None


def _meet(client: ssl.SSLContext, server: ssl.SSLContext) -> ssl.SSLError | None:
    """Return why two sides would not come together; None where they would."""
    return _shake_hands(client, server)[1]


def _shake_hands(client: ssl.SSLContext, server: ssl.SSLContext) -> tuple[ssl.SSLObject, ssl.SSLError | None]:
    """Let two sides meet in memory; return the client's, and what either of them found wrong."""
    ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(ours, theirs)
    answering = server.wrap_bio(theirs, ours, server_side=True)
    try:
        for side in (asking, answering, asking, answering):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
    except ssl.SSLError as error:
        return asking, error
    return asking, None
