"""``[[peers]]``: the application entities that a site knows."""

import ipaddress
import re
from enum import StrEnum
from pathlib import Path
from re import Pattern

from pydantic import Field, field_validator, model_validator

from pacs_dedup.config.commitment import CommitmentMode
from pacs_dedup.config.forwarding import PeerForwarding
from pacs_dedup.config.hosts import is_host, is_range, parsed
from pacs_dedup.config.passcodes import checked_hash
from pacs_dedup.config.section import MAX_PORT, Section, checked_ae_title
from pacs_dedup.domain.identifiers import AeTitle

_LONGEST_USER = 256
_FINGERPRINT = re.compile("[0-9a-f]{64}")


class PeerRole(StrEnum):
    """What a peer is to us."""

    SOURCE = "source"
    DESTINATION = "destination"


class Peer(Section):
    """``[[peers]]``: one application entity that we know.

    Attributes:
        roles: what it is to us; a destination that sends to us too needs both.
        address: ``AET@host:port``; a source may leave out the port, or the host too where it has no fixed one, or write
            a range of addresses for it (``AET@10.1.2.0/24``).
        issuer: assigning authority of the patient IDs it sends without Issuer of Patient ID (0010,0021).
        charset: specific character set assumed where a data set that it sends names none (0008,0005).
        pseudo_ids: regular expressions of the numbers it gives to people whom it can not identify.
        certificate: SHA-256 fingerprints of its TLS certificates, in hexadecimal; more than one while one is renewed.
        certificate_name: a DNS name, URI, IP address or common name that its TLS certificate must bear.
        user: name by which it identifies itself when it calls (User Identity, PS3.7 D.3.3.7).
        passcode: hash of the passcode that comes with the name, as `passcodes.hashed` makes it.
        our_user: name by which we identify ourselves when we call it (PS3.7 D.3.3.7).
        our_passcode_file: file that holds the passcode of this user, for the service's account alone.
        our_passcode_env: instead, name of the environment variable that holds it.
        commitment: what proves that this destination holds what it was sent: its acknowledgement, or a storage
            commitment that it is asked for.
        tls: associations that we ask it for go over TLS.
        forwarding: how this destination is sent to, where that differs from the section ``[forwarding]``.
    """

    name: str = Field(min_length=1, pattern=r"^[^>\s]+$")
    address: str
    roles: frozenset[PeerRole] = frozenset({PeerRole.SOURCE})
    site: str = ""
    issuer: str = ""
    charset: str = ""
    pseudo_ids: tuple[Pattern[str], ...] = ()
    certificate: tuple[str, ...] = ()
    certificate_name: str = ""
    user: str = ""
    passcode: str = Field(default="", repr=False)
    our_user: str = Field(default="", max_length=_LONGEST_USER)
    our_passcode_file: Path | None = None
    our_passcode_env: str = ""
    commitment: CommitmentMode = CommitmentMode.NONE
    tls: bool = False
    forwarding: PeerForwarding = PeerForwarding()

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

    @property
    def may_send(self) -> bool:
        """Whether we take instances from it; one that is a destination alone calls for other reasons."""
        return PeerRole.SOURCE in self.roles

    @property
    def shows_certificate(self) -> bool:
        """Whether it is known by its certificate, besides AE title and address."""
        return bool(self.certificate or self.certificate_name)

    @property
    def is_bound(self) -> bool:
        """Whether it must prove who it is; then nobody else may use its AE title, wherever they call from."""
        return self.shows_certificate or bool(self.user)

    @property
    def gives_passcode(self) -> bool:
        """Whether we give it a passcode when we call it."""
        return self.our_passcode_file is not None or bool(self.our_passcode_env)

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, as far as its address says."""
        try:
            return self.host == "localhost" or parsed(self.host).is_loopback
        except ValueError:
            return False

    @field_validator("certificate", mode="before")
    @classmethod
    def _plain_fingerprints(cls, value: object) -> object:
        """Take what tools print: hexadecimal with or without colons, in either case, one or several."""
        several = [value] if isinstance(value, str) else value
        if not isinstance(several, list | tuple):
            return value
        plain = tuple(str(one).lower().removeprefix("sha256:").replace(":", "").strip() for one in several)
        if wrong := [one for one in plain if not _FINGERPRINT.fullmatch(one)]:
            raise ValueError(
                f"{wrong[0]!r} is no SHA-256 fingerprint; `openssl x509 -noout -fingerprint -sha256` prints it"
            )
        return plain

    @field_validator("passcode")
    @classmethod
    def _hashed_passcode(cls, value: str) -> str:
        return checked_hash(value) if value else value

    @field_validator("our_passcode_file", mode="before")
    @classmethod
    def _nothing_is_no_file(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _one_passcode_of_ours(self) -> "Peer":
        if self.our_passcode_file is not None and self.our_passcode_env:
            raise ValueError("our passcode is in one place: name our_passcode_file or our_passcode_env")
        if self.gives_passcode and not self.our_user:
            raise ValueError("our passcode needs the name of its user: our_user")
        return self

    @model_validator(mode="after")
    def _forwarding_is_for_destinations(self) -> "Peer":
        if self.forwarding != PeerForwarding() and PeerRole.DESTINATION not in self.roles:
            raise ValueError("forwarding is for a destination: nothing is sent to others")
        return self

    @model_validator(mode="after")
    def _usable_address(self) -> "Peer":
        checked_ae_title(self.ae_title)
        if self.port > MAX_PORT:
            raise ValueError(f"address {self.address!r}: the port must be 1 to {MAX_PORT}")
        if PeerRole.DESTINATION in self.roles and (not (self.host and self.port) or is_range(self.host)):
            raise ValueError(f"address {self.address!r}: a destination needs the form AET@host:port")
        if self.commitment is CommitmentMode.REQUEST and PeerRole.DESTINATION not in self.roles:
            raise ValueError('commitment = "request" is for a destination: nothing is sent to others')
        if is_range(self.host):
            try:
                ipaddress.ip_network(self.host)
            except ValueError as error:
                raise ValueError(f"address {self.address!r}: no range of addresses ({error})") from None
        if self.passcode and not self.user:
            raise ValueError("a passcode needs the name of its user")
        return self
