"""From evidence to a verdict."""

from dataclasses import replace

import pytest
from hypothesis import given

from pacs_dedup.domain.decide import decide, disposition_of
from pacs_dedup.domain.evidence import Comparison, Coverage, Evidence, Fact, Group, PatientTier, SopFindings
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.relation import other_patient, perhaps_other_patient
from pacs_dedup.domain.sentences import sentence_of
from pacs_dedup.domain.verdict import Disposition, Relation
from tests.builders import make_coverage, make_evidence
from tests.strategies import evidences, policies

QUARANTINE = Policy(action=Action.QUARANTINE)
CONFLICT = SopFindings(shared=10, conflicting=10)


@given(evidences(), policies)
def test_all_evidence_gets_a_verdict_and_always_the_same(evidence: Evidence, policy: Policy) -> None:
    verdict = decide(evidence, policy)
    assert verdict == decide(evidence, policy)
    assert verdict.sentence.endswith(".")
    assert verdict.evidence is evidence


@given(evidences())
def test_only_a_site_that_chose_to_has_anything_held(evidence: Evidence) -> None:
    for action in (Action.OBSERVE, Action.FLAG):
        assert decide(evidence, Policy(action=action)).disposition is not Disposition.QUARANTINE


@given(evidences(), policies)
def test_a_study_that_is_held_was_not_vetoed(evidence: Evidence, policy: Policy) -> None:
    verdict = decide(evidence, policy)
    if verdict.disposition is Disposition.QUARANTINE:
        assert not verdict.vetoes
        assert verdict.relation in (Relation.EXACT_COPY, Relation.UID_CONFLICT)


@given(evidences(), policies)
def test_shared_pixels_or_uids_of_two_patients_always_alarm(evidence: Evidence, policy: Policy) -> None:
    verdict = decide(evidence, policy)
    coverage, sop = evidence.coverage, evidence.sop
    tied = coverage.images_matched or coverage.turned or sop.corrected or sop.lossy_twin
    known = verdict.relation in (Relation.RESEND, Relation.TRANSCODED_RESEND)
    if other_patient(evidence.patient_tier) and tied and not known:
        assert verdict.disposition is Disposition.ALERT


@given(evidences(), policies)
def test_a_turned_image_always_alarms_unless_all_instances_are_known(evidence: Evidence, policy: Policy) -> None:
    if evidence.coverage.turned and evidence.sop.shared < evidence.incoming_instances:
        assert decide(evidence, policy).disposition in (Disposition.ALERT, Disposition.QUARANTINE)


@pytest.mark.parametrize("relation", Relation)
def test_every_relation_has_a_disposition_and_a_sentence(relation: Relation) -> None:
    assert disposition_of(relation, make_evidence(), Policy()) is not Disposition.QUARANTINE
    assert sentence_of(relation, make_evidence()).endswith(".")


def test_rewritten_values_are_flagged_and_never_held() -> None:
    rewritten = make_evidence(coverage=make_coverage(exact=0, value=10))
    verdict = decide(rewritten, QUARANTINE)
    assert (verdict.relation, verdict.disposition) == (Relation.EXACT_COPY, Disposition.FLAG)
    assert verdict.vetoes == ("its numbers were written anew, which may be a correction",)


def test_a_site_that_observes_is_told_what_quarantine_would_have_held() -> None:
    assert decide(make_evidence(), Policy(action=Action.OBSERVE)).would_hold
    assert not decide(make_evidence(), Policy(action=Action.FLAG)).would_hold
    assert not decide(make_evidence(patient_tier=PatientTier.PROBABLE), Policy(action=Action.OBSERVE)).would_hold


def test_a_pure_copy_is_flagged_and_held_only_by_choice() -> None:
    assert decide(make_evidence(), Policy()).disposition is Disposition.FLAG
    assert decide(make_evidence(), QUARANTINE).disposition is Disposition.QUARANTINE


@pytest.mark.parametrize(
    "changes",
    [
        {"patient_tier": PatientTier.PROBABLE},
        {"coverage": make_coverage(unreadable_incoming=1)},
        {"coverage": make_coverage(unreadable_prior=1)},
        {"coverage": make_coverage(incoming=1000, prior=1000, exact=999, images_matched=999)},
        {"coverage": make_coverage(new_uninformative=1)},
        {"coverage": make_coverage(images_matched=0)},
        {"quality_control": True},
        {"patient_vetoes": ("a newborn goes by a provisional name",)},
        {"better": "incoming"},
        {"levels": {Fact.DEVICE: "serial_equal", Fact.ACQUISITION_TIME: "same_day"}},
        {"levels": {Fact.SOURCE_REFERENCES: "to_prior"}},
        {"levels": {Fact.SOURCE_REFERENCES: "to_incoming"}},
        {"levels": {Fact.PRESENTATION: "not_comparable"}},
    ],
)
def test_one_doubt_is_enough_to_forward_a_copy(changes: dict) -> None:
    verdict = decide(make_evidence(**changes), QUARANTINE)
    assert (verdict.relation, verdict.disposition) == (Relation.EXACT_COPY, Disposition.FLAG)
    assert len(verdict.vetoes) == 1


