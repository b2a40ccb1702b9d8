"""What a site can choose: names, defaults and limits. ``config/pacs_dedup.example.toml`` gives units and reasons."""

import os
from datetime import timedelta
from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pacs_dedup.config.audit import Audit
from pacs_dedup.config.commitment import Commitment
from pacs_dedup.config.dicom import Dicom
from pacs_dedup.config.forwarding import Forwarding
from pacs_dedup.config.limits import Limits
from pacs_dedup.config.operations import Operations
from pacs_dedup.config.peer import Peer, PeerRole
from pacs_dedup.config.section import Section
from pacs_dedup.config.trust import checked_trust
from pacs_dedup.domain.policy import Action

ENVIRONMENT_PREFIX = "PACS_DEDUP_"
DATABASE_FILE = "pacs_dedup.db"

_NESTED = "__"


class Mode(Section):
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


class Storage(Section):
    """``[storage]``: where bytes and records are kept."""

    path: Path = Path("data")
    database_url: str = Field(default="", repr=False)
    low_water_mb: int = Field(default=2048, ge=0)
    keep_days: float = Field(default=30, ge=1)

    @property
    def low_water_bytes(self) -> int:
        """Free space below which nothing more is taken."""
        return self.low_water_mb * 1024 * 1024

    @property
    def keep_for(self) -> timedelta:
        """How long received bytes stay in any case; a plan may let them go afterwards."""
        return timedelta(days=self.keep_days)


class Completion(Section):
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


class Workers(Section):
    """``[workers]``: how much of the machine decoding may use."""

    count: int = Field(default=0, ge=0)
    decode_timeout_s: float = Field(default=60, gt=0)
    decode_memory_mb: int = Field(default=3072, ge=256)
    decode_file_mb: int = Field(default=1024, ge=1)

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

    @property
    def decode_file_bytes(self) -> int:
        """Size of an instance above which it is not decoded."""
        return self.decode_file_mb * 1024 * 1024


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
    audit: Audit = Audit()
    limits: Limits = Limits()
    operations: Operations = Operations()
    forwarding: Forwarding = Forwarding()
    commitment: Commitment = Commitment()

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

    @field_validator("peers")
    @classmethod
    def _peers_can_prove_who_they_are(cls, peers: tuple[Peer, ...], info: ValidationInfo) -> tuple[Peer, ...]:
        return checked_trust(peers, info.data["dicom"]) if "dicom" in info.data else peers

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
