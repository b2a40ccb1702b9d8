"""An audit log in memory."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock

from pacs_dedup.domain.audit_chain import AuditEntry, Head, SealKey, entry_after
from pacs_dedup.ports.audit_log import Delivery
from pacs_dedup.ports.audit_trail import WaitingEvent
from pacs_dedup.ports.clock import Clock


class MemoryAuditLog:
    """`AuditLog` in memory."""

    def __init__(self, clock: Clock, key: SealKey | None = None) -> None:
        self._clock = clock
        self._key = key
        self._lock = Lock()
        self._entries: list[AuditEntry] = []
        self._sent: dict[str, int] = {}
        self._leases: dict[str, tuple[str, datetime]] = {}

    def append(self, events: Sequence[WaitingEvent]) -> None:
        with self._lock:
            for waiting in events:
                if all(entry.record["event_id"] != waiting.event_id for entry in self._entries):
                    self._entries.append(entry_after(self.head(), waiting.event_id, waiting.event, self._key))

    def entries(self, after: int = 0, most: int = 1000) -> tuple[AuditEntry, ...]:
        return tuple(self._entries[after : after + most])

    def head(self) -> Head:
        return Head(self._entries[-1].sequence, self._entries[-1].digest) if self._entries else Head()

    def meet(self, receiver: str) -> None:
        with self._lock:
            self._sent.setdefault(receiver, len(self._entries))

    def claim_delivery(self, receiver: str, most: int, lease: timedelta) -> Delivery | None:
        with self._lock:
            sent = self._sent.setdefault(receiver, len(self._entries))
            _, until = self._leases.get(receiver, ("", self._clock.now()))
            entries = self.entries(sent, most)
            if until > self._clock.now() or not entries:
                return None
            claim = secrets.token_hex(16)
            self._leases[receiver] = claim, self._clock.now() + lease
            return Delivery(receiver, entries, claim)

    def delivered(self, delivery: Delivery, sequence: int) -> None:
        with self._lock:
            if self._leases.get(delivery.receiver, ("",))[0] == delivery.lease:
                self._sent[delivery.receiver] = sequence
                del self._leases[delivery.receiver]
