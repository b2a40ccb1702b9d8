"""``[dicom]``: how the listener appears on the network."""

from enum import StrEnum

from pydantic import Field, field_validator, model_validator

from pacs_dedup.config.section import MAX_PORT, Section, checked_ae_title
from pacs_dedup.config.tls import Tls

_SMALLEST_MAX_PDU = 4096


class UnknownPeers(StrEnum):
    """What happens to a calling AE title that is not among the peers."""

    LOOPBACK = "loopback"
    ACCEPT = "accept"
    REJECT = "reject"


class Dicom(Section):
    """``[dicom]``: how the listener appears on the network."""

    ae_title: str = "PACSDEDUP"
    port: int = Field(default=11112, ge=0, le=MAX_PORT)
    bind: str = "0.0.0.0"  # noqa: S104 - an SCP that the hospital's modalities can not reach is of no use
    max_pdu: int = Field(default=131072, ge=0)
    max_associations: int = Field(default=40, ge=1)
    require_called_aet: bool = True
    unknown_peers: UnknownPeers = UnknownPeers.LOOPBACK
    accept_private_sop_classes: bool = False
    plain: bool = True
    tls: Tls = Tls()

    _ae_title = field_validator("ae_title")(checked_ae_title)

    @field_validator("max_pdu")
    @classmethod
    def _usable_max_pdu(cls, value: int) -> int:
        if 0 < value < _SMALLEST_MAX_PDU:
            raise ValueError(f"use 0 (no limit) or at least {_SMALLEST_MAX_PDU} bytes")
        return value

    @model_validator(mode="after")
    def _listens_somewhere(self) -> "Dicom":
        if not self.plain and not self.tls.enabled:
            raise ValueError("plain = false leaves nothing to listen on: set dicom.tls.enabled = true")
        return self
