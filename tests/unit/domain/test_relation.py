"""The relation of two studies, gate by gate."""

import pytest

from pacs_dedup.domain.evidence import Coverage, Fact, PatientTier, SopFindings
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.relation import relate
from pacs_dedup.domain.verdict import Relation
from tests.builders import make_coverage, make_evidence

STRANGERS = pytest.mark.parametrize("link", [PatientTier.DIFFERENT, PatientTier.CONFLICT])
NO_PIXELS = make_coverage(exact=0, images_matched=0)
OBJECTS_ONLY = Coverage(incoming=2, prior=2, exact=2)
SAME_STUDY = {Fact.STUDY_INSTANCE_UID: "equal"}


def relation(**changes: object) -> Relation:
    return relate(make_evidence(**changes), Policy())


def shared(count: int = 10, **kinds: int) -> SopFindings:
    return SopFindings(shared=count, **kinds)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("identical", Relation.RESEND),
        ("transcoded", Relation.TRANSCODED_RESEND),
        ("corrected", Relation.CORRECTED_RESEND),
        ("lossy_twin", Relation.LOSSY_TWIN),
        ("conflicting", Relation.UID_CONFLICT),
        ("not_comparable", Relation.UNDIGESTABLE),
        ("unsettled", Relation.UNDECIDED),
    ],
)
def test_under_known_uids_the_pixels_decide(kind: str, expected: Relation) -> None:
    assert relation(sop=shared(**{kind: 10})) is expected
    assert relation(sop=shared(identical=9, **({kind: 1} if kind != "identical" else {}))) is expected


@pytest.mark.parametrize(
    "against",
    [
        {Fact.ACQUISITION_TIME: "same_day"},
        {Fact.ACQUISITION_TIME: "other_day"},
        {Fact.ACQUISITION_TIME: "equal", Fact.ACQUISITION_FRACTIONS: "differs"},
    ],
)
@pytest.mark.parametrize("link", [PatientTier.SAME, PatientTier.DIFFERENT])
def test_noise_against_the_clock_is_for_a_person(against: dict[Fact, str], link: PatientTier) -> None:
    by_noise = make_coverage(exact=0, verified=10)
    mostly = make_coverage(exact=1, value=3, verified=6)
    assert relation(coverage=by_noise, levels=against, patient_tier=link) is Relation.UNDECIDED
    assert relation(coverage=mostly, levels=against, patient_tier=link) is Relation.UNDECIDED
    assert relation(coverage=make_coverage(), levels=against) is Relation.EXACT_COPY
    assert relation(coverage=make_coverage(exact=5, verified=5), levels=against) is Relation.LOSSY_COPY


def test_a_conflict_under_one_uid_is_never_hidden_by_new_instances() -> None:
    assert relation(sop=shared(1, conflicting=1), levels=SAME_STUDY) is Relation.UID_CONFLICT


def test_a_study_that_came_again_with_more_has_grown() -> None:
    assert relation(sop=shared(7, identical=7), levels=SAME_STUDY) is Relation.CONTINUED


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ({"identical": 3, "transcoded": 2}, Relation.CONTINUED),
        ({"lossy_twin": 5}, Relation.LOSSY_TWIN),
        ({"identical": 4, "lossy_twin": 1}, Relation.LOSSY_TWIN),
        ({"corrected": 5}, Relation.CORRECTED_RESEND),
        ({"corrected": 1, "not_comparable": 4}, Relation.CORRECTED_RESEND),
        ({"not_comparable": 5}, Relation.UNDIGESTABLE),
    ],
)
def test_new_instances_do_not_silence_what_the_known_ones_say(kinds: dict, expected: Relation) -> None:
    assert relation(sop=shared(5, **kinds), incoming_instances=6, levels=SAME_STUDY) is expected


def test_new_uids_for_known_pixels_are_no_ordinary_growth() -> None:
    grown = make_evidence(sop=shared(7, identical=7), coverage=make_coverage(renewed=3), levels=SAME_STUDY)
    assert relate(grown, Policy()) is Relation.EXACT_COPY


