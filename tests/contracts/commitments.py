"""What the contracts of storage commitment with destinations are told with."""

from dataclasses import replace
from datetime import datetime, timedelta

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.commitment import CommitmentAnswer, Failed, Reference, TransactionUid
from pacs_dedup.domain.identifiers import ArrivalId, BlobId
from pacs_dedup.ports.commitment_book import BatchItem, CommitmentState, Sent
from tests.contracts.values import MINUTE, MORNING, arrival, blob

ARCHIVE = "archive"
NO_SUCH_OBJECT = 0x0112
ASKED_AS = TransactionUid("1.2.3")
LONG_AGO = MORNING - timedelta(days=1)


def reference(number: int) -> Reference:
    described = arrival(number)
    return Reference(described.sop_class_uid, described.sop_instance_uid)


def sent(number: int) -> Sent:
    return Sent(ARCHIVE, ArrivalId(number), blob(number), reference(number), MORNING)


def send(database: Database, number: int, *, at: datetime = MORNING, destination: str = ARCHIVE) -> None:
    database.commitments.sent(replace(sent(number), sent_at=at, destination=destination))


def collect(
    database: Database,
    *,
    destination: str = ARCHIVE,
    at_most: int = 10,
    quiet_since: datetime = MORNING + 60 * MINUTE,
    overdue_since: datetime = LONG_AGO,
) -> int | None:
    return database.commitments.collect(destination, at_most, quiet_since, overdue_since)


def ask(database: Database, transaction_uid: TransactionUid = ASKED_AS) -> int:
    batch_id = collect(database)
    assert batch_id is not None
    database.commitments.asking(batch_id, transaction_uid, MORNING)
    return batch_id


def settle(
    database: Database,
    *,
    committed: tuple[int, ...] | list[int] = (),
    failed: tuple[int, ...] | list[int] = (),
    transaction_uid: TransactionUid = ASKED_AS,
    destination: str = ARCHIVE,
    send_again: int = 0,
) -> bool:
    answer = CommitmentAnswer(
        transaction_uid,
        tuple(reference(number) for number in committed),
        tuple(Failed(reference(number), NO_SUCH_OBJECT) for number in failed),
    )
    return database.commitments.settle(destination, answer, MORNING, send_again)


def items(database: Database, batch_id: int | None) -> tuple[BatchItem, ...]:
    assert batch_id is not None
    batch = database.commitments.batch(batch_id)
    assert batch is not None
    return batch.items


def blobs(database: Database, batch_id: int | None) -> list[BlobId]:
    return [item.blob_id for item in items(database, batch_id)]


def states(database: Database, batch_id: int) -> list[tuple[CommitmentState, int | None]]:
    return [(item.state, item.reason) for item in items(database, batch_id)]
