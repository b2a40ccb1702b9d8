"""Problems: one row for each arrival that could not be examined; refused arrivals are read from the arrivals."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, literal, select, union_all

from pacs_dedup.adapters.database.engine import Transactions, insert
from pacs_dedup.adapters.database.tables import arrivals, problems
from pacs_dedup.domain.identifiers import ArrivalId, BlobId
from pacs_dedup.ports.problem_list import Problem


class DatabaseProblemList:
    """`pacs_dedup.ports.problem_list.ProblemList` over a database."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def add(self, arrival_id: ArrivalId, cause: str) -> None:
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


def _columns(cause: ColumnElement[str], *, refused: bool) -> Select[Any]:
    return select(
        arrivals.c.id,
        arrivals.c.blob_id,
        arrivals.c.source,
        arrivals.c.received_at,
        cause.label("cause"),
        literal(refused).label("refused"),
    )
