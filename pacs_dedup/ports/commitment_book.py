"""What destinations were sent, what they were asked to commit to, and what they have committed to: by content."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pacs_dedup.domain.commitment import CommitmentAnswer, Reference, TransactionUid
from pacs_dedup.domain.identifiers import ArrivalId, BlobId

DENIED_AGAIN = timedelta(days=1)
"""After so long what failed is sent once more, as every dead letter is: the destination may have been mended."""


class CommitmentState(StrEnum):
    """Where one content at one destination stands.

    UNSENT: the destination did not commit to it, and its forwarding is due at once. FAILED: it did not again; its
    forwarding is not done either, but waits for a person, or for a day.
    """

    WAITING = "waiting"
    ASKED = "asked"
    COMMITTED = "committed"
    UNSENT = "unsent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sent:
    """One instance that a destination has acknowledged.

    Attributes:
        reference: the UIDs that the destination was sent it under.
    """

    destination: str
    arrival_id: ArrivalId
    blob_id: BlobId
    reference: Reference
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One content that a batch asks about.

    Attributes:
        attempt: how often this arrival was sent to the destination, 1 at least.
        state: ASKED, COMMITTED or FAILED.
        reason: Failure Reason (0008,1197) where it failed.
    """

    arrival_id: ArrivalId
    blob_id: BlobId
    reference: Reference
    attempt: int
    state: CommitmentState
    reason: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What is asked of a destination in one request, or in several if it does not answer."""

    batch_id: int
    destination: str
    items: tuple[BatchItem, ...]


class CommitmentBook(Protocol):
    """The destinations' commitments. Every method is durable when it returns and may be repeated."""

    def sent(self, sent: Sent) -> None:
        """Remember that a destination has acknowledged an instance: it waits until it is asked about.

        Content that the destination has committed to, or is being asked about, stays so. Content that was unsent waits
        again, and so does content that failed, if this is another arrival of it or was sent since.
        """
        ...

    def collect(self, destination: str, at_most: int, quiet_since: datetime, overdue_since: datetime) -> int | None:
        """Put what waits at a destination, oldest first, into a new batch and queue `Step.ASK` for it: one transaction.

        A batch is made when nothing was sent after ``quiet_since``, when something waits that was sent at or before
        ``overdue_since``, or when ``at_most`` instances wait. Returns its number; None where none is due.
        """
        ...

    def batch(self, batch_id: int) -> Batch | None:
        """Return a batch with what became of its items; what was sent again meanwhile has left it."""
        ...

    def asking(self, batch_id: int, transaction_uid: TransactionUid, at: datetime) -> None:
        """Note the Transaction UID under which a batch is asked for; call it before the request leaves."""
        ...

    def settle(self, destination: str, answer: CommitmentAnswer, at: datetime, send_again: int = 0) -> bool:
        """Note a destination's answer, and make the batch's `Step.ASK` due: one transaction.

        What it does not commit to and was sent ``send_again`` times again at most is unsent: it leaves the batch, and
        its `Step.FORWARD` is undone and due at once, because the destination does not have it after all. What fails
        for good is undone too, and due after `DENIED_AGAIN`: nothing may lean on its being there.

        Only items that are still open change; an instance counts where SOP class and instance UID both agree. Returns
        False, changing nothing, where no request of this Transaction UID was made to this destination.
        """
        ...

    def committed(self, destination: str, blob_ids: Collection[BlobId]) -> frozenset[BlobId]:
        """Return which of these contents the destination has committed to, so that they may leave the transit store.

        A commitment names UIDs, not content. Where another content of the same SOP Instance UID was ever handed to
        this destination, came from it, or may be on its way there, its commitment proves neither, and neither is
        returned. A destination that was never asked has committed to nothing: whether its acknowledgement is enough is
        the caller's to decide, by the peer's configuration.
        """
        ...
