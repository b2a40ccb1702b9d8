"""Every refusal becomes an audit event, and a flood of them becomes few."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from pacs_dedup.domain.audit import Alert, AuditEvent, refusal
from pacs_dedup.entrypoints.listener.refusals import Refusal, RefusedCall, ReportRefusal
from pacs_dedup.ports.audit_trail import AuditTrail
from pacs_dedup.ports.clock import Clock

WINDOW_S = 60.0
"""Time in which equal refusals are told as one, and then once more with their number."""

MOST_DIFFERENT = 100
"""Different refusals that are told one by one in a window; whoever scans the network must not fill the disk."""


class RefusalRecord:
    """Turns refusals into security alerts of the audit trail (PS3.15 A.5.3.11). Safe for several threads.

    The first of its kind is recorded at once. Who comes again within a minute is counted, and the number is recorded
    when the minute is over.
    """

    def __init__(
        self, audit: AuditTrail, clock: Clock, *, window_s: float = WINDOW_S, most: int = MOST_DIFFERENT
    ) -> None:
        """Record in ``audit`` at the time of ``clock``; ``window_s`` is in seconds."""
        self._audit, self._clock = audit, clock
        self._window_s, self._most = window_s, most
        self._lock = threading.Lock()
        self._times: Counter[RefusedCall] = Counter()
        self._beyond = 0
        self._timer: threading.Timer | None = None

    def __call__(self, call: RefusedCall) -> None:
        """Take one refusal."""
        with self._lock:
            known = call in self._times
            if not known and len(self._times) >= self._most:
                self._beyond += 1
                return
            self._times[call] += 1
            self._open_window()
        if not known:
            self._audit.record(self._event(call))

    def tell_repeats(self) -> None:
        """Record what was only counted, and begin anew."""
        with self._lock:
            times, beyond = self._times, self._beyond
            self._times, self._beyond, timer, self._timer = Counter(), 0, self._timer, None
        if timer is not None:
            timer.cancel()
        for call, number in times.items():
            if number > 1:
                self._audit.record(_repeated(self._event(call), number - 1))
        if beyond:
            words = f"more refusals than the {self._most} of this minute that are told one by one"
            event = refusal(self._clock.now(), "", "", called_ae="", reason=words)
            self._audit.record(_repeated(event, beyond))

    def _open_window(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._window_s, self.tell_repeats)
            self._timer.daemon = True
            self._timer.start()

    def _event(self, call: RefusedCall) -> AuditEvent:
        event = refusal(
            self._clock.now(), call.calling_ae, call.address, called_ae=call.called_ae, reason=call.explanation
        )
        if call.refusal is Refusal.NOT_A_SOURCE:  # it is who it says to be, and did what it may not
            event = replace(event, alert=Alert.USE_OF_RESTRICTED_FUNCTION)
        return replace(event, detail=(*event.detail, ("certificate", call.fingerprint))) if call.fingerprint else event


def _repeated(event: AuditEvent, number: int) -> AuditEvent:
    return replace(event, detail=(*event.detail, ("repeated", str(number))))


@contextmanager
def recorded_refusals(audit: AuditTrail, clock: Clock) -> Iterator[ReportRefusal]:
    """Return what records refusals; at the end it tells what it has only counted."""
    record = RefusalRecord(audit, clock)
    try:
        yield record
    finally:
        record.tell_repeats()
