"""TLS contexts made of a site's certificate files, for both roles, and made anew when the files are renewed."""

import ssl
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pacs_dedup.dicom.certificates import read_certificate
from pacs_dedup.dicom.secure_transport import TlsProfile
from pacs_dedup.domain.errors import BadConfiguration
from pacs_dedup.log import describe_error, get_logger

_log = get_logger(__name__)

_GROUP_OF_DHE = Path(__file__).with_name("ffdhe2048.pem")  # RFC 7919 A.1; OpenSSL has no DHE without a group
_MEANS = {
    "KEY_VALUES_MISMATCH": "the key is not the one of the certificate",
    "EE_KEY_TOO_SMALL": "the key is too short: RSA needs 2048 bits",
    "CA_MD_TOO_WEAK": "the certificate is signed with SHA-1 or MD5: have it issued anew",
    "NO_CERTIFICATE_OR_CRL_FOUND": "there is no certificate in PEM form in it",
    "NO_START_LINE": "it is not in PEM form",
}


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Certificate files in PEM form.

    Attributes:
        cert: our certificate and the intermediate ones above it; None: we show none.
        key: its private key, not encrypted, and not readable by everybody.
        ca: certificates of the authorities, or of single peers, that are trusted; None: nobody is.
    """

    cert: Path | None
    key: Path | None
    ca: Path | None


class RenewedContext:
    """A TLS context that is made anew when one of its files has changed.

    Connections that exist keep theirs. A change that can not be used, such as a certificate without its new key yet, is
    logged once, and the context before it stays in use. Safe for several threads.
    """

    def __init__(self, files: TlsFiles, make: Callable[[], ssl.SSLContext]) -> None:
        """Make the first context.

        Raises:
            BadConfiguration: a file can not be used; the message says which, why, and what to do.
        """
        self._files, self._make = files, make
        self._lock = threading.Lock()
        self._seen = _state(files)
        self._context = make()

    def __call__(self) -> ssl.SSLContext:
        """Return the context for the next connection."""
        with self._lock:
            if (now := _state(self._files)) != self._seen:
                self._seen = now
                self._renew()
            return self._context

    def _renew(self) -> None:
        try:
            self._context = self._make()
        except BadConfiguration as error:
            _log.error("the certificates changed and can not be used, those before stay", **describe_error(error))
        else:
            _log.info("the certificates were renewed")


def server_context(files: TlsFiles, profile: TlsProfile, *, verify_peer: bool) -> ssl.SSLContext:
    """Return the context of a listener.

    Args:
        files: ours.
        profile: versions and cipher suites.
        verify_peer: the caller must show a certificate that ``files.ca`` trusts.

    Raises:
        BadConfiguration: a file can not be used.
    """
    context = common(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), files, profile)
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_TICKET
    context.num_tickets = 0  # associations are long, and a resumed session would outlive a renewal
    context.load_dh_params(str(_GROUP_OF_DHE))
    context.verify_mode = ssl.CERT_REQUIRED if verify_peer else ssl.CERT_NONE
    return context


def client_context(
    files: TlsFiles, profile: TlsProfile, *, fingerprints: tuple[str, ...] = (), name: str = ""
) -> ssl.SSLContext:
    """Return the context for associations to one peer, whose certificate ``files.ca`` must trust.

    Args:
        files: ours; a certificate is shown if there is one.
        profile: versions and cipher suites.
        fingerprints: SHA-256 of the certificates one of which the peer must show; empty: any.
        name: what its certificate must be issued to. With neither of both it must be issued to the host that is called.

    Raises:
        BadConfiguration: a file can not be used.
    """
    context = common(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), files, profile)
    if fingerprints or name:
        context.check_hostname = False
        context.sslsocket_class = socket_for(fingerprints, name)
    return context


def socket_for(fingerprints: tuple[str, ...], name: str) -> type[ssl.SSLSocket]:
    """Return the kind of socket that comes about only with a certificate of these fingerprints and this name."""

    class BoundSocket(ssl.SSLSocket):
        """A socket whose handshake fails unless the peer's certificate is the one that was configured."""

        def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - as in the standard library
            super().do_handshake(block)
            shown = read_certificate(self.getpeercert(binary_form=True), self.getpeercert())
            if shown is None or not shown.belongs_to(fingerprints, name):
                raise ssl.SSLCertVerificationError("the certificate is another than the configured one")

    return BoundSocket


def common(context: ssl.SSLContext, files: TlsFiles, profile: TlsProfile) -> ssl.SSLContext:
    """Set what both roles share: versions, cipher suites, our certificate, and who is trusted.

    Raises:
        BadConfiguration: a file can not be used.
    """
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(profile.facts.openssl_ciphers)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a single peer's certificate can be trusted by itself
    if files.cert is not None and files.key is not None:
        _refuse_open_key(files.key)
        _load(lambda: context.load_cert_chain(files.cert or "", files.key, password=_no_passphrase), files.cert)
    if files.ca is not None:
        _load(lambda: context.load_verify_locations(files.ca), files.ca)
    return context


def _load(load: Callable[[], None], file: Path) -> None:
    try:
        load()
    except ssl.SSLError as error:
        why = _MEANS.get(error.reason or "NO_START_LINE", f"OpenSSL says {error.reason}")
        raise BadConfiguration(f"dicom.tls: {file} can not be used: {why}") from None
    except OSError as error:
        raise BadConfiguration(
            f"dicom.tls: {file}, or the file that belongs to it, can not be read ({error.strerror}); "
            "correct the name, or let the service's user read it"
        ) from None


def _refuse_open_key(key: Path) -> None:
    try:
        mode = key.stat().st_mode
    except OSError as error:
        raise BadConfiguration(f"dicom.tls.key: {key} can not be read ({error.strerror}); correct the name") from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise BadConfiguration(f"dicom.tls.key: everybody on this machine can read {key}; run: chmod 640 {key}")


def _no_passphrase() -> str:
    raise BadConfiguration(
        "dicom.tls.key is encrypted, and a service that starts by itself can ask nobody; "
        "write it without passphrase with `openssl pkey`, readable by the service's user alone"
    )


def _state(files: TlsFiles) -> tuple[tuple[int, int, int] | None, ...]:
    return tuple(_state_of(file) for file in (files.cert, files.key, files.ca) if file is not None)


def _state_of(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
