"""The destinations' commitments. What is ambiguous is read from the arrivals and the queue, which forget nothing."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    literal,
    or_,
    select,
    update,
)

from pacs_dedup.adapters.database.column_types import AnyText
from pacs_dedup.adapters.database.commitment_tables import (
    commitment_batches,
    commitment_items,
    commitment_transactions,
)
from pacs_dedup.adapters.database.engine import Transactions, as_table, insert
from pacs_dedup.adapters.database.journal import queue_work
from pacs_dedup.adapters.database.tables import arrivals, work
from pacs_dedup.domain.commitment import CommitmentAnswer, Reference, TransactionUid
from pacs_dedup.domain.identifiers import ArrivalId, BlobId, SopClassUid, SopInstanceUid
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.commitment_book import DENIED_AGAIN, Batch, BatchItem, CommitmentState, Sent
from pacs_dedup.ports.journal import NewWork, Step


class DatabaseCommitmentBook:
    """`pacs_dedup.ports.commitment_book.CommitmentBook` over a database."""

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    def sent(self, sent: Sent) -> None:
        """Remember an acknowledged instance; only a later sending than the one that is known changes anything."""
        self._transactions.write(partial(_remember, sent=sent))

    def collect(self, destination: str, at_most: int, quiet_since: datetime, overdue_since: datetime) -> int | None:
        """Put what waits into a new batch and queue its step, in one transaction."""
        waiting = _waiting(destination, at_most)

        def due(connection: Connection) -> list[str]:
            items = connection.execute(waiting).all()
            quiet = bool(items) and max(item.sent_at for item in items) <= quiet_since
            overdue = bool(items) and items[0].sent_at <= overdue_since
            return [item.blob_id for item in items] if quiet or overdue or len(items) >= at_most else []

        def collected(connection: Connection) -> int | None:
            blob_ids = due(connection)  # again: another process may have been faster
            return self._batched(connection, destination, blob_ids) if blob_ids else None

        if not self._transactions.read(due):  # so that looking in vain, which is usual, locks nothing
            return None
        return self._transactions.write(collected)

    def batch(self, batch_id: int) -> Batch | None:
        """Return a batch with what became of its items."""
        head = select(commitment_batches).where(commitment_batches.c.id == batch_id)
        items = select(commitment_items).where(commitment_items.c.batch_id == batch_id)
        ordered = items.order_by(commitment_items.c.arrival_id, commitment_items.c.blob_id)

        def read(connection: Connection) -> Batch | None:
            row = connection.execute(head).one_or_none()
            if row is None:
                return None
            return Batch(batch_id, row.destination, tuple(_to_item(item) for item in connection.execute(ordered)))

        return self._transactions.read(read)

    def asking(self, batch_id: int, transaction_uid: TransactionUid, at: datetime) -> None:
        """Note a Transaction UID."""
        row = {"transaction_uid": transaction_uid, "batch_id": batch_id, "asked_at": at}
        self._transactions.write(
            lambda connection: connection.execute(
                insert(connection, commitment_transactions).values(row).on_conflict_do_nothing()
            )
        )

    def settle(self, destination: str, answer: CommitmentAnswer, at: datetime, send_again: int = 0) -> bool:
        """Note an answer, queue anew what is to be sent again, and make the batch's step due: one transaction."""

        def settled(connection: Connection) -> bool:
            batch_id = connection.execute(_asked_of(destination, answer.transaction_uid)).scalar_one_or_none()
            if batch_id is None:
                return False
            committed = [_named(reference) for reference in answer.committed]
            failed = [_named(each.reference) | {"with_reason": each.reason} for each in answer.failed]
            _close(connection, batch_id, committed, state=CommitmentState.COMMITTED, settled_at=at)
            reason: BindParameter[int] = bindparam("with_reason")
            _close(connection, batch_id, failed, state=CommitmentState.FAILED, settled_at=at, reason=reason)
            _send_again(connection, batch_id, destination, send_again, at)
            now = self._clock.now()
            queue_work(connection, [NewWork(Step.ASK, str(batch_id), now)], now)
            return True

        return self._transactions.write(settled)

    def committed(self, destination: str, blob_ids: Collection[BlobId]) -> frozenset[BlobId]:
        """Return the contents that the destination has committed to, unless another one goes by the same UID there."""

        def read(connection: Connection) -> frozenset[BlobId]:
            asked = select(as_table(connection, sorted(blob_ids)).c.value)
            statement = select(commitment_items.c.blob_id).where(
                commitment_items.c.destination == destination,
                commitment_items.c.state == CommitmentState.COMMITTED,
                commitment_items.c.blob_id.in_(asked),
                ~_another_was_sent(),
                ~_another_was_handed_over(destination),
            )
            return frozenset(BlobId(blob_id) for blob_id in connection.execute(statement).scalars())

        return self._transactions.read(read)

    def _batched(self, connection: Connection, destination: str, blob_ids: list[str]) -> int:
        now = self._clock.now()
        head = insert(connection, commitment_batches).values(destination=destination, collected_at=now)
        batch_id: int = connection.execute(head.returning(commitment_batches.c.id)).scalar_one()
        moved = update(commitment_items).where(
            commitment_items.c.destination == destination,
            commitment_items.c.blob_id.in_(select(as_table(connection, blob_ids).c.value)),
        )
        connection.execute(moved.values(batch_id=batch_id, state=CommitmentState.ASKED))
        queue_work(connection, [NewWork(Step.ASK, str(batch_id), now)], now)
        return batch_id


