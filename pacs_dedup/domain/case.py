"""A case: one flagged pair of studies, from opening to decision, and what a reviewer may do with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pacs_dedup.domain.errors import DecisionRefused
from pacs_dedup.domain.identifiers import CaseId, StudyKey
from pacs_dedup.domain.relation import other_patient
from pacs_dedup.domain.verdict import Judgement, Relation, Verdict


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
        what: ``opened``, ``evidence_changed``, ``decided`` or ``undone``.
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


_STATE_AFTER = {
    Verb.SAME: CaseState.DECIDED,
    Verb.PARTIAL: CaseState.DECIDED,
    Verb.KEEP_BOTH: CaseState.DECIDED,
    Verb.NOT_A_COPY: CaseState.DISMISSED,
    Verb.WRONG_PATIENT: CaseState.ESCALATED,
    Verb.UNSURE: CaseState.ESCALATED,
}
_RELEASING = frozenset({Verb.NOT_A_COPY, Verb.PARTIAL, Verb.KEEP_BOTH, Verb.WRONG_PATIENT})


def state_after(case: ReviewCase, verb: Verb, reason: str) -> CaseState:
    """Return the state that a decision leads to.

    Raises:
        DecisionRefused: a rule forbids it: the case is decided already, the copy has content that the keeper lacks, the
            identity is in doubt, or a reason is missing where one is owed.
    """
    if case.state in (CaseState.DECIDED, CaseState.DISMISSED):
        message = f"case {case.case_id} is {case.state} already; undo that decision first"
        raise DecisionRefused(message)
    if verb is Verb.SAME:
        _check_same(case)
    if verb is Verb.WRONG_PATIENT and not reason.strip():
        message = "a suspicion of a wrong patient needs a reason; give one"
        raise DecisionRefused(message)
    return _STATE_AFTER[verb]


def releases(verb: Verb) -> bool:
    """Tell whether a decision ends the hold on the incoming study. Only a confirmed copy, or doubt, stays held."""
    return verb in _RELEASING


def asks_anew(judgement: Judgement, decided_on: Judgement) -> bool:
    """Tell whether a judgement asks what the decision on its pair has not answered.

    That is another relation, or one more known UID with other content. A study and itself are compared by what each
    generation brought, so whatever a later one contests is new; of two studies the whole is compared each time.
    """
    if judgement.verdict.relation is not decided_on.verdict.relation:
        return True
    of_itself = judgement.incoming == judgement.prior
    by_what_came = of_itself and judgement.generation > decided_on.generation
    known = 0 if by_what_came else _contested(decided_on.verdict)
    return _contested(judgement.verdict) > known


def _contested(verdict: Verdict) -> int:
    return verdict.evidence.sop.conflicting + verdict.evidence.sop.unsettled


def can_undo(case: ReviewCase) -> bool:
    """Tell whether there is a decision to undo."""
    return case.state is not CaseState.NEW


def _check_same(case: ReviewCase) -> None:
    verdict = case.verdict
    coverage = verdict.evidence.coverage
    if verdict.relation in (Relation.UID_CONFLICT, Relation.WRONG_PATIENT):
        message = (
            f"a {verdict.relation} can not be decided as the same study; decide wrong-patient, keep-both or unsure"
        )
        raise DecisionRefused(message)
    if other_patient(verdict.evidence.patient_tier):
        message = "the headers name two people, or contradict themselves; decide wrong-patient, keep-both or unsure"
        raise DecisionRefused(message)
    # Blank frames differ after every lossy compression; without it a blank frame that is new is new content.
    new = coverage.new_content or (coverage.new_uninformative and not coverage.verified)
    if coverage.matched < coverage.incoming or coverage.unreadable_incoming or new:
        message = "the incoming study has content that the known one lacks; decide partial or keep-both instead"
        raise DecisionRefused(message)
