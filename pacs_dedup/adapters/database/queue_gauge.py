"""Counting what waits, by the index that claims use."""

from datetime import timedelta

from sqlalchemy import and_, func, literal, select, union_all

from pacs_dedup.adapters.database.engine import Transactions
from pacs_dedup.adapters.database.tables import NOT_DONE, work
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.journal import Step

_SOON = timedelta(hours=1)


class DatabaseQueueGauge:
    """`pacs_dedup.ports.queue_gauge.QueueGauge` over a database."""

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    def waiting(self, step: Step, at_most: int) -> int:
        """Count what is due or will be tried again soon; the index alone answers for what is due."""
        now = self._clock.now()
        of_step = and_(NOT_DONE, work.c.step == step)
        due = select(literal(1)).where(of_step, work.c.due_at <= now)
        tried = select(literal(1)).where(
            of_step, work.c.due_at > now, work.c.due_at <= now + _SOON, work.c.attempts > 0
        )
        counted = select(func.count()).select_from(union_all(due, tried).limit(at_most).subquery())
        return self._transactions.read(lambda connection: int(connection.execute(counted).scalar_one()))
