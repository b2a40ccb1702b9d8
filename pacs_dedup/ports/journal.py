"""The queue of what is still to be done with what arrived."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Step(StrEnum):
    """A queued step; a journal row names one of them and a subject."""

    FINGERPRINT = "fingerprint"
    SETTLE = "settle"
    MATCH = "match"
    ACT = "act"
    FORWARD = "forward"
    COMMIT = "commit"
    REPORT = "report"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class NewWork:
    """A step to be queued.

    Attributes:
        subject: what the step is about; (step, subject) is unique, so queueing it again changes at most ``due_at``.
        source: who sent what it is about; lets a study wait for its sender's other work.
        lane: whom the work waits for, where the work of one must not delay that of another: a destination's name.
    """

    step: Step
    subject: str
    due_at: datetime
    source: str = ""
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed step.

    Attributes:
        attempts: how often it was claimed, this time included.
        queued_at: when it was first queued.
        lease: proof of the claim; ticking with a stale lease does nothing.
    """

    work_id: int
    step: Step
    subject: str
    source: str
    attempts: int
    queued_at: datetime
    lease: str


class Journal(Protocol):
    """The work that arrivals cause. Every method is durable when it returns and may be repeated."""

    def queue(self, new: Collection[NewWork]) -> None:
        """Queue work. What waits already under (step, subject) is moved to the new ``due_at``; done work stays done."""
        ...

    def claim(self, step: Step, lease: timedelta, lane: str | None = None) -> Work | None:
        """Lease the longest-due work of a step, in one lane if given, to the caller, or return None.

        No two callers get the same row.
        """
        ...

    def tick(self, work: Work, then: Collection[NewWork] = ()) -> bool:
        """Mark a claim done and queue what follows, in one transaction.

        Work in ``then`` that waits already is moved to its new ``due_at``; done work stays done. Returns False,
        changing nothing, where the lease was lost to another claim.
        """
        ...

    def postpone(self, work: Work, due_at: datetime, cause: str = "") -> None:
        """Give a claim back, to be claimed again from ``due_at`` on; ``cause`` (no patient data) is kept."""
        ...

    def backlog(self, *, source: str | None = None) -> Mapping[Step, int]:
        """Count what is not done, by step; of one source, if given."""
        ...

    def done(self, step: Step, subjects: Collection[str]) -> frozenset[str]:
        """Return which of these subjects are done; what was never queued is not."""
        ...
