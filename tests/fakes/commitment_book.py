"""The destinations' commitments in memory."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from threading import RLock

from pacs_dedup.domain.commitment import CommitmentAnswer, TransactionUid
from pacs_dedup.domain.identifiers import ArrivalId, BlobId
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.commitment_book import DENIED_AGAIN, Batch, BatchItem, CommitmentState, Sent
from pacs_dedup.ports.journal import NewWork, Step
from tests.fakes.arrival_book import MemoryArrivalBook
from tests.fakes.journal import MemoryJournal


@dataclass
class _Row:
    sent: Sent
    state: CommitmentState = CommitmentState.WAITING
    attempt: int = 1
    reason: int | None = None
    batch_id: int | None = None
    settled_at: datetime | None = None

    @property
    def item(self) -> BatchItem:
        sent = self.sent
        return BatchItem(sent.arrival_id, sent.blob_id, sent.reference, self.attempt, self.state, self.reason)


class MemoryCommitmentBook:
    """`CommitmentBook` in memory."""

    def __init__(self, journal: MemoryJournal, arrivals: MemoryArrivalBook, clock: Clock) -> None:
        self._journal, self._arrivals, self._clock = journal, arrivals, clock
        self._lock = RLock()
        self._rows: dict[tuple[str, BlobId], _Row] = {}
        self._batches: list[str] = []
        self._asked: dict[TransactionUid, int] = {}

    def sent(self, sent: Sent) -> None:
        with self._lock:
            row = self._rows.setdefault((sent.destination, sent.blob_id), _Row(sent))
            failed = row.state is CommitmentState.FAILED
            another = failed and sent.arrival_id > row.sent.arrival_id
            since = failed and row.settled_at is not None and sent.sent_at > row.settled_at
            if another or since or row.state in (CommitmentState.WAITING, CommitmentState.UNSENT):
                row.sent, row.attempt = sent, 1 if another else row.attempt
                row.state, row.reason, row.batch_id = CommitmentState.WAITING, None, None

    def collect(self, destination: str, at_most: int, quiet_since: datetime, overdue_since: datetime) -> int | None:
        with self._lock:
            waiting = [row for row in self._rows.values() if row.state is CommitmentState.WAITING]
            mine = sorted(
                (row for row in waiting if row.sent.destination == destination),
                key=lambda row: (row.sent.sent_at, row.sent.arrival_id),
            )[:at_most]
            quiet = mine and max(row.sent.sent_at for row in mine) <= quiet_since
            overdue = mine and mine[0].sent.sent_at <= overdue_since
            if not mine or not (quiet or overdue or len(mine) >= at_most):
                return None
            self._batches.append(destination)
            batch_id = len(self._batches)
            for row in mine:
                row.state, row.batch_id = CommitmentState.ASKED, batch_id
            self._journal.queue([NewWork(Step.ASK, str(batch_id), self._clock.now())])
            return batch_id

    def batch(self, batch_id: int) -> Batch | None:
        if not 0 < batch_id <= len(self._batches):
            return None
        items = sorted(
            (row.item for row in self._rows.values() if row.batch_id == batch_id),
            key=lambda item: (item.arrival_id, item.blob_id),
        )
        return Batch(batch_id, self._batches[batch_id - 1], tuple(items))

    def asking(self, batch_id: int, transaction_uid: TransactionUid, at: datetime) -> None:  # noqa: ARG002 - the port's form
        self._asked.setdefault(transaction_uid, batch_id)

    def settle(self, destination: str, answer: CommitmentAnswer, at: datetime, send_again: int = 0) -> bool:
        with self._lock:
            batch_id = self._asked.get(answer.transaction_uid)
            if batch_id is None or self._batches[batch_id - 1] != destination:
                return False
            reasons = {each.reference: each.reason for each in answer.failed}
            for row in self._rows.values():
                if row.batch_id != batch_id or row.state is not CommitmentState.ASKED:
                    continue
                if row.sent.reference in answer.committed:
                    row.state = CommitmentState.COMMITTED
                elif row.sent.reference in reasons:
                    row.state, row.reason = CommitmentState.FAILED, reasons[row.sent.reference]
                    row.settled_at, due_at = at, at + DENIED_AGAIN
                    if row.attempt <= send_again:
                        row.state, row.batch_id, row.attempt = CommitmentState.UNSENT, None, row.attempt + 1
                        due_at = at
                    self._journal.undo(Step.FORWARD, f"{row.sent.arrival_id}>{destination}", due_at)
            self._journal.queue([NewWork(Step.ASK, str(batch_id), self._clock.now())])
            return True

    def committed(self, destination: str, blob_ids: Collection[BlobId]) -> frozenset[BlobId]:
        rows = (self._rows.get((destination, blob_id)) for blob_id in blob_ids)
        held = (row for row in rows if row and row.state is CommitmentState.COMMITTED)
        return frozenset(row.sent.blob_id for row in held if not self._is_ambiguous(row.sent))

    def _is_ambiguous(self, sent: Sent) -> bool:
        uid, others = sent.reference.sop_instance_uid, set[BlobId]()
        for row in self._rows.values():
            if row.sent.reference.sop_instance_uid == uid and row.sent.destination == sent.destination:
                others.add(row.sent.blob_id)
        for arrival_id, arrival in self._arrivals.numbered():
            if arrival.sop_instance_uid == uid and not arrival.refused:
                others |= {arrival.blob_id} if self._was_begun(arrival_id, sent.destination) else set()
        return bool(others - {sent.blob_id})

    def _was_begun(self, arrival_id: ArrivalId, destination: str) -> bool:
        return self._journal.was_begun(Step.FORWARD, f"{arrival_id}>{destination}")
