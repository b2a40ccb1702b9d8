"""Side flow, audit: events go from their inbox into the log, and from the log to whoever is told outside."""

from datetime import datetime, timedelta

from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.log import get_logger
from pacs_dedup.ports.audit_log import AuditLog
from pacs_dedup.ports.audit_receiver import AuditReceiver
from pacs_dedup.ports.audit_trail import AuditInbox
from pacs_dedup.ports.clock import Clock

_log = get_logger(__name__)

_AT_ONCE = 200
_ENTRIES_AT_ONCE = 200
_LEASE = timedelta(minutes=5)  # longer than a receiver may take for so many messages


def carry_once(inbox: AuditInbox, log: AuditLog) -> bool:
    """Append what waits, at most two hundred events, and only then forget it; say whether there was anything.

    Repeated after a crash in between it adds nothing, because the log knows events by their ids.
    """
    waiting = inbox.waiting(_AT_ONCE)
    if waiting:
        log.append(waiting)
        inbox.forget([each.event_id for each in waiting])
    return bool(waiting)


def carry_all(inbox: AuditInbox, log: AuditLog) -> None:
    """Append everything that waits, as a process that ends does."""
    while carry_once(inbox, log):
        pass


def deliver_once(log: AuditLog, receiver: AuditReceiver) -> bool:
    """Send the oldest entries that a receiver was not sent yet; say whether there were any.

    What fails is sent again, all of it: the receiver gets each entry at least once.

    Raises:
        PeerUnavailable: the receiver could not be reached; the entries stay the oldest.
    """
    delivery = log.claim_delivery(receiver.name, _ENTRIES_AT_ONCE, _LEASE)
    if delivery is None:
        return False
    first, last = delivery.entries[0].sequence, delivery.entries[-1].sequence
    try:
        receiver.send(delivery.entries)
    except PacsDedupError:
        log.delivered(delivery, first - 1)
        raise
    log.delivered(delivery, last)
    return True


class Anchoring:
    """Notes the head of the log outside of the database: in the service's own log, and with the receiver."""

    def __init__(
        self, log: AuditLog, receiver: AuditReceiver | None, clock: Clock, *, entries: int, every: timedelta
    ) -> None:
        """Prepare to note the head after so many entries, or so much time in which there was at least one."""
        self._audit_log = log
        self._receiver = receiver
        self._clock = clock
        self._entries, self._every = entries, every
        self._noted, self._noted_at = 0, datetime.min.replace(tzinfo=clock.now().tzinfo)

    def once(self) -> bool:
        """Note the head, if it is time; always False, for nothing else waits for it.

        Raises:
            PeerUnavailable: the receiver could not be told; it is tried again.
        """
        head, now = self._audit_log.head(), self._clock.now()
        grown, waited = head.sequence - self._noted, now - self._noted_at
        if grown and (grown >= self._entries or waited >= self._every):
            if self._receiver is not None:
                self._receiver.anchor(head)
            _log.info("audit log head", audit_sequence=head.sequence, audit_hash=head.digest)
            self._noted, self._noted_at = head.sequence, now
        return False
