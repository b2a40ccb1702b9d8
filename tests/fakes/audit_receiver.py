"""A receiver of the audit log in memory."""

from collections.abc import Sequence

from pacs_dedup.domain.audit_chain import AuditEntry, Head
from pacs_dedup.domain.errors import PeerUnavailable


class MemoryAuditReceiver:
    """`AuditReceiver` in memory; unavailable while ``away`` is set."""

    name = "memory"

    def __init__(self) -> None:
        self.away = False
        self.received: list[AuditEntry] = []
        self.anchors: list[Head] = []

    def send(self, entries: Sequence[AuditEntry]) -> None:
        self._answer()
        self.received.extend(entries)

    def anchor(self, head: Head) -> None:
        self._answer()
        self.anchors.append(head)

    def _answer(self) -> None:
        if self.away:
            raise PeerUnavailable("the receiver is away")
