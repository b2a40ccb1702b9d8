"""``[audit]``: where the audit trail is told outside, and what it names there."""

import ipaddress
from datetime import timedelta
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from pacs_dedup.config.section import MAX_PORT, Section

_PORTS = {"udp": 514, "tcp": 601, "tls": 6514}
_HELP = "audit.syslog is none that can be used; write udp://host:514, tcp://host:601 or tls://host:6514"


class NamePatients(StrEnum):
    """When audit messages name patients and studies by what they are really called."""

    PROTECTED = "protected"
    ALWAYS = "always"
    NEVER = "never"


class Audit(Section):
    """``[audit]``: where the audit trail is told outside, and what it names there."""

    syslog: str = ""
    syslog_ca: str = ""
    syslog_cert: str = ""
    syslog_key: str = ""
    name_patients: NamePatients = NamePatients.PROTECTED
    source_id: str = ""
    enterprise_site_id: str = ""
    anchor_entries: int = Field(default=1000, ge=1)
    anchor_s: float = Field(default=3600, gt=0)
    waiting_events: int = Field(default=100_000, ge=10)

    @property
    def transport(self) -> str:
        """How messages are sent: ``udp``, ``tcp`` or ``tls``; empty where none are."""
        return urlsplit(self.syslog).scheme

    @property
    def host(self) -> str:
        """Where the receiver is."""
        return urlsplit(self.syslog).hostname or ""

    @property
    def port(self) -> int:
        """The receiver's port; the registered one where none is named (RFC 5426 3.3, RFC 6587 3.4.3, RFC 5425 4.1)."""
        named = urlsplit(self.syslog).port
        return _PORTS.get(self.transport, 0) if named is None else named

    @property
    def names_patients(self) -> bool:
        """Whether messages name patients and studies in clear, on this way to this receiver."""
        match self.name_patients:
            case NamePatients.ALWAYS:
                return True
            case NamePatients.NEVER:
                return False
            case NamePatients.PROTECTED:
                return self.transport == "tls" or _is_loopback(self.host)

    @property
    def anchor_every(self) -> timedelta:
        """Longest time between two notes of the log's head, while it grows."""
        return timedelta(seconds=self.anchor_s)

    @model_validator(mode="after")
    def _usable_receiver(self) -> Self:
        if not self.syslog:
            return self
        try:
            usable = self.transport in _PORTS and bool(self.host) and 0 < self.port <= MAX_PORT
        except ValueError:  # what stands for the port is no number
            usable = False
        if not usable:
            raise ValueError(_HELP)
        if bool(self.syslog_cert) != bool(self.syslog_key):
            raise ValueError("audit.syslog_cert and audit.syslog_key go together: name both or none")
        if self.transport != "tls" and (self.syslog_ca or self.syslog_cert):
            raise ValueError("audit.syslog_ca and audit.syslog_cert are for tls:// only")
        return self


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
