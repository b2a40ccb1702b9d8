"""A gauge over the queue in memory."""

from datetime import timedelta

from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.journal import Step
from tests.fakes.journal import MemoryJournal


class MemoryQueueGauge:
    """`QueueGauge` in memory."""

    def __init__(self, journal: MemoryJournal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    def waiting(self, step: Step, at_most: int) -> int:
        now = self._clock.now()
        soon = now + timedelta(hours=1)
        rows = [row for row in self._journal._rows.values() if row.work.step is step and not row.done]
        waiting = [row for row in rows if row.due_at <= now or (row.due_at <= soon and row.work.attempts)]
        return min(len(waiting), at_most)
