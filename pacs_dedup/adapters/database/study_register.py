"""Studies and their members; a row lock on the study keeps its generations in order."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from pacs_dedup.adapters.database.engine import Transactions, insert
from pacs_dedup.adapters.database.tables import members, studies
from pacs_dedup.domain.identifiers import ArrivalId, BlobId, StudyKey
from pacs_dedup.ports.study_register import Member, StudyEntry, StudyState

_ORDER = tuple(StudyState)
_FIRST_GENERATION = 1


class DatabaseStudyRegister:
    """`pacs_dedup.ports.study_register.StudyRegister` over a database."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def file(self, key: StudyKey, arrival_id: ArrivalId, blob_id: BlobId, received_at: datetime) -> StudyEntry:
        """Put an arrival into the study's open generation, in one transaction."""
        return self._transactions.write(
            partial(_file, key=key, arrival_id=arrival_id, blob_id=blob_id, received_at=received_at)
        )

    def entry(self, key: StudyKey) -> StudyEntry | None:
        """Return where a study stands."""
        row = self._transactions.read(lambda connection: connection.execute(_entry(key)).one_or_none())
        return None if row is None else _to_entry(row)

    def settle(self, key: StudyKey, generation: int) -> None:
        """Close a generation: RECEIVING -> SETTLED."""
        self.advance(key, generation, StudyState.SETTLED)

    def advance(self, key: StudyKey, generation: int, state: StudyState) -> None:
        """Record a later state of the newest generation; anything else changes nothing."""
        statement = (
            update(studies)
            .where(studies.c.study_key == str(key), studies.c.generation == generation)
            .where(studies.c.state.in_(_ORDER[: _ORDER.index(state)]))
            .values(state=state)
        )
        self._transactions.write(lambda connection: connection.execute(statement))

    def members(self, key: StudyKey) -> tuple[Member, ...]:
        """Return all members of a study, by generation and arrival."""
        statement = (
            select(members.c.arrival_id, members.c.blob_id, members.c.generation)
            .join(studies)
            .where(studies.c.study_key == str(key))
            .order_by(members.c.generation, members.c.arrival_id)
        )
        rows = self._transactions.read(lambda connection: connection.execute(statement).all())
        return tuple(Member(ArrivalId(arrival), BlobId(blob), generation) for arrival, blob, generation in rows)

    def entries(self, states: Collection[StudyState] = ()) -> tuple[StudyEntry, ...]:
        """Return every study in one of these states, by when its newest generation was opened."""
        statement = _entries().order_by(studies.c.opened_at, studies.c.id)
        if states:
            statement = statement.where(studies.c.state.in_(states))
        rows = self._transactions.read(lambda connection: connection.execute(statement).all())
        return tuple(_to_entry(row) for row in rows)


def _file(
    connection: Connection, *, key: StudyKey, arrival_id: ArrivalId, blob_id: BlobId, received_at: datetime
) -> StudyEntry:
    study = _open(connection, key, received_at)
    late = study.state != StudyState.RECEIVING
    generation = study.generation + 1 if late else study.generation
    member = {"arrival_id": arrival_id, "study_id": study.id, "blob_id": blob_id, "generation": generation}
    added = connection.execute(
        insert(connection, members)
        .values(member)
        .on_conflict_do_nothing(index_elements=[members.c.arrival_id])
        .returning(members.c.arrival_id)
    ).one_or_none()
    if added is not None:
        opened_at = received_at if late else min(study.opened_at, received_at)
        changed = {"generation": generation, "state": StudyState.RECEIVING, "opened_at": opened_at}
        connection.execute(update(studies).where(studies.c.id == study.id).values(changed))
    return _to_entry(connection.execute(_entry(key)).one())


def _open(connection: Connection, key: StudyKey, received_at: datetime) -> Row[Any]:
    """Return the study's row, made where there is none, locked against everybody else until the commit."""
    first = {
        "study_key": str(key),
        "generation": _FIRST_GENERATION,
        "state": StudyState.RECEIVING,
        "opened_at": received_at,
    }
    connection.execute(
        insert(connection, studies).values(first).on_conflict_do_nothing(index_elements=[studies.c.study_key])
    )
    return connection.execute(select(studies).where(studies.c.study_key == str(key)).with_for_update()).one()


def _entries() -> Select[Any]:
    """Studies, each with the number of its different blobs: an instance that was sent twice is one instance."""
    instances = (
        select(func.count(members.c.blob_id.distinct())).where(members.c.study_id == studies.c.id).scalar_subquery()
    )
    return select(studies, instances.label("instances"))


def _entry(key: StudyKey) -> Select[Any]:
    return _entries().where(studies.c.study_key == str(key))


def _to_entry(row: Row[Any]) -> StudyEntry:
    return StudyEntry(
        key=StudyKey.parse(row.study_key),
        generation=row.generation,
        state=StudyState(row.state),
        opened_at=row.opened_at,
        instances=row.instances,
    )
