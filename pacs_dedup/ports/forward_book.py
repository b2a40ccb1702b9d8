"""What could not be forwarded and why: a list that a person looks at, from which nothing vanishes by itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pacs_dedup.domain.identifiers import ArrivalId, BlobId, SopInstanceUid
from pacs_dedup.ports.arrival_book import Arrival


class Trouble(StrEnum):
    """Why a forwarding did not come to its end.

    Everything but RETRYING is a dead letter: it waits for a person, and all but LOOP are tried again rarely meanwhile.
    """

    RETRYING = "retrying"
    REFUSED = "refused"
    EXHAUSTED = "exhausted"
    DENIED = "denied"
    MISSING = "missing"
    LOOP = "loop"
    UNCONFIGURED = "unconfigured"


@dataclass(frozen=True, slots=True)
class Failure:
    """How forwarding one arrival to one destination failed last.

    Attributes:
        cause: in words without patient data.
        failures: how often the destination took others but not this one; what hit all of them alike is not counted.
        failed_at: when that was last counted.
        requeued_at: when a person asked to try again; None where nobody did, or it failed for good since.
    """

    destination: str
    arrival_id: ArrivalId
    trouble: Trouble
    cause: str
    failures: int
    failed_at: datetime
    requeued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One instance that a destination does not have, and will not get without somebody's doing.

    Attributes:
        since: when it became a dead letter; of an unconfigured destination, when it was queued.
        attempts: how often it was tried in all.
        due_at: when it is tried again by itself.
    """

    destination: str
    arrival_id: ArrivalId
    trouble: Trouble
    cause: str
    since: datetime
    attempts: int
    due_at: datetime
    blob_id: BlobId
    source: str
    sop_instance_uid: SopInstanceUid


class ForwardBook(Protocol):
    """The troubles of forwarding. Every method is durable when it returns and may be repeated."""

    def note(self, failure: Failure) -> None:
        """Keep how a forwarding failed last, in place of what was kept of it."""
        ...

    def failure(self, destination: str, arrival_id: ArrivalId) -> Failure | None:
        """Return how a forwarding failed last."""
        ...

    def dead_letters(self, destinations: Collection[str]) -> tuple[DeadLetter, ...]:
        """Return what waits for a person, by arrival: failed for good, nobody asked to try again, not acknowledged yet.

        What is queued for a name that is not among the configured ``destinations`` is a dead letter too.
        """
        ...

    def requeue(self, letters: Collection[DeadLetter], at: datetime) -> None:
        """Make dead letters due at once and count their failures from 0, in one transaction.

        What a destination has acknowledged meanwhile stays done.
        """
        ...

    def acknowledged(self, destination: str, uid: SopInstanceUid, since: datetime, at_most: int) -> tuple[Arrival, ...]:
        """Return arrivals of a SOP Instance UID that came, and were done with at a destination, at or after ``since``.

        That includes what was not sent because it came from there.
        """
        ...