def _remember(connection: Connection, *, sent: Sent) -> None:
    row = {
        "destination": sent.destination,
        "blob_id": sent.blob_id,
        "arrival_id": sent.arrival_id,
        "attempt": 1,
        "sop_class_uid": sent.reference.sop_class_uid,
        "sop_instance_uid": sent.reference.sop_instance_uid,
        "sent_at": sent.sent_at,
        "state": CommitmentState.WAITING,
    }
    statement = insert(connection, commitment_items).values(row)
    new, known = statement.excluded, commitment_items.c
    another = and_(known.state == CommitmentState.FAILED, new.arrival_id > known.arrival_id)
    since = and_(known.state == CommitmentState.FAILED, new.sent_at > known.settled_at)
    again = or_(known.state.in_([CommitmentState.WAITING, CommitmentState.UNSENT]), another, since)
    waits = {
        "arrival_id": new.arrival_id,
        "attempt": case((another, 1), else_=known.attempt),
        "sent_at": new.sent_at,
        "state": CommitmentState.WAITING,
        "reason": None,
        "batch_id": None,
    }
    connection.execute(
        statement.on_conflict_do_update(index_elements=[known.destination, known.blob_id], set_=waits, where=again)
    )


def _send_again(connection: Connection, batch_id: int, destination: str, at_most: int, at: datetime) -> None:
    """Undo the forwarding of what has just failed: due at once where it was sent again less often than that."""
    items = commitment_items.c
    failed = update(commitment_items).where(
        items.batch_id == batch_id, items.state == CommitmentState.FAILED, items.attempt <= at_most
    )
    unsent = failed.values(state=CommitmentState.UNSENT, batch_id=None, attempt=items.attempt + 1)
    for_good = select(items.arrival_id).where(
        items.batch_id == batch_id, items.state == CommitmentState.FAILED, items.settled_at == at
    )
    _undo_forwards(connection, connection.execute(unsent.returning(items.arrival_id)).scalars(), destination, at)
    _undo_forwards(connection, connection.execute(for_good).scalars(), destination, at + DENIED_AGAIN)


def _undo_forwards(connection: Connection, arrival_ids: Iterable[int], destination: str, due_at: datetime) -> None:
    subjects = [f"{arrival_id}>{destination}" for arrival_id in arrival_ids]
    undone = update(work).where(
        work.c.step == Step.FORWARD,
        work.c.done_at.is_not(None),
        work.c.subject.in_(select(as_table(connection, subjects).c.value)),
    )
    connection.execute(undone.values(done_at=None, due_at=due_at, lease=None, lease_until=None, attempts=0))


def _waiting(destination: str, at_most: int) -> Select[Any]:
    items = commitment_items.c
    return (
        select(items.blob_id, items.sent_at)
        .where(items.state == CommitmentState.WAITING, items.destination == destination)
        .order_by(items.sent_at, items.arrival_id)
        .limit(at_most)
    )


def _asked_of(destination: str, transaction_uid: TransactionUid) -> Select[int]:
    made = commitment_transactions.join(commitment_batches)
    return (
        select(commitment_batches.c.id)
        .select_from(made)
        .where(
            commitment_batches.c.destination == destination,
            commitment_transactions.c.transaction_uid == transaction_uid,
        )
    )


def _named(reference: Reference) -> dict[str, Any]:
    return {"with_class": reference.sop_class_uid, "with_instance": reference.sop_instance_uid}


def _close(connection: Connection, batch_id: int, named: Iterable[Mapping[str, Any]], **values: Any) -> None:
    """Close the open items of a batch that are named by ``with_class`` and ``with_instance``."""
    rows = list(named)
    items = commitment_items.c
    statement = update(commitment_items).where(
        items.batch_id == batch_id,
        items.state == CommitmentState.ASKED,
        items.sop_class_uid == bindparam("with_class", type_=AnyText()),
        items.sop_instance_uid == bindparam("with_instance", type_=AnyText()),
    )
    if rows:
        connection.execute(statement.values(**values), rows)


def _another_was_sent() -> ColumnElement[bool]:
    """Whether the destination has acknowledged another content of the same SOP Instance UID."""
    other = commitment_items.alias("other")
    return exists().where(
        other.c.sop_instance_uid == commitment_items.c.sop_instance_uid,
        other.c.destination == commitment_items.c.destination,
        other.c.blob_id != commitment_items.c.blob_id,
    )


def _another_was_handed_over(destination: str) -> ColumnElement[bool]:
    """Whether forwarding another content of the same SOP Instance UID to the destination was begun, or done with.

    The queue knows what was sent before anybody asked for commitments, and ticks off what came from the destination
    itself; what is claimed may have arrived there although nobody has said so yet.
    """
    subject = cast(arrivals.c.id, Text) + literal(f">{destination}", AnyText())
    return exists().where(
        arrivals.c.sop_instance_uid == commitment_items.c.sop_instance_uid,
        arrivals.c.blob_id != commitment_items.c.blob_id,
        arrivals.c.refused == "",
        work.c.step == Step.FORWARD,
        work.c.subject == subject,
        or_(work.c.done_at.is_not(None), work.c.attempts > 0),
    )


def _to_item(row: Row[Any]) -> BatchItem:
    return BatchItem(
        arrival_id=ArrivalId(row.arrival_id),
        blob_id=BlobId(row.blob_id),
        reference=Reference(SopClassUid(row.sop_class_uid), SopInstanceUid(row.sop_instance_uid)),
        attempt=row.attempt,
        state=CommitmentState(row.state),
        reason=row.reason,
    )
