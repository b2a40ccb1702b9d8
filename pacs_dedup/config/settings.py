"""What a site can choose: names, defaults and limits. ``config/pacs_dedup.example.toml`` gives units and reasons."""

import os
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from re import Pattern

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pacs_dedup.config.hosts import is_host
from pacs_dedup.domain.identifiers import AeTitle
from pacs_dedup.domain.policy import Action

ENVIRONMENT_PREFIX = "PACS_DEDUP_"
DATABASE_FILE = "pacs_dedup.db"

_MAX_AE_TITLE = 16
_MAX_PORT = 65535
_SMALLEST_MAX_PDU = 4096
_NESTED = "__"


class UnknownPeers(StrEnum):
    """What happens to a calling AE title that is not among the peers."""

    LOOPBACK = "loopback"
    ACCEPT = "accept"
    REJECT = "reject"


class PeerRole(StrEnum):
    """What a peer is to us."""

    SOURCE = "source"
    DESTINATION = "destination"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _checked_ae_title(text: str) -> str:
    """Check an AE title: 1 to 16 characters of the default repertoire, no backslash, no controls (PS3.5 6.2, VR AE)."""
    title = text.strip()
    if not title or len(title) > _MAX_AE_TITLE or not title.isascii() or not title.isprintable() or "\\" in title:
        raise ValueError("an AE title has 1 to 16 printable ASCII characters and no backslash")
    return title


class Dicom(_Section):
    """``[dicom]``: how the listener appears on the network."""

    ae_title: str = "PACSDEDUP"
    port: int = Field(default=11112, ge=0, le=_MAX_PORT)
    bind: str = "0.0.0.0"  # noqa: S104 - an SCP that the hospital's modalities can not reach is of no use
    max_pdu: int = Field(default=131072, ge=0)
    max_associations: int = Field(default=40, ge=1)
    require_called_aet: bool = True
    unknown_peers: UnknownPeers = UnknownPeers.LOOPBACK
    accept_private_sop_classes: bool = False

    _ae_title = field_validator("ae_title")(_checked_ae_title)

    @field_validator("max_pdu")
    @classmethod
    def _usable_max_pdu(cls, value: int) -> int:
        if 0 < value < _SMALLEST_MAX_PDU:
            raise ValueError(f"use 0 (no limit) or at least {_SMALLEST_MAX_PDU} bytes")
        return value


class Peer(_Section):
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
        _checked_ae_title(self.ae_title)
        if self.port > _MAX_PORT:
            raise ValueError(f"address {self.address!r}: the port must be 1 to {_MAX_PORT}")
        if PeerRole.DESTINATION in self.roles and not (self.host and self.port):
            raise ValueError(f"address {self.address!r}: a destination needs the form AET@host:port")
        return self


class Mode(_Section):
    """``[mode]``: how far the product may go."""

    action: Action = Action.OBSERVE
    max_hold_s: float = Field(default=86400, gt=0)
    judge_within_s: float = Field(default=900, gt=0)

    @property
    def max_hold(self) -> timedelta:
        """How long a held study may wait for a reviewer."""
        return timedelta(seconds=self.max_hold_s)

    @property
    def judge_within(self) -> timedelta:
        """How long an instance may wait for a verdict before it is forwarded without one."""
        return timedelta(seconds=self.judge_within_s)


class Storage(_Section):
    """``[storage]``: where bytes and records are kept."""

    path: Path = Path("data")
    database_url: str = Field(default="", repr=False)
    low_water_mb: int = Field(default=2048, ge=0)

    @property
    def low_water_bytes(self) -> int:
        """Free space below which nothing more is taken."""
        return self.low_water_mb * 1024 * 1024


class Completion(_Section):
    """``[completion]``: when a study counts as complete, which DICOM never says (PS3.4 B.4.1)."""

    quiet_s: float = Field(default=60, ge=0)
    force_s: float = Field(default=5400, gt=0)

    @property
    def quiet_period(self) -> timedelta:
        """Silence after which a study is settled."""
        return timedelta(seconds=self.quiet_s)

    @property
    def force_after(self) -> timedelta:
        """Age at which a study is settled although instances still come."""
        return timedelta(seconds=self.force_s)


class Workers(_Section):
    """``[workers]``: how much of the machine decoding may use."""

    count: int = Field(default=0, ge=0)
    decode_timeout_s: float = Field(default=60, gt=0)
    decode_memory_mb: int = Field(default=3072, ge=256)

    @property
    def decoders(self) -> int:
        """Number of decoding processes."""
        return self.count or os.cpu_count() or 1

    @property
    def decode_timeout(self) -> timedelta:
        """Time that one instance may take."""
        return timedelta(seconds=self.decode_timeout_s)

    @property
    def decode_memory_bytes(self) -> int:
        """Address space that one decoding process may take."""
        return self.decode_memory_mb * 1024 * 1024


class Settings(BaseSettings):
    """Everything a site chose. ``Settings()`` holds the defaults alone; `load_settings` reads file and environment."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter=_NESTED,
        env_ignore_empty=True,
    )

    dicom: Dicom = Dicom()
    peers: tuple[Peer, ...] = ()
    mode: Mode = Mode()
    storage: Storage = Storage()
    completion: Completion = Completion()
    workers: Workers = Workers()

    @classmethod
    def settings_customise_sources(  # noqa: D102 - pydantic-settings explains it
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls, env_settings, dotenv_settings, file_secret_settings  # loading.py joins the sources
        return (init_settings,)

    @field_validator("peers")
    @classmethod
    def _peers_have_their_own_names(cls, peers: tuple[Peer, ...]) -> tuple[Peer, ...]:
        names = [peer.name for peer in peers]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two peers are called {', '.join(map(repr, twice))}; give each its own name")
        return peers

    @field_validator("peers")
    @classmethod
    def _one_ae_title_stands_for_one_hospital(cls, peers: tuple[Peer, ...]) -> tuple[Peer, ...]:
        told: dict[str, tuple[object, ...]] = {}
        for peer in peers:
            own = (peer.site, peer.issuer, peer.charset, peer.pseudo_ids)
            if told.setdefault(peer.ae_title, own) != own:
                raise ValueError(
                    f"two peers call themselves {peer.ae_title!r} and differ in site, issuer, charset or pseudo_ids; "
                    "senders are told apart by AE title alone: give one of them another"
                )
        return peers

    @property
    def database_url(self) -> str:
        """SQLAlchemy's URL of the database: the one configured, else an SQLite file in the data folder."""
        return self.storage.database_url or f"sqlite:///{self.storage.path.resolve() / DATABASE_FILE}"

    @property
    def sites(self) -> dict[str, str]:
        """The hospital behind each peer's AE title, where one is named."""
        return {peer.ae_title: peer.site for peer in self.peers if peer.site}

    @property
    def destinations(self) -> tuple[Peer, ...]:
        """The peers that instances are forwarded to; with at least one, this is a gateway."""
        return tuple(peer for peer in self.peers if PeerRole.DESTINATION in peer.roles)
