"""The durable record of what arrived, and of what could not be examined: nothing is lost, and somebody must look."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pacs_dedup.domain.identifiers import (
    AeTitle,
    ArrivalId,
    BlobId,
    SopClassUid,
    SopInstanceUid,
    TransferSyntaxUid,
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One instance came in once.

    Attributes:
        source: calling AE title, or ``scan:<folder>``.
        sop_class_uid, sop_instance_uid: as the C-STORE command gave them; empty for a scanned file.
        association: random name of the association, so that one transfer can be followed through the logs.
        refused: why the sender was told that it failed although the bytes are kept; empty when acknowledged.
        locator: the path of a scanned file; makes a second scan of it no new arrival. Empty for C-STORE.
        receipt: random text made when the instance came in; makes recording it again no new arrival. Empty for a
            scanned file.
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
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One arrival that somebody should look at.

    Attributes:
        cause: why, in words without patient data.
        refused: the sender was told that the transfer failed; the bytes are kept all the same.
    """

    arrival_id: ArrivalId
    blob_id: BlobId
    source: str
    received_at: datetime
    cause: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One content that a sender delivered under a SOP Instance UID.

    Attributes:
        arrival_id: its first arrival from this sender.
    """

    arrival_id: ArrivalId
    blob_id: BlobId
    sop_class_uid: SopClassUid


class ArrivalBook(Protocol):
    """Every arrival, and what is wrong with some. Every method is durable when it returns and may be repeated."""

    def record(
        self, arrival: Arrival, forward_to: Collection[str] = (), forward_at: datetime | None = None
    ) -> ArrivalId:
        """Record an arrival; queue its fingerprint and, for each destination named, its forwarding: one transaction.

        Forwarding is due at ``forward_at`` (now, if None): where a verdict is awaited this is the deadline by which the
        instance goes out in any case, whatever else fails.

        A refused arrival is recorded and queues nothing. A scanned file that is recorded already (same source, locator
        and blob), or an arrival whose receipt is recorded already, returns the first one and queues nothing: where the
        answer to a commit was lost, recording once more is safe.
        """
        ...

    def get(self, arrival_id: ArrivalId) -> Arrival | None:
        """Return a recorded arrival."""
        ...

    def delivered(self, source: str, uids: Collection[SopInstanceUid]) -> Mapping[SopInstanceUid, tuple[Delivery, ...]]:
        """Return what a source delivered under these SOP Instance UIDs and was told that we took, oldest first.

        Each content is named once for each SOP class that it came under. What was refused was not delivered, and what
        was never delivered is left out.
        """
        ...

    def note_problem(self, arrival_id: ArrivalId, cause: str) -> None:
        """Note that an arrival could not be examined, in whole or in part; noting it again replaces the cause."""
        ...

    def problems(self) -> tuple[Problem, ...]:
        """Return everything noted, and every refused arrival, oldest first."""
        ...
