"""Counts for those who watch the service: few statements, each over a partial index or a small table."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, and_, case, func, select

from pacs_dedup.adapters.database.engine import Transactions
from pacs_dedup.adapters.database.forward_book import failed_for_good
from pacs_dedup.adapters.database.tables import (
    HELD,
    NOT_DONE,
    arrivals,
    case_events,
    cases,
    holds,
    judgements,
    members,
    problems,
    studies,
    work,
)
from pacs_dedup.domain.case import CaseState, Verb
from pacs_dedup.domain.identifiers import TransferSyntaxUid
from pacs_dedup.domain.verdict import Relation
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.journal import Step
from pacs_dedup.ports.site_figures import CaseFigures, Figures, QueueFigures

_SOON = timedelta(hours=1)  # what was tried in vain is tried again within; later is put off on purpose
_UNDECIDED = (CaseState.NEW, CaseState.ESCALATED)


class DatabaseSiteFigures:
    """`pacs_dedup.ports.site_figures.SiteFigures` over a database."""

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    def read(self) -> Figures:
        """Count, over one state of the database."""
        return self._transactions.read(partial(_read, now=self._clock.now()))


def _read(connection: Connection, *, now: datetime) -> Figures:
    held, held_bytes = _held(connection)
    return Figures(
        queues=_queues(connection, now),
        cases=_cases(connection, now),
        decisions=_decisions(connection),
        held=held,
        held_bytes=held_bytes,
        dead_letters=_dead_letters(connection),
        unreadable=_unreadable(connection),
    )


def _queues(connection: Connection, now: datetime) -> Mapping[Step, QueueFigures]:
    tried = and_(work.c.cause != "", work.c.due_at <= now + _SOON)
    since = case((tried, work.c.queued_at), (work.c.due_at <= now, work.c.due_at))
    statement = select(work.c.step, func.count(), func.min(since)).where(NOT_DONE).group_by(work.c.step)
    rows = connection.execute(statement).all()
    found = {Step(step): QueueFigures(count, _age(oldest, now)) for step, count, oldest in rows}
    return dict.fromkeys(Step, QueueFigures()) | found


def _cases(connection: Connection, now: datetime) -> tuple[CaseFigures, ...]:
    statement = (
        select(judgements.c.relation, cases.c.state, func.count(), func.min(cases.c.opened_at))
        .join(judgements, judgements.c.id == cases.c.judgement_id)
        .where(cases.c.state.in_(_UNDECIDED))
        .group_by(judgements.c.relation, cases.c.state)
        .order_by(judgements.c.relation, cases.c.state)
    )
    return tuple(
        CaseFigures(Relation(relation), CaseState(state), count, _age(oldest, now))
        for relation, state, count, oldest in connection.execute(statement)
    )


def _decisions(connection: Connection) -> Mapping[Verb, int]:
    statement = select(case_events.c.verb, func.count()).where(case_events.c.what == "decided")
    rows = connection.execute(statement.group_by(case_events.c.verb)).all()
    return dict.fromkeys(Verb, 0) | {Verb(verb): count for verb, count in rows}


def _held(connection: Connection) -> tuple[int, int]:
    of_study = and_(members.c.study_id == studies.c.id, members.c.generation == holds.c.generation)
    blobs = (
        select(holds.c.study_key, members.c.blob_id, func.max(arrivals.c.size_bytes).label("size_bytes"))
        .where(HELD)
        .join(studies, studies.c.study_key == holds.c.study_key)
        .join(members, of_study)
        .join(arrivals, arrivals.c.id == members.c.arrival_id)
        .group_by(holds.c.study_key, members.c.blob_id)
        .subquery()
    )
    held = connection.execute(select(func.count()).select_from(holds).where(HELD)).scalar_one()
    return held, int(connection.execute(select(func.coalesce(func.sum(blobs.c.size_bytes), 0))).scalar_one())


def _dead_letters(connection: Connection) -> Mapping[str, int]:
    letters = failed_for_good().subquery()
    statement = select(letters.c.lane, func.count()).group_by(letters.c.lane)
    return {str(row.lane): int(row[1]) for row in connection.execute(statement)}


def _unreadable(connection: Connection) -> Mapping[TransferSyntaxUid, int]:
    statement = (
        select(arrivals.c.transfer_syntax_uid, func.count())
        .join(problems, problems.c.arrival_id == arrivals.c.id)
        .group_by(arrivals.c.transfer_syntax_uid)
    )
    return {TransferSyntaxUid(uid): count for uid, count in connection.execute(statement)}


def _age(since: datetime | None, now: datetime) -> timedelta:
    return timedelta() if since is None else max(now - since, timedelta())
