"""An audit inbox in memory."""

import secrets
from collections.abc import Collection
from threading import Lock

from pacs_dedup.domain.audit import AuditEvent
from pacs_dedup.ports.audit_trail import InboxUsage, WaitingEvent


class MemoryAuditInbox:
    """`AuditInbox` in memory."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[str, AuditEvent] = {}
        self.recorded: list[AuditEvent] = []

    def record(self, event: AuditEvent) -> None:
        with self._lock:
            self.recorded.append(event)
            self._waiting[secrets.token_hex(16)] = event

    def waiting(self, most: int) -> tuple[WaitingEvent, ...]:
        with self._lock:
            return tuple(WaitingEvent(name, event) for name, event in self._waiting.items())[:most]

    def forget(self, event_ids: Collection[str]) -> None:
        with self._lock:
            for name in event_ids:
                self._waiting.pop(name, None)

    def usage(self) -> InboxUsage:
        with self._lock:
            return InboxUsage(len(self._waiting), min((event.at for event in self._waiting.values()), default=None))
