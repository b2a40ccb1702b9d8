"""``[limits]``: how much is taken from senders at one time, how long they may take, and what may wait."""

from datetime import timedelta

from pydantic import Field, model_validator

from pacs_dedup.config.section import Section

_KIB = 1024
_MIB = 1024 * _KIB


class Limits(Section):
    """``[limits]``: how much is taken from senders at one time, how long they may take, and what may wait."""

    associations_per_peer: int = Field(default=20, ge=1)
    connections: int = Field(default=100, ge=1)
    associate_within_s: float = Field(default=30, gt=0)
    idle_s: float = Field(default=300, gt=0)
    message_s: float = Field(default=300, gt=0)
    least_kib_per_s: float = Field(default=8, gt=0)
    instance_mb: int = Field(default=2048, ge=1)
    receiving_mb: int = Field(default=4096, ge=1)
    receiving_share_per_peer: float = Field(default=0.75, gt=0, le=1)
    wrong_passcodes: int = Field(default=10, ge=1)
    wrong_passcodes_within_s: float = Field(default=900, gt=0)
    queued: int = Field(default=500_000, ge=1)
    unexamined: int = Field(default=50_000, ge=1)
    record_within_s: float = Field(default=3, gt=0)
    spool_arrivals: int = Field(default=100_000, ge=0)
    spool_mb: int = Field(default=102_400, ge=0)

    @model_validator(mode="after")
    def _one_instance_fits(self) -> "Limits":
        if self.receiving_mb < self.instance_mb:
            raise ValueError("receiving_mb must be at least instance_mb, or the largest instance would never fit")
        return self

    @property
    def instance_bytes(self) -> int:
        """Largest data set that is taken."""
        return self.instance_mb * _MIB

    @property
    def receiving_bytes(self) -> int:
        """Memory for all data sets that are coming in or being stored."""
        return self.receiving_mb * _MIB

    @property
    def receiving_bytes_per_peer(self) -> int:
        """What of this one peer may take: its share, and in any case the largest instance."""
        return max(int(self.receiving_bytes * self.receiving_share_per_peer), self.instance_bytes)

    def longest_s(self, patience_s: float, size_bytes: int) -> float:
        """Return how long so many bytes may take, in seconds: so much for pauses, and the rest at the least rate."""
        return patience_s + size_bytes / (self.least_kib_per_s * _KIB)

    @property
    def spool_bytes(self) -> int:
        """Size of the instances whose arrivals may wait for the database."""
        return self.spool_mb * _MIB

    @property
    def record_within(self) -> timedelta:
        """How long a sender waits for the database before its arrival goes to the spool."""
        return timedelta(seconds=self.record_within_s)
