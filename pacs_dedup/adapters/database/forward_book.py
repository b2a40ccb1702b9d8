"""Troubles of forwarding: one row for each arrival and destination that ever had one."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Select, Text, and_, cast, literal, select

from pacs_dedup.adapters.database.arrival_book import to_arrival
from pacs_dedup.adapters.database.column_types import AnyText
from pacs_dedup.adapters.database.engine import Transactions, as_table, insert
from pacs_dedup.adapters.database.forward_tables import failed_forwards
from pacs_dedup.adapters.database.journal import queue_work
from pacs_dedup.adapters.database.tables import IN_A_LANE, NOT_DONE, arrivals, work
from pacs_dedup.domain.identifiers import ArrivalId, BlobId, SopInstanceUid
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.forward_book import DeadLetter, Failure, Trouble
from pacs_dedup.ports.journal import NewWork, Step

_UNCONFIGURED = "no destination of this name is configured any more; configure it again under [[peers]]"


class DatabaseForwardBook:
    """`pacs_dedup.ports.forward_book.ForwardBook` over a database."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def note(self, failure: Failure) -> None:
        """Keep how a forwarding failed last."""
        row = {column.name: getattr(failure, column.name) for column in failed_forwards.c}
        self._transactions.write(lambda connection: _upsert(connection, [row]))

    def failure(self, destination: str, arrival_id: ArrivalId) -> Failure | None:
        """Return how a forwarding failed last."""
        its = failed_forwards.c
        statement = select(failed_forwards).where(its.destination == destination, its.arrival_id == arrival_id)
        row = self._transactions.read(lambda connection: connection.execute(statement).one_or_none())
        return None if row is None else _to_failure(row)

    def dead_letters(self, destinations: Collection[str]) -> tuple[DeadLetter, ...]:
        """Return what waits for a person, by arrival."""

        def both(connection: Connection) -> list[DeadLetter]:
            failed = [_to_dead_letter(row._asdict()) for row in connection.execute(failed_for_good())]
            left = _unconfigured(connection, destinations)
            return left + [letter for letter in failed if letter.destination in destinations]

        found = self._transactions.read(both)
        return tuple(sorted(found, key=lambda letter: (letter.arrival_id, letter.destination)))

    def requeue(self, letters: Collection[DeadLetter], at: datetime) -> None:
        """Make dead letters due at once, in one transaction."""
        rows = [
            {
                "destination": letter.destination,
                "arrival_id": letter.arrival_id,
                "trouble": letter.trouble,
                "cause": letter.cause,
                "failures": 0,
                "failed_at": letter.since,
                "requeued_at": at,
            }
            for letter in sorted(letters, key=lambda letter: (letter.destination, letter.arrival_id))
        ]
        due = [NewWork(Step.FORWARD, _subject(each), at, each.source, lane=each.destination) for each in letters]

        def both(connection: Connection) -> None:
            _upsert(connection, rows)
            queue_work(connection, due, at)

        if rows:
            self._transactions.write(both)

    def acknowledged(self, destination: str, uid: SopInstanceUid, since: datetime, at_most: int) -> tuple[Arrival, ...]:
        """Return arrivals of a SOP Instance UID that were done with at a destination."""
        statement = (
            select(arrivals)
            .join(work, and_(work.c.step == Step.FORWARD, work.c.subject == _subject_of(destination)))
            .where(arrivals.c.sop_instance_uid == uid, arrivals.c.received_at >= since, work.c.done_at >= since)
            .order_by(arrivals.c.id)
            .limit(at_most)
        )
        rows = self._transactions.read(lambda connection: connection.execute(statement).all())
        return tuple(to_arrival(row) for row in rows)


def _upsert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    statement = insert(connection, failed_forwards)
    new = {
        column: statement.excluded[column] for column in ("trouble", "cause", "failures", "failed_at", "requeued_at")
    }
    keys = [failed_forwards.c.destination, failed_forwards.c.arrival_id]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), rows)


def _subject_of(destination: str) -> ColumnElement[str]:
    return cast(arrivals.c.id, Text) + literal(f">{destination}", AnyText())


def _subject(letter: DeadLetter) -> str:
    return f"{letter.arrival_id}>{letter.destination}"


_QUEUED = (work.c.lane, work.c.attempts, work.c.due_at)
_ARRIVED = (arrivals.c.id, arrivals.c.blob_id, arrivals.c.source, arrivals.c.sop_instance_uid)


def failed_for_good() -> Select[Any]:
    """Select what waits for a person: failed for good, nobody asked to try again, not acknowledged yet."""
    failed = failed_forwards.c
    subject = cast(failed.arrival_id, Text) + literal(">", AnyText()) + failed.destination
    return (
        select(*_QUEUED, *_ARRIVED, failed.trouble, failed.cause, failed.failed_at.label("since"))
        .select_from(failed_forwards)
        .join(arrivals, arrivals.c.id == failed.arrival_id)
        .join(work, and_(work.c.step == Step.FORWARD, work.c.subject == subject))
        .where(NOT_DONE, failed.trouble != Trouble.RETRYING, failed.requeued_at.is_(None))
    )


def _unconfigured(connection: Connection, destinations: Collection[str]) -> list[DeadLetter]:
    """Return what waits in lanes that nobody serves."""
    waits = select(*_QUEUED, work.c.subject, work.c.queued_at.label("since")).where(
        NOT_DONE, IN_A_LANE, work.c.step == Step.FORWARD, work.c.lane.not_in(destinations)
    )
    rows = {row.subject: row for row in connection.execute(waits)}
    numbers = as_table(connection, sorted({subject.partition(">")[0] for subject in rows}))
    asked = select(cast(numbers.c.value, BigInteger))
    known = {row.id: row for row in connection.execute(select(*_ARRIVED).where(arrivals.c.id.in_(asked)))}
    told = {"trouble": Trouble.UNCONFIGURED, "cause": _UNCONFIGURED}
    found = ((row, known.get(int(subject.partition(">")[0]))) for subject, row in rows.items())
    return [_to_dead_letter(row._asdict() | arrived._asdict() | told) for row, arrived in found if arrived is not None]


def _to_failure(row: Row[Any]) -> Failure:
    return Failure(
        destination=row.destination,
        arrival_id=ArrivalId(row.arrival_id),
        trouble=Trouble(row.trouble),
        cause=row.cause,
        failures=row.failures,
        failed_at=row.failed_at,
        requeued_at=row.requeued_at,
    )


def _to_dead_letter(values: Mapping[str, Any]) -> DeadLetter:
    return DeadLetter(
        destination=values["lane"],
        arrival_id=ArrivalId(values["id"]),
        trouble=Trouble(values["trouble"]),
        cause=values["cause"],
        since=values["since"],
        attempts=values["attempts"],
        due_at=values["due_at"],
        blob_id=BlobId(values["blob_id"]),
        source=values["source"],
        sop_instance_uid=SopInstanceUid(values["sop_instance_uid"]),
    )
