"""Queued work in one table; its uniqueness, and that of claims, is the database's."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Insert, Row, Select, case, func, or_, select, update

from pacs_dedup.adapters.database.engine import Transactions, as_table, insert
from pacs_dedup.adapters.database.tables import IN_A_LANE, NOT_DONE, work
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.journal import NewWork, Step, Work


class DatabaseJournal:
    """`pacs_dedup.ports.journal.Journal` over a database."""

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    def queue(self, new: Collection[NewWork]) -> None:
        """Queue work, in one transaction."""
        self._transactions.write(partial(queue_work, new=new, now=self._clock.now()))

    def claim(self, step: Step, lease: timedelta, lane: str | None = None) -> Work | None:
        """Lease the longest-due work of a step, in one lane if given; expired leases count as none."""
        now = self._clock.now()
        statement = (
            update(work)
            .where(work.c.id == _longest_due(step, lane, now).scalar_subquery())
            .values(lease=secrets.token_hex(16), lease_until=now + lease, attempts=work.c.attempts + 1)
            .returning(work)
        )
        row = self._transactions.write(lambda connection: connection.execute(statement).one_or_none())
        return None if row is None else _to_work(row)

    def tick(self, work: Work, then: Collection[NewWork] = ()) -> bool:
        """Mark a claim done and queue what follows, in one transaction."""
        return self._transactions.write(partial(_tick, claimed=work, then=then, now=self._clock.now()))

    def postpone(self, work: Work, due_at: datetime, cause: str = "") -> None:
        """Give a claim back; does nothing where the lease was lost."""
        self._transactions.write(partial(_postpone, claimed=work, due_at=due_at, cause=cause))

    def renew(self, held: Collection[Work], lease: timedelta) -> None:
        """Let claims last longer, in one transaction."""
        statement = (
            update(work)
            .where(NOT_DONE, work.c.lease.in_([each.lease for each in held]))
            .values(lease_until=self._clock.now() + lease)
        )
        self._transactions.write(lambda connection: connection.execute(statement))

    def backlog(self, *, source: str | None = None) -> Mapping[Step, int]:
        """Count what is not done, claimed work included; every step is named, with 0 where nothing waits."""
        statement = select(work.c.step, func.count()).where(NOT_DONE).group_by(work.c.step)
        if source is not None:
            statement = statement.where(work.c.source == source)
        rows = self._transactions.read(lambda connection: connection.execute(statement).all())
        return dict.fromkeys(Step, 0) | {Step(step): count for step, count in rows}

    def done(self, step: Step, subjects: Collection[str]) -> frozenset[str]:
        """Return which of these subjects are done."""
        return self._transactions.read(partial(_done, step=step, subjects=sorted(subjects)))


def release_leases(connection: Connection) -> None:
    """Make everything claimable that is claimed; only for the sole owner of a database, when it opens it."""
    connection.execute(update(work).where(NOT_DONE, work.c.lease.is_not(None)).values(lease=None, lease_until=None))


def _longest_due(step: Step, lane: str | None, now: datetime) -> Select[int]:
    free = or_(work.c.lease_until.is_(None), work.c.lease_until <= now)
    due = select(work.c.id).where(NOT_DONE, work.c.step == step, work.c.due_at <= now, free)
    if lane is not None:
        due = due.where(IN_A_LANE, work.c.lane == lane)
    return (
        due.order_by(work.c.due_at, work.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # PostgreSQL; on SQLite the transaction holds the only write lock
    )


def _done(connection: Connection, *, step: Step, subjects: list[str]) -> frozenset[str]:
    asked = select(as_table(connection, subjects).c.value)
    finished = work.c.done_at.is_not(None)
    statement = select(work.c.subject).where(finished, work.c.step == step, work.c.subject.in_(asked))
    return frozenset(connection.execute(statement).scalars())


def _tick(connection: Connection, *, claimed: Work, then: Collection[NewWork], now: datetime) -> bool:
    row = connection.execute(_held_by(claimed)).one_or_none()
    if row is None:
        return False
    if row.done_at is not None:  # this very tick, repeated
        return True
    done = {"done_at": now, "lease_until": None, "again_at": None, "cause": ""}
    connection.execute(update(work).where(work.c.id == claimed.work_id).values(done))
    queue_work(connection, then, now)
    return True


def _postpone(connection: Connection, *, claimed: Work, due_at: datetime, cause: str) -> None:
    """Free a claim. A due time that somebody asked for meanwhile knows more than the one who held the claim."""
    row = connection.execute(_held_by(claimed)).one_or_none()
    if row is not None and row.done_at is None:
        changed = {"lease": None, "lease_until": None, "again_at": None, "cause": cause}
        due = {"due_at": row.again_at or due_at}
        connection.execute(update(work).where(work.c.id == claimed.work_id).values(changed | due))


def _held_by(claimed: Work) -> Select[Any]:
    return select(work).where(work.c.id == claimed.work_id, work.c.lease == claimed.lease).with_for_update()


def queue_work(connection: Connection, new: Collection[NewWork], now: datetime) -> None:
    """Queue work within the caller's transaction."""
    rows = [
        {
            "step": item.step,
            "subject": item.subject,
            "source": item.source,
            "lane": item.lane,
            "queued_at": now,
            "due_at": item.due_at,
            "attempts": 0,
            "cause": "",
        }
        # one order for everybody, so that two transactions can not wait for each other
        for item in sorted(new, key=lambda item: (item.step, item.subject))
    ]
    if rows:
        connection.execute(_upsert(connection), rows)


def _upsert(connection: Connection) -> Insert:
    """INSERT; work that exists is moved if it waits, noted if it is claimed, and left alone if it is done."""
    statement = insert(connection, work)
    due_at = statement.excluded.due_at
    claimed = work.c.lease.is_not(None)
    return statement.on_conflict_do_update(
        index_elements=[work.c.step, work.c.subject],
        set_={
            "due_at": case((claimed, work.c.due_at), else_=due_at),
            "again_at": case((claimed, due_at), else_=None),
        },
        where=work.c.done_at.is_(None),
    )


def _to_work(row: Row[Any]) -> Work:
    values = row._asdict()
    return Work(
        work_id=values["id"],
        step=Step(values["step"]),
        subject=values["subject"],
        source=values["source"],
        attempts=values["attempts"],
        queued_at=values["queued_at"],
        lease=values["lease"],
    )
