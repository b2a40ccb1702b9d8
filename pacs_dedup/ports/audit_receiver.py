"""Whoever is told of the audit log outside of this installation."""

from collections.abc import Sequence
from typing import Protocol

from pacs_dedup.domain.audit_chain import AuditEntry, Head


class AuditReceiver(Protocol):
    """A repository of audit messages.

    Attributes:
        name: tells it from others; how far it was told is remembered under it.
    """

    @property
    def name(self) -> str:  # noqa: D102 - the class says it
        ...

    def send(self, entries: Sequence[AuditEntry]) -> None:
        """Tell of entries, in order. When this returns they have left, as surely as the way to the receiver can say.

        Raises:
            PeerUnavailable: some may not have come; sending all of them again is the remedy.
        """
        ...

    def anchor(self, head: Head) -> None:
        """Tell where the log ends, so that cutting off its end, or making it anew, can be seen from outside.

        Raises:
            PeerUnavailable: it may not have come.
        """
        ...
