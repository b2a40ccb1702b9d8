"""Every refusal becomes an audit event and a line of the log, and a flood of them becomes few."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from pacs_dedup.domain.audit import Alert, AuditEvent, refusal
from pacs_dedup.entrypoints.listener.refusals import Refusal, RefusedCall, ReportRefusal
from pacs_dedup.entrypoints.listener.repeats import MOST_DIFFERENT, WINDOW_S, Repeats
from pacs_dedup.log import get_logger
from pacs_dedup.ports.audit_trail import AuditTrail
from pacs_dedup.ports.clock import Clock

_log = get_logger(__name__)


class RefusalRecord:
    """Turns refusals into security alerts of the audit trail (PS3.15 A.5.3.11). Safe for several threads.

    The first of its kind is recorded at once. Who comes again within a minute is counted, and the number is recorded
    when the minute is over.
    """

    def __init__(
        self, audit: AuditTrail, clock: Clock, *, window_s: float = WINDOW_S, most: int = MOST_DIFFERENT
    ) -> None:
        """Record in ``audit`` at the time of ``clock``; ``window_s`` is in seconds."""
        self._audit, self._clock, self._most = audit, clock, most
        self._repeats: Repeats[RefusedCall] = Repeats(self._record, self._record_beyond, window_s=window_s, most=most)

    def __call__(self, call: RefusedCall) -> None:
        """Take one refusal."""
        self._repeats.take(call, call)

    def tell_repeats(self) -> None:
        """Record what was only counted, and begin anew."""
        self._repeats.tell_repeats()

    def _record(self, call: RefusedCall, again: int) -> None:
        event = self._event(call)
        self._audit.record(_repeated(event, again) if again else event)

    def _record_beyond(self, number: int) -> None:
        words = f"more refusals than the {self._most} of this minute that are told one by one"
        self._audit.record(_repeated(refusal(self._clock.now(), "", "", called_ae="", reason=words), number))

    def _event(self, call: RefusedCall) -> AuditEvent:
        event = refusal(
            self._clock.now(), call.calling_ae, call.address, called_ae=call.called_ae, reason=call.explanation
        )
        if call.refusal is Refusal.NOT_A_SOURCE:  # it is who it says to be, and did what it may not
            event = replace(event, alert=Alert.USE_OF_RESTRICTED_FUNCTION)
        return replace(event, detail=(*event.detail, ("certificate", call.fingerprint))) if call.fingerprint else event


def _repeated(event: AuditEvent, number: int) -> AuditEvent:
    return replace(event, detail=(*event.detail, ("repeated", str(number))))


class RefusalLog:
    """Writes refusals into the log: of one reason and address the first in a minute, then their number.

    An AE title is made up as easily as the next one, so that it makes no kind of its own here.
    """

    def __init__(self, *, window_s: float = WINDOW_S) -> None:
        """Prepare to write; ``window_s`` is in seconds."""
        self._repeats: Repeats[RefusedCall] = Repeats(_write, _write_beyond, window_s=window_s)

    def __call__(self, call: RefusedCall) -> None:
        """Take one refusal."""
        self._repeats.take(call, (call.refusal, call.address))

    def tell_repeats(self) -> None:
        """Write what was only counted, and begin anew."""
        self._repeats.tell_repeats()


def _write(call: RefusedCall, again: int) -> None:
    event = "instance refused" if call.refusal is Refusal.NOT_A_SOURCE else "association refused"
    if again:
        _log.warning(f"{event}, again", reason=str(call.refusal), address=call.address, count=again)
        return
    titles = {"calling_ae": call.calling_ae, "called_ae": call.called_ae}
    _log.warning(event, reason=call.explanation, address=call.address, **titles)


def _write_beyond(number: int) -> None:
    _log.warning("more refusals than are told one by one", count=number)


@contextmanager
def recorded_refusals(audit: AuditTrail, clock: Clock) -> Iterator[ReportRefusal]:
    """Return what records refusals; at the end it tells what it has only counted."""
    record = RefusalRecord(audit, clock)
    try:
        yield record
    finally:
        record.tell_repeats()
