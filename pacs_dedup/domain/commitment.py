"""What is asked and answered about safekeeping: references to instances, and which of them are committed to.

A reference names an instance by its UIDs alone, as the standard's storage commitment does (PS3.4 Annex J). It says
nothing of the content; whoever relies on an answer has to know which content goes by that name.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NewType

from pacs_dedup.domain.identifiers import SopClassUid, SopInstanceUid

TransactionUid = NewType("TransactionUid", str)
"""Transaction UID (0008,1195): names one request for commitment, and the answer to it."""


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """One instance as a request or an answer names it."""

    sop_class_uid: SopClassUid
    sop_instance_uid: SopInstanceUid


@dataclass(frozen=True, slots=True)
class Failed:
    """One instance that is not committed to.

    Attributes:
        reason: Failure Reason (0008,1197), PS3.3 C.14.1.1; a peer may send codes that the standard does not list.
    """

    reference: Reference
    reason: int


@dataclass(frozen=True, slots=True)
class CommitmentAnswer:
    """The outcome of one request: every reference of it, as committed or as failed (PS3.4 J.3.3.1)."""

    transaction_uid: TransactionUid
    committed: tuple[Reference, ...] = ()
    failed: tuple[Failed, ...] = ()


def once_each(references: Collection[Reference]) -> tuple[Reference, ...]:
    """Return references in their order, each of them once."""
    return tuple(dict.fromkeys(references))
