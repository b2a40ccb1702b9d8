"""What is held, released and decided is told to the audit trail, under the account that did it."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.audit import AuditEvent, AuditKind
from pacs_dedup.domain.case import Verb
from pacs_dedup.domain.errors import DecisionRefused, OutOfStorage
from pacs_dedup.domain.identifiers import StudyInstanceUid, StudyKey
from pacs_dedup.pipeline.review import decide_case, release_hold, undo_case
from tests.builders import make_slices, renewed
from tests.site import MAX_HOLD, Site

KEY = StudyKey(StudyInstanceUid("1.2.826.1"), "QEHPACS")


def told(site: Site) -> list[tuple[AuditKind, str, str]]:
    return [(event.kind, event.actor.name, event.subject) for event in site.audit.recorded]


def of(site: Site, kind: AuditKind) -> list[AuditEvent]:
    return [event for event in site.audit.recorded if event.kind is kind]


@pytest.fixture
def held() -> Site:
    """A site that holds an exact copy from a second hospital."""
    site = Site()
    stack = make_slices(4)
    site.send_study(stack)
    site.send_study(renewed(stack), source="PMHPACS")
    assert [source for source, _ in site.held] == ["PMHPACS"]
    return site


def test_a_hold_is_told_once_with_its_cause_and_its_patient(held: Site) -> None:
    (event,) = of(held, AuditKind.HOLD_PLACED)
    assert event.actor.name == "PACSDEDUP"
    assert event.studies[0].patient_id == "patient of PMHPACS"
    assert dict(event.detail)["cause"]


def test_a_hold_that_runs_out_is_released_by_the_service(held: Site) -> None:
    held.clock.advance(MAX_HOLD)
    held.run()
    (event,) = of(held, AuditKind.HOLD_RELEASED)
    assert (event.actor.name, dict(event.detail)["cause"]) == ("PACSDEDUP", "expired")


def test_a_hold_that_somebody_releases_is_released_by_the_account(held: Site) -> None:
    (hold,) = held.database.quarantine.holds()
    release_hold(hold.key, gate=held.gate, by="dr.wong")
    (event,) = of(held, AuditKind.HOLD_RELEASED)
    assert (event.actor.name, event.actor.program) == ("radiographer", False)
    assert dict(event.detail) == {"generation": "1", "cause": "released by dr.wong"}


def test_a_decision_and_its_end_are_told_with_both_studies(held: Site) -> None:
    (case,) = held.database.case_book.cases()
    decide_case(case.case_id, Verb.KEEP_BOTH, gate=held.gate, by="dr.wong", reason="two hospitals")
    undo_case(case.case_id, gate=held.gate, by="dr.wong")
    (taken,), (undone,) = of(held, AuditKind.DECISION_TAKEN), of(held, AuditKind.DECISION_UNDONE)
    assert taken.subject == undone.subject == f"case {case.case_id}"
    assert {study.patient_id for study in taken.studies} == {"patient of QEHPACS", "patient of PMHPACS"}
    facts = {"by": "dr.wong", "verb": "keep-both", "relation": str(case.verdict.relation), "reason": "two hospitals"}
    assert dict(taken.detail) == facts
    assert dict(undone.detail) == {"by": "dr.wong"}
    kinds = [kind for kind, _, _ in told(held)]
    assert kinds.index(AuditKind.DECISION_TAKEN) < kinds.index(AuditKind.HOLD_RELEASED)


def test_a_refused_decision_is_no_event(held: Site) -> None:
    (case,) = held.database.case_book.cases()
    with pytest.raises(DecisionRefused):
        decide_case(case.case_id, Verb.WRONG_PATIENT, gate=held.gate, by="dr.wong")
    assert not of(held, AuditKind.DECISION_TAKEN)


def test_an_event_is_told_also_where_its_patient_can_not_be_found(caplog: pytest.LogCaptureFixture) -> None:
    def away(key: StudyKey) -> str:
        raise OutOfStorage("the database did not answer")

    site = Site()
    replace(site.auditor, patient_of=away).accessed([KEY, KEY], "report")
    (event,) = site.audit.recorded
    assert [(study.study_instance_uid, study.patient_id) for study in event.studies] == [("1.2.826.1", "")]
    assert "names no patient" in caplog.text
