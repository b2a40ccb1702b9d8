"""What was received and is still held, and the plans by which some of it is let go."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pacs_dedup.domain.identifiers import ArrivalId, BlobId, StudyKey
from pacs_dedup.domain.transit import Keep
from pacs_dedup.ports.arrival_book import Arrival


@dataclass(frozen=True, slots=True)
class Content:
    """One content that was received, with all its arrivals.

    Attributes:
        waiting: some queued fingerprinting or forwarding of these arrivals is not done, to whomever it goes.
        generations: studies and generations that these arrivals are filed under.
        filed: arrivals that are filed under a study.
    """

    blob_id: BlobId
    arrivals: tuple[tuple[ArrivalId, Arrival], ...]
    waiting: bool
    generations: frozenset[tuple[StudyKey, int]]
    filed: frozenset[ArrivalId]


class ItemState(StrEnum):
    """PLANNED -> LEAVING -> RELEASED, or PLANNED -> KEPT where something spoke against it at the last moment."""

    PLANNED = "planned"
    LEAVING = "leaving"
    RELEASED = "released"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One content of a plan.

    Attributes:
        cause: why it was kept after all.
    """

    blob_id: BlobId
    size_bytes: int
    state: ItemState = ItemState.PLANNED
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Staying:
    """How much stays in the transit store for one reason; who stays for several is counted under each."""

    reason: Keep
    instances: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """What may leave the transit store, as a person approves it.

    Attributes:
        plan_id: 0 until it is kept.
        token: stands for exactly these contents; approving names it.
        instances, size_bytes: what may go.
        staying: the rest, by reason.
        approved_by: who had it carried out; empty while nobody did.
        finished_at: when the last of it was settled.
    """

    plan_id: int
    token: str
    made_at: datetime
    instances: int
    size_bytes: int
    staying: tuple[Staying, ...] = ()
    approved_by: str = ""
    approved_at: datetime | None = None
    finished_at: datetime | None = None


class TransitBook(Protocol):
    """Contents and plans. Every method is durable when it returns and may be repeated."""

    def contents(self, after: BlobId, at_most: int) -> tuple[Content, ...]:
        """Return contents that were received and not released since, by blob id, those after one blob id."""
        ...

    def content(self, blob_id: BlobId) -> Content | None:
        """Return one content, released or not."""
        ...

    def keep_plan(self, plan: ReleasePlan, items: Collection[PlannedItem]) -> ReleasePlan:
        """Keep a plan with its contents; return it with its number."""
        ...

    def plans(self) -> tuple[ReleasePlan, ...]:
        """Return every plan, newest first."""
        ...

    def items(self, plan_id: int, states: Collection[ItemState], at_most: int) -> tuple[PlannedItem, ...]:
        """Return contents of a plan that are in one of these states, by blob id."""
        ...

    def settle(self, plan: ReleasePlan, items: Collection[PlannedItem], at: datetime) -> None:
        """Note where contents of a plan stand now, and who approved the plan and when it was finished."""
        ...
