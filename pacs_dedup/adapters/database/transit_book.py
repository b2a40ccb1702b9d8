"""Contents as pages of arrivals, and the plans by which they are let go."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Select, cast, exists, or_, select, update

from pacs_dedup.adapters.database.arrival_book import to_arrival
from pacs_dedup.adapters.database.engine import Transactions, as_table, insert
from pacs_dedup.adapters.database.tables import IN_A_LANE, NOT_DONE, arrivals, members, studies, work
from pacs_dedup.adapters.database.transit_tables import IS_RELEASED, release_items, release_plans
from pacs_dedup.domain.identifiers import ArrivalId, BlobId, StudyKey
from pacs_dedup.domain.transit import Keep
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.journal import Step
from pacs_dedup.ports.transit_book import Content, ItemState, PlannedItem, ReleasePlan, Staying


class DatabaseTransitBook:
    """`pacs_dedup.ports.transit_book.TransitBook` over a database."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def contents(self, after: BlobId, at_most: int) -> tuple[Content, ...]:
        """Return a page of contents, on one state of the database."""

        def read(connection: Connection) -> tuple[Content, ...]:
            return _contents(connection, connection.execute(_page(after, at_most)).scalars().all())

        return self._transactions.read(read)

    def content(self, blob_id: BlobId) -> Content | None:
        """Return one content."""
        found = self._transactions.read(lambda connection: _contents(connection, [blob_id]))
        return found[0] if found else None

    def keep_plan(self, plan: ReleasePlan, items: Collection[PlannedItem]) -> ReleasePlan:
        """Keep a plan with its contents, in one transaction."""
        head = {
            "token": plan.token,
            "made_at": plan.made_at,
            "instances": plan.instances,
            "size_bytes": plan.size_bytes,
            "staying": json.dumps([[each.reason.name, each.instances, each.size_bytes] for each in plan.staying]),
            "approved_by": plan.approved_by,
        }

        def keep(connection: Connection) -> ReleasePlan:
            row = connection.execute(insert(connection, release_plans).values(head).returning(release_plans)).one()
            rows = [_to_row(row.id, item) for item in items]
            if rows:
                connection.execute(insert(connection, release_items), rows)
            return _to_plan(row)

        return self._transactions.write(keep)

    def plans(self) -> tuple[ReleasePlan, ...]:
        """Return every plan, newest first."""
        statement = select(release_plans).order_by(release_plans.c.id.desc())
        rows = self._transactions.read(lambda connection: connection.execute(statement).all())
        return tuple(_to_plan(row) for row in rows)

    def items(self, plan_id: int, states: Collection[ItemState], at_most: int) -> tuple[PlannedItem, ...]:
        """Return contents of a plan in some states."""
        its = release_items.c
        chosen = select(release_items).where(its.plan_id == plan_id, its.state.in_(states))
        statement = chosen.order_by(its.blob_id).limit(at_most)
        rows = self._transactions.read(lambda connection: connection.execute(statement).all())
        return tuple(PlannedItem(BlobId(row.blob_id), row.size_bytes, ItemState(row.state), row.cause) for row in rows)

    def settle(self, plan: ReleasePlan, items: Collection[PlannedItem], at: datetime) -> None:
        """Note where contents of a plan stand, and the plan itself, in one transaction."""
        rows = [_to_row(plan.plan_id, item) | {"settled_at": at} for item in items]
        head = {name: getattr(plan, name) for name in ("approved_by", "approved_at", "finished_at")}

        def settled(connection: Connection) -> None:
            if rows:
                statement = insert(connection, release_items)
                new = {column: statement.excluded[column] for column in ("state", "cause", "settled_at")}
                keys = [release_items.c.plan_id, release_items.c.blob_id]
                connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), rows)
            connection.execute(update(release_plans).where(release_plans.c.id == plan.plan_id).values(head))

        self._transactions.write(settled)


