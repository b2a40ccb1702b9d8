"""``[dicom.tls]``: associations over TLS, ours to others and theirs to us."""

from pathlib import Path

from pydantic import Field, field_validator, model_validator

from pacs_dedup.config.section import MAX_PORT, Section
from pacs_dedup.dicom.secure_transport import TLS_PORT, TlsProfile


class Tls(Section):
    """``[dicom.tls]``: associations over TLS.

    Attributes:
        enabled: whether the listener takes associations over TLS too; sending over TLS is each peer's ``tls``.
        cert: our certificate, PEM, followed by those of intermediate authorities if there are any.
        key: its private key, PEM, not encrypted.
        ca: certificates of the authorities, or of single peers, that we trust, PEM.
        verify_peer: whether a peer that calls must show a certificate of one of these authorities.
    """

    enabled: bool = False
    port: int = Field(default=TLS_PORT, ge=0, le=MAX_PORT)
    cert: Path | None = None
    key: Path | None = None
    ca: Path | None = None
    profile: TlsProfile = TlsProfile.BCP195
    verify_peer: bool = True

    @field_validator("cert", "key", "ca", mode="before")
    @classmethod
    def _nothing_is_no_file(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _whole(self) -> "Tls":
        if (self.cert is None) != (self.key is None):
            raise ValueError("cert and key belong together: name both files")
        if self.enabled and self.cert is None:
            raise ValueError(
                "a listener over TLS needs its certificate and private key: name the files in cert and key"
            )
        if self.enabled and self.verify_peer and self.ca is None:
            raise ValueError(
                "ca: name the file with the authorities whose certificates are trusted; "
                "or set verify_peer = false, and nobody has to show one"
            )
        return self
