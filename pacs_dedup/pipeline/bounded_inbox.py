"""An audit inbox that can not grow without end: at its bound, what a network can cause is counted instead of kept."""

import threading
import time
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import assert_never

from pacs_dedup.domain.audit import Alert, AuditEvent, AuditKind, Outcome, Party
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.log import get_logger
from pacs_dedup.ports.audit_trail import AuditInbox, InboxUsage, WaitingEvent
from pacs_dedup.ports.clock import Clock

TOLD_EVERY = timedelta(minutes=1)
"""How often counts become an event, as long as there are any."""

_LOOKED_UP_EVERY_S = 1.0
_SUBJECT = "audit inbox"
_WORDS = (
    "more events wait for the database than audit.waiting_events allows: these were counted, and not kept one by one"
)

_log = get_logger(__name__)


class BoundedInbox:
    """`pacs_dedup.ports.audit_trail.AuditInbox` with a bound. Safe for several threads; call `close` at the end.

    The first event that is not kept becomes, at once, an alert that recording has stopped (PS3.16 CID 403, 110133), and
    then the number of each kind does, every minute. What people do, and what is held back, is kept beyond the bound: no
    network can cause much of it. The bound is a soft one: several processes look up how many wait once a second.
    """

    def __init__(
        self, inbox: AuditInbox, clock: Clock, program: Party, *, most: int, told_every: timedelta = TOLD_EVERY
    ) -> None:
        """Bound an inbox.

        Args:
            inbox: keeps the events.
            clock: says when counts are told.
            program: this installation, which tells them.
            most: number of events from which on transfers and commitments are counted; refused callers are from half of
                it on, so that strangers do not take the place of what peers do.
            told_every: how often counts are told.
        """
        self._inbox, self._clock, self._program, self._most = inbox, clock, program, most
        self._told_every_s = told_every.total_seconds()
        self._lock = threading.Lock()
        self._events, self._looked_up_at = 0, float("-inf")
        self._counts: Counter[AuditKind] = Counter()
        self._counted_only = 0
        self._is_telling = False
        self._timer: threading.Timer | None = None

    def record(self, event: AuditEvent) -> None:
        """Keep an event, durably; or count it, where too many wait."""
        share = _share(event.kind)
        if share is None or self._waiting() < self._most * share:
            self._inbox.record(event)
            with self._lock:
                self._events += 1
            return
        with self._lock:
            self._counts[event.kind] += 1
            self._counted_only += 1
            is_first, self._is_telling = not self._is_telling, True
        if is_first:
            self._tell()

    def waiting(self, most: int) -> tuple[WaitingEvent, ...]:
        """Return what is kept, oldest first."""
        return self._inbox.waiting(most)

    def forget(self, event_ids: Collection[str]) -> None:
        """Drop events that are kept elsewhere by now."""
        self._inbox.forget(event_ids)

    def usage(self) -> InboxUsage:
        """Tell how full the inbox is, and how many events were only counted."""
        usage = self._inbox.usage()
        return InboxUsage(usage.events, usage.oldest_at, usage.set_aside, self._counted_only)

    def close(self) -> None:
        """Tell what was only counted, as the process ends."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        self._record(counts)

    def _waiting(self) -> int:
        """Return about how many events wait; what can not be looked up is not taken for too many."""
        with self._lock:
            now = time.monotonic()
            if now - self._looked_up_at < _LOOKED_UP_EVERY_S:
                return self._events
            self._looked_up_at = now
        try:
            events = self._inbox.usage().events
        except PacsDedupError:
            return 0
        with self._lock:
            self._events = events
        return events

    def _tell(self) -> None:
        """Tell the counts, and again in a minute, until there is nothing to tell."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._is_telling, self._timer = bool(counts), None
            if counts:
                self._timer = threading.Timer(self._told_every_s, self._tell)
                self._timer.daemon = True
                try:
                    self._timer.start()
                except RuntimeError:  # the machine has no thread for it; the next event tells the counts
                    self._is_telling = False
        self._record(counts)

    def _record(self, counts: Counter[AuditKind]) -> None:
        if not counts:
            return
        detail = (("reason", _WORDS), *((str(kind), str(count)) for kind, count in sorted(counts.items())))
        _log.error("audit events are counted and not kept, too many wait for the database", count=counts.total())
        self._inbox.record(
            AuditEvent(
                kind=AuditKind.SECURITY_ALERT,
                at=self._clock.now(),
                actor=self._program,
                outcome=Outcome.SERIOUS_FAILURE,
                subject=_SUBJECT,
                alert=Alert.AUDIT_RECORDING_STOPPED,
                detail=detail,
            )
        )


def _share(kind: AuditKind) -> float | None:
    """Return which share of the room events of a kind may fill; None: they are kept in any case."""
    match kind:
        case AuditKind.SECURITY_ALERT:
            return 0.5
        case (
            AuditKind.BEGIN_TRANSFERRING
            | AuditKind.INSTANCES_TRANSFERRED
            | AuditKind.COMMITMENT_ASKED
            | AuditKind.COMMITMENT_ANSWERED
        ):
            return 1.0
        case (
            AuditKind.APPLICATION_STARTED
            | AuditKind.APPLICATION_STOPPED
            | AuditKind.INSTANCES_ACCESSED
            | AuditKind.DECISION_TAKEN
            | AuditKind.DECISION_UNDONE
            | AuditKind.HOLD_PLACED
            | AuditKind.HOLD_RELEASED
            | AuditKind.DELETION_PROPOSED
            | AuditKind.CONFIGURATION_CHANGED
            | AuditKind.AUDIT_LOG_USED
        ):
            return None
        case _:
            assert_never(kind)
