"""Troubles of forwarding in memory."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from pacs_dedup.domain.identifiers import ArrivalId, SopInstanceUid
from pacs_dedup.pipeline.forwarding import parse_forward
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.forward_book import DeadLetter, Failure, Trouble
from pacs_dedup.ports.journal import NewWork, Step, Work
from tests.fakes.arrival_book import MemoryArrivalBook
from tests.fakes.journal import MemoryJournal


class MemoryForwardBook:
    """`ForwardBook` in memory."""

    def __init__(self, journal: MemoryJournal, arrivals: MemoryArrivalBook) -> None:
        self._journal = journal
        self._arrivals = arrivals
        self._failures: dict[tuple[str, ArrivalId], Failure] = {}

    def note(self, failure: Failure) -> None:
        self._failures[failure.destination, failure.arrival_id] = failure

    def failure(self, destination: str, arrival_id: ArrivalId) -> Failure | None:
        return self._failures.get((destination, arrival_id))

    def dead_letters(self, destinations: Collection[str]) -> tuple[DeadLetter, ...]:
        found = []
        for work, due_at, lane in self._journal.waiting(Step.FORWARD):
            arrival_id, _ = parse_forward(work.subject)
            failure = self._failures.get((lane, arrival_id))
            if lane and lane not in destinations:
                failure = Failure(lane, arrival_id, Trouble.UNCONFIGURED, "not configured", 0, work.queued_at)
            if failure and failure.trouble is not Trouble.RETRYING and failure.requeued_at is None:
                found.append(self._letter(failure, work, due_at))
        return tuple(sorted(found, key=lambda letter: (letter.arrival_id, letter.destination)))

    def requeue(self, letters: Collection[DeadLetter], at: datetime) -> None:
        for letter in letters:
            key = letter.destination, letter.arrival_id
            failed = Failure(*key, letter.trouble, letter.cause, 0, letter.since)
            self._failures[key] = replace(failed, requeued_at=at)
            subject = f"{letter.arrival_id}>{letter.destination}"
            self._journal.queue([NewWork(Step.FORWARD, subject, at, letter.source, lane=letter.destination)])

    def acknowledged(self, destination: str, uid: SopInstanceUid, since: datetime, at_most: int) -> tuple[Arrival, ...]:
        found = []
        for number, arrival in self._arrivals.numbered():
            done_at = self._journal.done_at(Step.FORWARD, f"{number}>{destination}")
            if arrival.sop_instance_uid == uid and arrival.received_at >= since and done_at and done_at >= since:
                found.append(arrival)
        return tuple(found[:at_most])

    def _letter(self, failure: Failure, work: Work, due_at: datetime) -> DeadLetter:
        arrival = self._arrivals.get(failure.arrival_id)
        assert arrival is not None
        return DeadLetter(
            destination=failure.destination,
            arrival_id=failure.arrival_id,
            trouble=failure.trouble,
            cause=failure.cause,
            since=failure.failed_at,
            attempts=work.attempts,
            due_at=due_at,
            blob_id=arrival.blob_id,
            source=arrival.source,
            sop_instance_uid=arrival.sop_instance_uid,
        )