def test_a_prior_with_more_than_came_is_no_reason_to_hold() -> None:
    evidence = make_evidence(coverage=make_coverage(prior=1000, exact=10))
    assert disposition_of(Relation.EXACT_COPY, evidence, QUARANTINE, ("the prior has more than what arrived",)) is (
        Disposition.FLAG
    )


def test_times_may_differ_where_the_scanners_differ_or_are_not_named() -> None:
    levels = {Fact.ACQUISITION_TIME: "shifted"}
    assert decide(make_evidence(levels=levels), QUARANTINE).disposition is Disposition.QUARANTINE


def test_a_conflict_under_one_uid_is_an_alarm_and_held_where_the_site_holds() -> None:
    conflict = make_evidence(sop=CONFLICT)
    assert decide(conflict, Policy()).disposition is Disposition.ALERT
    assert decide(conflict, QUARANTINE).disposition is Disposition.QUARANTINE


@pytest.mark.parametrize(
    "changes",
    [
        {"patient_tier": PatientTier.DIFFERENT},
        {"patient_tier": PatientTier.CONFLICT},
        {"patient_tier": PatientTier.UNKNOWN},
        {"patient_tier": PatientTier.PROBABLE},
        {"incoming_instances": 11},
        {"coverage": make_coverage(unreadable_incoming=1)},
        {"coverage": make_coverage(unreadable_prior=1)},
        {"sop": replace(CONFLICT, conflicting=9, not_comparable=1)},
        {"sop": replace(CONFLICT, conflicting=1, corrected=9)},
        {"sop": replace(CONFLICT, refuted=10)},
        {"sop": replace(CONFLICT, refuted=1)},
        {"sop": replace(CONFLICT, objects=1)},
        {"quality_control": True},
        {"patient_vetoes": ("a newborn goes by a provisional name",)},
        {"better": "incoming"},
    ],
)
def test_a_conflict_is_forwarded_where_anything_else_is_in_doubt(changes: dict) -> None:
    verdict = decide(make_evidence(**{"sop": CONFLICT, **changes}), QUARANTINE)
    assert (verdict.relation, verdict.disposition) == (Relation.UID_CONFLICT, Disposition.ALERT)
    assert len(verdict.vetoes) == 1


@pytest.mark.parametrize("policy", [Policy(), QUARANTINE])
@pytest.mark.parametrize("tier", PatientTier)
def test_pixels_that_differ_under_one_uid_alarm_and_are_forwarded_though_loss_may_account_for_it(
    tier: PatientTier, policy: Policy
) -> None:
    verdict = decide(make_evidence(sop=SopFindings(shared=10, identical=9, unsettled=1), patient_tier=tier), policy)
    assert (verdict.relation, verdict.disposition) == (Relation.UNDECIDED, Disposition.ALERT)


@pytest.mark.parametrize(
    ("link", "bits", "disposition"),
    [
        (PatientTier.SAME, 40.0, Disposition.LINK),
        (PatientTier.UNKNOWN, 0.0, Disposition.LINK),
        (PatientTier.UNKNOWN, -7.0, Disposition.FLAG),
        (PatientTier.DIFFERENT, -20.0, Disposition.ALERT),
    ],
)
def test_a_correction_is_louder_the_more_it_changes_who_the_patient_is(
    link: PatientTier, bits: float, disposition: Disposition
) -> None:
    sop = SopFindings(shared=10, corrected=10)
    assert decide(make_evidence(sop=sop, patient_tier=link, patient_bits=bits), QUARANTINE).disposition is disposition


POSSIBLY = {"patient_tier": PatientTier.POSSIBLE, "patient_bits": 3.0}
UNNAMED = {"patient_tier": PatientTier.UNKNOWN, "patient_bits": -3.0}
ANOTHER_NAME = {Fact.PATIENT_NAME: "diff"}
SAME_STUDY = {Fact.STUDY_INSTANCE_UID: "equal"}


@pytest.mark.parametrize("name", ["diff", "family_only", "han_conflict"])
@pytest.mark.parametrize("kind", ["corrected", "not_comparable", "lossy_twin"])
def test_another_name_under_kept_uids_is_never_passed_over(kind: str, name: str) -> None:
    evidence = make_evidence(sop=SopFindings(10, **{kind: 10}), levels={Fact.PATIENT_NAME: name}, **POSSIBLY)
    assert decide(evidence, QUARANTINE).disposition is Disposition.FLAG


