"""What a TLS certificate says of whom it belongs to."""

import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

_SUBJECT_ALT_NAMES = frozenset({"DNS", "URI", "IP Address"})


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that was verified in the TLS handshake.

    Attributes:
        fingerprint: SHA-256 of the whole certificate, hexadecimal in lower case.
        names: DNS names, URIs and IP addresses of subjectAltName, and the common names of the subject, in lower case.
        expires: end of its validity as OpenSSL writes it (``Jun  1 12:00:00 2027 GMT``); empty where it is not known.
    """

    fingerprint: str
    names: frozenset[str] = frozenset()
    expires: str = ""

    def belongs_to(self, fingerprints: tuple[str, ...], name: str) -> bool:
        """Tell whether it is one of these and bears this name; what is empty is not asked for."""
        return (not fingerprints or self.fingerprint in fingerprints) and (not name or name.lower() in self.names)

    def left(self, now: datetime) -> timedelta | None:
        """Return how long it is still valid, negative where it has expired; None where its end is not known.

        Args:
            now: timezone-aware.
        """
        if not self.expires:
            return None
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(self.expires), UTC) - now


def read_certificate(encoded: bytes | None, facts: Mapping[str, Any] | None) -> Certificate | None:
    """Read what `ssl.SSLSocket.getpeercert` tells: the certificate in DER, and its facts.

    Returns:
        The certificate; None where none was shown, or none was verified, which empty facts say.
    """
    if not encoded or not facts:
        return None
    names = [value for kind, value in facts.get("subjectAltName", ()) if kind in _SUBJECT_ALT_NAMES]
    names += [value for rdn in facts.get("subject", ()) for kind, value in rdn if kind == "commonName"]
    lower = frozenset(name.lower() for name in names)
    return Certificate(hashlib.sha256(encoded).hexdigest(), lower, facts.get("notAfter", ""))