@pytest.mark.parametrize("kinds", [{"identical": 5}, {"corrected": 5}, {"lossy_twin": 5}, {"not_comparable": 5}])
def test_known_instances_do_not_silence_that_new_ones_are_turned(kinds: dict) -> None:
    grown = {"sop": shared(5, **kinds), "incoming_instances": 6, "levels": SAME_STUDY}
    assert relation(**grown, coverage=make_coverage(exact=5, turned=1)) is Relation.ORIENTATION_TWIN


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ({"identical": 5}, Relation.UNDECIDED),
        ({"corrected": 5}, Relation.UNDECIDED),
        ({"not_comparable": 5}, Relation.UNDECIDED),
        ({"lossy_twin": 5}, Relation.LOSSY_TWIN),
    ],
)
def test_known_instances_do_not_silence_that_no_look_told_new_ones_from_copies(kinds: dict, expected: Relation) -> None:
    grown = {"sop": shared(5, **kinds), "incoming_instances": 9, "levels": SAME_STUDY}
    assert relation(**grown, coverage=make_coverage(incoming=9, exact=5, tried=4, rejected=2)) is expected
    told = make_coverage(incoming=9, exact=5, tried=4, rejected=3)
    assert relation(**grown, coverage=told) is not Relation.UNDECIDED


@pytest.mark.parametrize(
    ("tried", "silent", "rejected", "expected"),
    [
        (4, 3, 1, Relation.CONTINUED),
        (4, 2, 1, Relation.UNDECIDED),
        (4, 2, 2, Relation.CONTINUED),
        (4, 4, 0, Relation.UNDECIDED),
        (5, 4, 1, Relation.UNDECIDED),
    ],
)
def test_growth_by_a_repeat_is_growth_though_some_of_its_frames_hold_hardly_a_grey_level(
    tried: int, silent: int, rejected: int, expected: Relation
) -> None:
    grown = {"sop": shared(5, identical=5), "incoming_instances": 9, "levels": SAME_STUDY}
    told = make_coverage(incoming=9, exact=5, tried=tried, rejected=rejected, silent=silent)
    assert relation(**grown, coverage=told) is expected


@STRANGERS
def test_growth_under_another_patient_is_no_ordinary_growth(link: PatientTier) -> None:
    grown = {"sop": shared(7, identical=7), "patient_tier": link, "levels": SAME_STUDY}
    assert relation(**grown) is Relation.WRONG_PATIENT
    assert relation(**grown, coverage=NO_PIXELS) is Relation.UNDECIDED


def test_known_uids_in_another_study_are_judged_by_their_pixels() -> None:
    assert relation(sop=shared(7, identical=7)) is Relation.EXACT_COPY


@STRANGERS
def test_what_can_not_be_examined_under_another_patient_is_not_passed_over(link: PatientTier) -> None:
    assert relation(sop=shared(not_comparable=10), patient_tier=link) is Relation.UNDECIDED


@STRANGERS
def test_a_correction_is_not_hidden_by_one_instance_that_can_not_be_examined(link: PatientTier) -> None:
    assert relation(sop=shared(corrected=9, not_comparable=1), patient_tier=link) is Relation.CORRECTED_RESEND


@STRANGERS
def test_a_lossy_twin_under_another_patient_is_a_wrong_patient(link: PatientTier) -> None:
    assert relation(sop=shared(lossy_twin=10), patient_tier=link) is Relation.WRONG_PATIENT


@STRANGERS
def test_equal_pixels_under_another_patient_are_a_wrong_patient(link: PatientTier) -> None:
    assert relation(patient_tier=link) is Relation.WRONG_PATIENT


def test_equal_pixels_of_a_patient_who_can_not_be_compared_wait_for_the_identity() -> None:
    assert relation(patient_tier=PatientTier.UNKNOWN) is Relation.COPY_PATIENT_UNKNOWN


@pytest.mark.parametrize(
    ("coverage", "expected"),
    [
        (make_coverage(), Relation.EXACT_COPY),
        (make_coverage(exact=0, verified=10), Relation.LOSSY_COPY),
        (make_coverage(prior=20), Relation.SUBSET),
        (make_coverage(incoming=20), Relation.SUPERSET),
        (make_coverage(incoming=20, prior=20), Relation.OVERLAP),
        (make_coverage(incoming=11, new_content=1), Relation.SUPERSET),
        (make_coverage(prior=11, prior_only_content=1), Relation.SUBSET),
        (make_coverage(incoming=1000, prior=1000, exact=990, new_content=1), Relation.SUPERSET),
    ],
)
def test_how_two_studies_cover_each_other_names_the_copy(coverage: Coverage, expected: Relation) -> None:
    assert relation(coverage=coverage) is expected


@pytest.mark.parametrize("fact", [Fact.PRESENTATION, Fact.OVERLAYS])
def test_equal_pixels_that_are_shown_otherwise_are_a_presentation_twin(fact: Fact) -> None:
    assert relation(levels={fact: "differs"}) is Relation.PRESENTATION_TWIN


