"""The durable record of what arrived, and the queue of what is still to be done with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pacs_dedup.domain.identifiers import (
    AeTitle,
    ArrivalId,
    BlobId,
    SopClassUid,
    SopInstanceUid,
    TransferSyntaxUid,
)


class Step(StrEnum):
    """A queued step; a journal row names one of them and a subject."""

    FINGERPRINT = "fingerprint"
    SETTLE = "settle"
    MATCH = "match"
    ACT = "act"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One instance came in once.

    Attributes:
        source: calling AE title, or ``scan:<folder>``.
        sop_class_uid, sop_instance_uid: as the C-STORE command gave them; empty for a scanned file.
        association: random name of the association, so that one transfer can be followed through the logs.
        refused: why the sender was told that it failed although the bytes are kept; empty when acknowledged.
        locator: the path of a scanned file; makes a second scan of it no new arrival. Empty for C-STORE.
    """

    blob_id: BlobId
    source: str
    received_at: datetime
    size_bytes: int
    transfer_syntax_uid: TransferSyntaxUid
    called_ae: AeTitle = AeTitle("")
    peer_address: str = ""
    association: str = ""
    sop_class_uid: SopClassUid = SopClassUid("")
    sop_instance_uid: SopInstanceUid = SopInstanceUid("")
    refused: str = ""
    locator: str = ""


@dataclass(frozen=True, slots=True)
class NewWork:
    """A step to be queued.

    Attributes:
        subject: what the step is about; (step, subject) is unique, so queueing it again changes at most ``due_at``.
        source: who sent what it is about; lets a study wait for its sender's other work.
    """

    step: Step
    subject: str
    due_at: datetime
    source: str = ""


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
    """Arrivals and the work they cause. Every method is durable when it returns and may be repeated."""

    def record_arrival(
        self, arrival: Arrival, forward_to: Collection[str] = (), forward_at: datetime | None = None
    ) -> ArrivalId:
        """Record an arrival; queue its fingerprint and, for each destination named, its forwarding: one transaction.

        Forwarding is due at ``forward_at`` (now, if None): where a verdict is awaited this is the deadline by which the
        instance goes out in any case, whatever else fails.

        A refused arrival is recorded and queues nothing. A scanned file that is recorded already (same source, locator
        and blob) returns its first arrival and queues nothing.
        """
        ...

    def arrival(self, arrival_id: ArrivalId) -> Arrival | None:
        """Return a recorded arrival."""
        ...

    def queue(self, new: Collection[NewWork]) -> None:
        """Queue work. What waits already under (step, subject) is moved to the new ``due_at``; done work stays done."""
        ...

    def claim(self, step: Step, lease: timedelta) -> Work | None:
        """Lease the longest-due work of a step to the caller, or return None. No two callers get the same row."""
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
