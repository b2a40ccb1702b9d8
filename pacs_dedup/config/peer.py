"""``[[peers]]``: the application entities that a site knows."""

from enum import StrEnum
from re import Pattern

from pydantic import Field, model_validator

from pacs_dedup.config.hosts import is_host
from pacs_dedup.config.section import MAX_PORT, Section, checked_ae_title
from pacs_dedup.domain.identifiers import AeTitle


class PeerRole(StrEnum):
    """What a peer is to us."""

    SOURCE = "source"
    DESTINATION = "destination"


class Peer(Section):
    """``[[peers]]``: one application entity that we know.

    Attributes:
        address: ``AET@host:port``; a source may leave out the port, or the host too where it has no fixed one.
        issuer: assigning authority of the patient IDs it sends without Issuer of Patient ID (0010,0021).
        charset: specific character set assumed where a data set that it sends names none (0008,0005).
        pseudo_ids: regular expressions of the numbers it gives to people whom it can not identify.
    """

    name: str = Field(min_length=1, pattern=r"^[^>\s]+$")
    address: str
    roles: frozenset[PeerRole] = frozenset({PeerRole.SOURCE})
    site: str = ""
    issuer: str = ""
    charset: str = ""
    pseudo_ids: tuple[Pattern[str], ...] = ()

    @property
    def ae_title(self) -> AeTitle:
        """The AE title in the address."""
        return AeTitle(self.address.partition("@")[0].strip())

    @property
    def host(self) -> str:
        """The host in the address, without brackets; empty where it names none."""
        host, _, port = self.address.partition("@")[2].rpartition(":")
        return (host if host and port.isdigit() else self.address.partition("@")[2]).strip("[] ")

    @property
    def port(self) -> int:
        """The port in the address; 0 where it names none."""
        host, _, port = self.address.partition("@")[2].rpartition(":")
        return int(port) if host and port.isdigit() else 0

    def calls_as(self, calling_ae: str, address: str) -> bool:
        """Tell whether an association from this AE title at this IP address is this peer's."""
        return self.ae_title == calling_ae and (not self.host or is_host(address, self.host))

    @model_validator(mode="after")
    def _usable_address(self) -> "Peer":
        checked_ae_title(self.ae_title)
        if self.port > MAX_PORT:
            raise ValueError(f"address {self.address!r}: the port must be 1 to {MAX_PORT}")
        if PeerRole.DESTINATION in self.roles and not (self.host and self.port):
            raise ValueError(f"address {self.address!r}: a destination needs the form AET@host:port")
        return self
