"""Arrivals and what is wrong with some; a receipt and a scanned file are recorded once: the database's to see."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal, select, union_all

from pacs_dedup.adapters.database.engine import Transactions, as_table, insert
from pacs_dedup.adapters.database.journal import queue_work
from pacs_dedup.adapters.database.tables import RECEIVED, SCANNED, arrivals, problems
from pacs_dedup.domain.identifiers import AeTitle, ArrivalId, BlobId, SopClassUid, SopInstanceUid, TransferSyntaxUid
from pacs_dedup.ports.arrival_book import Arrival, Delivery, Problem
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.journal import NewWork, Step


class DatabaseArrivalBook:
    """`pacs_dedup.ports.arrival_book.ArrivalBook` over a database."""

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    def record(
        self, arrival: Arrival, forward_to: Collection[str] = (), forward_at: datetime | None = None
    ) -> ArrivalId:
        """Record an arrival and queue what follows, in one transaction."""
        now = self._clock.now()
        fingerprint = partial(NewWork, Step.FINGERPRINT, due_at=now, source=arrival.source)
        forward = partial(NewWork, Step.FORWARD, due_at=forward_at or now, source=arrival.source)

        def consequences(arrival_id: ArrivalId) -> list[NewWork]:
            return [fingerprint(str(arrival_id)), *(forward(f"{arrival_id}>{name}", lane=name) for name in forward_to)]

        return self._transactions.write(partial(_record_arrival, arrival=arrival, consequences=consequences, now=now))

    def get(self, arrival_id: ArrivalId) -> Arrival | None:
        """Return a recorded arrival."""
        statement = select(arrivals).where(arrivals.c.id == arrival_id)
        row = self._transactions.read(lambda connection: connection.execute(statement).one_or_none())
        return None if row is None else to_arrival(row)

    def delivered(self, source: str, uids: Collection[SopInstanceUid]) -> Mapping[SopInstanceUid, tuple[Delivery, ...]]:
        """Return what a source delivered and was told that we took."""
        known = arrivals.c

        def read(connection: Connection) -> Sequence[Any]:
            asked = select(as_table(connection, sorted(uids)).c.value)
            first = func.min(known.id).label("first")
            statement = (
                select(known.sop_instance_uid, known.blob_id, known.sop_class_uid, first)
                .where(known.sop_instance_uid.in_(asked), known.source == source, known.refused == "")
                .group_by(known.sop_instance_uid, known.blob_id, known.sop_class_uid)
                .order_by(first)
            )
            return connection.execute(statement).all()

        found: dict[SopInstanceUid, list[Delivery]] = {}
        for row in self._transactions.read(read):
            delivery = Delivery(ArrivalId(row.first), BlobId(row.blob_id), SopClassUid(row.sop_class_uid))
            found.setdefault(SopInstanceUid(row.sop_instance_uid), []).append(delivery)
        return {uid: tuple(deliveries) for uid, deliveries in found.items()}

    def note_problem(self, arrival_id: ArrivalId, cause: str) -> None:
        """Note a problem; a later cause replaces an earlier one."""

        def upsert(connection: Connection) -> None:
            statement = insert(connection, problems).values(arrival_id=arrival_id, cause=cause)
            connection.execute(
                statement.on_conflict_do_update(index_elements=[problems.c.arrival_id], set_={"cause": cause})
            )

        self._transactions.write(upsert)

    def problems(self) -> tuple[Problem, ...]:
        """Return everything noted and everything refused, oldest first."""
        noted = _columns(problems.c.cause, refused=False).where(problems.c.arrival_id == arrivals.c.id)
        refused = _columns(arrivals.c.refused, refused=True).where(arrivals.c.refused != "")
        statement = union_all(noted, refused).order_by("id", "refused")
        rows = self._transactions.read(lambda connection: connection.execute(statement).all())
        return tuple(
            Problem(
                arrival_id=ArrivalId(row.id),
                blob_id=BlobId(row.blob_id),
                source=row.source,
                received_at=row.received_at,
                cause=row.cause,
                refused=row.refused,
            )
            for row in rows
        )


def _record_arrival(
    connection: Connection, *, arrival: Arrival, consequences: Callable[[ArrivalId], list[NewWork]], now: datetime
) -> ArrivalId:
    values = {column.name: getattr(arrival, column.name) for column in arrivals.c if column.name != "id"}
    statement = (
        insert(connection, arrivals)
        .values(values)
        .on_conflict_do_nothing()  # whichever of the two indexes it is
        .returning(arrivals.c.id)
    )
    arrival_id: int | None = connection.execute(statement).scalar_one_or_none()
    if arrival_id is None:
        return ArrivalId(connection.execute(_recorded(arrival)).scalar_one())
    if not arrival.refused:
        queue_work(connection, consequences(ArrivalId(arrival_id)), now)
    return ArrivalId(arrival_id)


def _recorded(arrival: Arrival) -> Select[int]:
    if arrival.receipt:
        return select(arrivals.c.id).where(RECEIVED, arrivals.c.receipt == arrival.receipt)
    return select(arrivals.c.id).where(
        SCANNED,
        arrivals.c.source == arrival.source,
        arrivals.c.locator == arrival.locator,
        arrivals.c.blob_id == arrival.blob_id,
    )


def to_arrival(row: Row[Any]) -> Arrival:
    """Make the value that a row of arrivals stands for."""
    values = row._asdict()
    return Arrival(
        blob_id=BlobId(values["blob_id"]),
        source=values["source"],
        received_at=values["received_at"],
        size_bytes=values["size_bytes"],
        transfer_syntax_uid=TransferSyntaxUid(values["transfer_syntax_uid"]),
        called_ae=AeTitle(values["called_ae"]),
        peer_address=values["peer_address"],
        association=values["association"],
        sop_class_uid=SopClassUid(values["sop_class_uid"]),
        sop_instance_uid=SopInstanceUid(values["sop_instance_uid"]),
        refused=values["refused"],
        locator=values["locator"],
        receipt=values["receipt"],
    )


def _columns(cause: ColumnElement[str], *, refused: bool) -> Select[Any]:
    return select(
        arrivals.c.id,
        arrivals.c.blob_id,
        arrivals.c.source,
        arrivals.c.received_at,
        cause.label("cause"),
        literal(refused).label("refused"),
    )
