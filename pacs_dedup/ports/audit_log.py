"""The audit log: entries in a chain, appended and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from pacs_dedup.domain.audit_chain import AuditEntry, Head
from pacs_dedup.ports.audit_trail import WaitingEvent


@dataclass(frozen=True, slots=True)
class Delivery:
    """Entries that one process is sending to a receiver outside.

    Attributes:
        receiver: its name.
        entries: the oldest that were not sent yet, in order.
        lease: proof of the claim.
    """

    receiver: str
    entries: tuple[AuditEntry, ...]
    lease: str


class AuditLog(Protocol):
    """The log. Every method is durable when it returns and may be repeated."""

    def append(self, events: Sequence[WaitingEvent]) -> None:
        """Add events to the end of the chain, in this order, in one transaction.

        An event whose id the log has already is passed over. Several processes may append at once: their entries make
        one chain.
        """
        ...

    def entries(self, after: int = 0, most: int = 1000) -> tuple[AuditEntry, ...]:
        """Return entries in the order of their numbers, from the one that follows number ``after`` on."""
        ...

    def head(self) -> Head:
        """Return where the chain ends; number 0 where the log is empty."""
        ...

    def meet(self, receiver: str) -> None:
        """Remember a receiver, if it was never heard of: it is sent what is appended from now on."""
        ...

    def claim_delivery(self, receiver: str, most: int, lease: timedelta) -> Delivery | None:
        """Lease the oldest entries that a receiver has not been sent; None where there are none or another has them.

        A receiver that was never heard of is met first.
        """
        ...

    def delivered(self, delivery: Delivery, sequence: int) -> None:
        """Note that entries up to this number were sent, and give the rest back.

        Where the lease was lost to another claim nothing is noted: the other one sends them again.
        """
        ...
