"""Contents and plans in memory."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.ports.journal import Step
from pacs_dedup.ports.transit_book import Content, ItemState, PlannedItem, ReleasePlan
from tests.fakes.arrival_book import MemoryArrivalBook
from tests.fakes.journal import MemoryJournal
from tests.fakes.study_register import MemoryStudyRegister


class MemoryTransitBook:
    """`TransitBook` in memory."""

    def __init__(self, journal: MemoryJournal, arrivals: MemoryArrivalBook, register: MemoryStudyRegister) -> None:
        self._journal, self._arrivals, self._register = journal, arrivals, register
        self._plans: dict[int, ReleasePlan] = {}
        self._items: dict[tuple[int, BlobId], tuple[PlannedItem, datetime | None]] = {}

    def contents(self, after: BlobId, at_most: int) -> tuple[Content, ...]:
        chosen = {a.blob_id for _, a in self._arrivals.numbered() if a.blob_id > after and not self._is_gone(a)}
        found = [self.content(blob_id) for blob_id in sorted(chosen)[:at_most]]
        return tuple(content for content in found if content is not None)

    def content(self, blob_id: BlobId) -> Content | None:
        came = tuple((number, a) for number, a in self._arrivals.numbered() if a.blob_id == blob_id)
        if not came:
            return None
        numbers = {number for number, _ in came}
        steps = (Step.FINGERPRINT, Step.FORWARD)
        open_work = [work for step in steps for work, _, _ in self._journal.waiting(step)]
        filed = {
            member.arrival_id: (entry.key, member.generation)
            for entry in self._register.entries()
            for member in self._register.members(entry.key)
            if member.arrival_id in numbers
        }
        return Content(
            blob_id=blob_id,
            arrivals=came,
            waiting=any(int(work.subject.partition(">")[0]) in numbers for work in open_work),
            generations=frozenset(filed.values()),
            filed=frozenset(filed),
        )

    def keep_plan(self, plan: ReleasePlan, items: Collection[PlannedItem]) -> ReleasePlan:
        kept = replace(plan, plan_id=len(self._plans) + 1)
        self._plans[kept.plan_id] = kept
        self._items |= {(kept.plan_id, item.blob_id): (item, None) for item in items}
        return kept

    def plans(self) -> tuple[ReleasePlan, ...]:
        return tuple(sorted(self._plans.values(), key=lambda plan: -plan.plan_id))

    def items(self, plan_id: int, states: Collection[ItemState], at_most: int) -> tuple[PlannedItem, ...]:
        found = [item for (number, _), (item, _) in sorted(self._items.items()) if number == plan_id]
        return tuple([item for item in found if item.state in states][:at_most])

    def settle(self, plan: ReleasePlan, items: Collection[PlannedItem], at: datetime) -> None:
        self._items |= {(plan.plan_id, item.blob_id): (item, at) for item in items}
        self._plans[plan.plan_id] = replace(
            self._plans[plan.plan_id],
            approved_by=plan.approved_by,
            approved_at=plan.approved_at,
            finished_at=plan.finished_at,
        )

    def _is_gone(self, arrival) -> bool:
        return any(
            item.blob_id == arrival.blob_id and item.state is ItemState.RELEASED and at and at > arrival.received_at
            for item, at in self._items.values()
        )