@pytest.mark.parametrize("who", [POSSIBLY, UNNAMED])
def test_a_study_that_grows_under_another_name_is_never_passed_over(who: dict) -> None:
    new = make_coverage(exact=0, images_matched=0)
    for coverage, sop in ((new, SopFindings()), (make_coverage(exact=5), SopFindings(5, identical=5))):
        evidence = make_evidence(coverage=coverage, sop=sop, levels={**SAME_STUDY, **ANOTHER_NAME}, **who)
        verdict = decide(evidence, QUARANTINE)
        assert (verdict.relation, verdict.disposition) == (Relation.CONTINUED, Disposition.FLAG)


@pytest.mark.parametrize("who", [{**POSSIBLY, "levels": ANOTHER_NAME}, UNNAMED])
@pytest.mark.parametrize("relation", sorted(set(Relation) - {Relation.RESEND, Relation.TRANSCODED_RESEND}))
def test_another_name_under_kept_uids_is_for_a_person_whatever_the_relation(relation: Relation, who: dict) -> None:
    shared = SopFindings(shared=1)
    usual = disposition_of(relation, make_evidence(sop=shared), Policy())
    doubted = make_evidence(sop=shared, **who)
    assert disposition_of(relation, doubted, Policy()) is (usual if usual.opens_case else Disposition.FLAG)
    if not usual.opens_case:
        assert sentence_of(relation, doubted).endswith("does not agree: check the identity first.")


@pytest.mark.parametrize("kind", ["identical", "transcoded"])
def test_what_came_again_unchanged_brings_no_other_name(kind: str) -> None:
    for who in ({}, {**POSSIBLY, "levels": ANOTHER_NAME}, UNNAMED):
        evidence = make_evidence(sop=SopFindings(10, **{kind: 10}), **who)
        assert decide(evidence, QUARANTINE).disposition is Disposition.ACCEPT


@given(evidences(), policies)
def test_another_name_under_kept_uids_is_accepted_only_of_what_came_unchanged(
    evidence: Evidence, policy: Policy
) -> None:
    verdict = decide(evidence, policy)
    if perhaps_other_patient(evidence) and not verdict.disposition.opens_case:
        assert verdict.relation in (Relation.RESEND, Relation.TRANSCODED_RESEND)


def test_another_name_says_nothing_where_no_uid_is_kept() -> None:
    nothing_read = Coverage(prior=10, unreadable_incoming=3)
    evidence = make_evidence(coverage=nothing_read, levels=ANOTHER_NAME, **POSSIBLY)
    assert decide(evidence, QUARANTINE).disposition is Disposition.ACCEPT


def test_one_name_written_otherwise_is_no_other_name() -> None:
    evidence = make_evidence(sop=SopFindings(10, corrected=10), levels={Fact.PATIENT_NAME: "syl_diff1"}, **POSSIBLY)
    assert decide(evidence, QUARANTINE).disposition is Disposition.LINK


def said(fact: Fact, bits: float, level: str = "equal", group: Group = Group.DEVICE) -> Comparison:
    return Comparison(fact, group, level, bits, f"{fact} {level}")


def test_what_speaks_for_a_copy_is_said_strongest_first() -> None:
    comparisons = (
        said(Fact.DEVICE, 5.0),
        said(Fact.FRAME_DIGESTS, 40.0),
        said(Fact.EXPOSURE, -2.8),
        said(Fact.SEX, 0.0),
        said(Fact.UNINFORMATIVE_FRAMES, 0.0),
        said(Fact.PRESENTATION, 0.0, "differs"),
    )
    verdict = decide(replace(make_evidence(), comparisons=comparisons), Policy())
    assert verdict.reasons == (
        "frame_digests equal",
        "device equal",
        "uninformative_frames equal",
        "presentation differs",
    )
    assert verdict.against == ("exposure equal",)


def test_what_speaks_against_one_patient_speaks_for_a_wrong_patient() -> None:
    comparisons = (
        said(Fact.PATIENT_NAME, -7.0, group=Group.PATIENT),
        said(Fact.SEX, 1.0, group=Group.PATIENT),
        said(Fact.FRAME_DIGESTS, 40.0),
    )
    verdict = decide(replace(make_evidence(patient_tier=PatientTier.DIFFERENT), comparisons=comparisons), Policy())
    assert verdict.reasons == ("frame_digests equal", "patient_name equal")
    assert verdict.against == ("sex equal",)


def test_what_speaks_against_a_copy_speaks_for_a_repeat() -> None:
    comparisons = (
        said(Fact.ACQUISITION_TIME, -8.0, "same_day", Group.TIME),
        said(Fact.DEVICE, 5.0, "serial_equal"),
        said(Fact.MODALITY, 0.0),
        said(Fact.PATIENT_ID, 20.0, group=Group.PATIENT),
    )
    evidence = replace(make_evidence(coverage=Coverage(incoming=3, prior=3)), comparisons=comparisons)
    verdict = decide(evidence, Policy())
    assert verdict.relation is Relation.REPEAT_ACQUISITION
    assert verdict.reasons == ("patient_id equal", "acquisition_time same_day")
    assert verdict.against == ("device serial_equal",)
