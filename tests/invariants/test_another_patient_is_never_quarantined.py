"""Another patient's study, or one instance of it, is never held back: it is forwarded, and an alarm for a person."""

import pytest
from hypothesis import given

from pacs_dedup.domain.compare import compare_studies
from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.evidence import Evidence
from pacs_dedup.domain.patients.identity import PatientId, PatientIdentity
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.relation import other_patient
from pacs_dedup.domain.verdict import Disposition
from tests.builders import HKID, NOBODY, STRANGER, again, make_frame, make_patient, make_slices, make_study, renewed
from tests.site import Site
from tests.strategies import evidences

QUARANTINE = Policy(action=Action.QUARANTINE)
STACK = make_slices(4)
RENAMED = make_patient(HKID, name=STRANGER.name, birth_date=STRANGER.birth_date)


@given(evidences())
def test_no_evidence_about_two_patients_holds_anything(evidence: Evidence) -> None:
    if other_patient(evidence.patient_tier):
        assert decide(evidence, QUARANTINE).disposition is not Disposition.QUARANTINE


def alarmed(site: Site) -> bool:
    return any(j.verdict.disposition is Disposition.ALERT for j in site.judgements())


@pytest.mark.parametrize("patient", [STRANGER, RENAMED])
def test_a_copy_under_another_patient_is_forwarded_with_an_alarm(patient: PatientIdentity) -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study(renewed(STACK, patient=patient), source="PMHPACS")
    assert (site.sent, site.held) == (8, [])
    assert alarmed(site)


def test_one_instance_of_another_patient_in_a_copy_is_enough() -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study((*renewed(STACK[:3]), *renewed(STACK[3:], patient=STRANGER)), source="PMHPACS")
    assert (site.sent, site.held) == (8, [])
    assert alarmed(site)


def test_a_patient_corrected_while_the_copy_is_held_is_forwarded_with_an_alarm() -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study(renewed(STACK), source="PMHPACS")
    site.send_study([again(i, patient=STRANGER) for i in renewed(STACK)], source="PMHPACS")
    assert (site.sent, site.held) == (8, [("PMHPACS", 1)])
    assert alarmed(site)


def test_one_uid_with_another_patient_s_image_is_forwarded_with_an_alarm() -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study([again(i, patient=STRANGER, frames=(make_frame("other"),)) for i in STACK], source="PMHPACS")
    assert (site.sent, site.held) == (8, [])
    assert alarmed(site)


def test_a_patient_who_is_not_surely_the_same_is_forwarded() -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study(renewed(STACK, patient=NOBODY), source="PMHPACS")
    assert (site.sent, site.held) == (8, [])


def test_a_study_that_five_people_share_already_still_alarms() -> None:
    common = frozenset(frame.stored_digest for i in STACK for frame in i.frames)
    copy = make_study(*renewed(STACK, patient=STRANGER), source="PMHPACS")
    verdict = decide(compare_studies(copy, make_study(*STACK), common=common), QUARANTINE)
    assert verdict.disposition is Disposition.ALERT


def test_a_film_under_another_name_alarms_though_neither_header_says_more() -> None:
    named = make_patient(PatientId("8888", "PMH"), name=STRANGER.name, birth_date="")
    site = Site()
    site.send_study(STACK)
    site.send_study(renewed(STACK, patient=named), source="PMHPACS")
    assert (site.sent, site.held) == (8, [])
    assert alarmed(site)
