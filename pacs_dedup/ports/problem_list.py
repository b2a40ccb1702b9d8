"""What could not be examined, and what was refused although its bytes are kept: nothing is lost, somebody must look."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pacs_dedup.domain.identifiers import ArrivalId, BlobId


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


class ProblemList(Protocol):
    """Arrivals with a problem. Every method is durable when it returns."""

    def add(self, arrival_id: ArrivalId, cause: str) -> None:
        """Note that an arrival could not be examined, in whole or in part; noting it again replaces the cause."""
        ...

    def problems(self) -> tuple[Problem, ...]:
        """Return everything noted, and every refused arrival, oldest first."""
        ...