def _page(after: BlobId, at_most: int) -> Select[str]:
    released = exists().where(
        IS_RELEASED, release_items.c.blob_id == arrivals.c.blob_id, release_items.c.settled_at > arrivals.c.received_at
    )
    chosen = select(arrivals.c.blob_id).where(arrivals.c.blob_id > after, ~released)
    return chosen.distinct().order_by(arrivals.c.blob_id).limit(at_most)


def _contents(connection: Connection, blob_ids: Collection[str]) -> tuple[Content, ...]:
    asked = select(as_table(connection, blob_ids).c.value)
    found = select(arrivals).where(arrivals.c.blob_id.in_(asked)).order_by(arrivals.c.blob_id, arrivals.c.id)
    came: dict[str, list[tuple[ArrivalId, Arrival]]] = defaultdict(list)
    for row in connection.execute(found):
        came[row.blob_id].append((ArrivalId(row.id), to_arrival(row)))
    numbers = [str(arrival_id) for each in came.values() for arrival_id, _ in each]
    waiting = _waiting(connection, numbers)
    filed = _filed(connection, numbers)
    return tuple(_content(BlobId(blob_id), each, waiting, filed) for blob_id, each in came.items())


def _content(
    blob_id: BlobId,
    came: list[tuple[ArrivalId, Arrival]],
    waiting: frozenset[ArrivalId],
    filed: dict[ArrivalId, tuple[StudyKey, int]],
) -> Content:
    numbers = frozenset(arrival_id for arrival_id, _ in came)
    return Content(
        blob_id=blob_id,
        arrivals=tuple(came),
        waiting=bool(numbers & waiting),
        generations=frozenset(filed[number] for number in numbers & filed.keys()),
        filed=frozenset(numbers & filed.keys()),
    )


def _waiting(connection: Connection, numbers: Collection[str]) -> frozenset[ArrivalId]:
    """Return which arrivals have work that is not done, in whichever lane."""
    lanes = select(work.c.lane).where(NOT_DONE, IN_A_LANE, work.c.step == Step.FORWARD).distinct()
    subjects = list(numbers)
    for lane in connection.execute(lanes).scalars():
        subjects += [f"{number}>{lane}" for number in numbers]
    asked = select(as_table(connection, subjects).c.value)
    open_work = select(work.c.subject).where(
        NOT_DONE, or_(work.c.step == Step.FORWARD, work.c.step == Step.FINGERPRINT), work.c.subject.in_(asked)
    )
    return frozenset(ArrivalId(int(each.partition(">")[0])) for each in connection.execute(open_work).scalars())


def _filed(connection: Connection, numbers: Collection[str]) -> dict[ArrivalId, tuple[StudyKey, int]]:
    asked = select(cast(as_table(connection, numbers).c.value, BigInteger))
    statement = (
        select(members.c.arrival_id, studies.c.study_key, members.c.generation)
        .join(studies, studies.c.id == members.c.study_id)
        .where(members.c.arrival_id.in_(asked))
    )
    rows = connection.execute(statement)
    return {ArrivalId(row.arrival_id): (StudyKey.parse(row.study_key), row.generation) for row in rows}


def _to_row(plan_id: int, item: PlannedItem) -> dict[str, Any]:
    return {
        "plan_id": plan_id,
        "blob_id": item.blob_id,
        "size_bytes": item.size_bytes,
        "state": item.state,
        "cause": item.cause,
    }


def _staying(rows: Iterable[tuple[str, int, int]]) -> tuple[Staying, ...]:
    return tuple(Staying(Keep[name], instances, size_bytes) for name, instances, size_bytes in rows)


def _to_plan(row: Row[Any]) -> ReleasePlan:
    return ReleasePlan(
        plan_id=row.id,
        token=row.token,
        made_at=row.made_at,
        instances=row.instances,
        size_bytes=row.size_bytes,
        staying=_staying(json.loads(row.staying)),
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        finished_at=row.finished_at,
    )
