"""``[forwarding]``: how destinations are sent to, and what becomes of what they do not take."""

from datetime import timedelta

from pydantic import Field, model_validator

from pacs_dedup.config.section import Section

_MOST_ASSOCIATIONS = 16
_BYTES_PER_MIB = 1024 * 1024


class PeerForwarding(Section):
    """``forwarding`` of a peer: what it differs in from the section ``[forwarding]``; None: in nothing."""

    associations: int | None = Field(default=None, ge=1, le=_MOST_ASSOCIATIONS)
    instances_per_s: float | None = Field(default=None, ge=0)
    mib_per_s: float | None = Field(default=None, ge=0)


class Forwarding(Section):
    """``[forwarding]``: how destinations are sent to, and what becomes of what they do not take."""

    associations: int = Field(default=4, ge=1, le=_MOST_ASSOCIATIONS)
    instances_per_s: float = Field(default=0, ge=0)
    mib_per_s: float = Field(default=0, ge=0)
    first_retry_s: float = Field(default=2, gt=0)
    longest_retry_s: float = Field(default=300, gt=0)
    longest_rest_s: float = Field(default=60, gt=0)
    strikes: int = Field(default=10, ge=1)
    retry_dead_letters_s: float = Field(default=86400, gt=0)
    repeats_per_day: int = Field(default=5, ge=1)
    versions_per_day: int = Field(default=50, ge=1)

    @model_validator(mode="after")
    def _first_before_longest(self) -> "Forwarding":
        if self.first_retry_s > min(self.longest_retry_s, self.longest_rest_s):
            raise ValueError("first_retry_s must not be longer than longest_retry_s and longest_rest_s")
        return self

    @property
    def first_retry(self) -> timedelta:
        """Wait after the first failure; doubled after each further one."""
        return timedelta(seconds=self.first_retry_s)

    @property
    def longest_retry(self) -> timedelta:
        """Longest wait of one instance."""
        return timedelta(seconds=self.longest_retry_s)

    @property
    def longest_rest(self) -> timedelta:
        """Longest time in which a destination that was away is not asked."""
        return timedelta(seconds=self.longest_rest_s)

    @property
    def retry_dead_letters(self) -> timedelta:
        """How long until a dead letter is tried again by itself."""
        return timedelta(seconds=self.retry_dead_letters_s)

    def associations_to(self, peer: PeerForwarding) -> int:
        """Return how many associations there may be with a destination at once."""
        return self.associations if peer.associations is None else peer.associations

    def instances_per_s_to(self, peer: PeerForwarding) -> float:
        """Return how many instances a destination may be sent in a second; 0: any number."""
        return self.instances_per_s if peer.instances_per_s is None else peer.instances_per_s

    def bytes_per_s_to(self, peer: PeerForwarding) -> float:
        """Return how many bytes a destination may be sent in a second; 0: any number."""
        return (self.mib_per_s if peer.mib_per_s is None else peer.mib_per_s) * _BYTES_PER_MIB
