"""Secure Transport Connection Profiles: the versions and cipher suites of TLS for associations (PS3.15 Annex B)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

TLS_PORT = 2762
"""Registered port ``dicom-tls``."""

_ECDHE = (
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
)
_DHE = ("DHE-RSA-AES256-GCM-SHA384", "DHE-RSA-AES128-GCM-SHA256")


class TlsProfile(StrEnum):
    """The profiles offered. None of them ever negotiates less than TLS 1.2."""

    BCP195 = "bcp195"
    NON_DOWNGRADING = "non-downgrading"

    @property
    def facts(self) -> "ProfileFacts":
        """What the profile asks for."""
        match self:
            case TlsProfile.BCP195:
                return ProfileFacts(
                    title="BCP 195 RFC 8996, 9325 TLS Secure Transport Connection Profile",
                    clause="PS3.15 B.12",
                    cipher_suites=_ECDHE,
                )
            case TlsProfile.NON_DOWNGRADING:
                return ProfileFacts(
                    title="Non-Downgrading BCP 195 TLS Secure Transport Connection Profile",
                    clause="PS3.15 B.10 (retired; its peers are still in use)",
                    cipher_suites=_ECDHE + _DHE,
                )
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """One profile as it is offered.

    Attributes:
        title: its name in the standard.
        clause: where the standard defines it.
        cipher_suites: those of TLS 1.2, in OpenSSL's names, in our order of preference. TLS 1.3 has suites of its own,
            each of which both profiles permit.
    """

    title: str
    clause: str
    cipher_suites: tuple[str, ...]

    @property
    def openssl_ciphers(self) -> str:
        """Return the suites as OpenSSL reads them.

        Security level 2 is said aloud, because distributions differ: keys and signatures of at least 112 bits, so RSA
        of 2048 bits or more, elliptic curves of 224 or more, and no SHA-1.
        """
        return ":".join([*self.cipher_suites, "@SECLEVEL=2"])
