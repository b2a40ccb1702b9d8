"""Why a caller is refused, what it is answered, and what the site is told."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pynetdicom.pdu_primitives import A_ASSOCIATE

Answer = tuple[int, int, int]
"""Result, source and reason of A-ASSOCIATE-RJ (PS3.8 9.3.4)."""

NO_REASON: Answer = (1, 1, 1)
"""Rejected permanently, by us, no reason given."""

_BY_USER, _BY_ACSE, _BY_PRESENTATION = 1, 2, 3
_PERMANENT, _TRANSIENT = 1, 2


class Refusal(StrEnum):
    """Every reason for which a caller does not get an association, or, having one, may not send.

    Attributes:
        answer: what it is answered; None where the connection ends without a DICOM answer, and of ``other``. Reasons
            that tell a stranger how far they came have one answer: the calling AE title is not recognised.
        words: what a PACS manager reads in the log.
    """

    answer: Answer | None
    words: str

    def __new__(cls, value: str, answer: Answer | None, words: str) -> "Refusal":
        """Attach answer and words to the reason."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.answer = answer
        member.words = words
        return member

    CALLED_AE = (
        "called_ae",
        (_PERMANENT, _BY_USER, 7),
        "another AE title is called than ours; correct it at the sender, or set dicom.require_called_aet = false",
    )
    UNKNOWN = (
        "unknown",
        (_PERMANENT, _BY_USER, 3),
        "no peer has this AE title; add one, or correct the title at the sender",
    )
    RESERVED_TITLE = (
        "reserved_title",
        (_PERMANENT, _BY_USER, 3),
        "scanned folders have such titles, and nobody who calls may",
    )
    ADDRESS = (
        "address",
        (_PERMANENT, _BY_USER, 3),
        "the peer of this AE title has another address",
    )
    WITHOUT_TLS = (
        "without_tls",
        (_PERMANENT, _BY_USER, 3),
        "the peer of this AE title must show a certificate, and this is the port without TLS",
    )
    CERTIFICATE = (
        "certificate",
        (_PERMANENT, _BY_USER, 3),
        "the certificate is good, but another than the one of this AE title's peer",
    )
    PASSCODE_IN_THE_OPEN = (
        "passcode_in_the_open",
        (_PERMANENT, _BY_ACSE, 1),
        "a passcode came over the network without TLS; change it, and let the peer call the port with TLS",
    )
    USER = (
        "user",
        (_PERMANENT, _BY_ACSE, 1),
        "the user identity of this AE title's peer is missing, or another, or of a kind that is not supported",
    )
    PASSCODE = (
        "passcode",
        (_PERMANENT, _BY_ACSE, 1),
        "the passcode is wrong",
    )
    GUESSING = (
        "guessing",
        (_TRANSIENT, _BY_ACSE, 1),
        "as many wrong passcodes as limits.wrong_passcodes allows came for this peer from its address, and none is "
        "looked at for a while; find out who guesses, or correct the passcode at the sender",
    )
    PROTOCOL = (
        "protocol",
        (_PERMANENT, _BY_ACSE, 2),
        "the caller speaks another version of the upper layer protocol than 1, which is the only one there is",
    )
    LIMIT = (
        "limit",
        (_TRANSIENT, _BY_PRESENTATION, 2),
        "as many associations are open as dicom.max_associations allows",
    )
    PEER_LIMIT = (
        "peer_limit",
        (_TRANSIENT, _BY_PRESENTATION, 2),
        "the peer, or its address, has as many associations as limits.associations_per_peer allows",
    )
    CONGESTION = (
        "congestion",
        (_TRANSIENT, _BY_PRESENTATION, 1),
        "as much is being received as limits.receiving_mb allows",
    )
    WAITING = (
        "waiting",
        None,
        "as many connections as limits.connections and limits.associations_per_peer allow have asked for nothing yet",
    )
    HANDSHAKE = (
        "handshake",
        None,
        "no TLS connection came about",
    )
    NOT_A_SOURCE = (
        "not_a_source",
        None,
        "the peer is a destination alone, and sends instances; if it may, give it both roles, source and destination",
    )
    UNDECIDED = (
        "undecided",
        (_PERMANENT, _BY_USER, 1),
        "who calls could not be determined",
    )
    OTHER = (
        "other",
        None,
        "pynetdicom rejected the association by itself, for none of these reasons; that is not known to happen",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCall:
    """A caller who did not get in, or got in and sent what is not taken from it.

    Attributes:
        address: IP address it came from.
        calling_ae: AE title it gave; empty where it did not come so far.
        called_ae: AE title it asked for; empty where it did not come so far.
        peer: name of the configured peer that it is; empty where it is none, or did not come so far.
        fingerprint: SHA-256 of the certificate it showed, in hexadecimal; empty without one.
        detail: what OpenSSL said of a failed handshake.
    """

    refusal: Refusal
    address: str
    calling_ae: str = ""
    called_ae: str = ""
    peer: str = ""
    fingerprint: str = ""
    detail: str = ""

    @property
    def explanation(self) -> str:
        """Return the reason in a word and in a sentence, and what more is known of it."""
        return ": ".join(part for part in (str(self.refusal), self.refusal.words, self.detail) if part)


ReportRefusal = Callable[[RefusedCall], None]
"""Told of every refusal; returns at once and raises nothing, whatever becomes of its record."""


def refusal_answered(answer: A_ASSOCIATE | None) -> Refusal:
    """Return the reason behind an answer that pynetdicom gave by itself."""
    given = (answer.result, answer.result_source, answer.diagnostic) if answer is not None else None
    found = (refusal for refusal in (Refusal.CALLED_AE, Refusal.PROTOCOL, Refusal.LIMIT) if refusal.answer == given)
    return next(found, Refusal.OTHER)
