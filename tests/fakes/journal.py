"""Queued work in memory."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import RLock

from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.journal import NewWork, Step, Work


@dataclass
class _Row:
    work: Work
    due_at: datetime
    lane: str
    lease_until: datetime | None = None
    again_at: datetime | None = None
    cause: str = ""
    done: bool = False
    done_at: datetime | None = None


class MemoryJournal:
    """`Journal` in memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = RLock()
        self._rows: dict[tuple[Step, str], _Row] = {}

    def queue(self, new: Collection[NewWork]) -> None:
        with self._lock:
            for work in new:
                self._queue(work)

    def claim(self, step: Step, lease: timedelta, lane: str | None = None) -> Work | None:
        now = self._clock.now()
        with self._lock:
            free = [
                row
                for row in self._rows.values()
                if row.work.step is step
                and lane in (None, row.lane)
                and not row.done
                and row.due_at <= now
                and (row.lease_until is None or row.lease_until <= now)
            ]
            if not free:
                return None
            row = min(free, key=lambda row: (row.due_at, row.work.work_id))
            row.lease_until = now + lease
            row.work = replace(row.work, attempts=row.work.attempts + 1, lease=secrets.token_hex(16))
            return row.work

    def tick(self, work: Work, then: Collection[NewWork] = ()) -> bool:
        with self._lock:
            row = self._claimed(work)
            if row is None:
                return False
            if row.done:
                return True
            row.done, row.done_at, row.lease_until, row.again_at = True, self._clock.now(), None, None
            for new in then:
                self._queue(new)
            return True

    def postpone(self, work: Work, due_at: datetime, cause: str = "") -> None:
        with self._lock:
            row = self._claimed(work)
            if row is None or row.done:
                return
            row.due_at = row.again_at or due_at
            row.lease_until, row.again_at, row.cause = None, None, cause
            row.work = replace(row.work, lease="")

    def renew(self, held: Collection[Work], lease: timedelta) -> None:
        with self._lock:
            for work in held:
                row = self._claimed(work)
                if row is not None and not row.done:
                    row.lease_until = self._clock.now() + lease

    def backlog(self, *, source: str | None = None) -> Mapping[Step, int]:
        counts = dict.fromkeys(Step, 0)
        with self._lock:
            for row in self._rows.values():
                if not row.done and source in (None, row.work.source):
                    counts[row.work.step] += 1
        return counts

    def done(self, step: Step, subjects: Collection[str]) -> frozenset[str]:
        with self._lock:
            rows = [row for row in self._rows.values() if row.work.step is step and row.done]
            return frozenset(subjects) & {row.work.subject for row in rows}

    def was_begun(self, step: Step, subject: str) -> bool:
        """Tell the other fakes whether work was ever claimed."""
        row = self._rows.get((step, subject))
        return row is not None and (row.done or row.work.attempts > 0)

    def waiting(self, step: Step) -> list[tuple[Work, datetime, str]]:
        """Tell the other fakes what is not done: the work, when it is due, its lane."""
        rows = [row for row in self._rows.values() if row.work.step is step and not row.done]
        return [(row.work, row.due_at, row.lane) for row in rows]

    def done_at(self, step: Step, subject: str) -> datetime | None:
        """Tell the other fakes when work was done."""
        row = self._rows.get((step, subject))
        return row.done_at if row is not None and row.done else None

    def undo(self, step: Step, subject: str, due_at: datetime) -> None:
        """Make done work due again, for the other fakes."""
        row = self._rows.get((step, subject))
        if row is not None and row.done:
            row.done, row.due_at, row.work = False, due_at, replace(row.work, lease="", attempts=0)

    def _claimed(self, work: Work) -> _Row | None:
        row = self._rows[work.step, work.subject]
        return row if row.work.lease == work.lease else None

    def _queue(self, new: NewWork) -> None:
        row = self._rows.get((new.step, new.subject))
        if row is None:
            number = len(self._rows) + 1
            work = Work(number, new.step, new.subject, new.source, 0, self._clock.now(), "")
            self._rows[new.step, new.subject] = _Row(work, new.due_at, new.lane)
            return
        if row.done:
            return
        if row.work.lease:
            row.again_at = new.due_at
        else:
            row.due_at = new.due_at
