"""The memory of who did what."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pacs_dedup.domain.audit import AuditEvent


class AuditTrail(Protocol):
    """Takes events from whoever has something to tell."""

    def record(self, event: AuditEvent) -> None:
        """Keep an event. When this returns it survives a power cut.

        It asks nothing of a database or a network, so that it neither waits for one nor fails with one, and it never
        raises: what can not be kept, because the disk takes nothing, is said in the log, without its values. It costs
        two synchronisations of the disk: call it once for an association or a study, never for every instance.
        """
        ...


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """An event that is kept and not yet in the audit log.

    Attributes:
        event_id: 32 hexadecimal digits that name this event for ever.
    """

    event_id: str
    event: AuditEvent


@dataclass(frozen=True, slots=True)
class InboxUsage:
    """How full an inbox is.

    Attributes:
        events: number of events that wait.
        oldest_at: when the one that waits longest was recorded; None where none waits.
        set_aside: number of files that could not be read, which a person should look at.
        counted_only: number of events that this process has counted instead of keeping them, since it began.
    """

    events: int = 0
    oldest_at: datetime | None = None
    set_aside: int = 0
    counted_only: int = 0


class AuditInbox(AuditTrail, Protocol):
    """An audit trail whose events somebody carries on."""

    def waiting(self, most: int) -> tuple[WaitingEvent, ...]:
        """Return what is kept, oldest first, at most that many; of several processes' events too.

        Raises:
            OutOfStorage: the events can not be read.
        """
        ...

    def forget(self, event_ids: Collection[str]) -> None:
        """Drop events that are kept elsewhere by now; those that are gone already are passed over."""
        ...

    def usage(self) -> InboxUsage:
        """Tell how full the inbox is; of several processes' events too.

        Raises:
            OutOfStorage: that can not be looked up.
        """
        ...
