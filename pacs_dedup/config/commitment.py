"""``[commitment]``: how storage commitment is answered, and how it is asked of destinations (PS3.4 Annex J)."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from pacs_dedup.config.section import Section


class CommitmentMode(StrEnum):
    """What proves that a destination holds what it was sent."""

    NONE = "none"
    REQUEST = "request"


class Commitment(Section):
    """``[commitment]``: how storage commitment is answered, and how it is asked of destinations."""

    same_association_s: float = Field(default=5, ge=0)
    report_for_s: float = Field(default=604_800, gt=0)
    quiet_s: float = Field(default=60, ge=0)
    force_s: float = Field(default=3600, gt=0)
    batch: int = Field(default=500, ge=1)
    answer_within_s: float = Field(default=3600, gt=0)
    send_again: int = Field(default=3, ge=0)

    @property
    def same_association(self) -> timedelta:
        """How long an answer may take to go over the association of its request."""
        return timedelta(seconds=self.same_association_s)

    @property
    def report_for(self) -> timedelta:
        """How long it is tried to tell a requester its answer."""
        return timedelta(seconds=self.report_for_s)

    @property
    def quiet_period(self) -> timedelta:
        """Silence towards a destination after which it is asked for what it was sent."""
        return timedelta(seconds=self.quiet_s)

    @property
    def force_after(self) -> timedelta:
        """Age at which it is asked although it is still being sent instances."""
        return timedelta(seconds=self.force_s)

    @property
    def answer_within(self) -> timedelta:
        """How long a destination may take to answer before it is asked again."""
        return timedelta(seconds=self.answer_within_s)