TWO_ORDERS = {Fact.ACCESSION_NUMBER: "differs"}


def test_one_source_that_files_one_acquisition_for_two_orders_split_a_procedure() -> None:
    assert relation(levels=TWO_ORDERS, same_source=True) is Relation.PROCEDURE_SPLIT
    assert relation(levels=TWO_ORDERS, same_source=False) is Relation.EXACT_COPY
    assert relation(same_source=True) is Relation.EXACT_COPY


@pytest.mark.parametrize(
    "changes",
    [{"patient_tier": PatientTier.PROBABLE}, {"levels": {**TWO_ORDERS, Fact.FRAME_OF_REFERENCE: "differs"}}],
)
def test_a_copy_from_elsewhere_that_one_archive_sends_is_no_split_procedure(changes: dict) -> None:
    assert relation(**{"levels": TWO_ORDERS, "same_source": True, **changes}) is Relation.EXACT_COPY


def test_reports_alone_are_a_copy_only_where_all_are_equal() -> None:
    assert relation(coverage=OBJECTS_ONLY) is Relation.EXACT_COPY
    assert relation(coverage=Coverage(incoming=3, prior=2, exact=2)) is Relation.DISTINCT


def test_equal_reports_of_a_patient_who_can_not_be_compared_wait_for_the_identity() -> None:
    assert relation(coverage=OBJECTS_ONLY, patient_tier=PatientTier.UNKNOWN) is Relation.COPY_PATIENT_UNKNOWN


@STRANGERS
def test_equal_reports_of_two_patients_are_for_a_person(link: PatientTier) -> None:
    assert relation(coverage=OBJECTS_ONLY, patient_tier=link) is Relation.UNDECIDED


def test_the_same_study_with_other_images_has_grown() -> None:
    assert relation(coverage=NO_PIXELS, levels=SAME_STUDY) is Relation.CONTINUED


@STRANGERS
@pytest.mark.parametrize("levels", [SAME_STUDY, {Fact.SOURCE_REFERENCES: "to_prior"}])
def test_uids_that_tie_two_patients_together_are_for_a_person(levels: dict, link: PatientTier) -> None:
    assert relation(coverage=NO_PIXELS, levels=levels, patient_tier=link) is Relation.UNDECIDED


@STRANGERS
def test_one_known_uid_under_another_patient_is_for_a_person(link: PatientTier) -> None:
    assert relation(coverage=NO_PIXELS, sop=shared(1, corrected=1), patient_tier=link) is Relation.UNDECIDED


@pytest.mark.parametrize("level", ["to_prior", "to_incoming"])
def test_a_study_that_names_the_other_as_its_source_is_derived(level: str) -> None:
    assert relation(coverage=NO_PIXELS, levels={Fact.SOURCE_REFERENCES: level}) is Relation.DERIVED


def test_a_study_of_which_nothing_could_be_examined_is_undigestable() -> None:
    assert relation(coverage=Coverage(prior=10, unreadable_incoming=3)) is Relation.UNDIGESTABLE
    assert relation(coverage=Coverage(incoming=10, unreadable_prior=3), total_bits=42.0) is Relation.UNDIGESTABLE
    assert relation(coverage=Coverage(incoming=10, prior=1, unreadable_prior=3)) is Relation.DISTINCT


def test_blank_frames_in_common_say_nothing() -> None:
    assert relation(coverage=make_coverage(exact=0, images_matched=0, uninformative=3)) is Relation.UNINFORMATIVE_MATCH


TURNED = make_coverage(exact=0, images_matched=0, turned=3)


def test_a_turned_film_is_no_copy_and_an_alert() -> None:
    assert relation(coverage=TURNED) is Relation.ORIENTATION_TWIN
    assert relation(coverage=make_coverage(turned=1)) is Relation.ORIENTATION_TWIN


def test_a_turned_film_of_somebody_else_is_first_of_all_somebody_elses() -> None:
    assert relation(coverage=TURNED, patient_tier=PatientTier.DIFFERENT) is Relation.WRONG_PATIENT


@pytest.mark.parametrize("tier", [PatientTier.POSSIBLE, PatientTier.UNKNOWN])
def test_equal_pixels_of_somebody_who_may_be_the_same_ask_for_the_identity_first(tier: PatientTier) -> None:
    assert relation(patient_tier=tier) is Relation.COPY_PATIENT_UNKNOWN
    assert relation(coverage=OBJECTS_ONLY, patient_tier=tier) is Relation.COPY_PATIENT_UNKNOWN
