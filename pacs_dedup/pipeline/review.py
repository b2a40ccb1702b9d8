"""Side flow, review: a person decides a case, takes a decision back, or releases what is held."""

from datetime import datetime

from pacs_dedup.domain.case import CaseEvent, CaseState, ReviewCase, Verb, can_undo, releases, state_after
from pacs_dedup.domain.errors import BadRequest, DecisionRefused
from pacs_dedup.domain.identifiers import CaseId, StudyKey
from pacs_dedup.pipeline.act import Gate, follow_hold, release
from pacs_dedup.ports.quarantine import Hold


def decide_case(case_id: CaseId, verb: Verb, *, gate: Gate, by: str, reason: str = "") -> ReviewCase:
    """Record a decision and carry out what it means for a hold.

    Raises:
        BadRequest: no such case.
        DecisionRefused: a rule forbids it, or somebody else was faster.
    """
    case = find_case(case_id, gate)
    state = state_after(case, verb, reason)
    event = CaseEvent("decided", gate.clock.now(), by, verb, reason)
    decided = gate.case_book.record(case_id, case.revision, state, event)
    gate.auditor.decided(case, verb, by, reason)
    if releases(verb):
        _end_hold(case, gate)
    elif verb is Verb.SAME:
        _keep_until_released(case, gate)
    return decided


def undo_case(case_id: CaseId, *, gate: Gate, by: str) -> ReviewCase:
    """Take the last decision back. What was forwarded stays forwarded; a confirmed copy gets its first deadline again.

    Raises:
        BadRequest: no such case.
        DecisionRefused: there is nothing to undo.
    """
    case = find_case(case_id, gate)
    if not can_undo(case):
        message = f"case {case_id} has no decision to undo"
        raise DecisionRefused(message)
    undone = gate.case_book.record(case_id, case.revision, CaseState.NEW, CaseEvent("undone", gate.clock.now(), by))
    gate.auditor.undone(case, by)
    for hold in _holds_of(case, gate):
        _keep(hold, max(gate.clock.now(), hold.held_at + gate.max_hold), gate)
    return undone


def release_hold(key: StudyKey, generation: int | None = None, *, gate: Gate, by: str) -> int:
    """Forward what is held of a study, now; returns how many generations were held.

    Raises:
        BadRequest: nothing of this study is held.
    """
    held = [h for h in gate.quarantine.holds() if h.key == key and generation in (None, h.generation)]
    if not held:
        message = "nothing of this study is held; `quarantine list` shows what is"
        raise BadRequest(message)
    for hold in held:
        release(hold.key, hold.generation, gate, cause=f"released by {by}", by=gate.auditor.account)
    return len(held)


def find_case(case_id: CaseId, gate: Gate) -> ReviewCase:
    """Return a case.

    Raises:
        BadRequest: no such case.
    """
    case = gate.case_book.case(case_id)
    if case is None:
        message = f"there is no case {case_id}; `cases list` shows the cases"
        raise BadRequest(message)
    return case


def _holds_of(case: ReviewCase, gate: Gate) -> list[Hold]:
    return [hold for hold in gate.quarantine.holds() if hold.key == case.incoming]


def _end_hold(case: ReviewCase, gate: Gate) -> None:
    for hold in _holds_of(case, gate):
        release(hold.key, hold.generation, gate, cause=f"decision on case {case.case_id}", by=gate.auditor.account)


def _keep_until_released(case: ReviewCase, gate: Gate) -> None:
    for hold in _holds_of(case, gate):
        _keep(hold, None, gate)


def _keep(hold: Hold, until: datetime | None, gate: Gate) -> None:
    """Give a hold another end; None keeps a confirmed copy until somebody releases it."""
    gate.quarantine.keep(hold.key, hold.generation, until)
    follow_hold(hold.key, hold.generation, gate)
