"""A case: one flagged pair of studies, from opening to decision, and what a reviewer may do with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pacs_dedup.domain.identifiers import CaseId, StudyKey
from pacs_dedup.domain.verdict import Verdict


class CaseState(StrEnum):
    """Where a case stands."""

    NEW = "new"
    DECIDED = "decided"
    DISMISSED = "dismissed"
    ESCALATED = "escalated"


class Verb(StrEnum):
    """A reviewer's decision. There is no verb that deletes."""

    SAME = "same"
    NOT_A_COPY = "not-a-copy"
    PARTIAL = "partial"
    KEEP_BOTH = "keep-both"
    WRONG_PATIENT = "wrong-patient"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that happened to a case; the history is these, in order, and is never rewritten.

    Attributes:
        what: ``opened``, ``evidence_changed``, ``decided``, ``undone``, ``released``, ``hold_expired``.
        verb: the decision, for ``decided``.
        by: the reviewer's account name, or ``pacs_dedup`` for what the service did.
    """

    what: str
    at: datetime
    by: str
    verb: Verb | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """A pair of studies that a person should judge.

    Attributes:
        generation: of the incoming study that the current verdict is about.
        revision: counts events; a decision names the revision it was made on, so that two reviewers can not collide.
    """

    case_id: CaseId
    incoming: StudyKey
    generation: int
    prior: StudyKey
    verdict: Verdict
    state: CaseState
    opened_at: datetime
    events: tuple[CaseEvent, ...] = ()

    @property
    def revision(self) -> int:
        """Number of events so far."""
        return len(self.events)
