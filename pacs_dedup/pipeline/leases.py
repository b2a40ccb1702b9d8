"""Claims that last as long as somebody works at them, and not much longer.

A lease that is as long as the longest step keeps the work of a process that died from everybody else for as long. So
leases are short, renewed while their holder is at work, and given back by a step that failed.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.journal import Journal, NewWork, Step, Work
from pacs_dedup.ports.leases import Leases

LEASE = timedelta(seconds=30)
"""After so long the work of a process that was killed, or whose machine failed, is another's."""
RENEWAL = timedelta(seconds=5)
"""Six times within a lease, so that one late answer of a database loses no claim."""
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=5)

_MOST_DOUBLINGS = 16


class KeptLeases:
    """A journal whose claims are renewed while their steps run. Threads share it; each step runs in one thread."""

    def __init__(self, journal: Journal, leases: Leases, clock: Clock) -> None:
        self._journal = journal
        self._leases = leases
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, tuple[int, Work]] = {}
        self._owed: dict[str, Work] = {}  # failed at, and not given back yet
        self._renewed_at = clock.now()

    def queue(self, new: Collection[NewWork]) -> None:
        """Queue work."""
        self._journal.queue(new)

    def claim(self, step: Step, lease: timedelta, lane: str | None = None) -> Work | None:
        """Claim work for `LEASE`, or for ``lease`` where that is shorter."""
        work = self._journal.claim(step, min(lease, LEASE), lane)
        if work is not None:
            with self._lock:
                self._held[work.lease] = threading.get_ident(), work
        return work

    def tick(self, work: Work, then: Collection[NewWork] = ()) -> bool:
        """Mark a claim done and queue what follows."""
        ticked = self._journal.tick(work, then)
        self._forget([work])
        return ticked

    def postpone(self, work: Work, due_at: datetime, cause: str = "") -> None:
        """Give a claim back."""
        self._journal.postpone(work, due_at, cause)
        self._forget([work])

    def backlog(self, *, source: str | None = None) -> Mapping[Step, int]:
        """Count what is not done."""
        return self._journal.backlog(source=source)

    def done(self, step: Step, subjects: Collection[str]) -> frozenset[str]:
        """Return which of these subjects are done."""
        return self._journal.done(step, subjects)

    def kept(self, step: Callable[[], bool]) -> Callable[[], bool]:
        """Return the step with its end watched: what it claimed and failed at is given back, to be tried again soon.

        Where the database can not be told that now, it is told later, unless the lease ends before.
        """

        def watched() -> bool:
            try:
                return step()
            except Exception:
                self._give_back()
                raise
            finally:
                self._forget(self._own())

        return watched

    def renew_due(self) -> bool:
        """Renew every claim that is being worked at, once in `RENEWAL`; a step of a loop of its own.

        Returns:
            False: there is never more of it to do at once.
        """
        now = self._clock.now()
        if timedelta(0) <= now - self._renewed_at < RENEWAL:  # below zero: the clock was set back
            return False
        with self._lock:
            held = [work for _, work in self._held.values()]
            owed = list(self._owed.values())
        for work in owed:
            self._return(work)
        if held:
            self._leases.renew(held, LEASE)
        self._renewed_at = now
        return False

    def _give_back(self) -> None:
        for work in self._own():
            with self._lock:
                self._owed[work.lease] = work
            with suppress(PacsDedupError):  # the failure itself is told by the worker; this one has the same cause
                self._return(work)

    def _return(self, work: Work) -> None:
        wait = min(FIRST_RETRY * (1 << min(work.attempts - 1, _MOST_DOUBLINGS)), LONGEST_RETRY)
        self._journal.postpone(work, self._clock.now() + wait, "the step failed; see the log")
        with self._lock:
            self._owed.pop(work.lease, None)  # the other thread may have been first

    def _own(self) -> list[Work]:
        """Return what the calling thread holds."""
        with self._lock:
            return [work for thread, work in self._held.values() if thread == threading.get_ident()]

    def _forget(self, works: Collection[Work]) -> None:
        with self._lock:
            for work in works:
                self._held.pop(work.lease, None)
