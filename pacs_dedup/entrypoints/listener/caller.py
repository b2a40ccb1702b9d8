"""What a caller says and shows of itself, read from the connection before anybody decides on it."""

import ssl
from dataclasses import dataclass, field
from enum import IntEnum

from pynetdicom.association import Association
from pynetdicom.pdu_primitives import A_ASSOCIATE, UserIdentityNegotiation

from pacs_dedup.dicom.certificates import Certificate, read_certificate
from pacs_dedup.domain.identifiers import AeTitle


class IdentityType(IntEnum):
    """Kinds of User Identity (PS3.7 Table D.3-14)."""

    USERNAME = 1
    USERNAME_AND_PASSCODE = 2
    KERBEROS = 3
    SAML = 4
    JWT = 5


SUPPORTED_IDENTITIES = frozenset({IdentityType.USERNAME, IdentityType.USERNAME_AND_PASSCODE})
"""The kinds that can prove who a peer is; the others would need a directory service behind us."""


@dataclass(frozen=True, slots=True)
class UserIdentity:
    """What the caller says of its user.

    Attributes:
        kind: an `IdentityType`, or any other number that came.
        name: user name, as sent (UTF-8).
        passcode: as sent; empty where none came.
        wants_answer: a positive response is asked for.
    """

    kind: int
    name: bytes
    passcode: bytes = field(default=b"", repr=False)
    wants_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks for an association, as far as the connection tells."""

    calling_ae: AeTitle
    called_ae: AeTitle
    address: str
    over_tls: bool = False
    certificate: Certificate | None = None
    identity: UserIdentity | None = None

    def shows(self, fingerprint: str) -> bool:
        """Tell whether it has shown the certificate of this fingerprint; never of an empty one."""
        return bool(fingerprint) and self.certificate is not None and self.certificate.fingerprint == fingerprint


def caller_of(association: Association, request: A_ASSOCIATE) -> Caller:
    """Read what came with the request and with the connection that it came over."""
    secured = _secured(association)
    return Caller(
        calling_ae=AeTitle(request.calling_ae_title.strip()),
        called_ae=AeTitle(request.called_ae_title.strip()),
        address=association.requestor.address,
        over_tls=secured is not None,
        certificate=_certificate(secured),
        identity=_identity(association.requestor.user_identity),
    )


def shown_fingerprint(association: Association) -> str:
    """Return the SHA-256 of the certificate that was shown and verified, in hexadecimal; empty where there is none."""
    certificate = _certificate(_secured(association))
    return certificate.fingerprint if certificate else ""


def confirm_user(association: Association) -> None:
    """Answer positively to who asked for it (PS3.7 D.3.3.7.2); a name or passcode is answered by an empty response."""
    identity = association.requestor.user_identity
    if identity is not None and identity.positive_response_requested:
        answer = UserIdentityNegotiation()
        answer.server_response = b""
        association.acceptor.add_negotiation_item(answer)


def _secured(association: Association) -> ssl.SSLSocket | None:
    wrapper = association.dul.socket
    return wrapper.socket if wrapper is not None and isinstance(wrapper.socket, ssl.SSLSocket) else None


def _certificate(secured: ssl.SSLSocket | None) -> Certificate | None:
    return read_certificate(secured.getpeercert(binary_form=True), secured.getpeercert()) if secured else None


def _identity(item: UserIdentityNegotiation | None) -> UserIdentity | None:
    if item is None:
        return None
    return UserIdentity(
        kind=item.user_identity_type or 0,
        name=item.primary_field or b"",
        passcode=item.secondary_field or b"",
        wants_answer=item.positive_response_requested,
    )
