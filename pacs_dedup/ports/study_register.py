"""Which instances make up which study, generation by generation, and where each study stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pacs_dedup.domain.identifiers import ArrivalId, BlobId, StudyKey


class StudyState(StrEnum):
    """RECEIVING -> SETTLED -> JUDGED -> DISPATCHED -> CLOSED; a late instance opens the next generation."""

    RECEIVING = "receiving"
    SETTLED = "settled"
    JUDGED = "judged"
    DISPATCHED = "dispatched"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Member:
    """One arrival filed under its study."""

    arrival_id: ArrivalId
    blob_id: BlobId
    generation: int


@dataclass(frozen=True, slots=True)
class StudyEntry:
    """Where a study stands.

    Attributes:
        generation: the newest one, open while the state is RECEIVING.
        opened_at: when the first instance of that generation came.
    """

    key: StudyKey
    generation: int
    state: StudyState
    opened_at: datetime
    instances: int = 0


class StudyRegister(Protocol):
    """The studies and their members. Every method is durable when it returns and may be repeated."""

    def file(self, key: StudyKey, arrival_id: ArrivalId, blob_id: BlobId, received_at: datetime) -> StudyEntry:
        """Put an arrival into the study's open generation, opening the first or the next one where none is open.

        An arrival that is filed already stays where it is.
        """
        ...

    def entry(self, key: StudyKey) -> StudyEntry | None:
        """Return where a study stands."""
        ...

    def settle(self, key: StudyKey, generation: int) -> None:
        """Close a generation: RECEIVING -> SETTLED. Does nothing where it is closed already."""
        ...

    def advance(self, key: StudyKey, generation: int, state: StudyState) -> None:
        """Record a later state of a generation; never goes back, and never touches a newer generation."""
        ...

    def members(self, key: StudyKey) -> tuple[Member, ...]:
        """Return all members of a study over all generations, by generation and arrival."""
        ...

    def entries(self, states: Collection[StudyState] = ()) -> tuple[StudyEntry, ...]:
        """Return every study in one of these states (all, if none is named), oldest first."""
        ...
