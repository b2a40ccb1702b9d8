"""Arrivals and their problems in memory."""

from collections.abc import Collection, Mapping
from datetime import datetime
from threading import RLock

from pacs_dedup.domain.identifiers import ArrivalId, BlobId, SopClassUid, SopInstanceUid
from pacs_dedup.ports.arrival_book import Arrival, Delivery, Problem
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.journal import NewWork, Step
from tests.fakes.journal import MemoryJournal


class MemoryArrivalBook:
    """`ArrivalBook` in memory."""

    def __init__(self, journal: MemoryJournal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._lock = RLock()
        self._arrivals: list[Arrival] = []
        self._causes: dict[ArrivalId, str] = {}

    def record(
        self, arrival: Arrival, forward_to: Collection[str] = (), forward_at: datetime | None = None
    ) -> ArrivalId:
        with self._lock:
            for number, known in enumerate(self._arrivals, 1):
                if arrival.locator and _scan(known) == _scan(arrival):
                    return ArrivalId(number)
                if arrival.receipt and known.receipt == arrival.receipt:
                    return ArrivalId(number)
            self._arrivals.append(arrival)
            arrival_id = ArrivalId(len(self._arrivals))
            if not arrival.refused:
                now = self._clock.now()
                self._journal.queue([NewWork(Step.FINGERPRINT, str(arrival_id), now, arrival.source)])
                due_at = forward_at or now
                self._journal.queue(
                    [NewWork(Step.FORWARD, f"{arrival_id}>{to}", due_at, arrival.source, lane=to) for to in forward_to]
                )
            return arrival_id

    def get(self, arrival_id: ArrivalId) -> Arrival | None:
        return self._arrivals[arrival_id - 1] if 0 < arrival_id <= len(self._arrivals) else None

    def numbered(self) -> list[tuple[ArrivalId, Arrival]]:
        """Return every arrival under its number, for the other fakes."""
        return [(ArrivalId(number), arrival) for number, arrival in enumerate(self._arrivals, 1)]

    def delivered(self, source: str, uids: Collection[SopInstanceUid]) -> Mapping[SopInstanceUid, tuple[Delivery, ...]]:
        found: dict[SopInstanceUid, dict[tuple[BlobId, SopClassUid], Delivery]] = {}
        for arrival_id, arrival in self.numbered():
            if arrival.source == source and arrival.sop_instance_uid in uids and not arrival.refused:
                content = arrival.blob_id, arrival.sop_class_uid
                found.setdefault(arrival.sop_instance_uid, {}).setdefault(content, Delivery(arrival_id, *content))
        return {uid: tuple(deliveries.values()) for uid, deliveries in found.items()}

    def note_problem(self, arrival_id: ArrivalId, cause: str) -> None:
        self._causes[arrival_id] = cause

    def problems(self) -> tuple[Problem, ...]:
        found = []
        for number, arrival in enumerate(self._arrivals, 1):
            if ArrivalId(number) in self._causes:
                found.append(_problem(number, arrival, self._causes[ArrivalId(number)], refused=False))
            if arrival.refused:
                found.append(_problem(number, arrival, arrival.refused, refused=True))
        return tuple(found)


def _scan(arrival: Arrival) -> tuple[str, str, str]:
    return arrival.source, arrival.locator, arrival.blob_id


def _problem(number: int, arrival: Arrival, cause: str, *, refused: bool) -> Problem:
    return Problem(ArrivalId(number), arrival.blob_id, arrival.source, arrival.received_at, cause, refused)
